//! Notifications of the desktop: `org.freedesktop.Notifications` on Linux, the notification
//! centres of macOS and Windows. Without one, what there is to say is in the window.
//!
//! The latter two know a program by its installer or bundle. Salon started from a plain file is
//! called there by the name of the program that stands in for it.

use super::desktop::on_thread;

/// What notifications are from.
const APP_NAME: &str = "Salon";

/// Of the desktop entry, and of the icon that it names: see `assets/salon.desktop`.
#[cfg(target_os = "linux")]
const DESKTOP_ENTRY: &str = "salon";

/// A desktop that does not answer in this time shows nothing.
#[cfg(target_os = "linux")]
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// Longer texts, such as names of rooms, are cut: a notification has a few lines.
const MAX_CHARS: usize = 240;

/// Shows a notification, without a sound. Waits for the desktop, which may hang.
pub(super) async fn notify(title: String, text: String) {
    let (title, text) = (cut(&title), cut(&text));
    let shown = on_thread("salon-notice", move || show(&title, &text)).await;
    if let Some(Err(error)) = shown {
        tracing::info!(%error, "no notification of the desktop");
    }
}

#[cfg(target_os = "linux")]
fn show(title: &str, text: &str) -> zbus::Result<()> {
    use std::collections::HashMap;

    use zbus::blocking::{Proxy, connection::Builder};
    use zbus::zvariant::Value;

    const NAME: &str = "org.freedesktop.Notifications";
    const PATH: &str = "/org/freedesktop/Notifications";
    let bus = Builder::session()?.method_timeout(PATIENCE).build()?;
    let desktop = Proxy::new(&bus, NAME, PATH, NAME)?;
    // Only some desktops read markup in the text. The others would show what escapes it.
    let capabilities: Vec<String> = desktop.call("GetCapabilities", &())?;
    let text = if capabilities.iter().any(|it| it == "body-markup") {
        escaped(text)
    } else {
        text.to_owned()
    };
    let hints = HashMap::from([
        ("desktop-entry", Value::from(DESKTOP_ENTRY)),
        ("category", Value::from("transfer.complete")),
        ("suppress-sound", Value::from(true)),
    ]);
    let (no_other, no_actions, usual_time) = (0_u32, [""; 0].as_slice(), -1_i32);
    let notification = (
        APP_NAME,
        no_other,
        DESKTOP_ENTRY,
        title,
        text.as_str(),
        no_actions,
        hints,
        usual_time,
    );
    let _id: u32 = desktop.call("Notify", &notification)?;
    Ok(())
}

#[cfg(any(target_os = "macos", target_os = "windows"))]
fn show(title: &str, text: &str) -> notify_rust::error::Result<()> {
    // No markup is read there, and no sound is played unless one is named.
    let mut notification = notify_rust::Notification::new();
    notification.appname(APP_NAME).summary(title).body(text);
    notification.show()?;
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_os = "macos", target_os = "windows")))]
fn show(_title: &str, _text: &str) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// Names of rooms are strangers' text: nothing in them is a link or a picture.
#[cfg(target_os = "linux")]
fn escaped(text: &str) -> String {
    use std::fmt::Write as _;

    let mut escaped = String::with_capacity(text.len());
    // Writing to a string cannot fail.
    maud::Escaper::new(&mut escaped).write_str(text).ok();
    escaped
}

fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_CHARS {
        return text.to_owned();
    }
    let kept: String = text.chars().take(MAX_CHARS - 1).collect();
    format!("{}\u{2026}", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn markup_becomes_text() {
        let hostile = "<img src=\"x\"/> & <a href='y'>";
        assert_eq!(
            escaped(hostile),
            "&lt;img src=&quot;x&quot;/&gt; &amp; &lt;a href='y'&gt;"
        );
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(cut("short"), "short");
        assert_eq!(cut(&"ä".repeat(1000)).chars().count(), MAX_CHARS);
    }
}

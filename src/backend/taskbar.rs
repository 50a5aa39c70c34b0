//! How far all saves are, in the taskbar.
//!
//! On Linux that is a signal on the session bus, `com.canonical.Unity.LauncherEntry.Update`,
//! which KDE, Ubuntu's dock and Dash to Dock show on the icon of the desktop entry. When Salon
//! leaves the bus they take it away by themselves.
//!
//! On Windows it would take `ITaskbarList3`, on macOS an `NSDockTile`: both are reached only
//! with unsafe code and from the thread of the window, and no crate wraps them safely without
//! bringing a windowing library of its own. So nothing is shown there.

use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The least time between two signals: four a second look smooth on an icon.
const PACE: Duration = Duration::from_millis(250);

/// Tells every change, until `closing`.
pub(super) async fn follow(mut shares: watch::Receiver<Option<f32>>, closing: CancellationToken) {
    let mut taskbar = Taskbar::default();
    let mut told = None;
    while let Some(Ok(())) = closing.run_until_cancelled(shares.changed()).await {
        let share = shares
            .borrow_and_update()
            .map(|share| share.clamp(0.0, 1.0));
        if share != told {
            taskbar.show(share).await;
            told = share;
            closing.run_until_cancelled(tokio::time::sleep(PACE)).await;
        }
    }
    if told.is_some() {
        taskbar.show(None).await;
    }
}

#[cfg(target_os = "linux")]
use self::linux::Taskbar;

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::HashMap;
    use std::time::Duration;

    use zbus::Connection;
    use zbus::zvariant::Value;

    /// Of the application whose icon it is: see `assets/salon.desktop`.
    const APPLICATION: &str = "application://salon.desktop";

    /// Any path does: what counts is the application.
    const PATH: &str = "/org/salon/taskbar";

    const INTERFACE: &str = "com.canonical.Unity.LauncherEntry";

    /// A bus that does not answer in this time has nobody to look at it.
    const PATIENCE: Duration = Duration::from_secs(2);

    /// The connection, once something was to be shown.
    #[derive(Default)]
    pub(super) enum Taskbar {
        #[default]
        NotAsked,
        Connected(Connection),
        /// Without a session bus there is no taskbar that listens.
        Missing,
    }

    impl Taskbar {
        pub(super) async fn show(&mut self, share: Option<f32>) {
            if matches!(self, Self::NotAsked) {
                *self = Self::connect().await;
            }
            let Self::Connected(bus) = self else { return };
            if let Err(error) = send(bus, share).await {
                tracing::debug!(%error, "the taskbar is not told any more");
                *self = Self::Missing;
            }
        }

        async fn connect() -> Self {
            match tokio::time::timeout(PATIENCE, Connection::session()).await {
                Ok(Ok(bus)) => Self::Connected(bus),
                Ok(Err(error)) => {
                    tracing::debug!(%error, "no taskbar");
                    Self::Missing
                }
                Err(_elapsed) => Self::Missing,
            }
        }
    }

    async fn send(bus: &Connection, share: Option<f32>) -> zbus::Result<()> {
        let properties = HashMap::from([
            ("progress", Value::from(f64::from(share.unwrap_or(0.0)))),
            ("progress-visible", Value::from(share.is_some())),
        ]);
        let to_everybody = None::<&str>;
        bus.emit_signal(
            to_everybody,
            PATH,
            INTERFACE,
            "Update",
            &(APPLICATION, properties),
        )
        .await
    }
}

#[cfg(not(target_os = "linux"))]
#[derive(Default)]
struct Taskbar;

#[cfg(not(target_os = "linux"))]
impl Taskbar {
    /// See the [module documentation](self).
    #[expect(clippy::unused_async, reason = "other systems do wait here")]
    async fn show(&mut self, _share: Option<f32>) {}
}

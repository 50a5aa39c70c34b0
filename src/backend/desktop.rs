//! The rest of the desktop: the folder dialog, other programs, light or dark.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{FolderDialog, dialog_service};
use crate::protocol::{Event, EventSender, FolderChoice, OpenTarget};

/// A person needs longer to close a dialog. Without a portal and without `zenity` the answer
/// is the same as for a closed dialog, usually after 20 ms.
const FASTEST_PERSON: Duration = Duration::from_millis(150);

/// Shows the dialog and reports the choice.
pub(super) async fn pick_folder(dialog: FolderDialog, start: Option<PathBuf>, events: EventSender) {
    let choice = match dialog {
        FolderDialog::Always(choice) => choice,
        FolderDialog::System => {
            let choice = on_thread("salon-dialog", move || show_dialog(start)).await;
            choice.unwrap_or(FolderChoice::NoDialog)
        }
    };
    events.send(Event::FolderPicked(choice)).await;
}

fn show_dialog(start: Option<PathBuf>) -> FolderChoice {
    let shown_at = Instant::now();
    let mut dialog = rfd::FileDialog::new();
    // The portal refuses a folder that is gone.
    if let Some(start) = start.filter(|start| start.is_dir()) {
        dialog = dialog.set_directory(start);
    }
    match dialog.pick_folder() {
        Some(folder) => FolderChoice::Picked(folder),
        None if shown_at.elapsed() < FASTEST_PERSON || !dialog_service::exists() => {
            FolderChoice::NoDialog
        }
        None => FolderChoice::Cancelled,
    }
}

/// Hands over to the program the system has for it, and reports when there is none.
pub(super) async fn open(target: OpenTarget, events: EventSender) {
    let opened = match &target {
        OpenTarget::Folder(folder) if !folder.is_dir() => false,
        OpenTarget::Folder(folder) => {
            let folder = folder.clone();
            // Waits for the program, which may stay open: on a thread of its own.
            let opened = on_thread("salon-open", move || open::that(folder)).await;
            opened.is_some_and(|opened| opened.is_ok())
        }
        OpenTarget::Web(address) => {
            let address = address.clone();
            let opened = on_thread("salon-open", move || open::that(address)).await;
            opened.is_some_and(|opened| opened.is_ok())
        }
    };
    if !opened {
        events.send(Event::OpenFailed(target)).await;
    }
}

/// Runs what may block for as long as a person likes. Such a thread must not be one of the
/// runtime's: the program ends without waiting for it.
pub(super) async fn on_thread<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (done, result) = oneshot::channel();
    let run = move || {
        // Nobody waits any more when the program ends.
        done.send(work()).ok();
    };
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(run);
    if let Err(error) = thread {
        tracing::warn!(%error, name, "no thread");
        return None;
    }
    result.await.ok()
}

/// Reports the system's preference, and each change of it.
pub(super) async fn follow_theme(events: EventSender, closing: CancellationToken) {
    let (modes_in, mut modes) = mpsc::channel(4);
    let run = move || watch_theme(&modes_in);
    let thread = std::thread::Builder::new()
        .name("salon-theme".to_owned())
        .spawn(run);
    if let Err(error) = thread {
        tracing::warn!(%error, "no thread to follow the theme");
        return;
    }
    let mut told = None;
    while let Some(Some(is_dark)) = closing.run_until_cancelled(modes.recv()).await {
        if told != Some(is_dark) {
            told = Some(is_dark);
            events.send(Event::SystemThemeChanged { is_dark }).await;
        }
    }
}

/// Subscribes before it asks, so that no change falls in between. Sleeps between changes.
fn watch_theme(is_dark: &mpsc::Sender<bool>) {
    let watcher = dark_light::subscribe();
    match dark_light::detect() {
        Ok(mode) if is_dark.blocking_send(is_dark_mode(mode)).is_ok() => {}
        Ok(_) => return,
        Err(error) => {
            tracing::debug!(%error, "the system does not tell its theme");
            return;
        }
    }
    let Ok(watcher) = watcher else { return };
    for mode in watcher.iter() {
        if is_dark.blocking_send(is_dark_mode(mode)).is_err() {
            return;
        }
    }
}

/// Desktops say "no preference" where they mean light.
const fn is_dark_mode(mode: dark_light::Mode) -> bool {
    match mode {
        dark_light::Mode::Dark => true,
        dark_light::Mode::Light | dark_light::Mode::Unspecified => false,
    }
}

//! Writes the settings: changes that come together at once, and never on a worker.

use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::protocol::{Event, EventSender};
use crate::storage::{Dirs, Settings, StorageError, keep_settings};

pub(super) struct SettingsWriter {
    pub(super) dirs: Dirs,
    pub(super) delay: Duration,
    pub(super) events: EventSender,
    pub(super) latest: watch::Receiver<Option<Settings>>,
}

impl SettingsWriter {
    /// Writes until the program ends, and what is pending then.
    pub(super) async fn run(mut self, closing: CancellationToken) {
        let mut trouble = None;
        loop {
            let changed = closing.run_until_cancelled(self.latest.changed()).await;
            let is_pending = match changed {
                Some(Ok(())) => true,
                Some(Err(_)) => return,
                None => self.latest.has_changed().unwrap_or(false),
            };
            if is_pending {
                let wait = tokio::time::sleep(self.delay);
                closing.run_until_cancelled(wait).await;
                let written = self.write().await;
                if let Some(error) = &written
                    && written != trouble
                {
                    let event = Event::StorageTrouble(error.clone());
                    self.events.send(event).await;
                }
                trouble = written;
            }
            if closing.is_cancelled() {
                return;
            }
        }
    }

    /// Writes what changed since the last time; the error, if there was one.
    async fn write(&mut self) -> Option<StorageError> {
        let settings = self.latest.borrow_and_update().clone()?;
        let dirs = self.dirs.clone();
        let write = move || keep_settings(&dirs, &settings);
        let written = tokio::task::spawn_blocking(write).await.ok()?;
        written
            .inspect_err(|error| tracing::warn!(%error, "settings are not kept"))
            .err()
    }
}

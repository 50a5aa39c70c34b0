//! The channels between the window and the backend.

use tokio::sync::{mpsc, watch};

use super::{Command, Event, ImageSize, Waker, Wanted};

/// How many commands may wait: a person presses a few a second, the runner takes them at once.
const COMMAND_CAPACITY: usize = 64;

/// How many events may wait. A thumbnail of 256 KiB each makes this 8 MiB at most; a full
/// channel makes decoders wait with their permit, and so downloads.
pub(super) const EVENT_CAPACITY: usize = 32;

/// The backend's way to report.
#[derive(Debug, Clone)]
pub struct EventSender {
    sender: mpsc::Sender<Event>,
    waker: Waker,
}

impl EventSender {
    /// Queues the event and wakes the window; waits while the channel is full. An event for a
    /// window that is gone is dropped.
    pub async fn send(&self, event: Event) {
        let thumbnail = match &event {
            Event::ImageDecoded { request, .. } | Event::ImageFailed { request, .. } => {
                matches!(request.size, ImageSize::Thumbnail { .. }).then(|| request.clone())
            }
            _ => None,
        };
        if self.sender.send(event).await.is_err() {
            return;
        }
        match thumbnail {
            Some(thumbnail) => {
                let n_waiting = EVENT_CAPACITY - self.sender.capacity();
                self.waker.wake_for(&thumbnail, n_waiting);
            }
            None => self.waker.wake(),
        }
    }
}

/// The window's end of the ring.
#[derive(Debug)]
pub struct UiEnd {
    /// Commands to the backend.
    pub commands: mpsc::Sender<Command>,
    /// The wish list.
    pub wanted: watch::Sender<Wanted>,
    /// What was found.
    pub events: mpsc::Receiver<Event>,
    /// To be armed before `events` is drained.
    pub waker: Waker,
}

/// The backend's end of the ring.
#[derive(Debug)]
pub struct BackendEnd {
    /// Commands to run.
    pub commands: mpsc::Receiver<Command>,
    /// The latest wish list.
    pub wanted: watch::Receiver<Wanted>,
    /// Where to report.
    pub events: EventSender,
}

/// Makes the ring.
pub fn channel(waker: Waker) -> (UiEnd, BackendEnd) {
    let (commands, commands_end) = mpsc::channel(COMMAND_CAPACITY);
    let (wanted, wanted_end) = watch::channel(Wanted::default());
    let (events_end, events) = mpsc::channel(EVENT_CAPACITY);
    (
        UiEnd {
            commands,
            wanted,
            events,
            waker: waker.clone(),
        },
        BackendEnd {
            commands: commands_end,
            wanted: wanted_end,
            events: EventSender {
                sender: events_end,
                waker,
            },
        },
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn many_events_wake_the_window_once_until_it_is_armed() {
        let calls = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&calls);
        let (ui, backend) = channel(Waker::new(move |_within| {
            seen.fetch_add(1, Ordering::SeqCst);
        }));
        for _ in 0..3 {
            backend.events.send(Event::CodeResent(Ok(()))).await;
        }
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        ui.waker.arm();
        backend.events.send(Event::CodeResent(Ok(()))).await;
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }
}

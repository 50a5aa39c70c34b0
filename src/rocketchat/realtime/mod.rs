//! The server's websocket: it tells what happens, so that nobody has to ask again and again.
//!
//! * `socket`: from a request to a websocket, with the trust and the proxy of all requests.
//! * `conversation`: what is said on it (DDP): connect, log in, subscribe. No sockets in there.
//! * `seen_messages`: whether a message tells anything new about images.
//!
//! Nothing is ever sent that changes something: only who this is, and what to listen to. Every
//! server counts a connection that is logged in as somebody being online; a client has no say
//! in that.

mod conversation;
mod frames;
mod news;
mod seen_messages;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::Client;
use crate::domain::RoomId;
use conversation::{Conversation, Step};
use socket::Socket;

pub(super) use news::{ChangeKind, RoomListPart};
pub use news::{RealtimeEnd, RealtimeNews, RoomChange};

/// Between two changes of the room that is listened to. A server takes forty subscriptions in
/// ten seconds from one connection, and a room needs three.
const ROOM_REST: Duration = Duration::from_secs(1);

/// A frame is a few bytes; a server that does not take it in this time takes nothing.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);

/// An open websocket, on which nothing was said yet. Dropping it closes it.
pub struct Realtime {
    socket: Socket,
    conversation: Conversation,
    /// The room that is listened to.
    room: Option<RoomId>,
    room_changed_at: Option<Instant>,
}

impl Client {
    /// Opens `<base>/websocket`. Costs none of the calls that a server allows.
    ///
    /// # Errors
    /// [`RealtimeEnd::NotOffered`] where there is none, [`RealtimeEnd::Unreachable`] when the
    /// server could not be asked.
    pub async fn open_realtime(&self) -> Result<Realtime, RealtimeEnd> {
        let session = self.session();
        let socket = socket::open(self.http(), &session.server).await?;
        Ok(Realtime {
            socket,
            conversation: Conversation::new(session, Arc::clone(self.message_links())),
            room: None,
            room_changed_at: None,
        })
    }
}

impl Realtime {
    /// Logs in, listens to what concerns the person and to the room in `room`, also when that
    /// changes, and puts what is heard into `news`. After `quiet` without a frame the server is
    /// asked for a sign of life; after twice that it counts as gone.
    ///
    /// Returns why it ended.
    pub async fn listen(
        mut self,
        mut room: watch::Receiver<Option<RoomId>>,
        news: mpsc::Sender<RealtimeNews>,
        quiet: Duration,
    ) -> RealtimeEnd {
        let end = match self.converse(&mut room, &news, quiet).await {
            Ok(()) => RealtimeEnd::lost("nobody listens any more"),
            Err(end) => end,
        };
        tracing::debug!(%end, "the websocket is closed");
        end
    }

    async fn converse(
        &mut self,
        room: &mut watch::Receiver<Option<RoomId>>,
        news: &mpsc::Sender<RealtimeNews>,
        quiet: Duration,
    ) -> Result<(), RealtimeEnd> {
        self.send(frames::connect()).await?;
        let (mut heard_at, mut is_asked) = (Instant::now(), false);
        loop {
            let room_due = self.room_due(room.borrow_and_update().as_ref());
            let steps = tokio::select! {
                message = self.socket.next() => {
                    (heard_at, is_asked) = (Instant::now(), false);
                    match message {
                        Some(Ok(Message::Text(text))) => self.conversation.hear(&text),
                        Some(Ok(Message::Close(frame))) => {
                            let code = frame.map(|frame| u16::from(frame.code));
                            return Err(RealtimeEnd::lost(format!("closed with {code:?}")));
                        }
                        // Pings of the websocket itself are answered by the library.
                        Some(Ok(_)) => Vec::new(),
                        Some(Err(error)) => return Err(RealtimeEnd::lost(error.to_string())),
                        None => return Err(RealtimeEnd::lost("ended")),
                    }
                }
                changed = room.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                    Vec::new()
                }
                () = sleep_until(room_due.unwrap_or(heard_at)), if room_due.is_some() => {
                    self.room_changed_at = Some(Instant::now());
                    self.room.clone_from(&room.borrow());
                    self.conversation.follow(self.room.clone())
                }
                () = sleep_until(heard_at + quiet * if is_asked { 2 } else { 1 }) => {
                    if is_asked {
                        return Err(RealtimeEnd::lost("no sign of life"));
                    }
                    is_asked = true;
                    vec![Step::Send(frames::ping())]
                }
            };
            for step in steps {
                match step {
                    Step::Send(frame) => self.send(frame).await?,
                    Step::Tell(told) => {
                        if news.send(told).await.is_err() {
                            return Ok(());
                        }
                    }
                    Step::End(end) => return Err(end),
                }
            }
        }
    }

    /// When to listen to another room; `None` while it is the right one.
    fn room_due(&self, wanted: Option<&RoomId>) -> Option<Instant> {
        let is_other = wanted != self.room.as_ref();
        is_other.then(|| {
            let changed_at = self.room_changed_at;
            changed_at.map_or_else(Instant::now, |changed_at| changed_at + ROOM_REST)
        })
    }

    async fn send(&mut self, frame: String) -> Result<(), RealtimeEnd> {
        match timeout(SEND_TIMEOUT, self.socket.send(Message::text(frame))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(RealtimeEnd::lost(error.to_string())),
            Err(_) => Err(RealtimeEnd::lost("takes nothing")),
        }
    }
}

impl std::fmt::Debug for Realtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Realtime")
            .field("room", &self.room)
            .finish_non_exhaustive()
    }
}

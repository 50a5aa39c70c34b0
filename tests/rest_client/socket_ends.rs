//! The two ends of a websocket: one that a test speaks for, and the client at the other.
#![expect(
    clippy::indexing_slicing,
    reason = "a frame without the field fails the test"
)]

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use salon::domain::{RoomId, ServerUrl};
use salon::rocketchat::{Client, RealtimeEnd, RealtimeNews, RoomChange};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

use crate::{TOKEN, USER};

/// Nothing in these tests takes longer; a hang is told apart from slowness.
const DEADLINE: Duration = Duration::from_secs(20);

/// Longer than any test: silence is not what it is about.
pub(crate) const PATIENT: Duration = Duration::from_mins(1);

pub(crate) async fn soon<T>(what: &str, work: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(DEADLINE, work).await;
    done.unwrap_or_else(|_| panic!("waited for {what}"))
}

/// A server of one connection.
pub(crate) async fn listen() -> (TcpListener, ServerUrl) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    (listener, ServerUrl::parse_base(&base).unwrap())
}

/// The server's end.
pub(crate) struct Peer<S>(pub(crate) WebSocketStream<S>);

impl Peer<TcpStream> {
    pub(crate) async fn accept(listener: &TcpListener) -> Self {
        let (stream, _) = listener.accept().await.unwrap();
        Self(accept_async(stream).await.unwrap())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    pub(crate) async fn say(&mut self, frame: &Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    pub(crate) async fn hear(&mut self) -> Value {
        let message = soon("a frame", self.0.next()).await.unwrap().unwrap();
        serde_json::from_str(message.to_text().unwrap()).unwrap()
    }

    /// Lets the client in, and answers its first subscriptions: their streams and events.
    pub(crate) async fn welcome(&mut self, count: usize) -> Vec<String> {
        assert_eq!(self.hear().await["msg"], "connect");
        self.say(&json!({ "server_id": "0" })).await;
        self.say(&json!({ "msg": "connected", "session": "s" }))
            .await;
        let login = self.hear().await;
        assert_eq!(login["params"], json!([{ "resume": TOKEN }]));
        let result = json!({ "msg": "result", "id": login["id"], "result": { "id": USER } });
        self.say(&result).await;
        self.subscriptions(count).await
    }

    pub(crate) async fn subscriptions(&mut self, count: usize) -> Vec<String> {
        let mut events = Vec::new();
        while events.len() < count {
            let frame = self.hear().await;
            if frame["msg"] == "sub" {
                let (stream, event) = (&frame["name"], &frame["params"][0]);
                events.push(format!(
                    "{} {}",
                    stream.as_str().unwrap(),
                    event.as_str().unwrap()
                ));
                self.say(&json!({ "msg": "ready", "subs": [frame["id"]] }))
                    .await;
            }
        }
        events
    }
}

/// The client's end, running.
pub(crate) struct Listener {
    pub(crate) room: watch::Sender<Option<RoomId>>,
    pub(crate) news: mpsc::Receiver<RealtimeNews>,
    pub(crate) end: JoinHandle<RealtimeEnd>,
}

impl Listener {
    pub(crate) fn start(client: &Client, room: Option<&str>, quiet: Duration) -> Self {
        let (room, open) = watch::channel(room.map(RoomId::from));
        let (sender, news) = mpsc::channel(16);
        let client = client.clone();
        let end = tokio::spawn(async move {
            match client.open_realtime().await {
                Ok(socket) => socket.listen(open, sender, quiet).await,
                Err(end) => end,
            }
        });
        Self { room, news, end }
    }

    /// What comes next about images.
    pub(crate) async fn news(&mut self) -> RealtimeNews {
        loop {
            let news = soon("news", self.news.recv()).await.unwrap();
            if !matches!(news, RealtimeNews::RoomChanged(_)) {
                return news;
            }
        }
    }

    /// What comes next about the list of rooms.
    pub(crate) async fn room_change(&mut self) -> RoomChange {
        match soon("news", self.news.recv()).await.unwrap() {
            RealtimeNews::RoomChanged(change) => change,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn end(self) -> RealtimeEnd {
        soon("the end", self.end).await.unwrap()
    }
}

pub(crate) fn following(room: &str) -> RealtimeNews {
    RealtimeNews::Following(RoomId::from(room))
}

pub(crate) fn changed(room: &str) -> RealtimeNews {
    RealtimeNews::ImagesChanged(RoomId::from(room))
}

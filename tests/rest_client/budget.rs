//! Ten calls a minute: a server that counts like the real one never has to say 429.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use jiff::Timestamp;
use salon::domain::{ListingWindow, PageIndex, RoomKind};
use salon::rocketchat::{ClientError, Endpoint};
use serde_json::json;

use crate::stub::{Reply, Stub};
use crate::{client, room};

/// The server's limiter, with its clock an hour ahead and windows as short as wanted.
struct Limiter {
    limit: u32,
    window: Duration,
    state: Mutex<Option<(Instant, u32)>>,
}

const CLOCK_AHEAD_MILLIS: i64 = 3_600_000;

impl Limiter {
    fn new(limit: u32, window: Duration) -> Arc<Self> {
        Arc::new(Self {
            limit,
            window,
            state: Mutex::new(None),
        })
    }

    /// Counts one call and answers it.
    fn answer(&self, reply: Reply) -> Reply {
        let mut state = self.state.lock().unwrap();
        let now = Instant::now();
        let (began, count) = state
            .filter(|(began, _)| now.duration_since(*began) < self.window)
            .unwrap_or((now, 0));
        *state = Some((began, count + 1));
        let left = self.window.saturating_sub(now.duration_since(began));
        let clock = Timestamp::now().as_millisecond() + CLOCK_AHEAD_MILLIS;
        let date = Timestamp::from_millisecond(clock).unwrap();
        let reset = clock + i64::try_from(left.as_millis()).unwrap();
        let reply = if count >= self.limit {
            Reply::json(
                429,
                &json!({ "success": false, "error": format!(
                "Error, too many requests. Please slow down. You must wait {} seconds before \
                 trying this endpoint again. [error-too-many-requests]", left.as_secs()) }),
            )
        } else {
            reply
        };
        reply
            .with("X-RateLimit-Limit", &self.limit.to_string())
            .with(
                "X-RateLimit-Remaining",
                &self.limit.saturating_sub(count + 1).to_string(),
            )
            .with("X-RateLimit-Reset", &reset.to_string())
            .with(
                "Date",
                &date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string(),
            )
    }
}

fn empty_page() -> Reply {
    Reply::json(
        200,
        &json!({ "files": [], "count": 100, "offset": 0, "total": 0, "success": true }),
    )
}

async fn limited(limiter: Arc<Limiter>) -> Stub {
    Stub::start(move |_| limiter.answer(empty_page())).await
}

fn page(n: usize) -> ListingWindow {
    ListingWindow::Page(PageIndex(n))
}

#[tokio::test]
async fn thirty_calls_at_once_send_ten_and_say_when_the_next_may_go() {
    let stub = limited(Limiter::new(10, Duration::from_mins(1))).await;
    let client = client(stub.server());
    let room = room("r1", RoomKind::Channel);
    let calls = (0..30).map(|n| {
        let (client, room) = (client.clone(), room.clone());
        async move { client.image_window(&room, page(n), None).await }
    });
    let results = futures_util::future::join_all(calls).await;
    assert_eq!(stub.asked().len(), 10);
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 10);
    let Err(ClientError::RateLimited { retry_after }) =
        client.image_window(&room, page(0), None).await
    else {
        panic!("not limited");
    };
    // By the server's clock, not by this one, which is an hour behind.
    assert!(retry_after > Duration::from_secs(55), "{retry_after:?}");
    assert!(retry_after <= Duration::from_secs(61), "{retry_after:?}");
    assert!(client.endpoint_ready_at(Endpoint::Images).is_some());
    assert_eq!(stub.asked().len(), 10);
}

#[tokio::test]
async fn a_program_just_started_finds_out_how_much_the_one_before_left() {
    let limiter = Limiter::new(10, Duration::from_mins(1));
    for _ in 0..7 {
        limiter.answer(empty_page());
    }
    let stub = limited(limiter).await;
    let client = client(stub.server());
    let room = room("r1", RoomKind::Channel);
    let calls = (0..8).map(|n| {
        let (client, room) = (client.clone(), room.clone());
        async move { client.image_window(&room, page(n), None).await }
    });
    futures_util::future::join_all(calls).await;
    assert_eq!(stub.asked().len(), 3);
}

#[tokio::test]
async fn a_call_given_up_does_not_hold_the_others() {
    let stub = limited(Limiter::new(10, Duration::from_mins(1))).await;
    let client = client(stub.server());
    let room = room("r1", RoomKind::Channel);
    let mut first = Box::pin(client.image_window(&room, page(0), None));
    assert!(first.as_mut().now_or_never().is_none());
    drop(first);
    client.image_window(&room, page(1), None).await.unwrap();
}

#[tokio::test]
async fn each_endpoint_has_a_budget_of_its_own() {
    let images = Limiter::new(1, Duration::from_mins(1));
    let stub = Stub::start(move |asked| match asked.path.as_str() {
        "/api/v1/rooms.images" => images.answer(empty_page()),
        _ => Reply::json(200, &json!({ "_id": "x", "success": true })),
    })
    .await;
    let client = client(stub.server());
    let room = room("r1", RoomKind::Channel);
    client.image_window(&room, page(0), None).await.unwrap();
    assert!(client.image_window(&room, page(0), None).await.is_err());
    client.confirm_session().await.unwrap();
    assert_eq!(client.endpoint_ready_at(Endpoint::Me), None);
}

#[tokio::test]
async fn calls_made_whenever_they_may_be_never_meet_a_429() {
    let stub = limited(Limiter::new(3, Duration::from_millis(700))).await;
    let client = client(stub.server());
    let room = room("r1", RoomKind::Channel);
    let mut answers = 0;
    while answers < 7 {
        if let Some(at) = client.endpoint_ready_at(Endpoint::Images) {
            tokio::time::sleep_until(at.into()).await;
        } else {
            client.image_window(&room, page(0), None).await.unwrap();
            answers += 1;
        }
    }
    assert_eq!(stub.asked().len(), 7);
}

#[tokio::test]
async fn a_429_that_others_caused_is_obeyed() {
    let stub = Stub::start(|_| {
        Reply::json(
            429,
            &json!({ "success": false, "error": "Error, too many requests. Please slow down. \
                You must wait 42 seconds before trying this endpoint again. \
                [error-too-many-requests]" }),
        )
    })
    .await;
    let client = client(stub.server());
    for _ in 0..3 {
        let Err(ClientError::RateLimited { retry_after }) = client.confirm_session().await else {
            panic!("not limited");
        };
        assert!(retry_after > Duration::from_secs(40), "{retry_after:?}");
        assert!(retry_after <= Duration::from_secs(43), "{retry_after:?}");
    }
    assert_eq!(stub.asked().len(), 1);
}

#[tokio::test]
async fn without_the_headers_there_is_no_limit() {
    let stub = Stub::start(|_| Reply::json(200, &json!({ "_id": "x", "success": true }))).await;
    let client = client(stub.server());
    for _ in 0..25 {
        client.confirm_session().await.unwrap();
    }
    assert_eq!(stub.asked().len(), 25);
}

#[tokio::test]
async fn a_server_that_is_away_uses_up_no_budget() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let client = client(salon::domain::ServerUrl::parse_base(&address).unwrap());
    for _ in 0..4 {
        // With its repetitions, each is three calls.
        assert!(matches!(
            client.confirm_session().await,
            Err(ClientError::Unreachable { .. })
        ));
    }
}

//! A server whose every answer a test decides: for what happens in the middle of something.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

pub(crate) const ROOM: &str = "ROOM1";
pub(crate) const PASSWORD: &str = "correct horse";
pub(crate) const CODE: &str = "123456";

/// What happens when the bytes of a file are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    Good,
    Forbidden,
    Missing,
    Html,
    CutShort,
    Garbage,
    /// The same, and the listing does not say how long the file is.
    GarbageOfNoSize,
    /// The right length and checksum, and other bytes.
    Corrupted,
    /// The server redirects to a storage at which nobody listens.
    StorageGone,
    /// So many bytes come, and then nothing more for ever.
    StallsAfter(usize),
}

#[derive(Clone)]
pub(crate) struct Image {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) media_type: &'static str,
    pub(crate) millis: i64,
    pub(crate) bytes: Bytes,
    /// What the listing says of their number, where that is not true.
    pub(crate) listed_len: Option<usize>,
    pub(crate) behaviour: Behaviour,
    pub(crate) original: Option<String>,
    pub(crate) edges: (u32, u32),
}

impl Image {
    pub(crate) fn new(index: usize) -> Self {
        Self {
            id: format!("image{index:05}"),
            name: format!("picture {index}.png"),
            media_type: "image/png",
            millis: 1_700_000_000_000 - i64::try_from(index).unwrap() * 60_000,
            bytes: png(16, 12, index),
            listed_len: None,
            behaviour: Behaviour::Good,
            original: None,
            edges: (16, 12),
        }
    }

    pub(crate) fn json(&self) -> Value {
        let at = jiff::Timestamp::from_millisecond(self.millis).unwrap();
        let mut json = json!({
            "_id": self.id, "name": self.name, "type": self.media_type,
            "size": self.listed_len.unwrap_or(self.bytes.len()),
            "rid": ROOM, "userId": "poster", "store": "GridFS:Uploads", "complete": true,
            "identify": {"format": "png", "size": {"width": self.edges.0, "height": self.edges.1}},
            "typeGroup": if self.original.is_some() { "thumb" } else { "image" },
            "uploadedAt": at.to_string(), "_updatedAt": at.to_string(),
        });
        if self.behaviour == Behaviour::GarbageOfNoSize {
            json["size"] = Value::Null;
        }
        if let Some(original) = &self.original {
            json["originalFileId"] = json!(original);
            json["user"] = json!({"_id": "poster", "username": "poster", "name": "Paula Poster"});
        }
        json
    }
}

/// A picture that no other index has.
pub(crate) fn png(width: u32, height: u32, index: usize) -> Bytes {
    let seed = u32::try_from(index).unwrap().wrapping_mul(2_654_435_761);
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        let mixed = (x * 7 + y * 13).wrapping_mul(x ^ 31).wrapping_add(seed);
        let [a, b, c, _] = mixed.to_le_bytes();
        image::Rgb([a, b, c])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    Bytes::from(bytes.into_inner())
}

/// What a test does to the world when a path is asked for.
pub(crate) type Before = Box<dyn FnMut(&mut World, &str) + Send>;

pub(crate) struct World {
    pub(crate) token: Option<String>,
    pub(crate) needs_code: bool,
    /// Newest first.
    pub(crate) images: Vec<Image>,
    pub(crate) thumbs: Vec<Image>,
    pub(crate) log: Vec<String>,
    pub(crate) limiter: Option<(usize, Duration)>,
    pub(crate) refusals: usize,
    /// Called with each path before it is answered.
    pub(crate) before: Option<Before>,
    /// Statuses to answer to the next listings instead.
    pub(crate) listing_failures: Vec<u16>,
    pub(crate) counts: Vec<(String, Instant)>,
    pub(crate) logins: usize,
    /// Paths with this in them are never answered.
    pub(crate) silent: Option<&'static str>,
    /// Where the server says that others find it.
    pub(crate) site_url: Option<&'static str>,
}

pub(crate) struct ScriptedServer {
    pub(crate) world: Arc<Mutex<World>>,
    /// Permits to send the bytes of a file; closed gates are for tests of concurrency.
    pub(crate) gate: Arc<Semaphore>,
    port: u16,
    runtime: Option<Runtime>,
}

impl ScriptedServer {
    pub(crate) fn start(image_count: usize) -> Self {
        let mut server = Self {
            world: Arc::new(Mutex::new(World {
                token: None,
                needs_code: false,
                images: (0..image_count).map(Image::new).collect(),
                thumbs: Vec::new(),
                log: Vec::new(),
                limiter: None,
                refusals: 0,
                before: None,
                listing_failures: Vec::new(),
                counts: Vec::new(),
                logins: 0,
                silent: None,
                site_url: None,
            })),
            gate: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
            port: 0,
            runtime: None,
        };
        server.listen();
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    /// Connections break, and no new ones are taken.
    pub(crate) fn stop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }

    /// Takes connections, on the same port as before.
    pub(crate) fn listen(&mut self) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let address = format!("127.0.0.1:{}", self.port);
        let deadline = Instant::now() + Duration::from_secs(5);
        let listener = loop {
            match std::net::TcpListener::bind(&address) {
                Ok(listener) => break listener,
                Err(error) => assert!(Instant::now() < deadline, "{error}"),
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        listener.set_nonblocking(true).unwrap();
        self.port = listener.local_addr().unwrap().port();
        let state = (Arc::clone(&self.world), Arc::clone(&self.gate));
        let app = Router::new().fallback(answer).with_state(state);
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, app).await.unwrap();
        });
        self.runtime = Some(runtime);
    }

    pub(crate) fn asked(&self, part: &str) -> usize {
        self.world()
            .log
            .iter()
            .filter(|line| line.contains(part))
            .count()
    }
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.stop();
    }
}

type Shared = (Arc<Mutex<World>>, Arc<Semaphore>);

async fn answer(State((world, gate)): State<Shared>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let token = request
        .headers()
        .get("x-auth-token")
        .and_then(|value| value.to_str().ok());
    let token = token.map(str::to_owned);
    let body = axum::body::to_bytes(request.into_body(), 100_000)
        .await
        .unwrap();
    let is_file = path.starts_with("/file-upload/");
    let is_silent = {
        let mut world = world.lock().unwrap();
        world.log.push(format!("{path}?{query}"));
        if let Some(mut before) = world.before.take() {
            before(&mut world, &path);
            world.before.get_or_insert(before);
        }
        world.silent.is_some_and(|part| path.contains(part))
    };
    if is_silent {
        return std::future::pending().await;
    }
    if is_file {
        gate.acquire().await.unwrap().forget();
        gate.add_permits(usize::from(gate.available_permits() > 1_000_000));
    }
    let mut world = world.lock().unwrap();
    world.answer(&path, &query, token.as_deref(), &body)
}

//! A server whose every answer a test decides: for what happens in the middle of something.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
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
}

#[derive(Clone)]
pub(crate) struct Image {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) millis: i64,
    pub(crate) bytes: Bytes,
    pub(crate) behaviour: Behaviour,
    pub(crate) original: Option<String>,
    pub(crate) edges: (u32, u32),
}

impl Image {
    pub(crate) fn new(index: usize) -> Self {
        Self {
            id: format!("image{index:05}"),
            name: format!("picture {index}.png"),
            millis: 1_700_000_000_000 - i64::try_from(index).unwrap() * 60_000,
            bytes: png(16, 12, index),
            behaviour: Behaviour::Good,
            original: None,
            edges: (16, 12),
        }
    }

    fn json(&self) -> Value {
        let at = jiff::Timestamp::from_millisecond(self.millis).unwrap();
        let mut json = json!({
            "_id": self.id, "name": self.name, "size": self.bytes.len(), "type": "image/png",
            "rid": ROOM, "userId": "poster", "store": "GridFS:Uploads", "complete": true,
            "identify": {"format": "png", "size": {"width": self.edges.0, "height": self.edges.1}},
            "typeGroup": if self.original.is_some() { "thumb" } else { "image" },
            "uploadedAt": at.to_string(), "_updatedAt": at.to_string(),
        });
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
    pub(crate) before: Option<Box<dyn FnMut(&mut World, &str) + Send>>,
    /// Statuses to answer to the next listings instead.
    pub(crate) listing_failures: Vec<u16>,
    counts: Vec<(String, Instant)>,
    logins: usize,
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
    {
        let mut world = world.lock().unwrap();
        world.log.push(format!("{path}?{query}"));
        if let Some(mut before) = world.before.take() {
            before(&mut world, &path);
            world.before.get_or_insert(before);
        }
    }
    if is_file {
        gate.acquire().await.unwrap().forget();
        gate.add_permits(usize::from(gate.available_permits() > 1_000_000));
    }
    let mut world = world.lock().unwrap();
    world.answer(&path, &query, token.as_deref(), &body)
}

fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn with_status(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    (status, axum::Json(body)).into_response()
}

impl World {
    fn answer(&mut self, path: &str, query: &str, token: Option<&str>, body: &[u8]) -> Response {
        let is_alive = token.is_some() && token == self.token.as_deref();
        if let Some(id) = path.strip_prefix("/file-upload/") {
            return self.file(id.split('/').next().unwrap(), is_alive);
        }
        if path == "/api/info" {
            return with_status(200, &json!({"version": "8.8", "success": true}));
        }
        let Some(route) = path.strip_prefix("/api/v1/") else {
            return (StatusCode::NOT_FOUND, "").into_response();
        };
        let (remaining, reset_in) = match self.count(route) {
            Ok(left) => left,
            Err(wait) => {
                self.refusals += 1;
                let body = json!({"success": false, "error": "Error, too many requests. [error-too-many-requests]"});
                return limited(with_status(429, &body), 10, 0, wait);
            }
        };
        let response = self.api(route, query, is_alive, body);
        match self.limiter {
            Some((limit, _)) => limited(response, limit, remaining, reset_in),
            None => response,
        }
    }

    fn count(&mut self, route: &str) -> Result<(usize, Duration), Duration> {
        let Some((calls, window)) = self.limiter else {
            return Ok((0, Duration::ZERO));
        };
        self.counts.retain(|(_, at)| at.elapsed() < window);
        let mine = self.counts.iter().filter(|(name, _)| name == route);
        let used = mine.clone().count();
        // A window begins with its first call and ends for all of them.
        let first = mine.map(|(_, at)| *at).min().unwrap_or_else(Instant::now);
        let reset_in = window.saturating_sub(first.elapsed());
        if used >= calls {
            return Err(reset_in);
        }
        self.counts.push((route.to_owned(), first));
        Ok((calls - used - 1, reset_in))
    }

    fn api(&mut self, route: &str, query: &str, is_alive: bool, body: &[u8]) -> Response {
        match route {
            "login" => return self.log_in(body),
            "settings.public" => {
                let settings = json!({"settings": [{"_id": "Site_Name", "value": "Scripted"}], "success": true});
                return with_status(200, &settings);
            }
            _ if !is_alive => {
                let body = json!({"success": false, "status": "error", "message": "You must be logged in to do this."});
                return with_status(401, &body);
            }
            _ => {}
        }
        match route {
            "me" => with_status(
                200,
                &json!({"_id": "me", "username": "ana", "success": true}),
            ),
            "logout" => {
                self.token = None;
                with_status(200, &json!({"status": "success"}))
            }
            "subscriptions.get" => with_status(
                200,
                &json!({"update": [{
                "_id": "SUB1", "rid": ROOM, "name": "general", "t": "c", "open": true,
                "_updatedAt": "2026-01-01T00:00:00.000Z"}], "remove": [], "success": true}),
            ),
            "rooms.get" => with_status(
                200,
                &json!({"update": [{
                "_id": ROOM, "name": "general", "t": "c",
                "_updatedAt": "2026-01-01T00:00:00.000Z"}], "remove": [], "success": true}),
            ),
            "users.presence" => with_status(
                200,
                &json!({"users": [
                {"_id": "poster", "username": "poster", "name": "Paula Poster"}], "success": true}),
            ),
            "rooms.images" => self.list(query),
            "channels.files" => self.list_thumbs(query),
            _ => with_status(404, &json!({"success": false, "error": "no such route"})),
        }
    }

    fn log_in(&mut self, body: &[u8]) -> Response {
        let body: Value = serde_json::from_slice(body).unwrap();
        if body["password"] != PASSWORD && body["resume"] != "pat" {
            return with_status(
                401,
                &json!({"status": "error", "error": "Unauthorized", "message": "Unauthorized"}),
            );
        }
        if self.needs_code && body["code"] != CODE && body["resume"].is_null() {
            let details =
                json!({"method": "totp", "codeGenerated": false, "availableMethods": ["totp"]});
            return with_status(
                401,
                &json!({"status": "error", "error": "totp-required",
                "message": "TOTP Required", "details": details}),
            );
        }
        self.logins += 1;
        let token = format!("token-{}", self.logins);
        self.token = Some(token.clone());
        with_status(
            200,
            &json!({"status": "success", "data": {"userId": "me",
            "authToken": token, "me": {"_id": "me", "username": "ana", "name": "Ana"}}}),
        )
    }

    fn list(&mut self, query: &str) -> Response {
        if !self.listing_failures.is_empty() {
            let status = self.listing_failures.remove(0);
            return with_status(status, &json!({"success": false, "error": "forced"}));
        }
        let offset: usize = parameter(query, "offset").unwrap_or("0").parse().unwrap();
        let count: usize = parameter(query, "count").unwrap_or("50").parse().unwrap();
        let anchor = parameter(query, "startingFromId");
        let anchor = self
            .images
            .iter()
            .find(|image| Some(image.id.as_str()) == anchor)
            .cloned();
        let newest = anchor.as_ref().map_or(i64::MAX, |anchor| anchor.millis);
        let all: Vec<&Image> = self
            .images
            .iter()
            .filter(|image| image.millis <= newest)
            .collect();
        let mut page: Vec<Value> = all
            .iter()
            .skip(offset)
            .take(count)
            .map(|one| one.json())
            .collect();
        if let Some(anchor) = &anchor
            && !page.iter().any(|one| one["_id"] == anchor.id)
        {
            page.insert(0, anchor.json());
        }
        with_status(
            200,
            &json!({"files": page, "count": count, "offset": offset,
            "total": all.len(), "success": true}),
        )
    }

    fn list_thumbs(&self, query: &str) -> Response {
        let offset: usize = parameter(query, "offset").unwrap_or("0").parse().unwrap();
        let page: Vec<Value> = self
            .thumbs
            .iter()
            .skip(offset)
            .take(100)
            .map(Image::json)
            .collect();
        with_status(
            200,
            &json!({"files": page, "count": page.len(), "offset": offset,
            "total": self.thumbs.len(), "success": true}),
        )
    }

    fn file(&self, id: &str, is_alive: bool) -> Response {
        if !is_alive {
            return StatusCode::FORBIDDEN.into_response();
        }
        let mut files = self.images.iter().chain(&self.thumbs);
        let Some(image) = files.find(|image| image.id == id) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        match image.behaviour {
            Behaviour::Good => image.bytes.clone().into_response(),
            Behaviour::Forbidden => StatusCode::FORBIDDEN.into_response(),
            Behaviour::Missing => StatusCode::NOT_FOUND.into_response(),
            Behaviour::Html => (
                [("content-type", "text/html")],
                "<!doctype html><html>Sign in</html>",
            )
                .into_response(),
            Behaviour::CutShort => {
                let half = image.bytes.slice(..image.bytes.len() / 2);
                Response::new(Body::from(half))
            }
            Behaviour::Garbage => {
                let garbage = vec![0xa5_u8; image.bytes.len()];
                garbage.into_response()
            }
        }
    }
}

fn limited(mut response: Response, limit: usize, remaining: usize, reset_in: Duration) -> Response {
    let now = jiff::Timestamp::now();
    let reset = now.as_millisecond() + i64::try_from(reset_in.as_millis()).unwrap();
    let headers = response.headers_mut();
    headers.insert("x-ratelimit-limit", limit.to_string().parse().unwrap());
    headers.insert(
        "x-ratelimit-remaining",
        remaining.to_string().parse().unwrap(),
    );
    headers.insert("x-ratelimit-reset", reset.to_string().parse().unwrap());
    response
}

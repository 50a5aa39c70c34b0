//! A server whose every answer the test decides, and which remembers what it was asked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method, Response, StatusCode};
use salon::domain::ServerUrl;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// One request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Asked {
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn offset(&self) -> usize {
        self.query("offset").map_or(0, |text| text.parse().unwrap())
    }
}

/// What to answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::bytes(status, body.to_string().into_bytes()).with("Content-Type", "application/json")
    }

    pub(crate) fn html(status: u16) -> Self {
        Self::bytes(status, &b"<!DOCTYPE html><title>x</title>"[..])
            .with("Content-Type", "text/html; charset=utf-8")
    }

    pub(crate) fn bytes(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    pub(crate) fn redirect(location: impl std::fmt::Display) -> Self {
        Self::bytes(302, Vec::new()).with("Location", &location.to_string())
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A server that says these bytes to everything, and hangs up.
pub(crate) async fn saying(bytes: Vec<u8>) -> ServerUrl {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            stream.write_all(&bytes).await.unwrap();
            stream.shutdown().await.unwrap();
        }
    });
    ServerUrl::parse_base(&address).unwrap()
}

/// The server; gone when dropped.
pub(crate) struct Stub {
    base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Stub {
    /// Starts one that answers as `answer` says.
    pub(crate) async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&asked);
        let answer = Arc::new(answer);
        let app = Router::new().fallback(move |request: Request| {
            let (record, answer) = (Arc::clone(&record), Arc::clone(&answer));
            async move {
                let asked = read(request).await;
                record.lock().unwrap().push(asked.clone());
                respond(answer(&asked))
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { base, asked, task }
    }

    /// The same, where `answer` is told how often it was asked before.
    pub(crate) async fn start_counting(
        answer: impl Fn(usize, &Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let calls = AtomicUsize::new(0);
        Self::start(move |asked| answer(calls.fetch_add(1, Ordering::SeqCst), asked)).await
    }

    /// Its address with `path` behind it.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn server(&self) -> ServerUrl {
        self.server_at("/")
    }

    pub(crate) fn server_at(&self, path: &str) -> ServerUrl {
        ServerUrl::parse_base(&self.url(path)).unwrap()
    }

    /// Everything it was asked.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// What it was asked at this path.
    pub(crate) fn asked_at(&self, path: &str) -> Vec<Asked> {
        let mut asked = self.asked();
        asked.retain(|asked| asked.path == path);
        asked
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn read(request: Request) -> Asked {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let query = parts.uri.query().unwrap_or_default();
    Asked {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect(),
        headers: parts.headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    }
}

fn respond(reply: Reply) -> Response<Body> {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap();
    for (name, value) in reply.headers {
        let name: axum::http::HeaderName = name.parse().unwrap();
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

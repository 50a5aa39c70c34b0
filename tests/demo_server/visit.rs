//! A demo server with somebody who asks it by hand.

use reqwest::header::HeaderMap;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use salon::demo_server::{Admin, DemoOptions, DemoServer, LibraryChoice, Quirks, Switch};
use serde_json::Value;

/// A server, a client that follows nothing, and Ana's session.
pub(crate) struct Visit {
    pub(crate) server: DemoServer,
    pub(crate) http: Client,
    pub(crate) user: String,
    pub(crate) token: String,
}

impl Visit {
    pub(crate) async fn start(quirks: Quirks) -> Self {
        Self::of(DemoOptions {
            quirks,
            library: LibraryChoice::Small,
            ..DemoOptions::default()
        })
        .await
    }

    pub(crate) async fn of(options: DemoOptions) -> Self {
        let server = DemoServer::start(options).await.unwrap();
        let (user, token) = server.admin().mint_session("ana").unwrap();
        let http = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_gzip()
            .no_proxy()
            .build()
            .unwrap();
        Self {
            server,
            http,
            user,
            token,
        }
    }

    pub(crate) fn admin(&self) -> Admin {
        self.server.admin()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.base_url())
    }

    pub(crate) fn bare(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url(path))
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.bare(path)
            .header("X-User-Id", &self.user)
            .header("X-Auth-Token", &self.token)
    }

    /// What Ana gets.
    pub(crate) async fn answer(&self, path: &str) -> Response {
        self.get(path).send().await.unwrap()
    }

    /// What a stranger gets.
    pub(crate) async fn bare_answer(&self, path: &str) -> Response {
        self.bare(path).send().await.unwrap()
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.answer(path).await;
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    pub(crate) async fn login(&self, body: &Value) -> (StatusCode, Value) {
        let request = self.http.post(self.url("api/v1/login")).json(body);
        status_and_json(request.send().await.unwrap()).await
    }

    pub(crate) fn room(&self, name: &str) -> String {
        self.admin().room_id(name).unwrap()
    }

    /// An upload of a room by its name.
    pub(crate) async fn upload(&self, room: &str, name: &str) -> Value {
        let rid = self.room(room);
        let body = self
            .json(&format!("api/v1/rooms.images?roomId={rid}&count=0"))
            .await;
        let files = body["files"].as_array().unwrap();
        files
            .iter()
            .find(|file| file["name"] == name)
            .unwrap()
            .clone()
    }

    pub(crate) async fn bytes_of(&self, id: &str) -> Response {
        self.answer(&format!("file-upload/{id}/x")).await
    }
}

pub(crate) async fn status_and_json(answer: Response) -> (StatusCode, Value) {
    (answer.status(), answer.json().await.unwrap())
}

pub(crate) fn unlimited() -> Quirks {
    Quirks {
        limiter: None,
        unstable_ties: Switch::Off,
        ..Quirks::default()
    }
}

pub(crate) fn ids(page: &Value) -> Vec<String> {
    let files = page["files"].as_array().unwrap();
    files
        .iter()
        .map(|file| file["_id"].as_str().unwrap().to_owned())
        .collect()
}

pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

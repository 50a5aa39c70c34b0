//! What the scripted server answers when nothing is broken.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use sha2::Digest as _;

use super::scripted_server::{Behaviour, CODE, Image, PASSWORD, ROOM, World};

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
    pub(crate) fn answer(
        &mut self,
        path: &str,
        query: &str,
        token: Option<&str>,
        body: &[u8],
    ) -> Response {
        if let Some(id) = path.strip_prefix("/file-upload/") {
            return self.file(id.split('/').next().unwrap(), token);
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
        let response = self.api(route, query, token, body);
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

    fn api(&mut self, route: &str, query: &str, token: Option<&str>, body: &[u8]) -> Response {
        match route {
            "login" => return self.log_in(body),
            "settings.public" => {
                let mut settings = vec![json!({"_id": "Site_Name", "value": "Scripted"})];
                let site_url = self.site_url;
                settings.extend(site_url.map(|url| json!({"_id": "Site_Url", "value": url})));
                let answer = json!({"settings": settings, "success": true});
                return with_status(200, &answer);
            }
            _ if !self.lets_in(token) => {
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

    fn lets_in(&self, token: Option<&str>) -> bool {
        token.is_some() && token == self.token.as_deref()
    }

    fn file(&self, id: &str, token: Option<&str>) -> Response {
        if !self.lets_in(token) {
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
            Behaviour::Garbage | Behaviour::GarbageOfNoSize => {
                let garbage = vec![0xa5_u8; image.bytes.len()];
                garbage.into_response()
            }
            Behaviour::Corrupted => {
                let digest = sha2::Sha256::digest(&image.bytes);
                let digest = base64::engine::general_purpose::STANDARD.encode(digest);
                let garbage = vec![0xa5_u8; image.bytes.len()];
                ([("digest", format!("sha-256={digest}"))], garbage).into_response()
            }
            Behaviour::StallsAfter(count) => {
                let beginning = Ok::<_, std::io::Error>(image.bytes.slice(..count));
                let beginning = stream::iter([beginning]);
                let body = Body::from_stream(beginning.chain(stream::pending()));
                let length = [("content-length", image.bytes.len().to_string())];
                (length, body).into_response()
            }
            Behaviour::StorageGone => {
                let storage = [("location", "http://127.0.0.1:1/bucket/key?signed")];
                (StatusCode::FOUND, storage).into_response()
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

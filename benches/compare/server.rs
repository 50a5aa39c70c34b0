//! The demo server, as a process of its own: what it costs is nobody's.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::Outcome;

/// The binary that everything is measured with.
pub(crate) const SALON: &str = env!("CARGO_BIN_EXE_salon");

/// Whether the server has thumbnails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thumbnails {
    On,
    Off,
}

/// A running server with the corpus as a room.
pub(crate) struct Server {
    child: Child,
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    /// With a slash at the end.
    pub(crate) url: String,
    pub(crate) user: String,
    pub(crate) token: String,
    /// Path and query of every image of the corpus that shows it as the grid shows it, newest
    /// first: its thumbnail where there is one.
    pub(crate) shown: Vec<String>,
}

impl Server {
    /// Starts the server, reads the listing, and has every thumbnail made once: a real server
    /// made them when the images came.
    pub(crate) fn start(corpus: &Path, thumbnails: Thumbnails) -> Outcome<Self> {
        let switch = match thumbnails {
            Thumbnails::On => "on",
            Thumbnails::Off => "off",
        };
        let mut child = Command::new(SALON)
            .args(["demo-server", "--thumbnails", switch, "--images"])
            .arg(corpus)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut banner = String::new();
        let stdout = child.stdout.take().ok_or("no standard output")?;
        BufReader::new(stdout).read_line(&mut banner)?;
        let banner: Value = serde_json::from_str(&banner)?;
        let mut server = Self {
            child,
            http: reqwest::Client::builder().no_proxy().build()?,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            url: text(&banner, "url")?,
            user: String::new(),
            token: String::new(),
            shown: Vec::new(),
        };
        server.log_in()?;
        server.list(thumbnails)?;
        Ok(server)
    }

    fn log_in(&mut self) -> Outcome<()> {
        let url = format!("{}api/v1/login", self.url);
        let body = serde_json::json!({"user": "ana", "password": "ana-demo"});
        let request = self.http.post(url).json(&body);
        let answer: Value = self.runtime.block_on(async {
            let bytes = request.send().await?.bytes().await?;
            Ok::<_, reqwest::Error>(serde_json::from_slice(&bytes).unwrap_or_default())
        })?;
        self.user = text(&answer["data"], "userId")?;
        self.token = text(&answer["data"], "authToken")?;
        Ok(())
    }

    fn list(&mut self, thumbnails: Thumbnails) -> Outcome<()> {
        let room = self.room()?;
        let images = self.get(&format!("api/v1/rooms.images?roomId={room}&count=0"))?;
        let mut thumbs = std::collections::HashMap::new();
        if thumbnails == Thumbnails::On {
            let path = format!("api/v1/channels.files?roomId={room}&typeGroup=thumb&count=0");
            for thumb in self.get(&path)?["files"].as_array().into_iter().flatten() {
                thumbs.insert(text(thumb, "originalFileId")?, text(thumb, "path")?);
            }
        }
        for image in images["files"].as_array().into_iter().flatten() {
            let path = match thumbs.get(&text(image, "_id")?) {
                Some(path) => path.clone(),
                None => text(image, "path")?,
            };
            let credentials = format!("rc_uid={}&rc_token={}", self.user, self.token);
            self.shown
                .push(format!("{}?{credentials}", path.trim_start_matches('/')));
        }
        if thumbnails == Thumbnails::On {
            for path in &self.shown {
                self.bytes(path)?;
            }
        }
        Ok(())
    }

    fn room(&self) -> Outcome<String> {
        let rooms = self.get("api/v1/rooms.get")?;
        let mut rooms = rooms["update"].as_array().into_iter().flatten();
        let room = rooms.find(|room| room["name"] == "corpus");
        text(room.ok_or("the server has no room called corpus")?, "_id")
    }

    fn get(&self, path: &str) -> Outcome<Value> {
        Ok(serde_json::from_slice(&self.bytes(path)?)?)
    }

    fn bytes(&self, path: &str) -> Outcome<Vec<u8>> {
        let request = self.http.get(format!("{}{path}", self.url));
        let request = request.header("X-User-Id", &self.user);
        let request = request.header("X-Auth-Token", &self.token);
        let bytes = self.runtime.block_on(async {
            let answer = request.send().await?.error_for_status()?;
            answer.bytes().await
        })?;
        Ok(bytes.to_vec())
    }

    /// The paths that were asked for since then.
    pub(crate) fn paths_since(&self, then: Timestamp) -> Outcome<Vec<String>> {
        let requests = self.get("demo/requests")?;
        let requests = requests.as_array().into_iter().flatten();
        Ok(requests
            .filter(|request| request["atMillis"].as_i64() >= Some(then.as_millisecond()))
            .filter_map(|request| request["path"].as_str().map(str::to_owned))
            .filter(|path| !path.starts_with("/demo/"))
            .collect())
    }

    /// Waits until somebody asked for this path.
    pub(crate) fn wait_for(&self, path: &str, then: Timestamp) -> Outcome<()> {
        for _ in 0..600 {
            if self.paths_since(then)?.iter().any(|asked| asked == path) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(format!("nobody asked the server for {path}").into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn text(value: &Value, field: &str) -> Outcome<String> {
    let text = value[field].as_str();
    Ok(text
        .ok_or_else(|| format!("no {field} in {value}"))?
        .to_owned())
}

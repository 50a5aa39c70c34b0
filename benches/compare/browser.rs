//! Headless Chromium with the same files as a lazy grid: what a person would use instead.
//!
//! The page scrolls itself and says when pictures are painted; no debugger is attached, so the
//! browser does nothing but show them.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Path as UrlPath;
use axum::response::Html;
use axum::routing::{get, post};

use crate::Outcome;
use crate::process::{cpu_seconds, pss_mib};
use crate::server::Server;
use crate::window::Visit;

/// How long anything may take before the run fails.
const PATIENCE: Duration = Duration::from_mins(3);

/// The flags keep the browser from doing anything else meanwhile; none of them slows it down.
const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-extensions",
    "--disable-breakpad",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,800",
];

/// How the tiles lie, so that a screen of the browser shows as many as one of Salon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tiles {
    pub(crate) columns: usize,
    pub(crate) rows: usize,
}

impl Tiles {
    /// Edge and gap in pixels: rows fill the height of 800, and columns what is beside a room
    /// list.
    fn edge_and_gap(self) -> (usize, usize) {
        let gap = 8;
        let pitch = (800 / self.rows).min(1280 / self.columns);
        (pitch - gap, gap)
    }
}

/// The name and version of the browser; `None` where there is none.
pub(crate) fn version() -> Option<String> {
    let output = Command::new("chromium").arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find(|line| line.contains("hromium"))?;
    let mut words = line.split_whitespace();
    Some(format!("{} {}", words.next()?, words.next()?))
}

/// One visit with a new profile, through the whole room.
pub(crate) fn visit(server: &Server, tiles: Tiles) -> Outcome<Visit> {
    let html = page(server, tiles);
    let (told, address, _page_server) = serve(html)?;
    let profile = tempfile::tempdir()?;
    let began = Instant::now();
    let browser = Browser(start(profile.path(), &address)?);
    let first = wait(&told, "first")?;
    let all = wait(&told, "all")?;
    let secs = |told: &Told| told.at.duration_since(began).as_secs_f64();
    Ok(Visit {
        n_first: first.count,
        n_painted: all.count,
        first_secs: secs(&first),
        all_secs: secs(&all),
        cpu_secs: cpu_seconds(browser.0.id()),
        pss_mib: pss_mib(browser.0.id()),
    })
}

fn start(profile: &Path, address: &str) -> Outcome<Child> {
    Ok(Command::new("chromium")
        .args(FLAGS)
        .arg(format!("--user-data-dir={}", profile.display()))
        // Without it `--headless` prints the page and ends.
        .arg("--remote-debugging-port=0")
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?)
}

struct Browser(Child);

impl Drop for Browser {
    fn drop(&mut self) {
        for pid in crate::process::tree(self.0.id()) {
            Command::new("kill")
                .args(["-KILL", &pid.to_string()])
                .output()
                .ok();
        }
        self.0.wait().ok();
    }
}

fn page(server: &Server, tiles: Tiles) -> String {
    let (edge, gap) = tiles.edge_and_gap();
    let mut images = String::new();
    for (n, path) in server.shown.iter().enumerate() {
        let url = format!("{}{path}", server.url).replace('&', "&amp;");
        // Writing to a string cannot fail.
        writeln!(
            images,
            "<img loading=\"lazy\" elementtiming=\"{n}\" src=\"{url}\">"
        )
        .ok();
    }
    include_str!("page.html")
        .replace("COLUMNS", &tiles.columns.to_string())
        .replace("STEP", &(tiles.rows * (edge + gap)).to_string())
        .replace("EDGE", &edge.to_string())
        .replace("GAP", &gap.to_string())
        .replace("IMAGES", &images)
}

/// What the page said.
struct Told {
    what: String,
    count: usize,
    at: Instant,
}

fn wait(told: &Receiver<Told>, what: &str) -> Outcome<Told> {
    let told = told
        .recv_timeout(PATIENCE)
        .map_err(|_nothing| format!("Chromium did not paint the {what} tiles"))?;
    if told.what == what {
        Ok(told)
    } else {
        Err(format!("Chromium says {} instead of {what}", told.what).into())
    }
}

/// Serves the page until the runtime is dropped.
fn serve(html: String) -> Outcome<(Receiver<Told>, String, tokio::runtime::Runtime)> {
    let (sender, told) = sync_channel(16);
    let listen = move |UrlPath((what, count)): UrlPath<(String, usize)>| async move {
        let at = Instant::now();
        sender.try_send(Told { what, count, at }).ok();
    };
    let app = Router::new()
        .route("/", get(|| async { Html(html) }))
        .route("/told/{what}/{count}", post(listen));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))?;
    let address = format!("http://{}/", listener.local_addr()?);
    runtime.spawn(async move { axum::serve(listener, app).await });
    Ok((told, address, runtime))
}

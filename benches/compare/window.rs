//! Salon's own window, on the screen that `.ci/bench` set up, used as a person would.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::Outcome;
use crate::process::{cpu_seconds, pss_mib};
use crate::server::{SALON, Server};

/// How long anything may take before the run fails.
const PATIENCE: Duration = Duration::from_mins(2);

/// A home of Salon in which somebody is signed in, with the corpus as the last room.
pub(crate) struct Home(PathBuf);

/// What a start, and perhaps a walk through the room, took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Visit {
    /// Tiles of the first screen.
    pub(crate) n_first: usize,
    /// Tiles seen in all.
    pub(crate) n_painted: usize,
    pub(crate) first_secs: f64,
    pub(crate) all_secs: f64,
    pub(crate) cpu_secs: f64,
    pub(crate) pss_mib: f64,
}

impl Home {
    /// Signs in by hand and opens the room.
    pub(crate) fn sign_in(folder: &Path, server: &Server) -> Outcome<Self> {
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        std::fs::create_dir_all(folder)?;
        let home = Self(folder.to_owned());
        let began = Timestamp::now();
        let window = Window::start(&home, &["--server", &server.url])?;
        window.focus()?;
        server.wait_for("/api/info", began)?;
        // The form takes the keyboard once it is drawn and the window has the focus.
        std::thread::sleep(Duration::from_secs(3));
        xdotool(&["type", "--delay", "25", "ana"])?;
        xdotool(&["key", "Tab"])?;
        xdotool(&["type", "--delay", "25", "ana-demo"])?;
        xdotool(&["key", "Return"])?;
        server.wait_for("/api/v1/login", began)?;
        // A first visit opens the first room.
        window.wait(&|_any| true)?;
        settle();
        xdotool(&["key", "ctrl+k"])?;
        settle();
        xdotool(&["type", "--delay", "25", "corpus"])?;
        settle();
        xdotool(&["key", "Return"])?;
        let total = server.shown.len();
        window.wait(&|drawn| drawn.total == total)?;
        window.quit()?;
        Ok(home)
    }

    /// Removes everything that was fetched: what is left is who is signed in, and the settings.
    pub(crate) fn make_cold(&self) -> Outcome<()> {
        for part in ["cache", "data"] {
            let folder = self.0.join(part);
            if folder.exists() {
                std::fs::remove_dir_all(folder)?;
            }
        }
        Ok(())
    }

    /// Starts Salon and waits for the first screen.
    pub(crate) fn first_screen(&self, total: usize) -> Outcome<Visit> {
        let window = Window::start(self, &[])?;
        let visit = window.first_screen(total)?;
        window.quit()?;
        Ok(visit)
    }

    /// Starts Salon and goes through the whole room, screen by screen.
    pub(crate) fn all_tiles(&self, total: usize) -> Outcome<Visit> {
        let window = Window::start(self, &[])?;
        let visit = window.first_screen(total)?;
        window.focus()?;
        let mut seen = visit.n_first;
        while seen < total {
            xdotool(&["key", "--delay", "0", "Next"])?;
            let drawn = window.wait(&|drawn| drawn.positions.end > seen)?;
            if drawn.positions.start > seen {
                return Err(format!("{}..{} was passed over", seen, drawn.positions.start).into());
            }
            seen = drawn.positions.end;
        }
        let all_secs = window.began.elapsed().as_secs_f64();
        let visit = Visit {
            n_painted: seen,
            all_secs,
            cpu_secs: cpu_seconds(window.child.id()),
            pss_mib: pss_mib(window.child.id()),
            ..visit
        };
        window.quit()?;
        Ok(visit)
    }

    /// Percent of a processor that Salon takes while nobody touches it.
    pub(crate) fn idle_percent(&self, total: usize, lasting: Duration) -> Outcome<f64> {
        let window = Window::start(self, &[])?;
        window.first_screen(total)?;
        // Hints go, what lies ahead is fetched.
        std::thread::sleep(Duration::from_secs(20));
        let before = nanoseconds(window.child.id());
        let whole_before = cpu_seconds(window.child.id());
        std::thread::sleep(lasting);
        let after = nanoseconds(window.child.id());
        let whole = cpu_seconds(window.child.id()) - whole_before;
        window.quit()?;
        if before.values().sum::<u64>() == 0 {
            return Err("the system does not tell how long threads ran".into());
        }
        // Threads that ended meanwhile are in the coarser figure only.
        let of_thread = |(id, ran): (&String, &u64)| ran - before.get(id).unwrap_or(&0).min(ran);
        let fine: u64 = after.iter().map(of_thread).sum();
        let is_all_there = before.keys().all(|id| after.contains_key(id));
        let spent_secs = if is_all_there {
            fine as f64 / 1e9
        } else {
            whole.max(fine as f64 / 1e9)
        };
        Ok(spent_secs / lasting.as_secs_f64() * 100.0)
    }
}

/// A line of the log: every tile of these positions is on the screen.
struct Drawn {
    positions: Range<usize>,
    total: usize,
    /// Tiles that failed.
    n_without: usize,
    at: Instant,
}

struct Window {
    child: Child,
    began: Instant,
    drawn: Receiver<Drawn>,
}

impl Window {
    fn start(home: &Home, arguments: &[&str]) -> Outcome<Self> {
        let began = Instant::now();
        let mut child = Command::new(SALON)
            .args(["--log", "info", "--data-dir"])
            .arg(&home.0)
            .args(arguments)
            .env("TZ", "UTC")
            .env("WINIT_X11_SCALE_FACTOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = child.stderr.take().ok_or("no standard error")?;
        let (sender, drawn) = sync_channel(10_000);
        std::thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || {
                for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                    let at = Instant::now();
                    if let Some(drawn) = parse(&line, at) {
                        if sender.send(drawn).is_err() {
                            return;
                        }
                    } else if line.contains("ERROR") || line.contains("WARN") {
                        crate::say(&format!("  salon: {line}"));
                    }
                }
            })?;
        Ok(Self {
            child,
            began,
            drawn,
        })
    }

    fn first_screen(&self, total: usize) -> Outcome<Visit> {
        let drawn = self.wait(&|drawn| drawn.positions.start == 0 && drawn.total == total)?;
        let first_secs = drawn.at.duration_since(self.began).as_secs_f64();
        Ok(Visit {
            n_first: drawn.positions.end,
            n_painted: drawn.positions.end,
            first_secs,
            all_secs: first_secs,
            cpu_secs: cpu_seconds(self.child.id()),
            pss_mib: pss_mib(self.child.id()),
        })
    }

    fn wait(&self, is_it: &dyn Fn(&Drawn) -> bool) -> Outcome<Drawn> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.drawn.recv_timeout(left) {
                Ok(drawn) if drawn.n_without > 0 => {
                    return Err(format!("{} tiles have no picture", drawn.n_without).into());
                }
                Ok(drawn) if is_it(&drawn) => return Ok(drawn),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return Err("the tiles did not come".into()),
                Err(RecvTimeoutError::Disconnected) => return Err("Salon ended".into()),
            }
        }
    }

    /// The window manager gives the focus to new windows, a moment after they are there.
    fn focus(&self) -> Outcome<()> {
        let pid = self.child.id().to_string();
        xdotool(&[
            "search",
            "--sync",
            "--onlyvisible",
            "--pid",
            &pid,
            "windowfocus",
        ])
    }

    fn quit(mut self) -> Outcome<()> {
        self.focus()?;
        xdotool(&["key", "ctrl+q"])?;
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.child.try_wait()?.is_none() {
            if Instant::now() > deadline {
                return Err("Salon does not quit".into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

/// `… salon::pace: all 24 visible tiles drawn, 0..24 of 300, 0 without a picture`
fn parse(line: &str, at: Instant) -> Option<Drawn> {
    let (_, rest) = line.split_once(" visible tiles drawn, ")?;
    let (positions, rest) = rest.split_once(" of ")?;
    let (total, rest) = rest.split_once(", ")?;
    let (n_without, _) = rest.split_once(" without a picture")?;
    let (start, end) = positions.split_once("..")?;
    Some(Drawn {
        positions: start.parse().ok()?..end.parse().ok()?,
        total: total.parse().ok()?,
        n_without: n_without.parse().ok()?,
        at,
    })
}

/// Between one input and the next, as a person leaves time; nothing of it is measured.
fn settle() {
    std::thread::sleep(Duration::from_millis(700));
}

fn xdotool(arguments: &[&str]) -> Outcome<()> {
    let output = Command::new("xdotool").args(arguments).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("xdotool {arguments:?}: {said}").into())
}

/// Processor time of each thread so far, finer than `/proc/<pid>/stat`.
fn nanoseconds(pid: u32) -> HashMap<String, u64> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task"));
    let tasks = tasks.into_iter().flatten().flatten();
    tasks
        .filter_map(|task| {
            let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
            let id = task.file_name().to_string_lossy().into_owned();
            Some((id, text.split(' ').next()?.parse().ok()?))
        })
        .collect()
}

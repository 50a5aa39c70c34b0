//! tokio: runs commands, reports events.
//!
//! [`start`] makes one named thread with a small runtime. Its `runner` takes commands, awaits
//! nothing but its own `select!`, and starts a task for everything that takes time. What needs
//! a signed-in person hangs off one `SessionLink`:
//!
//! * `listing_lane`: the windows of [`Wanted`](crate::protocol::Wanted), and those that a save
//!   of a whole room asks for. One request at a time, within the server's budget.
//! * `image_pipeline`: the pictures of `Wanted`, from the cheapest source that serves; what
//!   `thumbnail_shelf` has comes first and waits for no download.
//! * `library`: what this machine knows of the account, shown before the server has answered.
//! * `save_desk`: saves, which go on whatever the window shows, and at the next start.
//! * `saved_files`: which images have a copy on this machine's disks.
//! * `errand_desk`: what a person waits for: the message of an image (`message_finder`), copies for
//!   the clipboard and for other programs.
//! * `live_updates`: what the server tells by itself, so that nobody presses reload.
//!
//! Whatever fails is sorted by what there is to do about it (`reaction`): wait for the network,
//! try again, sign in again, or tell.
#![warn(clippy::wildcard_enum_match_arm)]

mod canvases;
mod clipboard;
mod commands;
mod connection;
mod conversation_reader;
mod decoders;
mod desktop;
mod desktop_notices;
mod dialog_service;
mod digest_job;
mod early_stop;
mod errand_desk;
#[cfg(target_os = "linux")]
mod file_clipboard;
mod handed_name;
mod handing_over;
mod histogram_job;
mod image_job;
mod image_pipeline;
mod leftovers;
mod library;
mod library_start;
mod link;
mod listing_choice;
mod listing_lane;
mod live;
mod live_updates;
mod message_finder;
mod news_gatherer;
mod originals;
mod page_memory;
mod people;
mod precedence;
mod reaction;
mod real_folder;
mod reels;
mod room_lister;
mod rooms;
mod runner;
mod save_commands;
mod save_desk;
mod save_job;
mod save_names;
mod save_run;
mod save_source;
mod save_survey;
mod save_tally;
mod saved_files;
mod session;
mod session_check;
mod settings_writer;
mod taskbar;
mod thumbnail_job;
mod thumbnail_search;
mod thumbnail_shelf;
mod thumbnail_sources;
mod view_job;
mod waiting_save;

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use crate::domain::ByteCount;
use crate::protocol::{BackendEnd, FolderChoice, Settings};
use crate::rocketchat::Http;
use crate::storage::{Dirs, SessionStore};

/// How long unfinished work may go on once the window is gone.
const CLOSING_TIME: Duration = Duration::from_secs(2);

/// A build that is not optimised takes ten times as long for a large screenshot.
const DECODE_LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 5 });

/// What the backend stands on.
pub struct BackendConfig {
    /// Where settings and caches are.
    pub dirs: Dirs,
    /// Where tokens are kept between runs.
    pub session_store: Arc<dyn SessionStore>,
    /// The connections, and the budget of calls.
    pub http: Http,
    /// How many bytes of originals the disk cache may hold.
    pub disk_cache_capacity: ByteCount,
    /// How many bytes of thumbnails may be kept on disk.
    pub thumbnail_cache_capacity: ByteCount,
    /// What answers [`Command::PickFolder`](crate::protocol::Command::PickFolder).
    pub folder_dialog: FolderDialog,
    /// Whether to follow the system's preference for light or dark.
    pub follows_system_theme: bool,
    /// How long to wait for what.
    pub timings: Timings,
}

impl BackendConfig {
    /// The usual numbers.
    pub fn new(dirs: Dirs, session_store: Arc<dyn SessionStore>, http: Http) -> Self {
        Self {
            dirs,
            session_store,
            http,
            disk_cache_capacity: ByteCount(2_000_000_000),
            thumbnail_cache_capacity: Settings::default().thumbnail_cache,
            folder_dialog: FolderDialog::System,
            follows_system_theme: true,
            timings: Timings::default(),
        }
    }
}

/// Where a folder choice comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderDialog {
    /// The dialog of the system.
    System,
    /// Always this answer, for tests and scripted visits.
    Always(FolderChoice),
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timings {
    /// Silence in the address field before a server is asked. A person types a key each 200 ms.
    pub probe_debounce: Duration,
    /// After this the keyring counts as slow: it waits for a password somewhere.
    pub keyring_timeout: Duration,
    /// Between the first two tries to reach a server that is away; doubles from then on.
    pub reconnect_first: Duration,
    /// The longest pause between two tries to reach a server that is away.
    pub reconnect_longest: Duration,
    /// Before something that failed by chance is tried again; doubles from then on.
    pub retry_first: Duration,
    /// How long changes of the settings are gathered before they are written.
    pub settings_delay: Duration,
    /// Between two reports of a save: ten a second are enough for a moving bar.
    pub progress_interval: Duration,
    /// After this a wish that was answered and still stands counts as a new one; doubles with
    /// each repetition.
    pub answered_again_after: Duration,
    /// How long a window of a listing must be wanted before it is asked for: a scrollbar that
    /// is dragged passes many, and ten calls a minute are allowed.
    pub listing_rest: Duration,
    /// Silence on the websocket before the server is asked for a sign of life. Servers send
    /// one each 15 to 30 seconds.
    pub live_quiet: Duration,
    /// How long news of a room is gathered before its newest page is read again: who posts one
    /// image often posts several.
    pub live_gather: Duration,
    /// Between two such readings; doubles while news keeps coming, up to four times this. Ten
    /// calls a minute are allowed, and half of them are for scrolling.
    pub live_interval: Duration,
    /// How long news of the room list is gathered: a busy server tells many a second.
    pub rooms_gather: Duration,
    /// After this a decoder is given up: nobody looks at one picture for so long to see it come.
    pub decode_limit: Duration,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            probe_debounce: Duration::from_millis(350),
            keyring_timeout: Duration::from_secs(8),
            reconnect_first: Duration::from_secs(2),
            reconnect_longest: Duration::from_secs(30),
            retry_first: Duration::from_millis(500),
            settings_delay: Duration::from_millis(300),
            progress_interval: Duration::from_millis(100),
            answered_again_after: Duration::from_secs(2),
            listing_rest: Duration::from_millis(150),
            live_quiet: Duration::from_secs(25),
            live_gather: Duration::from_millis(300),
            live_interval: Duration::from_secs(3),
            rooms_gather: Duration::from_secs(2),
            decode_limit: DECODE_LIMIT,
        }
    }
}

/// Keeps the backend running. Dropping it cancels everything and waits up to two seconds.
#[derive(Debug)]
pub struct BackendHandle {
    cancel: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Drop for BackendHandle {
    fn drop(&mut self) {
        self.cancel.cancel();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the backend's thread panicked");
        }
    }
}

/// Starts the backend on a thread of its own.
///
/// # Errors
///
/// When the system gives no thread or no event queue.
pub fn start(config: BackendConfig, end: BackendEnd) -> std::io::Result<BackendHandle> {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("salon-worker")
        .enable_all()
        .build()?;
    let cancel = CancellationToken::new();
    let token = cancel.clone();
    let thread = std::thread::Builder::new()
        .name("salon-backend".to_owned())
        .spawn(move || {
            runtime.block_on(runner::run(config, end, token));
            // A keyring that waits for a password must not keep the program from ending.
            runtime.shutdown_background();
        })?;
    Ok(BackendHandle {
        cancel,
        thread: Some(thread),
    })
}

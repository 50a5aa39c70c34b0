//! What the tests of the backend share.

mod scripted_answers;
pub(crate) mod scripted_server;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use salon::backend::{BackendConfig, BackendHandle, FolderDialog, Timings, start};
use salon::domain::{
    AuthToken, Credentials, ListingWindow, LogInRequest, PageIndex, Room, SaveJobId, ServerUrl,
    Upload,
};
use salon::protocol::{
    Command, Event, FolderChoice, Generation, ImageRequest, ImageSize, ImageSubject, Listing,
    SaveProgress, SaveReport, SessionInfo, UiEnd, Waker, WantedImage, channel,
};
use salon::rocketchat::Http;
use salon::storage::{Dirs, MemoryStore, SessionStore};
use secrecy::SecretString;
use tempfile::TempDir;

/// Nothing in these tests takes longer; a hang is told apart from slowness.
const DEADLINE: Duration = Duration::from_secs(20);

/// A backend with nothing around it.
pub(crate) struct TestBackend {
    pub(crate) ui: UiEnd,
    pub(crate) folder: TempDir,
    pub(crate) store: Arc<dyn SessionStore>,
    /// Events that were passed over while another was waited for.
    pub(crate) passed: VecDeque<Event>,
    handle: Option<BackendHandle>,
}

impl TestBackend {
    pub(crate) fn start() -> Self {
        Self::with(tempfile::tempdir().unwrap(), Arc::<MemoryStore>::default())
    }

    /// On a machine that was used before.
    pub(crate) fn with(folder: TempDir, store: Arc<dyn SessionStore>) -> Self {
        let mut backend = Self::on(folder.path(), store);
        backend.folder = folder;
        backend
    }

    /// Where somebody else's folder is.
    pub(crate) fn on(folder: &Path, store: Arc<dyn SessionStore>) -> Self {
        let (ui, end) = channel(Waker::new(|_within| {}));
        let dirs = Dirs::under(folder);
        let http = Http::new().unwrap();
        let mut config = BackendConfig::new(dirs, Arc::clone(&store), http);
        config.follows_system_theme = false;
        let picked = FolderChoice::Picked("/somewhere".into());
        config.folder_dialog = FolderDialog::Always(picked);
        config.timings = Timings {
            probe_debounce: Duration::from_millis(50),
            reconnect_first: Duration::from_millis(50),
            retry_first: Duration::from_millis(20),
            keyring_timeout: Duration::from_millis(300),
            settings_delay: Duration::from_millis(20),
            ..Timings::default()
        };
        let handle = Some(start(config, end).unwrap());
        Self {
            ui,
            folder: tempfile::tempdir().unwrap(),
            store,
            passed: VecDeque::new(),
            handle,
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn send(&self, command: Command) {
        self.ui.commands.try_send(command).unwrap();
    }

    /// The next event that `pick` takes; others are kept in `passed`.
    pub(crate) async fn until<T>(
        &mut self,
        what: &str,
        mut pick: impl FnMut(&Event) -> Option<T>,
    ) -> T {
        let search = async {
            loop {
                self.ui.waker.arm();
                let event = self.ui.events.recv().await.unwrap();
                if let Some(found) = pick(&event) {
                    return found;
                }
                self.passed.push_back(event);
            }
        };
        let found = tokio::time::timeout(DEADLINE, search).await;
        found.unwrap_or_else(|_| panic!("waited for {what}; saw {:?}", self.passed))
    }

    /// Events that came without anybody waiting for them.
    pub(crate) fn drain(&mut self) {
        while let Ok(event) = self.ui.events.try_recv() {
            self.passed.push_back(event);
        }
    }

    pub(crate) fn passed(&mut self, is_it: impl Fn(&Event) -> bool) -> usize {
        self.drain();
        self.passed.iter().filter(|event| is_it(event)).count()
    }

    pub(crate) fn log_in(&self, server: &str, password: &str, code: Option<&str>) {
        self.log_in_as("ana", server, password, code);
    }

    pub(crate) fn log_in_as(&self, user: &str, server: &str, password: &str, code: Option<&str>) {
        self.send(Command::LogIn {
            request: log_in_request(user, server, password, code),
            generation: Generation(1),
        });
    }

    pub(crate) fn log_in_with_token(&self, server: &str, token: &str) {
        self.send(Command::LogIn {
            request: LogInRequest {
                server: ServerUrl::parse_base(server).unwrap(),
                credentials: Credentials::PersonalAccessToken(AuthToken::new(token.to_owned())),
            },
            generation: Generation(1),
        });
    }

    pub(crate) async fn session_started(&mut self) -> Box<SessionInfo> {
        self.until("a session", |event| match event {
            Event::SessionStarted { session, .. } => Some(session.clone()),
            Event::LogInFailed { error, .. } => panic!("{error}"),
            _ => None,
        })
        .await
    }

    pub(crate) async fn rooms(&mut self) -> Vec<Room> {
        self.send(Command::LoadRooms {
            generation: Generation(1),
        });
        self.until("the rooms", |event| match event {
            Event::RoomsLoaded { result, .. } => Some(result.clone().unwrap()),
            _ => None,
        })
        .await
    }

    /// Wants these windows of the listing, and waits for the first of them.
    pub(crate) async fn page(&mut self, room: &Room, listing: &mut Listing) {
        let windows = listing.all_missing_windows();
        self.want_windows(room, listing, windows);
        let (window, anchor, page) = self.page_loaded().await;
        listing.merge(window, anchor.as_ref(), page);
    }

    pub(crate) fn want_windows(&self, room: &Room, listing: &Listing, windows: Vec<ListingWindow>) {
        self.ui.wanted.send_modify(|wanted| {
            wanted.generation = Generation(1);
            wanted.room = Some(room.clone());
            wanted.anchor = listing.anchor().cloned();
            wanted.windows = windows;
        });
    }

    pub(crate) async fn page_loaded(
        &mut self,
    ) -> (
        ListingWindow,
        Option<salon::domain::UploadId>,
        salon::domain::UploadPage,
    ) {
        self.until("a page", |event| match event {
            Event::PageLoaded {
                window,
                anchor,
                result,
                ..
            } => Some((*window, anchor.clone(), result.clone().unwrap())),
            _ => None,
        })
        .await
    }

    /// The first page of a room.
    pub(crate) async fn first_page(&mut self, room: &Room) -> Listing {
        let mut listing = Listing::default();
        let first = vec![ListingWindow::Page(PageIndex(0))];
        self.want_windows(room, &listing, first);
        let (window, anchor, page) = self.page_loaded().await;
        listing.merge(window, anchor.as_ref(), page);
        self.want_windows(room, &listing, Vec::new());
        listing
    }

    pub(crate) fn want_images(&self, images: Vec<WantedImage>) {
        self.ui.wanted.send_modify(|wanted| wanted.images = images);
    }

    /// Wants a picture of each, and none besides.
    pub(crate) fn want_each(&self, uploads: &[Arc<Upload>], size: ImageSize) {
        self.want_images(uploads.iter().map(|one| wish(one, size)).collect());
    }

    pub(crate) async fn saved(&mut self) -> SaveReport {
        self.until("the end of the save", |event| match event {
            Event::SaveFinished { report, .. } => Some((**report).clone()),
            _ => None,
        })
        .await
    }

    /// The last progress that was reported.
    pub(crate) fn last_progress(&self) -> SaveProgress {
        let mut events = self.passed.iter().rev();
        let last = events.find_map(|event| match event {
            Event::SaveAdvanced { progress, .. } => Some(progress.clone()),
            _ => None,
        });
        last.unwrap()
    }

    pub(crate) fn close(&mut self) {
        self.handle.take();
    }
}

/// Somebody signs in at this address.
pub(crate) fn log_in_request(
    user: &str,
    server: &str,
    password: &str,
    code: Option<&str>,
) -> LogInRequest {
    LogInRequest {
        server: ServerUrl::parse_base(server).unwrap(),
        credentials: Credentials::Password {
            user: user.to_owned(),
            password: SecretString::from(password),
            code: code.map(SecretString::from),
        },
    }
}

pub(crate) const JOB: SaveJobId = SaveJobId(1);

/// A wish for a picture of this upload.
pub(crate) fn wish(upload: &Arc<Upload>, size: ImageSize) -> WantedImage {
    WantedImage {
        request: ImageRequest {
            subject: ImageSubject::Upload(upload.id.clone()),
            size,
        },
        upload: Some(Arc::clone(upload)),
    }
}

/// The names of the files in a folder, hidden ones included.
pub(crate) fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

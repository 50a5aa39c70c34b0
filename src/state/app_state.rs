//! Everything the app knows, and the two matches that change it.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::domain::{Person, RoomId, ServerUrl, UploadPage, UserId};
use crate::protocol::{
    Command, Connection, Event, Generation, KeyringStatus, KnownAccount, OpenTarget, SessionInfo,
    Settings, Wanted,
};
use crate::state::action::Action;
use crate::state::desktop::Desktop;
use crate::state::effect::Effect;
use crate::state::errands::Errands;
use crate::state::gallery::Gallery;
use crate::state::notices::{NoticeLevel, NoticeOffer, Notices};
use crate::state::room_list::RoomList;
use crate::state::saved_rooms::SavedRooms;
use crate::state::saves::Saves;
use crate::state::sign_in::SignIn;
use crate::state::user_message::{self, UserMessage};

/// How many rooms are kept as they were left, to be there at once on the way back.
const KEPT_GALLERIES: usize = 6;

/// Where the session is.
#[derive(Debug)]
pub enum Phase {
    /// The stored session is looked up and checked.
    Resuming {
        /// Whose.
        account: KnownAccount,
        /// Why it did not work; it can be tried again.
        error: Option<crate::protocol::ClientError>,
    },
    /// Nobody is signed in.
    SignedOut,
    /// Somebody is.
    SignedIn,
    /// The token died; everything stays on screen under a question to sign in again.
    Expired,
}

/// See the [module documentation](self).
#[derive(Debug)]
pub struct AppState {
    /// The current "now".
    pub generation: Generation,
    /// Where the session is.
    pub phase: Phase,
    /// The sign-in form.
    pub sign_in: SignIn,
    /// Who is signed in (also while the session is expired).
    pub session: Option<SessionInfo>,
    /// The rooms.
    pub rooms: RoomList,
    /// The open room.
    pub gallery: Option<Gallery>,
    /// Save jobs.
    pub saves: Saves,
    /// Rooms that were saved without a gap.
    pub saved_rooms: SavedRooms,
    /// What the person waits for.
    pub errands: Errands,
    /// Messages at the edge.
    pub notices: Notices,
    /// How things stand with the server.
    pub connection: Connection,
    /// What is remembered between runs.
    pub settings: Settings,
    /// The system's preference, as far as it is known.
    pub is_system_dark: Option<bool>,
    /// Where others find a server, by the address that was signed in with.
    pub(super) public_addresses: HashMap<ServerUrl, ServerUrl>,
    /// Everybody whose name is known; listings carry only ids.
    pub(super) people: HashMap<UserId, Person>,
    /// Where pictures go when nothing else is known.
    pub default_folder: PathBuf,
    pub(super) kept: Vec<Gallery>,
    pub(super) has_told_about_keyring: bool,
    pub(super) is_signing_out: bool,
    pub(super) room_to_open: Option<RoomId>,
    /// The generation the session began with: answers from before it are not about it.
    pub(super) session_generation: Generation,
    /// What the desktop is told, and whether anybody looks at the window.
    pub(super) desktop: Desktop,
    last_wanted: Wanted,
}

impl AppState {
    /// The state at start, and what to do first: resume the last account's session, or show
    /// the form.
    pub fn new(mut settings: Settings, default_folder: PathBuf) -> (Self, Vec<Effect>) {
        settings.tile_edge_points = crate::state::rooms::tile_edge(settings.tile_edge_points);
        let mut state = Self {
            generation: Generation::default().next(),
            phase: Phase::SignedOut,
            sign_in: SignIn::default(),
            session: None,
            rooms: RoomList::default(),
            gallery: None,
            saves: Saves::default(),
            saved_rooms: SavedRooms::default(),
            errands: Errands::default(),
            notices: Notices::default(),
            connection: Connection::Online,
            settings,
            is_system_dark: None,
            public_addresses: HashMap::new(),
            people: HashMap::new(),
            default_folder,
            kept: Vec::new(),
            has_told_about_keyring: false,
            is_signing_out: false,
            room_to_open: None,
            session_generation: Generation::default(),
            desktop: Desktop::default(),
            last_wanted: Wanted::default(),
        };
        let effects = match state.settings.accounts.first().cloned() {
            Some(account) => state.resume(account),
            None => state.show_form(None),
        };
        (state, effects)
    }

    /// Offers this server instead of resuming a session of another one.
    pub fn offer_server(&mut self, typed: &str) -> Vec<Effect> {
        let base = ServerUrl::parse_typed(typed).map(|typed| typed.base.to_string());
        let mut accounts = self.settings.accounts.iter();
        let known = accounts.find(|account| base.as_ref() == Ok(&account.server));
        match known.cloned() {
            Some(account) => self.resume(account),
            None => self.show_form(Some(typed.to_owned())),
        }
    }

    /// Signs in without a form: the embedded demo.
    pub fn log_in_with(&mut self, request: crate::domain::LogInRequest) -> Vec<Effect> {
        self.generation = self.generation.next();
        let generation = self.generation;
        self.sign_in.step = crate::state::sign_in::SignInStep::Submitting;
        vec![Effect::Send(Command::LogIn {
            request,
            generation,
        })]
    }

    /// Takes in one action. The wish list is renewed behind it.
    pub fn on_action(&mut self, action: Action) -> Vec<Effect> {
        let mut effects = self.act(action);
        self.search_again();
        effects.extend(self.renew_wanted());
        effects.extend(self.renew_taskbar());
        effects
    }

    /// Takes in one event. The wish list is renewed behind it.
    pub fn on_event(&mut self, event: Event) -> Vec<Effect> {
        let changes_wishes = !matches!(
            event,
            Event::ImageDecoded { .. }
                | Event::MetadataRead { .. }
                | Event::PeopleResolved(_)
                | Event::SaveAdvanced { .. }
                | Event::SaveFinished { .. }
        );
        let mut more = Vec::from_iter(self.tell_desktop(&event));
        more.extend(self.follow_saves(&event));
        let mut effects = self.receive(event);
        effects.append(&mut more);
        effects.extend(self.renew_taskbar());
        self.search_again();
        // The frequent events change nothing about what is wanted; the next frame says anew
        // what it lacks.
        if changes_wishes {
            effects.extend(self.renew_wanted());
        }
        effects
    }

    /// Whether the last session, or the room that was open in it, is still to come from this
    /// machine.
    pub fn is_restoring(&self) -> bool {
        match (&self.phase, &self.gallery) {
            (Phase::Resuming { error, .. }, _) => error.is_none(),
            (Phase::SignedIn, Some(gallery)) => gallery.listing.is_empty(),
            _ => false,
        }
    }

    /// Whether the end of the session is being arranged.
    pub const fn is_signing_out(&self) -> bool {
        self.is_signing_out
    }

    /// What is shown follows the list.
    fn search_again(&mut self) {
        if let Some(gallery) = &mut self.gallery {
            gallery.search_again();
        }
    }

    fn act(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::TypeServer(_)
            | Action::AgreeToInsecure
            | Action::ProbeAgain
            | Action::SubmitPassword { .. }
            | Action::SubmitCode(_)
            | Action::ResendCode
            | Action::LeaveCodeQuestion
            | Action::SubmitToken(_) => self.act_in_form(action),
            Action::RetryResume => self.retry_resume(),
            Action::UseAnotherAccount => self.use_another_account(),
            Action::ResumeAccount(account) => self.resume(account),
            Action::ForgetAccount(account) => self.forget_known(account),
            Action::SignOut => self.sign_out(Command::SignOut),
            Action::SignOutAndForget => self.sign_out(Command::SignOutAndForget),
            Action::KeepSession => self.keep_session(),
            Action::OpenRoom(room) => self.open_room(&room),
            Action::FindRoom(name) => self.find_room(name),
            Action::Reload => self.reload(),
            Action::Reconnect => vec![Effect::Send(Command::Reconnect)],
            Action::Show(_)
            | Action::RetryImages(_)
            | Action::RetryAllFailed
            | Action::Find(_)
            | Action::ShowOnly(_)
            | Action::EndSearch
            | Action::GoToDate(_)
            | Action::StayHere
            | Action::Select { .. }
            | Action::MoveFocus { .. }
            | Action::StartBand(_)
            | Action::Band { .. }
            | Action::EndBand(_)
            | Action::ToggleRange(_)
            | Action::SelectAll
            | Action::ClearSelection
            | Action::InvertSelection
            | Action::UndoClear => self.act_in_gallery(action),
            Action::OpenViewer(_)
            | Action::StepViewer(_)
            | Action::CloseViewer
            | Action::TurnedView
            | Action::EndSlideShow
            | Action::Compare
            | Action::DropCompared(_)
            | Action::LeaveComparison => self.act_in_viewer(action),
            Action::TogglePanel
            | Action::SetTileEdge(_)
            | Action::SetLayout(_)
            | Action::SetViewer(_)
            | Action::SetTheme(_)
            | Action::SetThumbnailCache(_)
            | Action::RememberWindowSize(_) => self.act_on_settings(&action),
            Action::SaveSelected
            | Action::SaveSelectedAs
            | Action::ChangeSaveFolder(_)
            | Action::ChangeSaveChoices(_)
            | Action::BrowseFolder
            | Action::ConfirmSave
            | Action::LeaveSaveSheet
            | Action::PauseSave(_)
            | Action::ResumeSaves(_)
            | Action::CancelSave(_)
            | Action::AnswerClash { .. }
            | Action::RetrySave(_)
            | Action::DismissSaves(_)
            | Action::SaveNews
            | Action::HideNews
            | Action::UpdateFolders => self.act_on_saves(action),
            Action::OnImage(action) => self.act_on_image(action),
            Action::ComputeSha256(upload) => self.compute_sha256(upload),
            Action::FocusGained(_)
            | Action::FocusLost
            | Action::Open(_)
            | Action::DismissNotice(_)
            | Action::Copied(_)
            | Action::ClearCache => self.act_on_window(action),
        }
    }

    fn act_on_window(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::FocusGained(at) => self.focus_gained(at),
            Action::FocusLost => self.focus_lost(),
            Action::Open(target) => vec![Effect::Send(Command::Open(target))],
            Action::DismissNotice(id) => {
                self.notices.dismiss(id);
                Vec::new()
            }
            Action::Copied(what) => {
                self.tell(Some(UserMessage::copied(what)));
                Vec::new()
            }
            Action::ClearCache => vec![Effect::Send(Command::ClearCache)],
            _ => Vec::new(),
        }
    }

    fn receive(&mut self, event: Event) -> Vec<Effect> {
        if self.is_outdated(&event) {
            return Vec::new();
        }
        match event {
            Event::ServerProbed { .. }
            | Event::SessionStarted { .. }
            | Event::SessionRestored { .. }
            | Event::SessionConfirmed { .. }
            | Event::LogInFailed { .. }
            | Event::NoStoredSession { .. }
            | Event::CodeResent(_)
            | Event::SessionExpired { .. }
            | Event::SignedOut { .. }
            | Event::AccountForgotten { .. }
            | Event::KeyringChanged { .. }
            | Event::PublicAddressTold { .. } => self.receive_about_session(event),
            Event::RoomsLoaded { result, .. } => self.rooms_loaded(result),
            Event::RoomFound { name, result, .. } => self.room_found(name, result),
            Event::PageLoaded {
                window,
                anchor,
                result,
                ..
            } => {
                if let Some(gallery) = &mut self.gallery {
                    let result = result.map(|page| named(page, &self.people));
                    let message = gallery.page_loaded(window, anchor.as_ref(), result);
                    self.tell(message);
                }
                self.save_what_is_known_now()
            }
            Event::ListingRestored { room, listing } => {
                let mut galleries = self.gallery.iter_mut().chain(&mut self.kept);
                if let Some(gallery) = galleries.find(|gallery| gallery.room.id == room) {
                    gallery.listing_restored(*listing);
                }
                self.save_what_is_known_now()
            }
            Event::RoomChanged { room } => {
                self.room_changed(&room);
                Vec::new()
            }
            Event::PeopleResolved(people) => self.people_resolved(people),
            Event::ImageDecoded { request, image } => self.image_decoded(request, image),
            Event::ImageFailed { request, error } => self.image_failed(&request, error),
            Event::MetadataRead { upload, metadata } => {
                if let Some(gallery) = &mut self.gallery {
                    gallery.metadata_read(upload, metadata);
                }
                Vec::new()
            }
            Event::ConnectionChanged(connection) => {
                self.connection = connection;
                Vec::new()
            }
            Event::FolderPicked(_)
            | Event::SaveSurveyed { .. }
            | Event::SaveAdvanced { .. }
            | Event::SaveAsks { .. }
            | Event::SaveFolderFound { .. }
            | Event::SaveFinished { .. }
            | Event::SavesRestored(_)
            | Event::SavedRoomsKnown(_) => self.receive_about_saves(event),
            Event::SavedFilesFound(files) => self.saved_files_found(files),
            Event::SystemThemeChanged { is_dark } => {
                self.is_system_dark = Some(is_dark);
                Vec::new()
            }
            Event::StorageTrouble(error) => self.warn(user_message::storage(&error)),
            Event::OpenFailed(target) => self.not_opened(target),
            Event::ErrandAdvanced { id, done } => self.errand_advanced(id, done),
            Event::ErrandEnded { id, end } => self.errand_ended(id, *end),
            Event::Sha256Computed { upload, result } => self.sha256_computed(&upload, result),
            Event::CacheCleared { freed } => {
                let message = user_message::cache_cleared(freed);
                self.notices.push(NoticeLevel::Info, message, None);
                Vec::new()
            }
        }
    }

    fn not_opened(&mut self, target: OpenTarget) -> Vec<Effect> {
        let message = user_message::open_failed(&target);
        let offer = NoticeOffer::of_unopened(target);
        self.notices.push(NoticeLevel::Warning, message, offer);
        Vec::new()
    }

    fn people_resolved(&mut self, people: Vec<Person>) -> Vec<Effect> {
        for gallery in self.gallery.iter_mut().chain(&mut self.kept) {
            gallery.listing.set_uploaders(&people);
        }
        let by_id = people.into_iter().map(|person| (person.id.clone(), person));
        self.people.extend(by_id);
        Vec::new()
    }

    /// Whether the event answers a question that no longer matters.
    const fn is_outdated(&self, event: &Event) -> bool {
        match event {
            Event::SessionStarted { generation, .. }
            | Event::SessionRestored { generation, .. }
            | Event::LogInFailed { generation, .. }
            | Event::NoStoredSession { generation, .. }
            | Event::PageLoaded { generation, .. } => generation.0 != self.generation.0,
            // About the session, whichever room was open then.
            Event::SessionExpired { generation }
            | Event::RoomsLoaded { generation, .. }
            | Event::RoomFound { generation, .. } => generation.0 < self.session_generation.0,
            _ => false,
        }
    }

    pub(super) fn tell(&mut self, message: Option<UserMessage>) {
        if let Some(message) = message {
            self.notices.push(NoticeLevel::Info, message, None);
        }
    }

    pub(super) fn warn(&mut self, message: UserMessage) -> Vec<Effect> {
        self.notices.push(NoticeLevel::Warning, message, None);
        Vec::new()
    }

    pub(super) fn bump(&mut self) -> Generation {
        self.generation = self.generation.next();
        self.generation
    }

    fn renew_wanted(&mut self) -> Option<Effect> {
        let wanted = match (&self.phase, &self.gallery) {
            (Phase::SignedIn, Some(gallery)) => gallery.wanted(self.generation),
            _ => Wanted {
                generation: self.generation,
                ..Wanted::default()
            },
        };
        if wanted == self.last_wanted {
            return None;
        }
        self.last_wanted = wanted.clone();
        Some(Effect::Want(wanted))
    }

    pub(super) fn switch_gallery(&mut self, to: Gallery) {
        if let Some(left) = self.gallery.replace(to) {
            self.kept.push(left);
            let surplus = self.kept.len().saturating_sub(KEPT_GALLERIES);
            self.kept.drain(..surplus);
        }
    }

    pub(super) fn take_kept(&mut self, room: &RoomId) -> Option<Gallery> {
        let index = self
            .kept
            .iter()
            .position(|gallery| gallery.room.id == *room)?;
        Some(self.kept.remove(index))
    }

    pub(super) fn keep_settings(&self) -> Effect {
        Effect::Send(Command::KeepSettings(Box::new(self.settings.clone())))
    }

    pub(super) fn set_keyring(&mut self, status: KeyringStatus) {
        if let Some(session) = &mut self.session {
            session.keyring = status;
        }
    }

    pub(super) fn tell_keyring(&mut self, error: &crate::protocol::KeyringError) {
        if !self.has_told_about_keyring {
            self.has_told_about_keyring = true;
            let message = user_message::keyring(error);
            self.notices.push(
                NoticeLevel::Warning,
                message,
                Some(NoticeOffer::RetryKeyring),
            );
        }
    }
}

/// A page whose uploaders are named as far as their names are known.
fn named(mut page: UploadPage, people: &HashMap<UserId, Person>) -> UploadPage {
    for upload in &mut page.uploads {
        if upload.uploader.is_none() {
            let person = upload.user.as_ref().and_then(|user| people.get(user));
            upload.uploader = person.cloned();
        }
    }
    page
}

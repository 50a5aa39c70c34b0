//! Everything the app knows. What changes it is in [`on_action`](super::on_action) and
//! [`on_event`](super::on_event).

use std::collections::HashMap;
use std::path::PathBuf;

use crate::domain::{Person, RoomId, ServerUrl, UserId};
use crate::protocol::{
    Command, Connection, Generation, KnownAccount, SessionInfo, Settings, Wanted,
};
use crate::state::desktop::Desktop;
use crate::state::effect::Effect;
use crate::state::errands::Errands;
use crate::state::gallery::Gallery;
use crate::state::notices::{NoticeLevel, Notices};
use crate::state::room_list::RoomList;
use crate::state::saved_rooms::SavedRooms;
use crate::state::saves::Saves;
use crate::state::sign_in::SignIn;
use crate::state::user_message::UserMessage;

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
    pub(super) fn search_again(&mut self) {
        if let Some(gallery) = &mut self.gallery {
            gallery.search_again();
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

    pub(super) fn renew_wanted(&mut self) -> Option<Effect> {
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
}

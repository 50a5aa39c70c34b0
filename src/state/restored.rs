//! The second start: what this machine knows is shown, and the server's word taken in later.

use crate::domain::{Person, Room};
use crate::protocol::SessionInfo;
use crate::state::AppState;
use crate::state::effect::Effect;
use crate::state::notices::NoticeLevel;
use crate::state::user_message;

impl AppState {
    /// Shows what this machine knows. The server is asked for all of it as after a log-in.
    pub(super) fn session_restored(
        &mut self,
        session: SessionInfo,
        rooms: Vec<Room>,
        people: Vec<Person>,
    ) -> Vec<Effect> {
        let mut effects = self.session_started(session);
        let by_id = people.into_iter().map(|person| (person.id.clone(), person));
        self.people.extend(by_id);
        effects.extend(self.rooms_loaded(Ok(rooms)));
        effects
    }

    /// The server says who this is, in a session that runs already.
    pub(super) fn session_confirmed(&mut self, confirmed: SessionInfo) -> Vec<Effect> {
        let Some(session) = &mut self.session else {
            return Vec::new();
        };
        if session.account != confirmed.account {
            return Vec::new();
        }
        if confirmed.must_change_password && !session.must_change_password {
            let message = user_message::must_change_password(&confirmed.account.server);
            self.notices.push(NoticeLevel::Warning, message, None);
        }
        // Where the token is kept is known better here.
        *session = SessionInfo {
            keyring: session.keyring.clone(),
            ..confirmed
        };
        Vec::new()
    }
}

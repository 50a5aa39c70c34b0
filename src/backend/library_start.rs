//! The second start: what this machine knows is shown at once, and the server asked behind it.

use std::sync::Arc;

use super::library::{Known, LibraryDesk};
use super::link::SessionLink;
use super::reaction::{Reaction, backoff, reaction};
use super::session::Services;
use crate::domain::{AccountId, Person, Room, ServerUrl, Session, UserId};
use crate::protocol::{ClientError, Event, Generation, KnownAccount, LogInRefusal, SessionInfo};
use crate::rocketchat::Client;
use crate::storage::{ServerNotes, StoredSession};

/// A session that the server was not asked about yet, with what is known of its account.
pub(super) struct Restored {
    pub(super) client: Client,
    pub(super) info: Box<SessionInfo>,
    pub(super) generation: Generation,
    pub(super) rooms: Vec<Room>,
    pub(super) people: Vec<Person>,
    pub(super) library: Arc<LibraryDesk>,
    pub(super) account: KnownAccount,
    pub(super) stored: StoredSession,
}

impl Services {
    /// The library of this account, opened when it is first needed.
    pub(super) fn library(&self, account: AccountId) -> LibraryDesk {
        LibraryDesk::new(self.dirs.clone(), account, self.events.clone())
    }

    /// A session from the keyring, if this machine knows rooms of its account.
    pub(super) async fn restore(
        &self,
        account: &KnownAccount,
        stored: &StoredSession,
        generation: Generation,
    ) -> Option<Restored> {
        let server = ServerUrl::parse_base(&account.server).ok()?;
        let user = UserId::from(account.user_id.as_str());
        let id = AccountId {
            server: server.clone(),
            user: user.clone(),
        };
        let library = Arc::new(self.library(id.clone()));
        let Known {
            rooms,
            people,
            server: notes,
        } = library.known().await?;
        let people: Vec<Person> = people.into_iter().map(|known| known.person).collect();
        let me = people.iter().find(|person| person.id == user).cloned();
        let me = me.unwrap_or_else(|| Person {
            id: user,
            username: Some(stored.username.clone()),
            name: None,
        });
        tracing::debug!(rooms = rooms.len(), people = people.len(), "restored");
        let info = SessionInfo {
            account: id,
            me: me.clone(),
            server_name: notes.name,
            server_version: notes.version,
            token_kind: stored.kind,
            must_change_password: false,
            keyring: self.kept(),
        };
        let session = Session {
            server,
            me,
            token: stored.token.clone(),
            token_kind: stored.kind,
            must_change_password: false,
        };
        Some(Restored {
            client: Client::new(self.http.clone(), session),
            info: Box::new(info),
            generation,
            rooms,
            people,
            library,
            account: account.clone(),
            stored: stored.clone(),
        })
    }

    /// Asks the server about a session that was restored, until it has answered.
    pub(super) async fn confirm(
        self,
        link: Arc<SessionLink>,
        account: KnownAccount,
        stored: StoredSession,
    ) {
        let client = link.last_client();
        let mut tries = 0;
        loop {
            let error = match self.check(&account, &stored).await {
                Ok((session, identity)) => {
                    link.monitor.reached();
                    let info = Self::info(&session, identity, self.kept());
                    let event = Event::SessionConfirmed {
                        session: Box::new(info),
                    };
                    self.events.send(event).await;
                    return;
                }
                Err(
                    ClientError::SessionExpired
                    | ClientError::LogIn(LogInRefusal::TokenUnknown | LogInRefusal::TokenExpired),
                ) => {
                    link.end(&client);
                    return;
                }
                Err(error) => error,
            };
            tracing::debug!(%error, tries, "the session is not confirmed");
            match reaction(&error) {
                Reaction::Reconnect => {
                    link.monitor.lost();
                    link.monitor.online().await;
                }
                Reaction::WaitFor(pause) => tokio::time::sleep(pause).await,
                Reaction::TryAgain | Reaction::CheckSession | Reaction::GiveUp => {
                    let (first, longest) =
                        (self.timings.reconnect_first, self.timings.reconnect_longest);
                    tokio::time::sleep(backoff(first, longest, tries)).await;
                    tries += 1;
                }
            }
            // Somebody signed in again meanwhile.
            if !Arc::ptr_eq(&client, &link.last_client()) {
                return;
            }
        }
    }
}

/// What is to be remembered of a session that the server accepted.
pub(super) async fn keep_session_notes(library: &LibraryDesk, info: &SessionInfo) {
    library.keep_people(vec![info.me.clone()]).await;
    let (name, version) = (info.server_name.clone(), info.server_version.clone());
    library
        .keep_server_notes(ServerNotes { name, version })
        .await;
}

//! Acts as other people while a client looks: posts, deletes, invites, revokes.

mod rooms;
mod uploads;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::api::totp_code;
use super::clock::now_millis;
use super::demo::{Demo, Event};
use super::quirks::Quirks;
use super::request_log::LoggedRequest;
use super::world::SessionKind;

pub use uploads::NewImage;

/// Acts as other people. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Admin {
    demo: Arc<Demo>,
}

impl Admin {
    pub(super) fn new(demo: Arc<Demo>) -> Self {
        Self { demo }
    }

    /// Changes the server's settings and version while it runs.
    pub fn change_quirks(&self, change: impl FnOnce(&mut Quirks)) {
        self.demo.change_quirks(change);
    }

    /// The id of a person.
    pub fn user_id(&self, username: &str) -> Option<String> {
        self.demo
            .world()
            .person_named(username)
            .map(|person| person.id.clone())
    }

    /// A session without a login, and so without its limiter and second factor: user id and
    /// token.
    pub fn mint_session(&self, username: &str) -> Option<(String, String)> {
        self.mint(username, SessionKind::Login)
    }

    /// A personal access token, as made in the web client: user id and token.
    pub fn make_personal_access_token(&self, username: &str) -> Option<(String, String)> {
        self.mint(username, SessionKind::PersonalAccessToken)
    }

    fn mint(&self, username: &str, kind: SessionKind) -> Option<(String, String)> {
        let user = self.user_id(username)?;
        let token = self.demo.world().sessions.open(&user, kind);
        Some((user, token))
    }

    /// Whether a token still lets somebody in.
    pub fn is_token_alive(&self, token: &str) -> bool {
        self.demo.world().sessions.user_of(token).is_some()
    }

    /// Takes every token of a person, personal access tokens too. Their sockets are closed.
    pub fn revoke_tokens(&self, username: &str) {
        let Some(user) = self.user_id(username) else {
            return;
        };
        let revoked = self.demo.world().sessions.close_all(&user, None);
        self.tell_user(&user, "force_logout", &serde_json::json!([]));
        for token in revoked {
            self.demo.tell(Event::TokenRemoved(token));
        }
    }

    /// The codes mailed so far, oldest first: address and code.
    pub fn outbox(&self) -> Vec<(String, String)> {
        let world = self.demo.world();
        let mails = world.sessions.outbox.iter();
        mails
            .map(|mail| (mail.to.clone(), mail.code.clone()))
            .collect()
    }

    /// What this person's authenticator shows now.
    pub fn totp_code(&self, username: &str) -> Option<String> {
        let world = self.demo.world();
        let secret = world.person_named(username)?.second_factor.totp_secret()?;
        totp_code(secret, now_millis())
    }

    /// The requests that came, oldest first.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.demo.log.all()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.demo.log.clear();
    }

    /// Gives every caller its whole budget again.
    pub fn reset_limiter(&self) {
        self.demo.limiter.forget();
    }

    /// Requests that carried a token, an id or a cookie to the storage's origin.
    pub fn leaked_secrets(&self) -> u64 {
        self.demo.leaks.load(Ordering::Relaxed)
    }

    /// Closes every websocket with a code, such as 4000 or 1012.
    pub fn close_websockets(&self, code: u16) {
        self.demo.tell(Event::Close(code));
    }

    /// How many websockets are open.
    pub fn open_websockets(&self) -> usize {
        self.demo.events.receiver_count()
    }

    /// Sends a frame as it is to every websocket.
    pub fn send_frame(&self, text: &str) {
        self.demo.tell(Event::Frame(text.to_owned()));
    }

    fn tell_user(&self, user: &str, event: &str, args: &serde_json::Value) {
        self.demo.tell(Event::Stream {
            collection: "stream-notify-user",
            event: format!("{user}/{event}"),
            args: args.clone(),
        });
    }
}

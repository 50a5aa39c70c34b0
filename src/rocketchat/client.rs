//! One signed-in session: the way to everything that needs one.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use reqwest::Method;

use super::endpoint::files_route;
use super::message_links::MessageLinks;
use super::messages::MessageDialect;
use super::rate_budget::BudgetKey;
use super::request::Api;
use super::server_rules::ServerRules;
use super::uploads::ImageSource;
use super::window_reader::{WindowKey, WindowReader};
use super::{ClientError, Endpoint, Http};
use crate::domain::{ServerUrl, Session, TokenKind};

/// How many windows may wait half-read for the budget: the ones on screen.
const MAX_PARTIAL_WINDOWS: usize = 4;

/// A session on one server. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    http: Http,
    session: Session,
    /// Which endpoint lists images here, as far as it was found out.
    image_source: AtomicU8,
    /// What the settings of this server say, once it told.
    rules: Mutex<Option<ServerRules>>,
    /// Windows of which the budget did not allow the rest.
    partial_windows: Mutex<Vec<(WindowKey, WindowReader)>>,
    /// What this server lacks where messages are asked for.
    message_dialect: MessageDialect,
    message_links: Arc<MessageLinks>,
}

impl Client {
    /// Uses a session that the server accepted.
    pub fn new(http: Http, session: Session) -> Self {
        Self {
            inner: Arc::new(Inner {
                http,
                session,
                image_source: AtomicU8::new(0),
                rules: Mutex::new(None),
                partial_windows: Mutex::default(),
                message_dialect: MessageDialect::default(),
                message_links: Arc::default(),
            }),
        }
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.inner.session
    }

    /// Which uploads were sent with which messages, as far as that was told.
    pub fn message_links(&self) -> &Arc<MessageLinks> {
        &self.inner.message_links
    }

    /// `GET me`: whether the token still lives.
    ///
    /// # Errors
    /// [`ClientError::SessionExpired`] only when it is dead; anything else says that the
    /// server could not be asked.
    pub async fn confirm_session(&self) -> Result<(), ClientError> {
        self.api().get("me", &[]).await.map(drop)
    }

    /// `POST logout`: ends the session on the server. Does nothing for a personal access
    /// token, which the server would delete for good.
    ///
    /// # Errors
    /// When the server could not be asked. A token that was dead already is a success.
    pub async fn log_out(&self) -> Result<(), ClientError> {
        if self.session().token_kind == TokenKind::PersonalAccess {
            return Ok(());
        }
        let answer = self.api().post("logout", &serde_json::json!({})).await?;
        // The body may lack `success`, so the status decides.
        if answer.status.is_success() {
            return Ok(());
        }
        match answer.into_value() {
            Ok(_) | Err(ClientError::SessionExpired) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// When this endpoint may be called; `None` for now. A call before that time answers
    /// [`ClientError::RateLimited`] without asking the server.
    pub fn endpoint_ready_at(&self, endpoint: Endpoint) -> Option<Instant> {
        self.routes(endpoint)
            .into_iter()
            .filter_map(|(method, route)| {
                self.inner.http.budget().ready_at(&BudgetKey {
                    server: self.session().server.clone(),
                    method,
                    route,
                })
            })
            .max()
    }

    pub(super) fn http(&self) -> &Http {
        &self.inner.http
    }

    pub(super) fn api(&self) -> Api<'_> {
        let session = &self.inner.session;
        Api {
            http: &self.inner.http,
            server: &session.server,
            auth: Some((&session.me.id, &session.token)),
        }
    }

    pub(super) fn message_dialect(&self) -> &MessageDialect {
        &self.inner.message_dialect
    }

    pub(super) fn image_source(&self) -> ImageSource {
        ImageSource::from_index(self.inner.image_source.load(Ordering::Relaxed))
    }

    pub(super) fn remember_image_source(&self, source: ImageSource) {
        self.inner
            .image_source
            .store(source.index(), Ordering::Relaxed);
    }

    /// The half-read window, if it waits here.
    pub(super) fn take_partial_window(&self, key: &WindowKey) -> Option<WindowReader> {
        let mut windows = lock(&self.inner.partial_windows);
        let index = windows.iter().position(|(waiting, _)| waiting == key)?;
        Some(windows.swap_remove(index).1)
    }

    /// Keeps a half-read window until it is asked for again.
    pub(super) fn keep_partial_window(&self, key: WindowKey, reader: WindowReader) {
        let mut windows = lock(&self.inner.partial_windows);
        windows.retain(|(waiting, _)| *waiting != key);
        if windows.len() >= MAX_PARTIAL_WINDOWS {
            windows.remove(0);
        }
        windows.push((key, reader));
    }

    /// What the settings of this server say. Asked once; without an answer the usual, and the
    /// next call asks again.
    pub(super) async fn rules(&self) -> ServerRules {
        let known = lock(&self.inner.rules).clone();
        if let Some(rules) = known {
            return rules;
        }
        match ServerRules::ask(self.api()).await {
            Ok(rules) => {
                *lock(&self.inner.rules) = Some(rules.clone());
                rules
            }
            Err(error) => {
                tracing::debug!(%error, "the settings of the server are unknown");
                ServerRules::default()
            }
        }
    }

    /// Where others find this server, when that is not the address that was signed in with:
    /// `Site_Url`. Known once rooms were read.
    pub fn public_address(&self) -> Option<ServerUrl> {
        let rules = lock(&self.inner.rules);
        rules.as_ref()?.public_address.clone()
    }

    /// The address that links begin with which are handed on, such as those in saved files: as
    /// [`public_address`](Self::public_address), else the one that was signed in with. Asks the
    /// server if it has not told yet.
    pub async fn address_for_others(&self) -> ServerUrl {
        let told = self.rules().await.public_address;
        told.unwrap_or_else(|| self.session().server.clone())
    }

    fn routes(&self, endpoint: Endpoint) -> Vec<(Method, &'static str)> {
        match endpoint {
            Endpoint::LogIn => vec![(Method::POST, "login")],
            Endpoint::ResendCode => vec![(Method::POST, "users.2fa.sendEmailCode")],
            Endpoint::Me => vec![(Method::GET, "me")],
            Endpoint::Rooms => vec![
                (Method::GET, "subscriptions.get"),
                (Method::GET, "rooms.get"),
            ],
            Endpoint::RoomInfo => vec![(Method::GET, "rooms.info")],
            Endpoint::Images => self
                .image_source()
                .fixed_route()
                .map(|route| (Method::GET, route))
                .into_iter()
                .collect(),
            Endpoint::Thumbnails(kind) => vec![(Method::GET, files_route(kind))],
            Endpoint::People => vec![(Method::GET, "users.presence")],
        }
    }
}

/// A lock whose holder panicked still guards whole values: each is replaced in one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.session().server)
            .field("user", &self.session().me.id)
            .finish_non_exhaustive()
    }
}

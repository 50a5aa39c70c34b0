//! Starts the server on loopback, and stops it when dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::routing::any;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::admin::Admin;
use super::clock::now_millis;
use super::demo::Demo;
use super::faults::Faults;
use super::folder::images_in;
use super::options::DemoOptions;
use super::world::{SecondFactor, World};
use super::{object_storage, router};

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct DemoServer {
    demo: Arc<Demo>,
    /// Owns the tasks: they are aborted with it.
    _tasks: JoinSet<()>,
}

/// An account to sign in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoAccount {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: String,
    /// The name shown.
    pub name: String,
    /// What is asked for after the password.
    pub two_factor: Option<TwoFactor>,
}

/// A second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TwoFactor {
    /// A code from an authenticator.
    Totp {
        /// What the authenticator was given.
        secret_base32: String,
    },
    /// A code by mail; see [`Admin::outbox`] and `GET /demo/outbox`.
    Email,
}

/// An hour, so that a library made twice in one hour is the same.
const HOUR_MILLIS: i64 = 3_600_000;

impl DemoServer {
    /// Listens on 127.0.0.1 and serves until dropped. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the port is taken, or the folder of images cannot be read.
    pub async fn start(options: DemoOptions) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let storage = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let prefix = options
            .sub_path
            .as_deref()
            .unwrap_or_default()
            .trim_matches('/');
        let prefix = if prefix.is_empty() {
            String::new()
        } else {
            format!("/{prefix}")
        };
        let base = format!("http://{}{prefix}/", listener.local_addr()?);
        let storage_origin = format!("http://{}", storage.local_addr()?);
        let now = now_millis();
        let newest = match options.newest {
            Some(newest) => newest.as_millisecond(),
            None => now - now.rem_euclid(HOUR_MILLIS),
        };
        let folder = options.images.as_deref().map(images_in).transpose()?;
        let world = World::generate(options.seed, options.library, newest, folder);
        let demo = Arc::new(Demo::new(
            base,
            storage_origin,
            prefix,
            options.quirks,
            world,
        ));
        let stop = demo.stop.clone();
        let mut tasks = JoinSet::new();
        let app = Router::new()
            .fallback(any(router::answer))
            .with_state(Arc::clone(&demo));
        tasks.spawn(serve(listener, app, stop.clone()));
        let bucket = Router::new()
            .fallback(any(object_storage::answer))
            .with_state(Arc::clone(&demo));
        tasks.spawn(serve(storage, bucket, stop.clone()));
        Ok(Self {
            demo,
            _tasks: tasks,
        })
    }

    /// Where the server is, with a slash at the end.
    pub fn base_url(&self) -> String {
        self.demo.base.clone()
    }

    /// Another origin that redirects everything to the base, as `http` to `https` or an old
    /// name does.
    pub fn redirecting_url(&self) -> String {
        format!("{}/alias/", self.demo.storage_origin)
    }

    /// The accounts one can sign in with.
    pub fn accounts(&self) -> Vec<DemoAccount> {
        let world = self.demo.world();
        let people = world.people.iter().filter(|person| person.is_active);
        people
            .map(|person| DemoAccount {
                user: person.username.clone(),
                password: person.password.clone(),
                name: person.name.clone(),
                two_factor: two_factor(person.second_factor),
            })
            .collect()
    }

    /// Switches faults.
    pub fn faults(&self) -> Faults {
        self.demo.faults.clone()
    }

    /// Acts as other people.
    pub fn admin(&self) -> Admin {
        Admin::new(Arc::clone(&self.demo))
    }

    /// One line of JSON that says where the server is and who can sign in.
    pub fn banner(&self) -> String {
        let accounts: Vec<Value> = self.accounts().iter().map(account_json).collect();
        json!({
            "url": self.base_url(),
            "user": "ana",
            "password": "ana-demo",
            "accounts": accounts,
            "outbox": format!("{}demo/outbox", self.base_url()),
        })
        .to_string()
    }
}

impl Drop for DemoServer {
    fn drop(&mut self) {
        self.demo.stop.cancel();
    }
}

async fn serve(listener: TcpListener, app: Router, stop: CancellationToken) {
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, app)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "the demo server stopped");
    }
}

fn two_factor(factor: SecondFactor) -> Option<TwoFactor> {
    match factor {
        SecondFactor::Nothing => None,
        SecondFactor::Email => Some(TwoFactor::Email),
        SecondFactor::Totp { secret } | SecondFactor::Both { secret } => Some(TwoFactor::Totp {
            secret_base32: secret.to_owned(),
        }),
    }
}

fn account_json(account: &DemoAccount) -> Value {
    let (kind, secret) = match &account.two_factor {
        None => (None, None),
        Some(TwoFactor::Email) => (Some("email"), None),
        Some(TwoFactor::Totp { secret_base32 }) => (Some("totp"), Some(secret_base32)),
    };
    json!({
        "user": account.user,
        "password": account.password,
        "name": account.name,
        "two_factor": kind,
        "totp_secret": secret,
    })
}

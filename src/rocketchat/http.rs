//! The HTTP clients, and what all requests of this program share.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::redirect::Policy;

use super::ClientError;
use super::rate_budget::RateBudget;

/// A server that does not take a connection in this time is not going to.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest silence inside an answer, and before its headers.
const STALL_TIMEOUT: Duration = Duration::from_secs(30);

/// What every request needs: connections, and the budget of calls. Cheap to clone.
#[derive(Clone)]
pub struct Http {
    inner: Arc<Inner>,
}

struct Inner {
    server: reqwest::Client,
    foreign: reqwest::Client,
    /// Made when it is first asked for: reading the certificates of the machine takes time.
    upgradable: OnceLock<Result<reqwest::Client, ClientError>>,
    roots: Vec<reqwest::Certificate>,
    stall: Duration,
    budget: Arc<RateBudget>,
}

impl Http {
    /// Makes the clients, trusting the certificates of this machine.
    ///
    /// # Errors
    /// [`ClientError::NoCertificates`] when the machine has none.
    pub fn new() -> Result<Self, ClientError> {
        Self::build(&[], STALL_TIMEOUT)
    }

    /// Trusts one more root certificate, in PEM form.
    ///
    /// # Errors
    /// [`ClientError::NoCertificates`] when it is not one, or the machine has none of its own.
    pub fn with_root_certificate(pem: &[u8]) -> Result<Self, ClientError> {
        let certificate =
            reqwest::Certificate::from_pem(pem).map_err(|error| no_certificates(&error))?;
        Self::build(&[certificate], STALL_TIMEOUT)
    }

    /// Gives up on a silent server sooner.
    #[cfg(test)]
    pub(super) fn impatient(stall_timeout: Duration) -> Result<Self, ClientError> {
        Self::build(&[], stall_timeout)
    }

    fn build(roots: &[reqwest::Certificate], stall: Duration) -> Result<Self, ClientError> {
        Ok(Self {
            inner: Arc::new(Inner {
                server: client(roots, stall, Versions::All)?,
                foreign: client(roots, stall, Versions::All)?,
                upgradable: OnceLock::new(),
                roots: roots.to_vec(),
                stall,
                budget: Arc::default(),
            }),
        })
    }

    /// For the server itself: requests may carry credentials.
    pub(super) fn server(&self) -> &reqwest::Client {
        &self.inner.server
    }

    /// For any other host: requests carry none. Its own client, so that not even a
    /// connection is shared.
    pub(super) fn foreign(&self) -> &reqwest::Client {
        &self.inner.foreign
    }

    /// For the server itself, and for what only HTTP/1.1 can do: become a websocket.
    pub(super) fn upgradable(&self) -> Result<&reqwest::Client, ClientError> {
        let inner = &self.inner;
        inner
            .upgradable
            .get_or_init(|| client(&inner.roots, inner.stall, Versions::Http1))
            .as_ref()
            .map_err(Clone::clone)
    }

    /// The calls that may still be made this minute.
    pub(super) fn budget(&self) -> &Arc<RateBudget> {
        &self.inner.budget
    }
}

impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Http")
    }
}

/// Which HTTP is offered to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Versions {
    All,
    Http1,
}

/// A client that keeps no cookies (a stale `rc_token` cookie wins over headers on the file
/// route), follows no redirect by itself (reqwest would carry `X-Auth-Token` to the other
/// host) and sends no Referer (which would carry queries there).
fn client(
    roots: &[reqwest::Certificate],
    stall: Duration,
    versions: Versions,
) -> Result<reqwest::Client, ClientError> {
    let builder = match versions {
        Versions::All => reqwest::Client::builder(),
        Versions::Http1 => reqwest::Client::builder().http1_only(),
    };
    builder
        .user_agent(concat!("Salon/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(stall)
        .tls_certs_merge(roots.iter().cloned())
        .build()
        .map_err(|error| no_certificates(&error))
}

fn no_certificates(error: &reqwest::Error) -> ClientError {
    let cause =
        std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    ClientError::NoCertificates { cause }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::domain::{AuthToken, Person, ServerUrl, Session, TokenKind, UploadId, UserId};
    use crate::rocketchat::{Client, DownloadError};

    /// A client that waits a fifth of a second for a server that says `head` and nothing more.
    async fn of_a_silent_server(head: &'static str) -> Client {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 4096];
                assert!(stream.read(&mut request).await.unwrap() > 0);
                stream.write_all(head.as_bytes()).await.unwrap();
                open.push(stream);
            }
        });
        let session = Session {
            server: ServerUrl::parse_base(&address).unwrap(),
            me: Person {
                id: UserId::from("u"),
                username: None,
                name: None,
            },
            token: AuthToken::new("t".to_owned()),
            token_kind: TokenKind::LogIn,
            must_change_password: false,
        };
        let http = Http::impatient(Duration::from_millis(200)).unwrap();
        Client::new(http, session)
    }

    #[tokio::test]
    async fn a_server_that_takes_the_call_and_says_nothing_times_out() {
        let client = of_a_silent_server("").await;
        assert_eq!(client.confirm_session().await, Err(ClientError::TimedOut));
    }

    #[tokio::test]
    async fn a_file_that_stops_coming_times_out() {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n\
                    an image begins like this, and then nothing follows";
        let client = of_a_silent_server(head).await;
        let id = UploadId::from("x");
        let download = client.open_upload(&id, "x", None).await.unwrap();
        assert_eq!(
            download.read_all(10_000).await,
            Err(DownloadError::Client(ClientError::TimedOut))
        );
    }
}

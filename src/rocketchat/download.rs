//! Streams one file, with credentials for its server only.

use bytes::{Bytes, BytesMut};
use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, WWW_AUTHENTICATE,
};
use reqwest::{Response, StatusCode};
use url::Url;

use super::answer::looks_like_html;
use super::budget_headers::wait_of_refusal;
use super::redirect::check_scheme;
use super::request::redirect_target;
use super::retry::Retries;
use super::transport_error::client_error;
use super::{ClientError, DownloadError, Http, WrongAnswer};

/// From the server to a content network and on to a storage: three are plenty.
const MAX_REDIRECTS: usize = 5;

/// Enough of a file to tell a web page from an image.
const HEAD_BYTES: usize = 32;

/// One file on its way.
pub struct Download {
    response: Response,
    /// Read already, to see what it is.
    head: Option<Bytes>,
    /// `Content-Length`, unless the body comes compressed.
    announced: Option<u64>,
    /// What the description of the file says.
    expected: Option<u64>,
    received: u64,
    is_over: bool,
}

impl Download {
    /// Asks for a file. Nothing but its head was read when this returns.
    pub(super) async fn open(
        http: &Http,
        url: &Url,
        credentials: &HeaderMap,
        expected: Option<u64>,
    ) -> Result<Self, DownloadError> {
        let mut retries = Retries::default();
        let mut may_renew_link = true;
        loop {
            match Self::try_open(http, url, credentials, expected).await {
                // The link to the storage has expired, or its clock is ahead: the server
                // makes a fresh one for each request. Links are never kept.
                Err(DownloadError::StorageRefused { status: 400 | 403 }) if may_renew_link => {
                    may_renew_link = false;
                }
                Err(DownloadError::Client(error)) if retries.wait_after(&error).await => {}
                other => return other,
            }
        }
    }

    async fn try_open(
        http: &Http,
        url: &Url,
        credentials: &HeaderMap,
        expected: Option<u64>,
    ) -> Result<Self, DownloadError> {
        let (response, source) = fetch(http, url, credentials).await?;
        check_status(&response, source)?;
        let announced = if response.headers().contains_key(CONTENT_ENCODING) {
            None
        } else {
            response.content_length()
        };
        let mut download = Self {
            response,
            head: None,
            announced,
            expected,
            received: 0,
            is_over: false,
        };
        download.read_head().await?;
        Ok(download)
    }

    /// `Content-Length`, if the server told.
    pub fn content_length(&self) -> Option<u64> {
        self.announced
    }

    /// The next bytes; `None` when the file is complete and as long as it should be.
    ///
    /// # Errors
    /// [`ClientError::CutOff`], [`ClientError::TimedOut`] after thirty silent seconds, or
    /// [`DownloadError::WrongLength`].
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, DownloadError> {
        if let Some(head) = self.head.take() {
            return Ok(Some(head));
        }
        if self.is_over {
            return Ok(None);
        }
        self.receive().await
    }

    /// All bytes, unless there are more than `limit_bytes`.
    ///
    /// # Errors
    /// [`DownloadError::TooLarge`], and those of [`Self::chunk`].
    pub async fn read_all(mut self, limit_bytes: u64) -> Result<Vec<u8>, DownloadError> {
        let too_large = DownloadError::TooLarge { limit: limit_bytes };
        if self.announced.is_some_and(|length| length > limit_bytes) {
            return Err(too_large);
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if bytes.len() as u64 + chunk.len() as u64 > limit_bytes {
                return Err(too_large);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    async fn receive(&mut self) -> Result<Option<Bytes>, DownloadError> {
        let chunk = match self.response.chunk().await {
            Ok(chunk) => chunk,
            Err(error) => {
                self.is_over = true;
                return Err(mid_body(client_error(error)).into());
            }
        };
        match &chunk {
            Some(bytes) => self.received += bytes.len() as u64,
            None => self.is_over = true,
        }
        for length in [self.announced, self.expected].into_iter().flatten() {
            let is_wrong = self.received > length || (self.is_over && self.received < length);
            if is_wrong {
                self.is_over = true;
                return Err(DownloadError::WrongLength {
                    expected: length,
                    received: self.received,
                });
            }
        }
        Ok(chunk)
    }

    /// A proxy's sign-in page comes with status 200, and so does a file whose bytes are gone.
    async fn read_head(&mut self) -> Result<(), DownloadError> {
        let mut head = BytesMut::new();
        let outcome = loop {
            match self.receive().await {
                Ok(Some(bytes)) => head.extend_from_slice(&bytes),
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
            if head.len() >= HEAD_BYTES {
                break Ok(());
            }
        };
        // What came says more than that its length is wrong.
        if !head.is_empty() && self.is_web_page(&head) {
            return Err(DownloadError::HtmlInsteadOfImage);
        }
        match outcome {
            Err(DownloadError::WrongLength { received: 0, .. }) => Err(DownloadError::Empty),
            Err(error) => Err(error),
            Ok(()) if head.is_empty() => Err(DownloadError::Empty),
            Ok(()) => {
                self.head = Some(head.freeze());
                Ok(())
            }
        }
    }

    fn is_web_page(&self, head: &[u8]) -> bool {
        let is_declared = self
            .response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/html"));
        let is_markup = head.trim_ascii_start().first() == Some(&b'<');
        looks_like_html(head) || (is_declared && is_markup)
    }
}

/// Without the response, whose address may be a signed link.
impl std::fmt::Debug for Download {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Download")
            .field("announced", &self.announced)
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

/// Who sent an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The server, or another path on it.
    Server,
    /// The storage that the server redirected to.
    Storage,
}

/// Gets `url` and follows its redirects. Once one leads to another origin, everything from
/// there on is asked by the client that has no credentials, even if it leads back.
async fn fetch(
    http: &Http,
    url: &Url,
    credentials: &HeaderMap,
) -> Result<(Response, Source), ClientError> {
    let home = url.origin();
    let mut url = url.clone();
    let mut source = Source::Server;
    for _ in 0..=MAX_REDIRECTS {
        let request = match source {
            Source::Server => http.server().get(url.clone()).headers(credentials.clone()),
            Source::Storage => http.foreign().get(url.clone()),
        };
        let response = request
            // The server would compress on the fly and drop the length.
            .header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))
            .send()
            .await
            .map_err(client_error)?;
        tracing::debug!(
            path = url.path(),
            status = response.status().as_u16(),
            ?source,
            "file"
        );
        let Some(target) = redirect_target(&response) else {
            return Ok((response, source));
        };
        check_scheme(&url, &target)?;
        if target.origin() != home {
            source = Source::Storage;
        }
        url = target;
    }
    Err(ClientError::Malformed {
        what: "a circle of redirects".to_owned(),
    })
}

fn check_status(response: &Response, source: Source) -> Result<(), DownloadError> {
    let status = response.status();
    let code = status.as_u16();
    match (code, source) {
        (204 | 205, _) => Err(DownloadError::Empty),
        (200..=299, _) => Ok(()),
        (404 | 410, _) => Err(DownloadError::Deleted),
        (502..=504, _) => Err(ClientError::Unavailable { status: code }.into()),
        (400..=499, Source::Storage) => Err(DownloadError::StorageRefused { status: code }),
        (_, Source::Server) => Err(server_refusal(response)),
        (_, Source::Storage) => Err(ClientError::ServerFault { status: code }.into()),
    }
}

fn server_refusal(response: &Response) -> DownloadError {
    let headers = response.headers();
    let status = response.status();
    let code = status.as_u16();
    // A server that fetches from its storage itself says what the storage answered.
    let storage_status = headers
        .get("x-rc-proxyfile-status")
        .and_then(|status| status.to_str().ok()?.trim().parse().ok());
    match (status, storage_status) {
        (_, Some(status)) => DownloadError::StorageRefused { status },
        (StatusCode::FORBIDDEN, _) => DownloadError::Forbidden,
        (StatusCode::UNAUTHORIZED, _) if headers.contains_key(WWW_AUTHENTICATE) => {
            ClientError::NotRocketChat(WrongAnswer::ProxyAuthentication).into()
        }
        (StatusCode::UNAUTHORIZED, _) => ClientError::SessionExpired.into(),
        (StatusCode::PROXY_AUTHENTICATION_REQUIRED, _) => {
            ClientError::NotRocketChat(WrongAnswer::ProxyAuthentication).into()
        }
        (StatusCode::TOO_MANY_REQUESTS, _) => ClientError::RateLimited {
            retry_after: wait_of_refusal(headers, b""),
        }
        .into(),
        _ => ClientError::ServerFault { status: code }.into(),
    }
}

/// A connection that breaks after the headers has cut the file off, whatever the library
/// calls it.
fn mid_body(error: ClientError) -> ClientError {
    match error {
        ClientError::Unreachable { .. } => ClientError::CutOff,
        other => other,
    }
}

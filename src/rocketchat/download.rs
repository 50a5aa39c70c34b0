//! Streams one file, with credentials for its server only.

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use url::Url;

use super::answer::looks_like_html;
use super::file_source::{check_status, fetch};
use super::retry::Retries;
use super::transport_error::client_error;
use super::{ClientError, DownloadError, Http};

/// Enough of a file to tell a web page from an image.
const HEAD_BYTES: usize = 32;

/// The most that is set aside for a body before it is here.
const MAX_RESERVED_BYTES: usize = 32 * 1024 * 1024;

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

    /// An empty buffer for the whole body, as far as what is announced can be believed: one that
    /// grows is copied again and again.
    pub fn buffer(&self) -> Vec<u8> {
        let announced = usize::try_from(self.announced.unwrap_or(0)).unwrap_or(usize::MAX);
        Vec::with_capacity(announced.min(MAX_RESERVED_BYTES))
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
        let mut bytes = self.buffer();
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

/// A connection that breaks after the headers has cut the file off, whatever the library
/// calls it.
fn mid_body(error: ClientError) -> ClientError {
    match error {
        ClientError::Unreachable { .. } => ClientError::CutOff,
        other => other,
    }
}

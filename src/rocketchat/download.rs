//! Streams one file, with credentials for its server only.

use bytes::Bytes;
use reqwest::header::{CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Response, StatusCode};
use url::Url;

use super::announced_digest::announced_sha256;
use super::answer::looks_like_html;
use super::file_source::{check_status, fetch};
use super::retry::Retries;
use super::transport_error::client_error;
use super::{ClientError, DownloadError, Http};

/// Enough of a file to tell a web page from an image.
const HEAD_BYTES: usize = 32;

/// The most that is set aside for a body before it is here.
const MAX_RESERVED_BYTES: usize = 32 * 1024 * 1024;

/// Which bytes of a file.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wanted {
    /// The first one. Servers may begin at 0 all the same.
    pub(super) start: u64,
    /// How long the whole file is, as its description says.
    pub(super) expected: Option<u64>,
}

impl Wanted {
    /// Servers up to 8.4 want both ends, and more than one byte; what they do not understand
    /// they answer with the whole file.
    fn range(self) -> Option<HeaderValue> {
        let Self { start, expected } = self;
        let range = match expected {
            _ if start == 0 => return None,
            Some(size) if size.saturating_sub(1) > start => format!("bytes={start}-{}", size - 1),
            Some(_) => return None,
            None => format!("bytes={start}-"),
        };
        HeaderValue::from_str(&range).ok()
    }

    /// Whether this is the rest of the file, from the wanted byte to the last.
    fn is_answered_by(self, response: &Response) -> bool {
        let headers = response.headers();
        let Some((first, last, size)) = headers.get(CONTENT_RANGE).and_then(content_range) else {
            return false;
        };
        first == self.start
            && !headers.contains_key(CONTENT_ENCODING)
            && self.expected.is_none_or(|expected| last == expected - 1)
            && size.or(self.expected).is_some_and(|size| last == size - 1)
    }
}

/// First byte, last byte and length, of `bytes 100-199/200`.
fn content_range(value: &HeaderValue) -> Option<(u64, u64, Option<u64>)> {
    let (range, size) = value
        .to_str()
        .ok()?
        .strip_prefix("bytes ")?
        .split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let size = match size.trim() {
        "*" => None,
        size => Some(size.parse().ok().filter(|size| *size > 0)?),
    };
    (first <= last).then_some((first, last, size))
}

/// One file on its way.
pub struct Download {
    response: Response,
    /// Which byte of the file comes first.
    start: u64,
    /// Read already, to see what it is.
    head: Option<Bytes>,
    /// How long the file is by `Content-Length`, unless the body comes compressed.
    announced: Option<u64>,
    /// What the description of the file says.
    expected: Option<u64>,
    sha256: Option<[u8; 32]>,
    received: u64,
    is_over: bool,
}

impl Download {
    /// Asks for a file. Nothing but its head was read when this returns.
    pub(super) async fn open(
        http: &Http,
        url: &Url,
        credentials: &HeaderMap,
        wanted: Wanted,
    ) -> Result<Self, DownloadError> {
        let mut retries = Retries::default();
        let mut may_renew_link = true;
        loop {
            match Self::try_open(http, url, credentials, wanted).await {
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
        wanted: Wanted,
    ) -> Result<Self, DownloadError> {
        let range = wanted.range();
        let (mut response, mut source) = fetch(http, url, credentials, range.as_ref()).await?;
        let is_part = match response.status() {
            StatusCode::PARTIAL_CONTENT => range.is_some() && wanted.is_answered_by(&response),
            _ => false,
        };
        // Neither the rest nor the whole: a server that counts otherwise.
        let is_useless = matches!(
            response.status(),
            StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE
        ) && !is_part;
        if range.is_some() && is_useless {
            tracing::debug!(status = %response.status(), "a range was not understood");
            (response, source) = fetch(http, url, credentials, None).await?;
        }
        check_status(&response, source)?;
        let start = if is_part { wanted.start } else { 0 };
        let announced = if response.headers().contains_key(CONTENT_ENCODING) {
            None
        } else {
            response.content_length().map(|length| start + length)
        };
        let mut download = Self {
            sha256: announced_sha256(response.headers()),
            response,
            start,
            head: None,
            announced,
            expected: wanted.expected,
            received: start,
            is_over: false,
        };
        download.read_head().await?;
        Ok(download)
    }

    /// Which byte of the file comes first: the one that was asked for, or 0 from a server that
    /// sends the whole file.
    pub const fn starts_at(&self) -> u64 {
        self.start
    }

    /// How long the whole file is, if the server told.
    pub fn content_length(&self) -> Option<u64> {
        self.announced
    }

    /// SHA-256 of the whole file, if whoever sends it told.
    pub const fn announced_sha256(&self) -> Option<[u8; 32]> {
        self.sha256
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
        let mut head = Bytes::new();
        let outcome = loop {
            match self.receive().await {
                // Copied only where the first piece is a few bytes.
                Ok(Some(bytes)) if head.is_empty() => head = bytes,
                Ok(Some(bytes)) => head = [head, bytes].concat().into(),
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
            if head.len() >= HEAD_BYTES {
                break Ok(());
            }
        };
        // What came says more than that its length is wrong.
        if self.start == 0 && !head.is_empty() && self.is_web_page(&head) {
            return Err(DownloadError::HtmlInsteadOfImage);
        }
        match outcome {
            Err(DownloadError::WrongLength { received: 0, .. }) => Err(DownloadError::Empty),
            Err(error) => Err(error),
            Ok(()) if head.is_empty() => Err(DownloadError::Empty),
            Ok(()) => {
                self.head = Some(head);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_asked_for_as_old_servers_understand_it_or_not_at_all() {
        let range = |start, expected| {
            let range = Wanted { start, expected }.range();
            range.map(|range| range.to_str().unwrap().to_owned())
        };
        assert_eq!(range(0, Some(100)), None);
        assert_eq!(range(40, Some(100)).as_deref(), Some("bytes=40-99"));
        assert_eq!(range(40, None).as_deref(), Some("bytes=40-"));
        // Up to 8.4 one byte cannot be asked for.
        assert_eq!(range(99, Some(100)), None);
        assert_eq!(range(100, Some(100)), None);
        assert_eq!(range(7, Some(0)), None);
    }

    #[test]
    fn a_content_range_is_read_as_far_as_it_makes_sense() {
        let read = |text: &'static str| content_range(&HeaderValue::from_static(text));
        assert_eq!(read("bytes 40-99/100"), Some((40, 99, Some(100))));
        assert_eq!(read("bytes 40-99/*"), Some((40, 99, None)));
        for text in [
            "bytes */100",
            "bytes 99-40/100",
            "items 1-2/3",
            "bytes 1-2",
            "bytes 0-0/0",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}

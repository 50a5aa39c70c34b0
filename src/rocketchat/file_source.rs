//! Where the bytes of a file come from: the server, or a storage that it redirects to.

use reqwest::header::{
    ACCEPT_ENCODING, HeaderMap, HeaderValue, RANGE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use reqwest::{Response, StatusCode};
use url::Url;

use super::budget_headers::wait_of_refusal;
use super::redirect::check_scheme;
use super::request::redirect_target;
use super::transport_error::client_error;
use super::{ClientError, DownloadError, Http, WrongAnswer};

/// From the server to a content network and on to a storage: three are plenty.
const MAX_REDIRECTS: usize = 5;

/// Who sent an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The server, or another path on it.
    Server,
    /// The storage that the server redirected to.
    Storage,
}

/// Gets `url` and follows its redirects. Once one leads to another origin, everything from
/// there on is asked by the client that has no credentials, even if it leads back.
pub(super) async fn fetch(
    http: &Http,
    url: &Url,
    credentials: &HeaderMap,
    range: Option<&HeaderValue>,
) -> Result<(Response, Source), DownloadError> {
    let home = url.origin();
    let mut url = url.clone();
    let mut source = Source::Server;
    for _ in 0..=MAX_REDIRECTS {
        let request = match source {
            Source::Server => http.server().get(url.clone()).headers(credentials.clone()),
            Source::Storage => http.foreign().get(url.clone()),
        };
        let request = match range {
            Some(range) => request.header(RANGE, range),
            None => request,
        };
        let response = request
            // The server would compress on the fly and drop the length.
            .header(ACCEPT_ENCODING, HeaderValue::from_static("identity"))
            .send()
            .await
            .map_err(|error| not_reached(client_error(error), source, &url))?;
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
    }
    .into())
}

/// A storage that is away says nothing about the server, which has just answered: the rest of
/// the room goes on.
fn not_reached(error: ClientError, source: Source, url: &Url) -> DownloadError {
    let is_away = matches!(
        error,
        ClientError::Unreachable { .. }
            | ClientError::NameNotFound { .. }
            | ClientError::TimedOut
            | ClientError::Tls(_)
    );
    if source == Source::Storage && is_away {
        tracing::debug!(%error, "the storage cannot be reached");
        return DownloadError::StorageUnreachable {
            host: url.host_str().unwrap_or_default().to_owned(),
        };
    }
    error.into()
}

pub(super) fn check_status(response: &Response, source: Source) -> Result<(), DownloadError> {
    let status = response.status();
    let code = status.as_u16();
    match (code, source) {
        (204 | 205, _) => Err(DownloadError::Empty),
        (200..=299, _) => Ok(()),
        (404 | 410, _) => Err(DownloadError::Deleted),
        // It says itself when to come back.
        (503, Source::Server) if response.headers().contains_key(RETRY_AFTER) => {
            let retry_after = wait_of_refusal(response.headers(), b"");
            Err(ClientError::RateLimited { retry_after }.into())
        }
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

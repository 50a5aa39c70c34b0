//! Following redirects by hand, without credentials.

use reqwest::Response;
use url::Url;

use super::request::redirect_target;
use super::transport_error::client_error;
use super::{ClientError, Http};

/// What browsers allow is twenty; a server's address needs one or two.
const MAX_REDIRECTS: usize = 10;

/// Gets `url`, wherever it leads. The response knows its final address.
///
/// # Errors
/// [`ClientError::InsecureRedirect`] when it leads from https to http.
pub(super) async fn follow_anonymously(http: &Http, url: Url) -> Result<Response, ClientError> {
    let mut url = url;
    for _ in 0..=MAX_REDIRECTS {
        let response = http
            .foreign()
            .get(url.clone())
            .send()
            .await
            .map_err(client_error)?;
        let Some(target) = redirect_target(&response) else {
            return Ok(response);
        };
        check_scheme(&url, &target)?;
        url = target;
    }
    Err(ClientError::Malformed {
        what: "a circle of redirects".to_owned(),
    })
}

/// What began encrypted must stay so.
pub(super) fn check_scheme(from: &Url, to: &Url) -> Result<(), ClientError> {
    let is_web = matches!(to.scheme(), "http" | "https");
    if !is_web || (from.scheme() == "https" && to.scheme() == "http") {
        return Err(ClientError::InsecureRedirect);
    }
    Ok(())
}

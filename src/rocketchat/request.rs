//! One call of the REST API: within the budget, timed, read whole.

use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;
use url::Url;

use super::answer::Answer;
use super::budget_bucket::CallOutcome;
use super::budget_headers::{BudgetHeaders, wait_of_refusal};
use super::rate_budget::BudgetKey;
use super::retry::Retries;
use super::transport_error::{client_error, was_never_sent};
use super::{ClientError, Http, WrongAnswer};
use crate::domain::{AuthToken, ServerUrl, UserId};

/// No answer is longer: the rooms of a large company are a few megabytes.
const ANSWER_LIMIT_BYTES: usize = 64 * 1024 * 1024;

/// However slowly it comes: other calls wait for the first answer of a window.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(2);

/// How many redirects within the server are followed.
const MAX_REDIRECTS: usize = 5;

/// One server, and who asks.
#[derive(Clone, Copy)]
pub(super) struct Api<'a> {
    pub(super) http: &'a Http,
    pub(super) server: &'a ServerUrl,
    pub(super) auth: Option<(&'a UserId, &'a AuthToken)>,
}

impl<'a> Api<'a> {
    /// Asks without credentials.
    pub(super) const fn anonymous(http: &'a Http, server: &'a ServerUrl) -> Self {
        Self {
            http,
            server,
            auth: None,
        }
    }

    /// `GET /api/v1/<route>`. Tried again when the network or a proxy stumbled.
    pub(super) async fn get(
        &self,
        route: &'static str,
        query: &[(&str, &str)],
    ) -> Result<Value, ClientError> {
        self.get_and(route, query, Answer::into_value).await
    }

    /// The same for a route of which more than a good answer tells something.
    pub(super) async fn get_and<T>(
        &self,
        route: &'static str,
        query: &[(&str, &str)],
        read: impl Fn(Answer) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let mut url = self.server.join(["api", "v1", route]);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut retries = Retries::default();
        let mut last_error = None;
        loop {
            let attempt = match self.send(Method::GET, route, &url, None).await {
                Ok(answer) => read(answer),
                Err(error) => Err(error),
            };
            match attempt {
                // No call is left for another attempt: say what was wrong with the last one.
                Err(ClientError::RateLimited { .. }) if last_error.is_some() => {
                    return Err(last_error.unwrap_or(ClientError::TimedOut));
                }
                Err(error) if retries.wait_after(&error).await => last_error = Some(error),
                other => return other,
            }
        }
    }

    /// `POST /api/v1/<route>`, once.
    pub(super) async fn post(
        &self,
        route: &'static str,
        body: &Value,
    ) -> Result<Answer, ClientError> {
        let url = self.server.join(["api", "v1", route]);
        self.send(Method::POST, route, &url, Some(body)).await
    }

    /// One attempt.
    async fn send(
        &self,
        method: Method,
        route: &'static str,
        url: &Url,
        body: Option<&Value>,
    ) -> Result<Answer, ClientError> {
        let key = BudgetKey {
            server: self.server.clone(),
            method: method.clone(),
            route,
        };
        let permit = self.http.budget().take(key).await?;
        let started = Instant::now();
        let exchange = tokio::time::timeout(ANSWER_TIMEOUT, self.exchange(&method, url, body));
        let answer = exchange.await.unwrap_or(Err(Trouble {
            error: ClientError::TimedOut,
            outcome: CallOutcome::Unknown,
        }));
        let elapsed_millis = started.elapsed().as_millis();
        match answer {
            Ok(answer) => {
                let status = answer.status.as_u16();
                permit.settle(outcome(answer.status, &answer.headers, &answer.body));
                tracing::debug!(%method, route, status, elapsed_millis, "answer");
                Ok(answer)
            }
            Err(Trouble { error, outcome }) => {
                permit.settle(outcome);
                tracing::debug!(%method, route, %error, elapsed_millis, "no answer");
                Err(error)
            }
        }
    }

    async fn exchange(
        &self,
        method: &Method,
        url: &Url,
        body: Option<&Value>,
    ) -> Result<Answer, Trouble> {
        let response = self.follow(method, url, body).await?;
        let status = response.status();
        let headers = response.headers().clone();
        match read_whole(response).await {
            Ok(body) => Ok(Answer {
                status,
                headers,
                body,
            }),
            Err(error) => Err(Trouble {
                error,
                outcome: outcome(status, &headers, b""),
            }),
        }
    }

    /// Follows redirects within the server's own origin. Elsewhere the credentials must not
    /// go, and without them the call means nothing.
    async fn follow(
        &self,
        method: &Method,
        url: &Url,
        body: Option<&Value>,
    ) -> Result<Response, Trouble> {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let response = self
                .request(method, &url, body)
                .send()
                .await
                .map_err(Trouble::of_transport)?;
            let Some(target) = redirect_target(&response) else {
                return Ok(response);
            };
            let status = response.status();
            if target.origin() != url.origin() {
                let is_downgrade = url.scheme() == "https" && target.scheme() == "http";
                return Err(Trouble::of_redirect(if is_downgrade {
                    ClientError::InsecureRedirect
                } else {
                    ClientError::NotRocketChat(WrongAnswer::Status(status.as_u16()))
                }));
            }
            let keeps_method = matches!(
                status,
                StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
            );
            if *method != Method::GET && !keeps_method {
                return Ok(response);
            }
            url = target;
        }
        Err(Trouble::of_redirect(ClientError::Malformed {
            what: "a circle of redirects".to_owned(),
        }))
    }

    fn request(&self, method: &Method, url: &Url, body: Option<&Value>) -> RequestBuilder {
        let mut request = self.http.server().request(method.clone(), url.clone());
        if let Some((user, token)) = self.auth {
            request = request.headers(auth_headers(user, token));
        }
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }
}

/// Why there is no answer.
struct Trouble {
    error: ClientError,
    outcome: CallOutcome,
}

impl Trouble {
    fn of_transport(error: reqwest::Error) -> Self {
        let outcome = if was_never_sent(&error) {
            CallOutcome::NotCounted
        } else {
            CallOutcome::Unknown
        };
        Self {
            error: client_error(error),
            outcome,
        }
    }

    const fn of_redirect(error: ClientError) -> Self {
        Self {
            error,
            outcome: CallOutcome::Unknown,
        }
    }
}

/// The two headers that say who asks. Left out when they hold what no header can hold; the
/// server then answers 401.
pub(super) fn auth_headers(user: &UserId, token: &AuthToken) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let (Ok(user), Ok(mut token)) = (
        HeaderValue::from_str(user.as_str()),
        HeaderValue::from_str(token.expose()),
    ) {
        token.set_sensitive(true);
        headers.insert("x-user-id", user);
        headers.insert("x-auth-token", token);
    }
    headers
}

/// Where an answer sends the client, if it does.
pub(super) fn redirect_target(response: &Response) -> Option<Url> {
    if !response.status().is_redirection() {
        return None;
    }
    let location = response.headers().get(LOCATION)?;
    // Bytes beyond ASCII are common in the wild, and UTF-8 when they are.
    let location = String::from_utf8_lossy(location.as_bytes());
    response.url().join(&location).ok()
}

/// The limiter runs after authentication, permissions and the check of parameters: an answer
/// of 4xx without its headers was not counted, and says nothing about other calls.
fn outcome(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> CallOutcome {
    if status == StatusCode::TOO_MANY_REQUESTS {
        return CallOutcome::Refused(wait_of_refusal(headers, body));
    }
    match BudgetHeaders::read(headers) {
        Some(counted) => CallOutcome::Counted(counted),
        None if status.is_success() => CallOutcome::NotLimited,
        None if status.is_client_error() => CallOutcome::NotCounted,
        None => CallOutcome::Unknown,
    }
}

/// Reads the body up to [`ANSWER_LIMIT_BYTES`].
pub(super) async fn read_whole(mut response: Response) -> Result<Vec<u8>, ClientError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(client_error)? {
        if body.len() + chunk.len() > ANSWER_LIMIT_BYTES {
            return Err(ClientError::Malformed {
                what: "an answer of more than 64 MiB".to_owned(),
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

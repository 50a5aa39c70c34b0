//! What answers at an address, before anybody signs in.

use std::time::Instant;

use reqwest::header::WWW_AUTHENTICATE;
use serde_json::Value;
use url::Url;

use super::answer::Answer;
use super::redirect::follow_anonymously;
use super::request::{Api, read_whole};
use super::settings::{Settings, public_settings, version_in};
use super::{ClientError, Http, ServerIdentity, WrongAnswer};
use crate::domain::ServerUrl;

/// What the log-in form wants to know.
const FORM_SETTINGS: [&str; 3] = [
    "Site_Name",
    "Accounts_ShowFormLogin",
    "Accounts_EmailOrUsernamePlaceholder",
];

/// Finds out whether a Rocket.Chat server answers at `typed`, and under which base.
///
/// The address itself is asked first, because a redirect may lead to another host, to https
/// or to a sub-path; `GET api/info` below it then decides.
///
/// # Errors
/// Why it cannot be used: no such name, refused, timed out, the certificate's problem, what
/// answers instead, or that the server is starting.
pub async fn probe(http: &Http, typed: &ServerUrl) -> Result<ServerIdentity, ClientError> {
    let started = Instant::now();
    let landing = follow_anonymously(http, typed.as_url().clone()).await?;
    let mut first_error = None;
    for base in bases(typed, landing.url()) {
        match identify(http, &base).await {
            Ok((base, version)) => {
                let elapsed_millis = started.elapsed().as_millis();
                tracing::debug!(%base, version, elapsed_millis, "a Rocket.Chat server");
                return Ok(describe(http, base, version).await);
            }
            Err(error) => {
                first_error.get_or_insert(error);
            }
        }
    }
    Err(first_error.unwrap_or(ClientError::NotRocketChat(WrongAnswer::OtherContent)))
}

/// Where the server may be, judged by where the address led.
fn bases(typed: &ServerUrl, landing: &Url) -> Vec<ServerUrl> {
    let mut bases = Vec::new();
    // Without the part of the web client, such as `/home`.
    bases.extend(ServerUrl::parse_typed(landing.as_str()).map(|address| address.base));
    // Beside the page, as the official desktop client does it.
    bases.extend(
        landing
            .join(".")
            .ok()
            .and_then(|url| ServerUrl::from_url(url).ok()),
    );
    // The page may have been a sign-in page elsewhere that only guards the web client.
    bases.push(typed.clone());
    let mut distinct: Vec<ServerUrl> = Vec::new();
    for base in bases {
        if !distinct.contains(&base) {
            distinct.push(base);
        }
    }
    distinct
}

/// `GET <base>/api/info`. A status of 200 proves nothing: the server itself answers its web
/// page with 200 for every path that it does not know.
async fn identify(http: &Http, base: &ServerUrl) -> Result<(ServerUrl, String), ClientError> {
    let response = follow_anonymously(http, base.join(["api", "info"])).await?;
    let final_url = response.url().clone();
    let answer = Answer {
        status: response.status(),
        headers: response.headers().clone(),
        body: read_whole(response).await?,
    };
    let version = judge(&answer)?;
    let base = final_url
        .join("..")
        .ok()
        .filter(|_| final_url.path().ends_with("/api/info"))
        .and_then(|url| ServerUrl::from_url(url).ok())
        .unwrap_or_else(|| base.clone());
    Ok((base, version))
}

fn judge(answer: &Answer) -> Result<String, ClientError> {
    let wrong = |answer| Err(ClientError::NotRocketChat(answer));
    let status = answer.status.as_u16();
    match status {
        200 => {}
        407 => return wrong(WrongAnswer::ProxyAuthentication),
        401 if answer.headers.contains_key(WWW_AUTHENTICATE) => {
            return wrong(WrongAnswer::ProxyAuthentication);
        }
        502..=504 => return Err(ClientError::Unavailable { status }),
        500..=599 => return Err(ClientError::ServerFault { status }),
        _ => return wrong(WrongAnswer::Status(status)),
    }
    if let Ok(info) = serde_json::from_slice::<Value>(&answer.body) {
        return match version_in(&info) {
            Some(version) if info.get("success") == Some(&Value::Bool(true)) => Ok(version),
            _ => wrong(WrongAnswer::OtherJson),
        };
    }
    if answer.is_html() {
        wrong(WrongAnswer::Html)
    } else {
        wrong(WrongAnswer::OtherContent)
    }
}

/// Adds what the public settings say. Without them the server is as good.
async fn describe(http: &Http, base: ServerUrl, version: String) -> ServerIdentity {
    let settings = public_settings(Api::anonymous(http, &base), &version, &FORM_SETTINGS)
        .await
        .unwrap_or_else(|error| {
            tracing::debug!(%base, %error, "no public settings");
            Settings::new()
        });
    let text = |name: &str| {
        let text = settings.get(name)?.as_str()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    ServerIdentity {
        name: text("Site_Name"),
        is_form_log_in_hidden: settings.get("Accounts_ShowFormLogin") == Some(&Value::Bool(false)),
        user_hint: text("Accounts_EmailOrUsernamePlaceholder"),
        base,
        version,
    }
}

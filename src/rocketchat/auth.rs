//! Signing in.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize as _;
use serde_json::{Value, json};

use super::answer::Answer;
use super::log_in_refusal::{Attempt, log_in_error};
use super::request::Api;
use super::wire::MeWire;
use super::{ClientError, Http, settings};
use crate::domain::{
    AuthToken, Credentials, LogInRequest, Person, ServerUrl, Session, TokenKind, UserId,
};

/// `POST login`.
///
/// # Errors
/// [`ClientError::LogIn`] with the reason when the server refuses; everything else when it
/// could not be asked.
pub async fn log_in(http: &Http, request: &LogInRequest) -> Result<Session, ClientError> {
    let api = Api::anonymous(http, &request.server);
    let (body, attempt) = match &request.credentials {
        Credentials::Password {
            user,
            password,
            code,
        } => {
            let code = code
                .as_ref()
                .map(|code| clean_code(code.expose_secret()))
                .filter(|code| !code.is_empty());
            let form = if is_crowd_used(api).await {
                crowd_form(user, password, code.as_deref())
            } else {
                password_form(user, password, code.as_deref())
            };
            (form, Attempt::Password)
        }
        Credentials::PersonalAccessToken(token) => {
            (json!({ "resume": token.expose().trim() }), Attempt::Token)
        }
    };
    let answer = api.post("login", &body).await?;
    let Some(accepted) = accepted(&answer) else {
        return Err(log_in_error(answer, attempt));
    };
    session_of(http, request, &accepted).await
}

/// `POST users.2fa.sendEmailCode`: mails another code. Succeeds for unknown users, too.
///
/// # Errors
/// When the server could not be asked, or refuses.
pub async fn resend_email_code(
    http: &Http,
    server: &ServerUrl,
    email_or_username: &str,
) -> Result<(), ClientError> {
    let body = json!({ "emailOrUsername": email_or_username });
    let answer = Api::anonymous(http, server)
        .post("users.2fa.sendEmailCode", &body)
        .await?;
    answer.into_value().map(drop)
}

/// Takes up a stored session: `GET me` with its token.
///
/// # Errors
/// [`ClientError::SessionExpired`] when the token is dead.
pub async fn resume(
    http: &Http,
    server: &ServerUrl,
    user: &UserId,
    token: AuthToken,
    kind: TokenKind,
) -> Result<Session, ClientError> {
    let api = Api {
        http,
        server,
        auth: Some((user, &token)),
    };
    let me = MeWire::deserialize(api.get("me", &[]).await?).ok();
    Ok(Session {
        server: server.clone(),
        must_change_password: me.as_ref().is_some_and(|me| me.require_password_change),
        me: me
            .and_then(|me| me.user.to_person())
            .unwrap_or_else(|| nameless(user)),
        token,
        token_kind: kind,
    })
}

/// `user` as a string and nothing extra: with any other key, or with `user` as an object, the
/// server passes the body on untouched and ignores `code`.
fn password_form(user: &str, password: &SecretString, code: Option<&str>) -> Value {
    let mut form = json!({ "user": user.trim(), "password": password.expose_secret() });
    if let (Some(code), Some(fields)) = (code, form.as_object_mut()) {
        fields.insert("code".to_owned(), Value::from(code));
    }
    form
}

/// Unlike LDAP, the server does not make this form by itself.
fn crowd_form(user: &str, password: &SecretString, code: Option<&str>) -> Value {
    let form = json!({
        "crowd": true,
        "username": user.trim(),
        "crowdPassword": password.expose_secret(),
    });
    match code {
        Some(code) => json!({ "totp": { "code": code, "login": form } }),
        None => form,
    }
}

/// Codes are mailed as `123-456` and shown by apps as `123 456`; for an authenticator's code
/// the server wants the bare digits. Backup codes are left alone.
fn clean_code(typed: &str) -> String {
    let bare: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect();
    if bare.len() == 6 && bare.bytes().all(|byte| byte.is_ascii_digit()) {
        bare
    } else {
        typed.trim().to_owned()
    }
}

/// Without an answer the usual form is right for nearly everybody.
async fn is_crowd_used(api: Api<'_>) -> bool {
    settings::ask(api, &["CROWD_Enable"])
        .await
        .is_ok_and(|settings| settings.get("CROWD_Enable") == Some(&Value::Bool(true)))
}

/// The body of a success. Old servers have no `success`, new ones perhaps no `status`.
fn accepted(answer: &Answer) -> Option<Value> {
    let body = answer.json().filter(|_| answer.status.is_success())?;
    let is_success = body.get("status").and_then(Value::as_str) == Some("success")
        || body.get("success") == Some(&Value::Bool(true));
    is_success.then_some(body)
}

async fn session_of(
    http: &Http,
    request: &LogInRequest,
    accepted: &Value,
) -> Result<Session, ClientError> {
    let malformed = |what: &str| ClientError::Malformed {
        what: what.to_owned(),
    };
    // Some answers of the past were not wrapped in `data`.
    let data = accepted.get("data").unwrap_or(accepted);
    let text = |key: &str| data.get(key).and_then(Value::as_str);
    let user = text("userId")
        .map(UserId::from)
        .ok_or_else(|| malformed("a log-in without userId"))?;
    let (token, token_kind) = match &request.credentials {
        Credentials::PersonalAccessToken(token) => (
            AuthToken::new(token.expose().trim().to_owned()),
            TokenKind::PersonalAccess,
        ),
        Credentials::Password { .. } => (
            text("authToken")
                .map(|token| AuthToken::new(token.to_owned()))
                .ok_or_else(|| malformed("a log-in without authToken"))?,
            TokenKind::LogIn,
        ),
    };
    let Some(me) = data.get("me").and_then(|me| MeWire::deserialize(me).ok()) else {
        return resume(http, &request.server, &user, token, token_kind).await;
    };
    Ok(Session {
        server: request.server.clone(),
        me: me.user.to_person().unwrap_or_else(|| nameless(&user)),
        token,
        token_kind,
        must_change_password: me.require_password_change,
    })
}

fn nameless(user: &UserId) -> Person {
    Person {
        id: user.clone(),
        username: None,
        name: None,
    }
}

//! `login` in all its forms, and `logout`.

use axum::http::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::answers::{Answer, json_answer, refused};
use super::super::clock::now_millis;
use super::super::demo::Event;
use super::super::quirks::{LoginErrors, PasswordCheck};
use super::super::world::{Person, SessionKind};
use super::Call;
use super::second_factor;

/// Who wants in, once the body is understood.
struct Attempt {
    who: Who,
    password: Value,
    code: Option<String>,
    scheme: PasswordCheck,
    /// The per-user block looks at plain `user.username` logins only.
    counts_for_user: bool,
}

enum Who {
    Username(String),
    Email(String),
}

/// The keys that may stand in a body which the server rewrites; one more and it goes raw to
/// Meteor, which knows nothing of strings there.
const REWRITTEN: [&str; 5] = ["user", "username", "email", "password", "code"];

/// `POST login`.
pub(super) fn login(call: &Call<'_>) -> Answer {
    if let Some(token) = call.body.get("resume") {
        return resume(call, token.as_str().unwrap_or_default());
    }
    match attempt(call) {
        Some(attempt) => try_password(call, &attempt),
        None => masked(call),
    }
}

/// `POST logout`: deletes the token whatever its kind, a personal access token too.
pub(super) fn logout(call: &Call<'_>) -> Answer {
    call.demo.world().sessions.close(&call.token);
    call.demo.tell(Event::TokenRemoved(call.token.clone()));
    let body = json!({"status": "success", "data": {"message": "You've been logged out!"}});
    json_answer(StatusCode::OK, &body)
}

fn resume(call: &Call<'_>, token: &str) -> Answer {
    let mut world = call.demo.world();
    let user = world.sessions.user_of(token).map(str::to_owned);
    let Some(person) = user.and_then(|user| world.person(&user).cloned()) else {
        world
            .sessions
            .note_failure(&address_key(call), now_millis(), block_length(call));
        drop(world);
        return bad_token(call);
    };
    drop(world);
    admitted(call, &person, token)
}

fn attempt(call: &Call<'_>) -> Option<Attempt> {
    let fields = call.body.as_object()?;
    let is_rewritten = fields.keys().all(|key| REWRITTEN.contains(&key.as_str()))
        && fields.contains_key("password")
        && !fields.get("user").is_some_and(Value::is_object);
    if is_rewritten {
        return convenient(call);
    }
    raw(&call.body, None)
}

/// The body that clients are meant to send.
fn convenient(call: &Call<'_>) -> Option<Attempt> {
    let field = |name: &str| {
        call.body
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let who = match (field("user"), field("username"), field("email")) {
        (Some(user), _, _) if user.contains('@') => Who::Email(user),
        (Some(user), _, _) | (None, Some(user), _) => Who::Username(user),
        (None, None, Some(email)) => Who::Email(email),
        (None, None, None) => return None,
    };
    let header = call
        .headers
        .get("x-2fa-code")
        .and_then(|value| value.to_str().ok());
    let code = field("code").or_else(|| header.map(str::to_owned));
    let counts_for_user = matches!(who, Who::Username(_)) && code.is_none();
    let scheme = match call.quirks.password_check {
        PasswordCheck::Ldap => PasswordCheck::Ldap,
        PasswordCheck::Local | PasswordCheck::Crowd => PasswordCheck::Local,
    };
    let password = call.body.get("password")?.clone();
    Some(Attempt {
        who,
        password,
        code,
        scheme,
        counts_for_user,
    })
}

/// What Meteor understands by itself. A code counts only inside `totp`.
fn raw(body: &Value, code: Option<String>) -> Option<Attempt> {
    if let Some(totp) = body.get("totp") {
        let code = totp.get("code").and_then(Value::as_str).map(str::to_owned);
        return raw(totp.get("login")?, code);
    }
    let plain = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let counts_for_user = code.is_none();
    for (flag, secret, scheme) in [
        ("ldap", "ldapPass", PasswordCheck::Ldap),
        ("crowd", "crowdPassword", PasswordCheck::Crowd),
    ] {
        if body.get(flag) == Some(&Value::Bool(true)) {
            let password = body.get(secret)?.clone();
            let who = Who::Username(plain("username")?);
            return Some(Attempt {
                who,
                password,
                code,
                scheme,
                counts_for_user: false,
            });
        }
    }
    let user = body.get("user").filter(|user| user.is_object())?;
    // Exactly these two: one key more and no login handler takes the body.
    if body
        .as_object()
        .is_none_or(|fields| fields.len() != 2 && !fields.contains_key("code"))
    {
        return None;
    }
    let password = body.get("password")?.clone();
    let field = |name: &str| user.get(name).and_then(Value::as_str).map(str::to_owned);
    let who = field("username")
        .map(Who::Username)
        .or_else(|| field("email").map(Who::Email))?;
    let scheme = PasswordCheck::Local;
    Some(Attempt {
        who,
        password,
        code,
        scheme,
        counts_for_user,
    })
}

fn try_password(call: &Call<'_>, attempt: &Attempt) -> Answer {
    let person = find_person(call, &attempt.who);
    let is_right = person
        .as_ref()
        .is_some_and(|person| matches(call, attempt, person));
    if let Some(answer) = blocked(call, attempt) {
        return answer;
    }
    let Some(person) = person.filter(|_| is_right) else {
        note_failure(call, attempt);
        return masked(call);
    };
    if !person.is_active {
        return refused(
            &json!("error-user-is-not-activated"),
            "User is not activated",
            None,
        );
    }
    if let Some(challenge) = second_factor::challenge(call, &person, attempt.code.as_deref()) {
        return challenge;
    }
    let mut world = call.demo.world();
    world.sessions.note_success(&user_key(&person.username));
    world.sessions.note_success(&address_key(call));
    let token = world.sessions.open(&person.id, SessionKind::Login);
    drop(world);
    admitted(call, &person, &token)
}

fn find_person(call: &Call<'_>, who: &Who) -> Option<Person> {
    let world = call.demo.world();
    let found = match who {
        Who::Username(username) => world.person_named(username),
        Who::Email(email) => world.people.iter().find(|person| person.email() == *email),
    };
    found.cloned()
}

fn matches(call: &Call<'_>, attempt: &Attempt, person: &Person) -> bool {
    let is_scheme_wanted = match call.quirks.password_check {
        PasswordCheck::Local => attempt.scheme == PasswordCheck::Local,
        PasswordCheck::Ldap => attempt.scheme == PasswordCheck::Ldap,
        PasswordCheck::Crowd => attempt.scheme == PasswordCheck::Crowd,
    };
    let plain = attempt.password.as_str();
    // A digest cannot be bound against a directory.
    let is_right = if attempt.scheme == PasswordCheck::Local {
        plain == Some(person.password.as_str()) || is_digest_of(&attempt.password, &person.password)
    } else {
        plain == Some(person.password.as_str())
    };
    is_scheme_wanted && is_right
}

fn is_digest_of(given: &Value, password: &str) -> bool {
    let field = |name: &str| given.get(name).and_then(Value::as_str);
    let digest = Sha256::digest(password.as_bytes());
    let hex: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    field("algorithm") == Some("sha-256") && field("digest") == Some(&hex.concat())
}

/// The validation hook looks at blocks before it looks at the password, so the right password
/// is refused too.
fn blocked(call: &Call<'_>, attempt: &Attempt) -> Option<Answer> {
    let rule = call.quirks.login_blocking?;
    let now = now_millis();
    let world = call.demo.world();
    if world
        .sessions
        .is_blocked(&address_key(call), rule.per_address, rule.lasts, now)
    {
        let text = "Login has been temporarily blocked For IP";
        return Some(refused(&json!("error-login-blocked-for-ip"), text, None));
    }
    let Who::Username(username) = &attempt.who else {
        return None;
    };
    let is_blocked = world
        .sessions
        .is_blocked(&user_key(username), rule.per_user, rule.lasts, now);
    (attempt.counts_for_user && is_blocked).then(|| {
        let text = "Login has been temporarily blocked For User";
        refused(&json!("error-login-blocked-for-user"), text, None)
    })
}

fn note_failure(call: &Call<'_>, attempt: &Attempt) {
    let (now, lasts) = (now_millis(), block_length(call));
    let mut world = call.demo.world();
    world.sessions.note_failure(&address_key(call), now, lasts);
    if let (true, Who::Username(username)) = (attempt.counts_for_user, &attempt.who) {
        world.sessions.note_failure(&user_key(username), now, lasts);
    }
}

fn block_length(call: &Call<'_>) -> std::time::Duration {
    call.quirks.login_blocking.unwrap_or_default().lasts
}

fn user_key(username: &str) -> String {
    format!("user {username}")
}

fn address_key(call: &Call<'_>) -> String {
    format!("address {}", call.address)
}

fn admitted(call: &Call<'_>, person: &Person, token: &str) -> Answer {
    let me = person.me(&call.demo.base);
    let data = json!({"userId": person.id, "authToken": token, "me": me});
    json_answer(
        StatusCode::OK,
        &json!({"status": "success", "data": data, "success": true}),
    )
}

/// What a login handler's error becomes, so that nobody learns which names exist.
fn masked(call: &Call<'_>) -> Answer {
    match call.quirks.login_errors {
        LoginErrors::Masked => refused(&json!("Unauthorized"), "Unauthorized", None),
        LoginErrors::Numeric => refused(&json!(401), "Incorrect login or password", None),
        LoginErrors::Unmasked => refused(&json!(403), "Incorrect password", None),
    }
}

fn bad_token(call: &Call<'_>) -> Answer {
    if call.quirks.login_errors == LoginErrors::Unmasked {
        let text = "You've been logged out by the server. Please log in again.";
        return refused(&json!(403), text, None);
    }
    masked(call)
}

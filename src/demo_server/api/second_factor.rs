//! The second factor at login, and the mail with its code.

use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use super::super::answers::{Answer, refused, success, thrown};
use super::super::clock::{iso, now_millis};
use super::super::world::{CodeCheck, Person, SecondFactor};
use super::Call;

/// The 401 that asks for a code or refuses it; `None` lets the person in. With both factors
/// TOTP is always chosen, so a mailed code is refused then.
pub(super) fn challenge(call: &Call<'_>, person: &Person, code: Option<&str>) -> Option<Answer> {
    match person.second_factor {
        SecondFactor::Nothing => None,
        SecondFactor::Totp { secret } => totp(secret, code, &["totp"]),
        SecondFactor::Both { secret } => totp(secret, code, &["totp", "email"]),
        SecondFactor::Email => email(call, person, code),
    }
}

fn totp(secret: &str, code: Option<&str>, methods: &[&str]) -> Option<Answer> {
    let details = json!({"method": "totp", "codeGenerated": false, "availableMethods": methods});
    let Some(code) = code else {
        return Some(refused(
            &json!("totp-required"),
            "TOTP Required",
            Some(details),
        ));
    };
    if is_totp(secret, code, now_millis()) {
        return None;
    }
    Some(refused(
        &json!("totp-invalid"),
        "TOTP Invalid",
        Some(details),
    ))
}

fn email(call: &Call<'_>, person: &Person, code: Option<&str>) -> Option<Answer> {
    let now = now_millis();
    let mut world = call.demo.world();
    let verdict = code.map(|code| world.sessions.check_code(&person.id, code, now));
    if verdict == Some(CodeCheck::Right) {
        return None;
    }
    let live = world.sessions.live_code(&person.id, now);
    let is_asked_first = verdict.is_none();
    if is_asked_first && live.is_none() {
        let lifetime = call.quirks.email_code_lifetime;
        world
            .sessions
            .mail_code(&person.id, person.email(), now, lifetime);
    }
    drop(world);
    let mut details = json!({
        "method": "email",
        "codeGenerated": is_asked_first && live.is_none(),
        "emailOrUsername": person.username,
        "availableMethods": ["email"],
    });
    if let (Some(expires_at), Some(fields)) = (live, details.as_object_mut()) {
        fields.insert("codeExpires".to_owned(), Value::from(iso(expires_at)));
    }
    Some(match verdict {
        None => refused(&json!("totp-required"), "TOTP Required", Some(details)),
        Some(CodeCheck::TooManyTries) => {
            // The server's own spelling.
            let text = "TOTP Maximun Failed Attempts Reached";
            refused(&json!("totp-max-attempts"), text, Some(details))
        }
        Some(_) => refused(&json!("totp-invalid"), "TOTP Invalid", Some(details)),
    })
}

/// `users.2fa.sendEmailCode`: a new code; 200 also for people nobody knows.
pub(super) fn send_email_code(call: &Call<'_>) -> Answer {
    let Some(who) = call.body.get("emailOrUsername").and_then(Value::as_str) else {
        return thrown(
            "must have required property 'emailOrUsername'",
            "invalid-params",
        );
    };
    let mut world = call.demo.world();
    let found = world
        .people
        .iter()
        .find(|person| person.username == who || person.email() == who)
        .filter(|person| {
            matches!(
                person.second_factor,
                SecondFactor::Email | SecondFactor::Both { .. }
            )
        })
        .map(|person| (person.id.clone(), person.email()));
    if let Some((id, email)) = found {
        world
            .sessions
            .mail_code(&id, email, now_millis(), call.quirks.email_code_lifetime);
    }
    success(json!({}))
}

/// Six digits, a window of one step to both sides (`MaxDelta`).
fn is_totp(secret: &str, code: &str, now: i64) -> bool {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    let steps = [-30_000, 0, 30_000];
    steps
        .iter()
        .any(|step| totp_code(secret, now + step) == Some(digits.clone()))
}

/// The code an authenticator shows at a time.
pub(in super::super) fn totp_code(secret: &str, millis: i64) -> Option<String> {
    let secret = Secret::new_stack(base32(secret)?);
    let totp = Builder::new().with_secret(secret).build_noncompliant();
    let seconds = u64::try_from(millis / 1000).ok()?;
    Some(totp.generate(seconds).to_string())
}

/// 32 characters of base32, as RFC 4226 recommends for a secret.
fn base32(text: &str) -> Option<[u8; 20]> {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut bytes = Vec::with_capacity(20);
    for group in text.as_bytes().chunks(8) {
        let mut word = 0_u64;
        for digit in group {
            let value = DIGITS.iter().position(|known| known == digit)?;
            word = (word << 5) | value as u64;
        }
        bytes.extend(word.to_be_bytes().into_iter().skip(3));
    }
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // The RFC's secret "12345678901234567890", with the last six of its eight digits.
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert_eq!(totp_code(secret, 59_000).as_deref(), Some("287082"));
        assert_eq!(
            totp_code(secret, 1_111_111_109_000).as_deref(),
            Some("081804")
        );
    }
}

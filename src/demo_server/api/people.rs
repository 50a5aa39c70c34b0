//! `me`, `users.info` and `users.presence`.

use serde_json::{Value, json};

use super::super::answers::{Answer, failure, success};
use super::super::world::Person;
use super::Call;

/// `me`: validates a stored token.
pub(super) fn me(call: &Call<'_>) -> Answer {
    match call.demo.world().person(&call.user) {
        Some(person) => success(person.me(&call.demo.base)),
        None => failure("User not found."),
    }
}

/// `users.info` by exactly one key.
pub(super) fn users_info(call: &Call<'_>) -> Answer {
    let world = call.demo.world();
    let found = match (call.query.get("userId"), call.query.get("username")) {
        (Some(id), None) => world.person(id),
        (None, Some(username)) => world.person_named(username),
        _ => None,
    };
    let Some(person) = found else {
        return failure("User not found.");
    };
    let mut user = public(person);
    if let Some(fields) = user.as_object_mut() {
        fields.insert("active".to_owned(), person.is_active.into());
        fields.insert("type".to_owned(), "user".into());
        fields.insert("canViewAllInfo".to_owned(), (person.id == call.user).into());
    }
    success(json!({ "user": user }))
}

/// `users.presence`: many people by id in one call.
pub(super) fn users_presence(call: &Call<'_>) -> Answer {
    let ids: Vec<&str> = call
        .query
        .get("ids")
        .unwrap_or_default()
        .split(',')
        .collect();
    let world = call.demo.world();
    let users: Vec<Value> = world
        .people
        .iter()
        .filter(|person| call.quirks.presence.is_on() && ids.contains(&person.id.as_str()))
        .map(public)
        .collect();
    success(json!({"users": users, "full": false}))
}

fn public(person: &Person) -> Value {
    let mut user = person.brief();
    if let Some(fields) = user.as_object_mut() {
        fields.insert("status".to_owned(), person.status.into());
        fields.insert("utcOffset".to_owned(), 1.into());
        if let Some(avatar) = &person.avatar {
            fields.insert("avatarETag".to_owned(), avatar.etag.clone().into());
        }
    }
    user
}

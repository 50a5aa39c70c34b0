//! `subscriptions.get`, `rooms.get` and `rooms.info`.

use serde_json::{Value, json};

use super::super::answers::{Answer, failure_of_type, success, thrown};
use super::super::clock::parse_iso;
use super::super::world::{Removed, Subscription};
use super::Call;
use super::query::Param;

pub(super) const UPDATED_SINCE: &[Param] = &[Param::text("updatedSince")];

/// `subscriptions.get`: everything at once, or what changed.
pub(super) fn subscriptions_get(call: &Call<'_>) -> Answer {
    // The code of the error is the server's own mistake.
    let Ok(since) = updated_since(call) else {
        return thrown(DATE_TEXT, "error-roomId-param-invalid");
    };
    let world = call.demo.world();
    let update: Vec<Value> = own_subscriptions(call, &world.subscriptions)
        .filter(|subscription| since.is_none_or(|since| subscription.updated_at > since))
        .map(|subscription| world.subscription_document(subscription))
        .collect();
    let remove = removed(&world.removed_subscriptions, since, Some(&call.user));
    success(json!({"update": update, "remove": remove}))
}

/// `rooms.get`: the rooms of the subscriptions; `remove` names every room deleted since.
pub(super) fn rooms_get(call: &Call<'_>) -> Answer {
    let Ok(since) = updated_since(call) else {
        return thrown(DATE_TEXT, "error-updatedSince-param-invalid");
    };
    let world = call.demo.world();
    let update: Vec<Value> = own_subscriptions(call, &world.subscriptions)
        .filter_map(|subscription| world.room(&subscription.room))
        .filter(|room| since.is_none_or(|since| room.updated_at > since))
        .map(|room| world.room_document(room))
        .collect();
    let remove = removed(&world.removed_rooms, since, None);
    success(json!({"update": update, "remove": remove}))
}

/// `rooms.info` by id or name.
pub(super) fn rooms_info(call: &Call<'_>) -> Answer {
    let world = call.demo.world();
    let found = match (call.query.get("roomId"), call.query.get("roomName")) {
        (Some(id), _) => world.room(id),
        (None, Some(name)) => world.room_named(name),
        (None, None) => {
            let text = "The parameter \"roomId\" or \"roomName\" is required";
            return thrown(text, "error-roomid-param-not-provided");
        }
    };
    let Some(room) = found else {
        let text =
            "The required \"roomId\" or \"roomName\" param provided does not match any channel";
        return thrown(text, "error-room-not-found");
    };
    if !world.can_access_room(room, &call.user) {
        // Code and text are swapped on real servers.
        return failure_of_type("not-allowed", "Not Allowed");
    }
    let mut body = json!({"room": world.room_document(room)});
    if let Some(fields) = body.as_object_mut() {
        if let Some(parent) = room.parent.as_deref().and_then(|parent| world.room(parent)) {
            fields.insert("parent".to_owned(), world.room_document(parent));
        }
        if let Some(team) = &room.team {
            fields.insert(
                "team".to_owned(),
                json!({"_id": team.id, "name": "research"}),
            );
        }
    }
    success(body)
}

const DATE_TEXT: &str = "The \"updatedSince\" query parameter must be a valid date.";

/// The date given, if any; an error for one that is none.
fn updated_since(call: &Call<'_>) -> Result<Option<i64>, ()> {
    match call.query.get("updatedSince") {
        None => Ok(None),
        Some(text) => parse_iso(text).map(Some).ok_or(()),
    }
}

fn own_subscriptions<'a>(
    call: &'a Call<'_>,
    all: &'a [Subscription],
) -> impl Iterator<Item = &'a Subscription> {
    all.iter()
        .filter(|subscription| subscription.user == call.user)
}

/// Without a date nothing is named as removed.
fn removed(all: &[Removed], since: Option<i64>, user: Option<&str>) -> Vec<Value> {
    let Some(since) = since else {
        return Vec::new();
    };
    all.iter()
        .filter(|removed| removed.at > since && (user.is_none() || removed.user.as_deref() == user))
        .map(Removed::document)
        .collect()
}

//! `chat.getMessage` and the histories.

use serde_json::{Value, json};

use super::super::answers::{Answer, bare_failure, failure, forbidden, success, thrown};
use super::super::clock::parse_iso;
use super::super::world::{Dates, RoomKind, sent_at};
use super::Call;
use super::images::page_of;
use super::query::Param;

pub(super) const GET_MESSAGE: &[Param] = &[Param::text("msgId").required()];

pub(super) const PARAMS: &[Param] = &[
    Param::text("roomId").required(),
    Param::text("oldest"),
    Param::text("latest"),
    Param::truth("inclusive"),
    Param::truth("unreads"),
    Param::truth("showThreadMessages"),
    Param::number("count"),
    Param::number("offset"),
];

/// `chat.getMessage`.
pub(super) fn get_message(call: &Call<'_>) -> Answer {
    let world = call.demo.world();
    let id = call.query.get("msgId").unwrap_or_default();
    let Some(upload) = world.upload_of_message(id) else {
        return bare_failure();
    };
    let room = world.room(&upload.room);
    if !room.is_some_and(|room| world.can_access_room(room, &call.user)) {
        return thrown("Not allowed", "error-not-allowed");
    }
    success(json!({"message": world.message(&upload, Dates::Rest, call.quirks.thumbnails)}))
}

pub(super) fn channels_history(call: &Call<'_>) -> Answer {
    history(call, RoomKind::Channel)
}

pub(super) fn groups_history(call: &Call<'_>) -> Answer {
    history(call, RoomKind::Group)
}

pub(super) fn im_history(call: &Call<'_>) -> Answer {
    history(call, RoomKind::Direct)
}

/// Newest first.
fn history(call: &Call<'_>, kind: RoomKind) -> Answer {
    let world = call.demo.world();
    let room = call.query.get("roomId").and_then(|id| world.room(id));
    let Some(room) = room.filter(|room| room.kind == kind) else {
        let text = "The required \"roomId\" or \"roomName\" param provided does not match any";
        return thrown(text, "error-room-not-found");
    };
    if !world.can_access_room(room, &call.user) {
        return forbidden(call.quirks);
    }
    let (Some(oldest), Some(latest)) = (
        time(call, "oldest", i64::MIN),
        time(call, "latest", i64::MAX),
    ) else {
        return failure("Invalid date");
    };
    let is_inclusive = call.query.is_true("inclusive");
    let (_, count) = page_of(&call.query, call.quirks);
    let most = if count == 0 {
        usize::MAX
    } else {
        usize::try_from(count).unwrap_or(usize::MAX)
    };
    // Uploads are older than their messages by less than this.
    let margin = 60_000;
    let images = world.images_of(&room.id);
    let first = images.partition_point(|entry| entry.uploaded_at > latest);
    let mut found: Vec<(i64, Value)> = images
        .get(first..)
        .unwrap_or_default()
        .iter()
        .take_while(|entry| entry.uploaded_at.saturating_add(margin) >= oldest)
        .filter_map(|entry| world.upload_at(*entry))
        .filter(|upload| upload.expires_at.is_none())
        .map(|upload| (sent_at(&upload), upload))
        .filter(|(at, _)| {
            (*at > oldest && *at < latest) || (is_inclusive && (*at == oldest || *at == latest))
        })
        // Messages of a burst may swap with their neighbours; a few more settle that.
        .take(most.saturating_add(40))
        .map(|(at, upload)| (at, world.message(&upload, Dates::Rest, call.quirks.thumbnails)))
        .collect();
    found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let messages: Vec<Value> = found
        .into_iter()
        .take(most)
        .map(|(_, message)| message)
        .collect();
    success(json!({ "messages": messages }))
}

fn time(call: &Call<'_>, name: &str, fallback: i64) -> Option<i64> {
    match call.query.get(name) {
        None => Some(fallback),
        Some(text) => parse_iso(text),
    }
}

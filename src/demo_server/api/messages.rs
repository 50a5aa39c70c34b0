//! `chat.getMessage`, `chat.getMessageByFileId`, threads and the histories.

use serde_json::{Value, json};

use super::super::answers::{Answer, bare_failure, failure, forbidden, not_found, success, thrown};
use super::super::clock::parse_iso;
use super::super::world::{Dates, Line, RoomKind, TALK_MILLIS, Upload, World, sent_at};
use super::Call;
use super::images::page_of;
use super::query::Param;

pub(super) const GET_MESSAGE: &[Param] = &[Param::text("msgId").required()];

pub(super) const GET_MESSAGE_BY_FILE: &[Param] = &[Param::text("fileId").required()];

pub(super) const GET_THREAD: &[Param] = &[
    Param::text("tmid").required(),
    Param::text("sort"),
    Param::text("query"),
    Param::text("fields"),
    Param::number("count"),
    Param::number("offset"),
];

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
    if let Some(upload) = world.upload_of_message(id) {
        let message = world.message(&upload, Dates::Rest, call.quirks.thumbnails);
        return readable(call, &world, &upload, &message);
    }
    match world.line_of(id) {
        Some((upload, line)) => {
            let message = world.line_message(&upload, &line, Dates::Rest);
            readable(call, &world, &upload, &message)
        }
        None => bare_failure(),
    }
}

fn readable(call: &Call<'_>, world: &World, upload: &Upload, message: &Value) -> Answer {
    if may_read(call, world, upload) {
        success(json!({ "message": message }))
    } else {
        thrown("Not allowed", "error-not-allowed")
    }
}

/// `chat.getMessageByFileId`: the message that was sent with a file.
pub(super) fn get_message_by_file(call: &Call<'_>) -> Answer {
    let world = call.demo.world();
    let id = call.query.get("fileId").unwrap_or_default();
    let upload = world
        .upload(id)
        .filter(|upload| upload.expires_at.is_none() && !upload.is_hidden);
    let Some(upload) = upload else {
        return not_found();
    };
    if !may_read(call, &world, &upload) {
        return forbidden(call.quirks);
    }
    let message = world.message(&upload, Dates::Rest, call.quirks.thumbnails);
    // What was erased names no file any more.
    if message.get("file").is_none() {
        return not_found();
    }
    success(json!({ "message": message }))
}

/// `chat.getThreadMessages`: the replies, the oldest first.
pub(super) fn get_thread(call: &Call<'_>) -> Answer {
    if !call.quirks.threads.is_on() {
        return thrown("Threads Disabled", "error-not-allowed");
    }
    let world = call.demo.world();
    let head = call.query.get("tmid").unwrap_or_default();
    let found = world.line_of(head);
    let upload = match found {
        Some((upload, _)) => upload,
        None => match world.upload_of_message(head) {
            Some(upload) => upload,
            None => return thrown("Invalid Message", "error-invalid-message"),
        },
    };
    if !may_read(call, &world, &upload) {
        return thrown("Not Allowed", "error-not-allowed");
    }
    let mut replies = said(call, &world, &upload);
    replies.retain(|(_, message)| message.get("tmid").and_then(Value::as_str) == Some(head));
    let total = replies.len();
    let (offset, count) = page_of(&call.query, call.quirks);
    let page: Vec<Value> = replies
        .into_iter()
        .skip(usize::try_from(offset).unwrap_or(usize::MAX))
        .take(most(count))
        .map(|(_, message)| message)
        .collect();
    success(json!({
        "count": page.len(), "messages": page, "offset": offset, "total": total,
    }))
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
    // Groups show replies unless told not to, the others only when told to.
    let shows_replies = match call.query.get("showThreadMessages") {
        Some(_) => call.query.is_true("showThreadMessages"),
        None => kind == RoomKind::Group,
    };
    let (_, count) = page_of(&call.query, call.quirks);
    let most = most(count);
    // Uploads are older than their messages by less than this, and what was said about them is
    // around these.
    let margin = 60_000 + TALK_MILLIS;
    let images = world.images_of(&room.id);
    let first = images.partition_point(|entry| entry.uploaded_at > latest.saturating_add(margin));
    let mut found: Vec<(i64, Value)> = images
        .get(first..)
        .unwrap_or_default()
        .iter()
        .take_while(|entry| entry.uploaded_at.saturating_add(margin) >= oldest)
        .filter_map(|entry| world.upload_at(*entry))
        .filter(|upload| upload.expires_at.is_none())
        .flat_map(|upload| said(call, &world, &upload))
        .filter(|(_, message)| shows_replies || message.get("tmid").is_none())
        .filter(|(at, _)| {
            (*at > oldest && *at < latest) || (is_inclusive && (*at == oldest || *at == latest))
        })
        // Messages of a burst may swap with their neighbours; a few more settle that.
        .take(most.saturating_add(160))
        .collect();
    found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let messages: Vec<Value> = found
        .into_iter()
        .take(most)
        .map(|(_, message)| message)
        .collect();
    success(json!({ "messages": messages }))
}

/// The message of an image and what was said about it, the oldest first.
fn said(call: &Call<'_>, world: &World, upload: &Upload) -> Vec<(i64, Value)> {
    let own = world.message(upload, Dates::Rest, call.quirks.thumbnails);
    let spelled = |line: Line| (line.at, world.line_message(upload, &line, Dates::Rest));
    let lines = world.lines_about(upload).into_iter().map(spelled);
    let mut all: Vec<(i64, Value)> = lines.chain([(sent_at(upload), own)]).collect();
    all.sort_by_key(|(at, _)| *at);
    all
}

fn may_read(call: &Call<'_>, world: &World, upload: &Upload) -> bool {
    let room = world.room(&upload.room);
    room.is_some_and(|room| world.can_access_room(room, &call.user))
}

fn most(count: u64) -> usize {
    if count == 0 {
        usize::MAX
    } else {
        usize::try_from(count).unwrap_or(usize::MAX)
    }
}

fn time(call: &Call<'_>, name: &str, fallback: i64) -> Option<i64> {
    match call.query.get(name) {
        None => Some(fallback),
        Some(text) => parse_iso(text),
    }
}

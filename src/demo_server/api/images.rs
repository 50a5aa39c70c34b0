//! `rooms.images`, with every quirk of its paging.

use serde_json::{Value, json};

use super::super::answers::{Answer, forbidden, success};
use super::super::quirks::{AnchorRule, ImagesEndpoint, Quirks, Storage};
use super::super::world::{Entry, Room, RoomKind, World};
use super::Call;
use super::query::{Param, Query};

pub(super) const PARAMS: &[Param] = &[
    Param::text("roomId").required(),
    Param::text("startingFromId"),
    Param::number("count"),
    Param::number("offset"),
];

/// `rooms.images`, and its predecessor `channels.images`.
pub(super) fn rooms_images(call: &Call<'_>) -> Answer {
    let world = call.demo.world();
    let room = call.query.get("roomId").and_then(|id| world.room(id));
    let Some(room) = room.filter(|room| world.can_access_room(room, &call.user)) else {
        // An unknown room and a closed one look alike.
        return forbidden(call.quirks);
    };
    if call.quirks.images_endpoint == ImagesEndpoint::Channels && room.kind == RoomKind::Direct {
        return forbidden(call.quirks);
    }
    let anchor = anchor(call, &world, room);
    let all = world.images_of(&room.id);
    // Inclusive, towards older images. An anchor of another room bounds just the same.
    let start = anchor.map_or(0, |anchor| {
        all.partition_point(|entry| entry.uploaded_at > anchor.uploaded_at)
    });
    let matching = all.get(start..).unwrap_or_default();
    let (offset, count) = page_of(&call.query, call.quirks);
    let mut page = cut(call, matching, offset, count);
    if let Some(anchor) = anchor.filter(|anchor| !page.contains(anchor)) {
        // So every later page holds the anchor again, and one item more than asked for.
        page.insert(0, anchor);
    }
    let store = store_name(call.quirks);
    let files: Vec<Value> = page
        .into_iter()
        .filter_map(|entry| world.upload_at(entry))
        .map(|upload| upload.document(store))
        .collect();
    // `count` is what was asked for after clamping, not how many there are.
    success(json!({
        "files": files, "count": count, "offset": offset, "total": matching.len(),
    }))
}

fn anchor(call: &Call<'_>, world: &World, room: &Room) -> Option<Entry> {
    let id = call
        .query
        .get("startingFromId")
        .filter(|id| !id.is_empty())?;
    let upload = world.upload(id)?;
    if upload.room != room.id && call.quirks.anchor_rule == AnchorRule::SameRoom {
        return None;
    }
    world.entry(id)
}

/// Offset and count: 50 without one, clamped silently, 0 is everything where that is allowed.
pub(super) fn page_of(query: &Query, quirks: &Quirks) -> (u64, u64) {
    let offset = query.number("offset").unwrap_or(0);
    let default = quirks.page_limit.min(50);
    let count = match query.number("count") {
        Some(0) if quirks.infinite_count.is_on() => 0,
        None | Some(0) => default,
        Some(count) => count.min(quirks.page_limit),
    };
    (offset, count)
}

/// The page, with the uploads of one millisecond in any order: Mongo promises none.
fn cut(call: &Call<'_>, matching: &[Entry], offset: u64, count: u64) -> Vec<Entry> {
    let (start, end) = bounds(matching.len(), offset, count);
    let Some(page) = matching.get(start..end) else {
        return Vec::new();
    };
    let (Some(first), Some(last)) = (page.first(), page.last()) else {
        return Vec::new();
    };
    if !call.quirks.unstable_ties.is_on() {
        return page.to_vec();
    }
    // Ties that the page cuts through must be shuffled whole.
    let from = matching.partition_point(|entry| entry.uploaded_at > first.uploaded_at);
    let to = matching.partition_point(|entry| entry.uploaded_at >= last.uploaded_at);
    let mut around = matching.get(from..to).unwrap_or_default().to_vec();
    let mut rng = fastrand::Rng::with_seed(call.demo.next_call());
    for ties in around.chunk_by_mut(|one, other| one.uploaded_at == other.uploaded_at) {
        rng.shuffle(ties);
    }
    around
        .get(start - from..end - from)
        .unwrap_or_default()
        .to_vec()
}

/// The places of a page; a count of 0 reaches to the end.
pub(super) fn bounds(length: usize, offset: u64, count: u64) -> (usize, usize) {
    let start = usize::try_from(offset).unwrap_or(usize::MAX).min(length);
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let end = if count == 0 {
        length
    } else {
        start.saturating_add(count).min(length)
    };
    (start, end)
}

/// `store` of every document.
pub(super) fn store_name(quirks: &Quirks) -> &'static str {
    match quirks.storage {
        Storage::GridFs | Storage::Unavailable => "GridFS:Uploads",
        Storage::FileSystem => "FileSystem:Uploads",
        Storage::S3 { .. } => "AmazonS3:Uploads",
        Storage::Webdav => "Webdav:Uploads",
    }
}

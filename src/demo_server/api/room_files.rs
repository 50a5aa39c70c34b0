//! `channels.files`, `groups.files` and `im.files`: richer than `rooms.images`, bound to the
//! kind of the room, and the way to the server's thumbnails.

use serde_json::{Value, json};

use super::super::answers::{Answer, failure_of_type, forbidden, success, thrown};
use super::super::quirks::Thumbnails;
use super::super::world::{Room, RoomKind, Upload, World};
use super::Call;
use super::images::{bounds, page_of, store_name};
use super::query::Param;

pub(super) const PARAMS: &[Param] = &[
    Param::text("roomId"),
    Param::text("roomName"),
    Param::text("username"),
    Param::number("count"),
    Param::number("offset"),
    Param::text("sort"),
    Param::text("name"),
    Param::text("typeGroup"),
    Param::text("query"),
    Param::truth("onlyConfirmed"),
];

pub(super) fn channels_files(call: &Call<'_>) -> Answer {
    files(call, RoomKind::Channel)
}

pub(super) fn groups_files(call: &Call<'_>) -> Answer {
    files(call, RoomKind::Group)
}

pub(super) fn im_files(call: &Call<'_>) -> Answer {
    files(call, RoomKind::Direct)
}

fn files(call: &Call<'_>, kind: RoomKind) -> Answer {
    let world = call.demo.world();
    let Some(room) = wanted_room(call, &world).filter(|room| room.kind == kind) else {
        let text = "The required \"roomId\" or \"roomName\" param provided does not match any";
        return thrown(text, "error-room-not-found");
    };
    if !world.can_access_room(room, &call.user) {
        return forbidden(call.quirks);
    }
    let group = call
        .query
        .get("typeGroup")
        .filter(|group| !group.is_empty());
    if group == Some("thumb") && call.quirks.thumbnails == Thumbnails::Refused {
        return failure_of_type(
            "must be equal to one of the allowed values",
            "invalid-params",
        );
    }
    let (offset, count) = page_of(&call.query, call.quirks);
    let (total, page) = page(call, &world, room, group, (offset, count));
    let store = store_name(call.quirks);
    let files: Vec<Value> = page
        .iter()
        .map(|upload| with_user(&world, upload, store))
        .collect();
    // Unlike in `rooms.images`, `count` is how many there are.
    let n_files = files.len();
    success(json!({"files": files, "count": n_files, "offset": offset, "total": total}))
}

fn wanted_room<'w>(call: &Call<'_>, world: &'w World) -> Option<&'w Room> {
    if let Some(id) = call.query.get("roomId") {
        return world.room(id);
    }
    if let Some(name) = call.query.get("roomName") {
        return world.room_named(name);
    }
    let other = world.person_named(call.query.get("username")?)?;
    world.rooms.iter().find(|room| {
        room.kind == RoomKind::Direct
            && room.members.len() == 2
            && room.members.contains(&other.id)
            && room.members.contains(&call.user)
    })
}

/// Total and page. Newest first, the usual sort, makes only the uploads of the page.
fn page(
    call: &Call<'_>,
    world: &World,
    room: &Room,
    group: Option<&str>,
    (offset, count): (u64, u64),
) -> (usize, Vec<Upload>) {
    let images = world.images_of(&room.id);
    let only_images = group == Some("image") && call.query.get("name").is_none();
    let sort = Sort::parse(call.query.get("sort"));
    if only_images && sort == Sort::Newest && !call.query.is_true("onlyConfirmed") {
        let (start, end) = bounds(images.len(), offset, count);
        let page = images.get(start..end).unwrap_or_default().iter();
        let uploads = page
            .filter_map(|entry| world.upload_at(*entry))
            .map(|upload| upload.into_owned());
        return (images.len(), uploads.collect());
    }
    let mut found = candidates(call, world, room, group);
    match sort {
        Sort::Name => found.sort_by(|one, other| one.name.cmp(&other.name)),
        Sort::Newest => found.sort_by_key(|upload| std::cmp::Reverse(upload.uploaded_at)),
        Sort::Oldest => found.sort_by_key(|upload| upload.uploaded_at),
    }
    let (start, end) = bounds(found.len(), offset, count);
    (
        found.len(),
        found.get(start..end).unwrap_or_default().to_vec(),
    )
}

fn candidates(call: &Call<'_>, world: &World, room: &Room, group: Option<&str>) -> Vec<Upload> {
    let name = call.query.get("name").map(str::to_lowercase);
    let entries = world
        .images_of(&room.id)
        .iter()
        .chain(world.other_files_of(&room.id));
    let uploads = entries.filter_map(|entry| world.upload_at(*entry));
    if group == Some("thumb") {
        if call.quirks.thumbnails != Thumbnails::Listed {
            return Vec::new();
        }
        return uploads.filter_map(|upload| upload.thumbnail()).collect();
    }
    uploads
        .filter(|upload| group.is_none_or(|group| upload.type_group() == group))
        .filter(|upload| !call.query.is_true("onlyConfirmed") || upload.expires_at.is_none())
        // The server takes a regular expression; plain text means the same in both.
        .filter(|upload| {
            name.as_ref().is_none_or(|name| upload.name.to_lowercase().contains(name))
        })
        .map(|upload| upload.into_owned())
        .collect()
}

/// The sorts that clients ask for; without one it is the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Name,
    Newest,
    Oldest,
}

impl Sort {
    fn parse(text: Option<&str>) -> Self {
        let sort: Option<Value> = text.and_then(|text| serde_json::from_str(text).ok());
        match sort
            .as_ref()
            .and_then(|sort| sort.get("uploadedAt"))
            .and_then(Value::as_i64)
        {
            Some(order) if order < 0 => Self::Newest,
            Some(_) => Self::Oldest,
            None => Self::Name,
        }
    }
}

fn with_user(world: &World, upload: &Upload, store: &str) -> Value {
    let mut document = upload.document(store);
    let user = upload.user.as_deref().and_then(|user| world.person(user));
    if let (Some(fields), Some(user)) = (document.as_object_mut(), user) {
        fields.insert("user".to_owned(), user.brief());
    }
    document
}

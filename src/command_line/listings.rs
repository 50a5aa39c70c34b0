//! `salon rooms` and `salon images`.

use std::process::ExitCode;

use jiff::tz::TimeZone;
use serde_json::json;

use super::asking::ask;
use super::people::People;
use super::room_choice::{all_rooms, find_room};
use super::show::{Show, put, result, upload_fields};
use super::sign_in::sign_in;
use super::trouble::{Exit, Trouble};
use crate::cli::{ImagesArgs, RoomsArgs};
use crate::domain::{ByteCount, Room, RoomKind, Upload, safe_display_name};
use crate::saving::RoomLister;

/// All rooms of the account.
pub(super) async fn rooms(args: &RoomsArgs) -> Result<ExitCode, Trouble> {
    let show = if args.json { Show::Json } else { Show::Plain };
    let told = |pause| show.waiting(pause);
    let signed_in = sign_in(&args.account, told).await?;
    for room in all_rooms(&signed_in.client, args.account.patience, told).await? {
        let text = if args.json {
            room_json(&room).to_string()
        } else {
            let title = safe_display_name(&room.title);
            format!("{title}\t{}\t{}", kind(&room), room.id)
        };
        if result(&text).is_err() {
            break;
        }
    }
    Ok(Exit::Done.into())
}

fn room_json(room: &Room) -> serde_json::Value {
    json!({
        "id": room.id.as_str(),
        "title": room.title,
        "name": room.slug,
        "kind": kind(room),
        "isJoined": room.subscription.is_some(),
        "isEncrypted": room.is_encrypted,
        "lastActivity": room.last_activity.map(|at| at.to_string()),
    })
}

const fn kind(room: &Room) -> &'static str {
    match room.kind {
        RoomKind::Channel => "channel",
        RoomKind::PrivateGroup => "private group",
        RoomKind::Direct => "direct message",
        RoomKind::GroupDirect => "direct message of several",
    }
}

/// The images of a room.
pub(super) async fn images(args: &ImagesArgs) -> Result<ExitCode, Trouble> {
    let show = if args.json { Show::Json } else { Show::Plain };
    let told = |pause| show.waiting(pause);
    let patience = args.account.patience;
    let client = sign_in(&args.account, told).await?.client;
    let room = find_room(&client, &args.room, patience, told).await?;
    // The lines for people have no room for a name.
    let mut people = args.json.then(People::all);
    let mut lister = RoomLister::new(client.clone(), room, args.since);
    loop {
        let asked = ask(patience, told, async || lister.next().await);
        let Some(uploads) = asked.await.map_err(|error| Trouble::client(&error))? else {
            return Ok(Exit::Done.into());
        };
        let uploads = match &mut people {
            Some(people) => people.name(uploads, &client, patience, told).await?,
            None => uploads,
        };
        for upload in uploads {
            let text = if args.json {
                image_json(&upload).to_string()
            } else {
                image_line(&upload)
            };
            // As with `| head`: the server need not be asked for the rest.
            if result(&text).is_err() {
                return Ok(Exit::Done.into());
            }
        }
    }
}

fn image_json(upload: &Upload) -> serde_json::Value {
    let mut json = json!({
        "room": upload.room.as_str(),
        "type": upload.media_type,
        "width": upload.dimensions.map(|size| size.width),
        "height": upload.dimensions.map(|size| size.height),
        "user": upload.user.as_ref().map(|user| user.as_str()),
        "username": upload.uploader.as_ref().and_then(|person| person.username.clone()),
        "description": upload.description,
    });
    for (key, value) in upload_fields(upload) {
        put(&mut json, key, value);
    }
    json
}

/// Time, size, name and id, with tabs between them.
fn image_line(upload: &Upload) -> String {
    let posted = upload.uploaded_at.map(|at| at.to_zoned(TimeZone::system()));
    let posted = posted.map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%M").to_string());
    let size = upload
        .size
        .as_ref()
        .map_or_else(String::new, ByteCount::to_string);
    let name = safe_display_name(&upload.name);
    format!("{posted}\t{size}\t{name}\t{}", upload.id)
}

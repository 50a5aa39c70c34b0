//! Uploads come and go.

use serde_json::{Value, json};

use super::super::bytes::{Content, Encoding, Painting};
use super::super::clock::{ejson, now_millis};
use super::super::demo::Event;
use super::super::paint::{Motif, SCENES};
use super::super::world::ids::{letters, mixed};
use super::super::world::{Dates, Fate, Upload, message_id};
use super::Admin;

/// Lifetime of an upload that nobody sends.
const DRAFT_MILLIS: i64 = 24 * 3_600_000;

/// Images to post.
#[derive(Debug, Clone)]
pub struct NewImage {
    /// The file name; a number is put before the ending when several are posted.
    pub name: String,
    /// Who posts it.
    pub username: String,
    /// When the bytes were complete, in milliseconds since 1970; `None` is now. Several posted
    /// at once share it.
    pub at_millis: Option<i64>,
    /// Uploaded but not sent: listed with `expiresAt`, without a message.
    pub is_draft: bool,
}

impl Default for NewImage {
    fn default() -> Self {
        Self {
            name: "posted.jpg".to_owned(),
            username: "mei.lin".to_owned(),
            at_millis: None,
            is_draft: false,
        }
    }
}

impl Admin {
    /// The ids of a room's images as the server would list them now, newest first.
    pub fn image_ids(&self, room: &str) -> Vec<String> {
        let world = self.demo.world();
        let entries = world.images_of(room).iter();
        entries
            .filter_map(|entry| world.upload_at(*entry))
            .map(|upload| upload.id.clone())
            .collect()
    }

    /// Posts `n` images to a room (by id) and gives their upload ids.
    pub fn post_images(&self, room: &str, n: u32, image: &NewImage) -> Vec<String> {
        let at = image.at_millis.unwrap_or_else(now_millis);
        (0..n)
            .map(|k| self.post_one(room, image, at, (n > 1).then_some(k)))
            .collect()
    }

    fn post_one(&self, room: &str, image: &NewImage, at: i64, nth: Option<u32>) -> String {
        let mut world = self.demo.world();
        let number = world.fresh_number();
        let seed = mixed(world.seed, "posted", number);
        let id = format!("U{}", letters(seed, 16));
        let mut upload = Upload::new(id.clone(), room, &numbered(&image.name, nth), at);
        upload.user = world
            .person_named(&image.username)
            .map(|person| person.id.clone());
        let motif = usize::try_from(number % 8)
            .ok()
            .and_then(|index| SCENES.get(index));
        let motif = motif.copied().unwrap_or(Motif::Landscape);
        let painting = Painting::new(motif, seed, (900, 600), Encoding::Jpeg);
        upload.content = Content::Painted(painting);
        "image/jpeg".clone_into(&mut upload.media_type);
        upload.identify = Some(("jpeg", 900, 600));
        upload.expires_at = image.is_draft.then(|| at + DRAFT_MILLIS);
        world.add_upload(upload.clone());
        drop(world);
        if !image.is_draft {
            self.announce(&upload);
        }
        id
    }

    /// Sends a draft: `expiresAt` goes, the message comes.
    pub fn confirm_draft(&self, upload: &str) {
        let mut world = self.demo.world();
        world.change_upload(upload, |upload| upload.expires_at = None);
        let sent = world.upload(upload).map(std::borrow::Cow::into_owned);
        drop(world);
        if let Some(sent) = sent {
            self.announce(&sent);
        }
    }

    /// Takes a sent image back into the state of a draft, as before its message.
    pub fn unconfirm(&self, upload: &str) {
        let expires_at = now_millis() + DRAFT_MILLIS;
        self.demo
            .world()
            .change_upload(upload, |upload| upload.expires_at = Some(expires_at));
    }

    /// Sends the message of an upload once more, as after a reaction.
    pub fn resend_message(&self, upload: &str) {
        let upload = self
            .demo
            .world()
            .upload(upload)
            .map(std::borrow::Cow::into_owned);
        if let Some(upload) = upload {
            self.announce(&upload);
        }
    }

    /// Deletes an upload with its message: 404 from now on.
    pub fn delete_upload(&self, upload: &str) {
        let removed = self.demo.world().remove_upload(upload, Fate::Gone);
        if let Some(upload) = removed {
            let args = json!([{"_id": message_id(&upload.id)}]);
            self.notify_room(&upload.room, "deleteMessage", args);
        }
    }

    /// Deletes with `Message_KeepHistory`: out of the listing, the bytes stay.
    pub fn hide_upload(&self, upload: &str) {
        let removed = self.demo.world().remove_upload(upload, Fate::Hidden);
        if let Some(upload) = removed {
            let args = json!([{"_id": message_id(&upload.id)}]);
            self.notify_room(&upload.room, "deleteMessage", args);
        }
    }

    /// Deletes with `Message_ShowDeletedStatus`: no `deleteMessage`, the message comes again
    /// with `t: "rm"`.
    pub fn erase_upload(&self, upload: &str) {
        let mut world = self.demo.world();
        let removed = world.remove_upload(upload, Fate::Gone);
        if let Some(upload) = &removed {
            world.erase_message(message_id(&upload.id));
        }
        drop(world);
        if let Some(upload) = removed {
            self.announce(&upload);
        }
    }

    /// Removes an upload and tells nobody, as when the event was lost.
    pub fn delete_upload_silently(&self, upload: &str) {
        self.demo.world().remove_upload(upload, Fate::Gone);
    }

    /// Prunes a room: everything uploaded in this time goes, in one event. How many.
    pub fn prune(&self, room: &str, from_millis: i64, to_millis: i64) -> usize {
        let mut world = self.demo.world();
        let doomed: Vec<String> = world
            .images_of(room)
            .iter()
            .filter(|entry| (from_millis..=to_millis).contains(&entry.uploaded_at))
            .filter_map(|entry| world.upload_at(*entry))
            .map(|upload| upload.id.clone())
            .collect();
        for id in &doomed {
            world.remove_upload(id, Fate::Gone);
        }
        drop(world);
        let window = json!({"$gte": ejson(from_millis), "$lte": ejson(to_millis)});
        let args = json!([{
            "rid": room, "excludePinned": false, "ignoreDiscussion": true, "ts": window,
            "users": [], "showDeletedStatus": false,
        }]);
        self.notify_room(room, "deleteMessageBulk", args);
        doomed.len()
    }

    fn announce(&self, upload: &Upload) {
        let thumbnails = self.demo.quirks().thumbnails;
        let message = self
            .demo
            .world()
            .message(upload, Dates::Realtime, thumbnails);
        self.demo.tell(Event::Stream {
            collection: "stream-room-messages",
            event: upload.room.clone(),
            args: json!([message]),
        });
        self.touch_room(&upload.room, upload.uploaded_at);
    }

    pub(super) fn notify_room(&self, room: &str, event: &str, args: Value) {
        self.demo.tell(Event::Stream {
            collection: "stream-notify-room",
            event: format!("{room}/{event}"),
            args,
        });
    }
}

fn numbered(name: &str, nth: Option<u32>) -> String {
    match (nth, name.rsplit_once('.')) {
        (Some(nth), Some((stem, ending))) => format!("{stem}-{nth:03}.{ending}"),
        (Some(nth), None) => format!("{name}-{nth:03}"),
        (None, _) => name.to_owned(),
    }
}

//! Messages.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::{UserWire, lenient};
use crate::domain::{Message, MessageId, MessageKind, Reaction, RoomId, UploadId};

/// A message, of a room's stream or of any answer.
#[derive(Debug, Default, Deserialize)]
pub(in crate::rocketchat) struct MessageWire {
    #[serde(rename = "_id")]
    pub(in crate::rocketchat) id: String,
    #[serde(default, deserialize_with = "lenient::text")]
    rid: Option<String>,
    /// Kind of a message of the system, `"rm"`: removed.
    #[serde(default, deserialize_with = "lenient::text")]
    pub(in crate::rocketchat) t: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    tmid: Option<String>,
    #[serde(default, deserialize_with = "lenient::count")]
    tcount: Option<u64>,
    #[serde(default, deserialize_with = "lenient::date")]
    pub(in crate::rocketchat) ts: Option<Timestamp>,
    #[serde(rename = "_updatedAt", default, deserialize_with = "lenient::date")]
    pub(in crate::rocketchat) updated_at: Option<Timestamp>,
    #[serde(rename = "editedAt", default, deserialize_with = "lenient::date")]
    edited_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "lenient::part")]
    u: Option<UserWire>,
    #[serde(default, deserialize_with = "lenient::text")]
    msg: Option<String>,
    #[serde(default, deserialize_with = "lenient::part")]
    file: Option<FileWire>,
    #[serde(default, deserialize_with = "lenient::parts")]
    files: Vec<FileWire>,
    #[serde(default, deserialize_with = "lenient::parts")]
    attachments: Vec<AttachmentWire>,
    #[serde(default, deserialize_with = "lenient::part")]
    reactions: Option<BTreeMap<String, Value>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileWire {
    /// Empty when the server names none.
    #[serde(rename = "_id", default)]
    id: String,
    #[serde(default, deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(rename = "type", default, deserialize_with = "lenient::text")]
    media_type: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    type_group: Option<String>,
}

#[derive(Debug, Deserialize)]
struct AttachmentWire {
    #[serde(default, deserialize_with = "lenient::text")]
    title_link: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    image_url: Option<String>,
    #[serde(default, deserialize_with = "lenient::text")]
    description: Option<String>,
    /// Of late 7.x and later.
    #[serde(rename = "fileId", default, deserialize_with = "lenient::text")]
    file_id: Option<String>,
}

impl MessageWire {
    /// The images in it: ids of uploads, and where an old server names none, their addresses.
    pub(in crate::rocketchat) fn images(&self) -> BTreeSet<String> {
        let images: BTreeSet<String> = self
            .all_files()
            .filter(|file| file.is_image() && !file.id.is_empty())
            .map(|file| file.id.clone())
            .collect();
        if !images.is_empty() {
            return images;
        }
        // An address elsewhere is a picture that somebody linked to.
        let attached = self.attachments.iter();
        let uploaded = attached
            .filter(|attachment| attachment.image_url.is_some())
            .filter_map(|attachment| attachment.title_link.clone())
            .filter(|link| link.contains("file-upload/"));
        uploaded.collect()
    }

    /// The message; `None` without an id.
    pub(in crate::rocketchat) fn into_message(self) -> Option<Message> {
        if self.id.is_empty() {
            return None;
        }
        let uploads = self.uploads();
        let file_names = self.file_names();
        let kind = match self.t.as_deref() {
            None | Some("") => MessageKind::Written,
            Some("rm") => MessageKind::Removed,
            Some("e2e") => MessageKind::Encrypted,
            Some(other) => MessageKind::System(other.to_owned()),
        };
        let captions = self.attachments.into_iter();
        let captions = captions
            .filter_map(|attachment| attachment.description)
            .filter(|caption| !caption.trim().is_empty());
        let thread = self.tmid.filter(|id| !id.is_empty());
        let reply_count = self.tcount.unwrap_or_default();
        Some(Message {
            captions: captions.collect(),
            id: MessageId::from(self.id),
            room: RoomId::from(self.rid.unwrap_or_default()),
            thread: thread.map(MessageId::from),
            sent_at: self.ts,
            author: self.u.and_then(|user| user.to_person()),
            kind,
            text: self.msg.unwrap_or_default(),
            file_names,
            uploads,
            reactions: reactions(self.reactions.unwrap_or_default()),
            reply_count: usize::try_from(reply_count).unwrap_or(usize::MAX),
            is_edited: self.edited_at.is_some(),
        })
    }

    fn all_files(&self) -> impl Iterator<Item = &FileWire> {
        self.files.iter().chain(&self.file)
    }

    /// Wherever this version of the server names them. What a quoted message carries is inside
    /// of an attachment, and is not this one's.
    fn uploads(&self) -> Vec<UploadId> {
        let files = self.all_files().filter(|file| !file.is_thumbnail());
        let mut ids: BTreeSet<String> = files.map(|file| file.id.clone()).collect();
        for attachment in &self.attachments {
            ids.extend(attachment.file_id.clone());
            let linked = attachment.title_link.as_deref().and_then(id_in_link);
            ids.extend(linked.map(str::to_owned));
        }
        ids.into_iter()
            .filter(|id| !id.is_empty())
            .map(UploadId::from)
            .collect()
    }

    fn file_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for file in self.all_files().filter(|file| !file.is_thumbnail()) {
            let name = file.name.clone().unwrap_or_default();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

impl FileWire {
    fn is_image(&self) -> bool {
        let media_type = self.media_type.as_deref().unwrap_or_default();
        media_type.starts_with("image/") && !self.is_thumbnail()
    }

    fn is_thumbnail(&self) -> bool {
        self.type_group.as_deref() == Some("thumb")
    }
}

/// `/file-upload/<id>/<name>`, or of an old server `/ufs/<store>/<id>/<name>`.
fn id_in_link(link: &str) -> Option<&str> {
    let mut parts = link.split('/');
    let id = match parts.find(|part| matches!(*part, "file-upload" | "ufs"))? {
        "ufs" => parts.nth(1)?,
        _ => parts.next()?,
    };
    let id = id.split(['.', '?']).next()?;
    (!id.is_empty()).then_some(id)
}

/// `{":thumbsup:": {"usernames": ["ana", "bo"]}}`.
fn reactions(wire: BTreeMap<String, Value>) -> Vec<Reaction> {
    let mut reactions: Vec<Reaction> = wire
        .into_iter()
        .filter_map(|(emoji, given)| {
            let usernames = given.get("usernames")?.as_array()?;
            let usernames: Vec<String> = usernames
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect();
            (!usernames.is_empty()).then_some(Reaction { emoji, usernames })
        })
        .collect();
    // Equal ones stay in the order of their names.
    reactions.sort_by_key(|reaction| std::cmp::Reverse(reaction.usernames.len()));
    reactions
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(message: Value) -> Message {
        let wire: MessageWire = serde_json::from_value(message).unwrap();
        wire.into_message().unwrap()
    }

    #[test]
    fn a_file_is_found_wherever_a_server_names_it() {
        let id = UploadId::from("up1");
        for message in [
            json!({ "_id": "m", "files": [{ "_id": "th1", "typeGroup": "thumb" }, { "_id": "up1" }] }),
            json!({ "_id": "m", "file": { "_id": "up1" } }),
            json!({ "_id": "m", "attachments": [{ "fileId": "up1" }] }),
            json!({ "_id": "m", "attachments": [{ "title_link": "/file-upload/up1/a.png" }] }),
            json!({ "_id": "m", "attachments": [{ "title_link": "/chat/ufs/GridFS:Uploads/up1.png" }] }),
        ] {
            let shown = message.to_string();
            let message = read(message);
            assert_eq!(message.uploads, std::slice::from_ref(&id), "{shown}");
        }
    }

    #[test]
    fn a_quoted_image_is_not_the_quoting_messages() {
        let message = read(json!({ "_id": "m", "msg": "[ ](…) look", "attachments": [{
            "message_link": "https://chat.example.org/channel/a?msg=x",
            "attachments": [{ "fileId": "up1", "title_link": "/file-upload/up1/a.png" }],
        }] }));
        assert_eq!(message.uploads, []);
    }

    #[test]
    fn an_odd_file_or_attachment_costs_only_itself() {
        let message = read(json!({
            "_id": "m",
            "files": [null, { "name": "a.png" }, { "_id": "up1", "name": "b.png" }, "odd"],
            "attachments": [null, "odd", { "fileId": "up2", "description": "the harbour" }],
        }));
        let ids: Vec<&str> = message.uploads.iter().map(UploadId::as_str).collect();
        assert_eq!(ids, ["up1", "up2"]);
        assert_eq!(message.captions, ["the harbour"]);
        assert_eq!(message.file_names, ["a.png", "b.png"]);
    }

    #[test]
    fn odd_fields_cost_no_more_than_themselves() {
        let message = read(json!({
            "_id": "m", "rid": 5, "t": "", "ts": "soon", "u": [], "msg": null, "files": "none",
            "reactions": { ":a:": { "usernames": ["x"] }, ":b:": {}, ":c:": { "usernames": [] },
                ":d:": { "usernames": ["x", "y", 3] } },
            "tcount": "2", "editedAt": { "$date": 1_775_035_800_000_i64 },
        }));
        assert_eq!(message.kind, MessageKind::Written);
        assert_eq!((message.sent_at, message.author), (None, None));
        let counts: Vec<_> = message
            .reactions
            .iter()
            .map(|reaction| (reaction.emoji.as_str(), reaction.usernames.len()))
            .collect();
        assert_eq!(counts, [(":d:", 2), (":a:", 1)]);
        assert_eq!((message.reply_count, message.is_edited), (2, true));
    }
}

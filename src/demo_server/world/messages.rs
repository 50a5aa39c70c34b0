//! The messages that carry the uploads. They follow from the uploads: nothing else is kept.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::super::clock::{ejson, iso};
use super::super::quirks::Thumbnails;
use super::{Upload, World};

/// How dates are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dates {
    /// ISO text over REST.
    Rest,
    /// `{"$date": …}` over the websocket.
    Realtime,
}

impl Dates {
    pub(super) fn spell(self, millis: i64) -> Value {
        match self {
            Self::Rest => Value::from(iso(millis)),
            Self::Realtime => ejson(millis),
        }
    }
}

/// The id of the message that sent an upload.
pub(crate) fn message_id(upload_id: &str) -> String {
    let rest = upload_id.get(1..).unwrap_or_default();
    if upload_id.starts_with('G') {
        format!("N{rest}")
    } else {
        format!("M{rest}")
    }
}

/// A message is written after its file is stored: the person looked at the dialog meanwhile.
pub(crate) fn sent_at(upload: &Upload) -> i64 {
    upload.uploaded_at + 1500 + upload.uploaded_at.rem_euclid(40) * 1000
}

impl World {
    /// The upload that a message sent.
    pub(crate) fn upload_of_message(&self, message: &str) -> Option<Cow<'_, Upload>> {
        let (prefix, rest) = message.split_at_checked(1)?;
        let upload_id = match prefix {
            "M" => format!("U{rest}"),
            "N" => format!("G{rest}"),
            _ => return None,
        };
        self.upload(&upload_id)
            .filter(|upload| upload.expires_at.is_none())
    }

    /// Whether the message was erased with `Message_ShowDeletedStatus`.
    pub(crate) fn is_erased(&self, message: &str) -> bool {
        self.erased_messages.iter().any(|erased| erased == message)
    }

    pub(crate) fn erase_message(&mut self, message: String) {
        self.erased_messages.push(message);
    }

    /// The message that sent an upload.
    pub(crate) fn message(&self, upload: &Upload, dates: Dates, thumbnails: Thumbnails) -> Value {
        let id = message_id(&upload.id);
        let at = sent_at(upload);
        let user = upload.user.as_deref().and_then(|user| self.person(user));
        let user = user.map_or_else(
            || json!({"_id": "rocket.cat", "username": "rocket.cat"}),
            |person| person.brief(),
        );
        let mut message = json!({
            "_id": id, "rid": upload.room, "ts": dates.spell(at), "msg": "", "groupable": false,
            "_updatedAt": dates.spell(at + 10), "u": user, "urls": [], "mentions": [], "channels": [],
        });
        let Some(fields) = message.as_object_mut() else {
            return message;
        };
        if self.is_erased(&id) || upload.is_hidden {
            fields.insert("t".to_owned(), "rm".into());
            return message;
        }
        let thumb = upload
            .thumbnail()
            .filter(|_| thumbnails != Thumbnails::NotMade);
        let own = file_of(upload);
        let mut files = vec![own.clone()];
        files.extend(thumb.as_ref().map(file_of));
        fields.insert("file".to_owned(), own);
        fields.insert("files".to_owned(), Value::Array(files));
        fields.insert(
            "attachments".to_owned(),
            json!([attachment(upload, thumb.as_ref(), &dates.spell(at))]),
        );
        self.add_talk(upload, fields);
        message
    }
}

fn file_of(upload: &Upload) -> Value {
    json!({
        "_id": upload.id, "name": upload.name, "type": upload.media_type, "size": upload.size(),
        "format": upload.identify.map(|(format, _, _)| format), "typeGroup": upload.type_group(),
    })
}

fn attachment(upload: &Upload, thumb: Option<&Upload>, at: &Value) -> Value {
    let shown = thumb.unwrap_or(upload);
    let mut attachment = json!({
        "ts": at,
        "type": "file",
        "title": upload.name,
        "title_link": upload.path(),
        "title_link_download": true,
        "image_url": shown.path(),
        "image_type": upload.media_type,
        "image_size": upload.size(),
        "fileId": upload.id,
    });
    if let Some(fields) = attachment.as_object_mut() {
        if let Some(description) = &upload.description {
            fields.insert("description".to_owned(), description.clone().into());
        }
        if let Some((_, width, height)) = shown.identify {
            let dimensions = json!({"width": width, "height": height});
            fields.insert("image_dimensions".to_owned(), dimensions);
        }
    }
    attachment
}

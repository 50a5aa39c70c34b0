//! Which messages were seen, and which images were in them: a server sends a message again
//! whenever anything about it changes.

use std::collections::{BTreeSet, HashMap, VecDeque};

use jiff::SignedDuration;

use super::super::wire::MessageWire;

/// What a lively room says in hours; some hundred kilobytes.
const CAPACITY: usize = 2000;

/// A message that was changed this long after it was sent is an old one with, say, a new
/// reaction. Servers write the text of one that was just posted twice or thrice.
const FRESH: SignedDuration = SignedDuration::from_mins(1);

/// See the [module documentation](self).
#[derive(Default)]
pub(super) struct SeenMessages {
    images: HashMap<String, BTreeSet<String>>,
    order: VecDeque<String>,
}

impl SeenMessages {
    /// Whether this message tells of images that came or went.
    pub(super) fn is_news(&mut self, message: &MessageWire) -> bool {
        let images = message.images();
        let is_news = match self.images.get(&message.id) {
            Some(known) => *known != images,
            // With `Message_ShowDeletedStatus` this is all that a deletion looks like.
            None if message.t.as_deref() == Some("rm") => true,
            None => !images.is_empty() && is_fresh(message),
        };
        self.remember(&message.id, images);
        is_news
    }

    /// Whether images may have gone with the message that was deleted.
    pub(super) fn had_images(&self, message: &str) -> bool {
        self.images
            .get(message)
            .is_none_or(|images| !images.is_empty())
    }

    fn remember(&mut self, id: &str, images: BTreeSet<String>) {
        if self.images.insert(id.to_owned(), images).is_some() {
            return;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > CAPACITY
            && let Some(oldest) = self.order.pop_front()
        {
            self.images.remove(&oldest);
        }
    }
}

fn is_fresh(message: &MessageWire) -> bool {
    match (message.ts, message.updated_at) {
        (Some(sent), Some(updated)) => updated.duration_since(sent) < FRESH,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize as _;
    use serde_json::{Value, json};

    use super::*;

    const POSTED: i64 = 1_775_035_800_000;

    fn message(id: &str, files: &Value, updated_after_millis: i64) -> MessageWire {
        let message = json!({
            "_id": id, "rid": "r", "msg": "", "ts": { "$date": POSTED },
            "_updatedAt": { "$date": POSTED + updated_after_millis }, "files": files,
        });
        MessageWire::deserialize(message).unwrap()
    }

    fn image(id: &str) -> Value {
        json!({ "_id": id, "name": "a.png", "type": "image/png", "typeGroup": "image" })
    }

    #[test]
    fn an_image_is_news_once() {
        let mut seen = SeenMessages::default();
        let thumb = json!({ "_id": "t1", "type": "image/png", "typeGroup": "thumb" });
        let files = json!([image("u1"), thumb]);
        assert!(seen.is_news(&message("m1", &files, 10)));
        // A reaction, an hour later.
        assert!(!seen.is_news(&message("m1", &files, 3_600_000)));
        // One of two files was deleted.
        let two = json!([image("u2"), image("u3")]);
        assert!(seen.is_news(&message("m2", &two, 10)));
        assert!(seen.is_news(&message("m2", &json!([image("u3")]), 20_000)));
    }

    #[test]
    fn text_other_files_and_old_messages_are_no_news() {
        let mut seen = SeenMessages::default();
        assert!(!seen.is_news(&message("m1", &json!([]), 10)));
        let document = json!([{ "_id": "d1", "type": "application/pdf", "typeGroup": "text" }]);
        assert!(!seen.is_news(&message("m2", &document, 10)));
        assert!(!seen.is_news(&message("m3", &json!([image("u1")]), 86_400_000)));
    }

    #[test]
    fn a_deletion_counts_unless_the_message_is_known_to_have_had_no_image() {
        let mut seen = SeenMessages::default();
        seen.is_news(&message("text", &json!([]), 10));
        seen.is_news(&message("image", &json!([image("u1")]), 10));
        assert!(!seen.had_images("text"));
        assert!(seen.had_images("image"));
        assert!(seen.had_images("from before"));
        for (id, is_news) in [("text", false), ("image", true), ("from before", true)] {
            let erased = json!({ "_id": id, "t": "rm", "ts": { "$date": POSTED } });
            let erased = MessageWire::deserialize(erased).unwrap();
            assert_eq!(seen.is_news(&erased), is_news, "{id}");
        }
    }

    #[test]
    fn an_old_server_names_images_in_attachments_only() {
        let mut seen = SeenMessages::default();
        let attached = |link: &str| {
            let message = json!({ "_id": link, "attachments": [
                { "title_link": link, "image_url": "/somewhere" },
            ] });
            MessageWire::deserialize(message).unwrap()
        };
        assert!(seen.is_news(&attached("/file-upload/u1/a.png")));
        assert!(!seen.is_news(&attached("https://elsewhere.example/a.png")));
    }
}

//! What people say about images. It follows from the images, as their messages do.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::ids::mixed;
use super::messages::{Dates, message_id, sent_at};
use super::{Upload, World};

/// A message without a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) id: String,
    pub(crate) at: i64,
    author: String,
    text: &'static str,
    /// `tmid`.
    thread: Option<String>,
    /// `tcount`.
    reply_count: usize,
}

/// The parts that a line about an image can have, and the letters of their ids: for an image that
/// is kept, and for one of the archive.
const PARTS: [(&str, &str); 3] = [("Q", "q"), ("A", "a"), ("B", "b")];

const QUESTIONS: [&str; 4] = [
    "Does anybody have the picture from yesterday?",
    "Which version are we at? See https://example.org/releases for the list.",
    "Can you post a **screenshot** of it?",
    "@all how does it look on your side?",
];

const ANSWERS: [&str; 4] = [
    "Thanks, that helps a lot!",
    "Much better than before. Where was this?",
    "Looks good to me :+1:",
    "I will put it into the [report](https://example.org/report?id=7).",
];

const REACTIONS: [&str; 4] = [":thumbsup:", ":tada:", ":heart:", ":party_parrot_demo:"];

/// How long before the image somebody asked for it, at most; and how long after it the last
/// answer came.
pub(crate) const TALK_MILLIS: i64 = 60_000;

impl World {
    /// The id of the message in whose thread an image was posted.
    pub(crate) fn thread_of(&self, upload: &Upload) -> Option<String> {
        self.dice(upload)
            .is_multiple_of(6)
            .then(|| part_id(&upload.id, 0))
            .flatten()
    }

    /// What was said about an image, the question before it first.
    pub(crate) fn lines_about(&self, upload: &Upload) -> Vec<Line> {
        let dice = self.dice(upload);
        let at = sent_at(upload);
        let thread = self.thread_of(upload);
        let has_question = thread.is_some() || dice.is_multiple_of(3);
        let n_answers = usize::try_from((dice >> 8) % 3).unwrap_or(0);
        let mut lines = Vec::new();
        if has_question {
            lines.extend(self.line(upload, 0, at - 30_000, pick(QUESTIONS, dice >> 16)));
        }
        for (part, after) in [(1, 20_000), (2, 45_000)].into_iter().take(n_answers) {
            let text = pick(ANSWERS, (dice >> 20) + part as u64);
            lines.extend(self.line(upload, part, at + after, text));
        }
        for (index, line) in lines.iter_mut().enumerate() {
            if thread.is_some() {
                if index == 0 {
                    // The image and the answers.
                    line.reply_count = 1 + n_answers;
                } else {
                    line.thread.clone_from(&thread);
                }
            }
        }
        lines
    }

    /// The image that a line is about, and the line.
    pub(crate) fn line_of(&self, id: &str) -> Option<(Cow<'_, Upload>, Line)> {
        let (letter, rest) = id.split_at_checked(1)?;
        let prefix = PARTS.iter().find_map(|(kept, archived)| match letter {
            it if it == *kept => Some("U"),
            it if it == *archived => Some("G"),
            _ => None,
        })?;
        let upload = self.upload(&format!("{prefix}{rest}"))?;
        if upload.expires_at.is_some() || upload.is_hidden {
            return None;
        }
        let line = self
            .lines_about(&upload)
            .into_iter()
            .find(|line| line.id == id)?;
        Some((upload, line))
    }

    /// A line as the server keeps it.
    pub(crate) fn line_message(&self, upload: &Upload, line: &Line, dates: Dates) -> Value {
        let author = self.person(&line.author);
        let author = author.map_or_else(|| json!({"_id": line.author}), |person| person.brief());
        let mut message = json!({
            "_id": line.id, "rid": upload.room, "ts": dates.spell(line.at), "msg": line.text,
            "_updatedAt": dates.spell(line.at + 5), "u": author, "urls": [], "mentions": [],
            "channels": [],
        });
        if let Some(fields) = message.as_object_mut() {
            add_thread(fields, line.thread.as_deref(), line.reply_count);
        }
        message
    }

    /// Adds what others made of the message of an image: its thread, and reactions.
    pub(crate) fn add_talk(&self, upload: &Upload, fields: &mut Map<String, Value>) {
        add_thread(fields, self.thread_of(upload).as_deref(), 0);
        let dice = self.dice(upload) >> 24;
        if !dice.is_multiple_of(2) {
            return;
        }
        let people: Vec<&str> = self
            .members_of(upload)
            .iter()
            .filter_map(|id| Some(self.person(id)?.username.as_str()))
            .collect();
        let mut reactions = Map::new();
        for (index, emoji) in REACTIONS.into_iter().enumerate() {
            let n_people = usize::try_from((dice >> (4 + 2 * index)) % 4).unwrap_or(0);
            if n_people > 0 && !people.is_empty() {
                let names: Vec<&str> = people.iter().copied().take(n_people).collect();
                reactions.insert(emoji.to_owned(), json!({ "usernames": names }));
            }
        }
        if !reactions.is_empty() {
            fields.insert("reactions".to_owned(), Value::Object(reactions));
        }
    }

    fn line(&self, upload: &Upload, part: usize, at: i64, text: &'static str) -> Option<Line> {
        let members = self.members_of(upload);
        let index = self.dice(upload) >> (28 + 4 * part);
        let index = usize::try_from(index % members.len().max(1) as u64).unwrap_or(0);
        Some(Line {
            id: part_id(&upload.id, part)?,
            at,
            author: members.get(index)?.clone(),
            text,
            thread: None,
            reply_count: 0,
        })
    }

    fn members_of(&self, upload: &Upload) -> &[String] {
        self.room(&upload.room).map_or(&[], |room| &room.members)
    }

    fn dice(&self, upload: &Upload) -> u64 {
        mixed(self.seed, &message_id(&upload.id), 0)
    }
}

fn part_id(upload: &str, part: usize) -> Option<String> {
    let (kept, archived) = PARTS.get(part)?;
    let (prefix, rest) = upload.split_at_checked(1)?;
    let letter = if prefix == "G" { archived } else { kept };
    Some(format!("{letter}{rest}"))
}

fn pick(list: [&'static str; 4], dice: u64) -> &'static str {
    let index = usize::try_from(dice % 4).unwrap_or(0);
    list.get(index).copied().unwrap_or_default()
}

fn add_thread(fields: &mut Map<String, Value>, thread: Option<&str>, reply_count: usize) {
    if let Some(thread) = thread {
        fields.insert("tmid".to_owned(), thread.into());
    }
    if reply_count > 0 {
        fields.insert("tcount".to_owned(), reply_count.into());
    }
}

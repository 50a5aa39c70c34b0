//! Messages: by their id, by a file of theirs, and as the history of a room.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use serde::Deserialize as _;
use serde_json::Value;

use super::answer::Answer;
use super::endpoint::history_route;
use super::wire::MessageWire;
use super::{Client, ClientError};
use crate::domain::{Message, MessageId, Room, UploadId};

/// The most that one page of messages brings: `API_Upper_Count_Limit`, unless an administrator
/// set it lower.
pub const HISTORY_PAGE_SIZE: usize = 100;

/// What a server lacks of what is asked here, as far as it was found out.
#[derive(Debug, Default)]
pub(super) struct MessageDialect {
    has_no_file_lookup: AtomicBool,
    has_no_thread_switch: AtomicBool,
}

/// What a server knows of the message of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileLookup {
    /// It was sent with this message, which may be one of another room.
    Found(Box<Message>),
    /// No message that the server finds this way; it may still be in the history.
    Nothing,
    /// The server cannot be asked this: older than 8.9.
    NotOffered,
}

/// Which part of a room's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistorySpan {
    /// Not before.
    pub oldest: Option<Timestamp>,
    /// Not after.
    pub latest: Option<Timestamp>,
    /// At most so many, the newest of the span; up to [`HISTORY_PAGE_SIZE`].
    pub count: usize,
    /// Whether replies in threads count.
    pub replies: Replies,
}

/// Replies in threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replies {
    /// As any other message.
    Included,
    /// As the room itself shows them: not.
    LeftOut,
}

/// The replies of a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadPage {
    /// The oldest first.
    pub replies: Vec<Message>,
    /// How many there are.
    pub total: usize,
}

impl Client {
    /// `chat.getMessage`: one message as it is now. `None` when there is none of that id.
    ///
    /// # Errors
    /// [`ClientError::Forbidden`] for one of a room that the person may not read; else when the
    /// server could not be asked.
    pub async fn message(&self, id: &MessageId) -> Result<Option<Message>, ClientError> {
        let query = [("msgId", id.as_str())];
        match self.api().get("chat.getMessage", &query).await {
            Ok(answer) => message_in(&answer).map(Some),
            Err(ClientError::NotFound) => Ok(None),
            // A bare `success: false` with 400, and nothing else.
            Err(ClientError::Refused { code, message })
                if message.is_empty() && code.as_deref().unwrap_or_default().is_empty() =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// `chat.getMessageByFileId`, which servers have from 8.9 on. One that lacks it is not asked
    /// again.
    ///
    /// # Errors
    /// [`ClientError::Forbidden`] for a message of a room that the person may not read; else
    /// when the server could not be asked.
    pub async fn message_of_file(&self, file: &UploadId) -> Result<FileLookup, ClientError> {
        let dialect = self.message_dialect();
        if dialect.has_no_file_lookup.load(Ordering::Relaxed) {
            return Ok(FileLookup::NotOffered);
        }
        let query = [("fileId", file.as_str())];
        let api = self.api();
        let asked = api.get_and("chat.getMessageByFileId", &query, file_lookup);
        let lookup = asked.await?;
        if lookup == FileLookup::NotOffered {
            tracing::debug!("the server finds no message by its file");
            dialect.has_no_file_lookup.store(true, Ordering::Relaxed);
        }
        Ok(lookup)
    }

    /// `<prefix>.history`: the newest messages of a span, the newest first.
    ///
    /// Channels and direct rooms leave replies in threads out unless they are told not to,
    /// groups include them unless they are told not to.
    ///
    /// # Errors
    /// [`ClientError::Forbidden`] when the person may not read the room,
    /// [`ClientError::NotFound`] when it is gone; else when the server could not be asked.
    pub async fn history(
        &self,
        room: &Room,
        span: HistorySpan,
    ) -> Result<Vec<Message>, ClientError> {
        let mut query = vec![
            ("roomId", room.id.to_string()),
            ("inclusive", "true".to_owned()),
            ("count", span.count.to_string()),
        ];
        let times = [("oldest", span.oldest), ("latest", span.latest)];
        for (name, time) in times {
            query.extend(time.map(|time| (name, format!("{time:.3}"))));
        }
        let switch = match span.replies {
            Replies::Included => "true",
            Replies::LeftOut => "false",
        };
        let with_switch: Vec<(&str, String)> = query
            .iter()
            .cloned()
            .chain([("showThreadMessages", switch.to_owned())])
            .collect();
        let route = history_route(room.kind);
        let dialect = self.message_dialect();
        let has_switch = !dialect.has_no_thread_switch.load(Ordering::Relaxed);
        let asked = if has_switch { &with_switch } else { &query };
        let mut answer = self.api().get(route, &borrowed(asked)).await;
        if has_switch && answer.as_ref().is_err_and(is_about_parameters) {
            // A strict schema from before there was the switch.
            answer = self.api().get(route, &borrowed(&query)).await;
            if answer.is_ok() {
                dialect.has_no_thread_switch.store(true, Ordering::Relaxed);
            }
        }
        messages_in(&answer?)
    }

    /// `chat.getThreadMessages`: the first replies of the thread that begins with this message.
    ///
    /// # Errors
    /// [`ClientError::Forbidden`] where threads are turned off or the room may not be read; else
    /// when the server could not be asked.
    pub async fn thread(&self, head: &MessageId, count: usize) -> Result<ThreadPage, ClientError> {
        let query = [("tmid", head.as_str()), ("count", &count.to_string())];
        let answer = self.api().get("chat.getThreadMessages", &query).await?;
        let mut replies = messages_in(&answer)?;
        replies.sort_by_key(|reply| reply.sent_at);
        let total = answer.get("total").and_then(Value::as_u64);
        let total = total.and_then(|total| usize::try_from(total).ok());
        Ok(ThreadPage {
            total: total.unwrap_or_default().max(replies.len()),
            replies,
        })
    }
}

/// The endpoint says in its own words that there is no message; a server without the endpoint
/// says 404 in the words of its router.
fn file_lookup(answer: Answer) -> Result<FileLookup, ClientError> {
    if matches!(answer.status.as_u16(), 404 | 405 | 410) {
        let json = answer.json();
        let is_answer = json.is_some_and(|json| json.get("success") == Some(&Value::Bool(false)));
        return Ok(if is_answer {
            FileLookup::Nothing
        } else {
            FileLookup::NotOffered
        });
    }
    let message = message_in(&answer.into_value()?)?;
    Ok(FileLookup::Found(Box::new(message)))
}

fn message_in(answer: &Value) -> Result<Message, ClientError> {
    answer
        .get("message")
        .and_then(read)
        .ok_or_else(|| ClientError::Malformed {
            what: "an answer without its message".to_owned(),
        })
}

/// One odd message never loses the others.
fn messages_in(answer: &Value) -> Result<Vec<Message>, ClientError> {
    let messages = answer.get("messages").and_then(Value::as_array);
    let messages = messages.ok_or_else(|| ClientError::Malformed {
        what: "an answer without its messages".to_owned(),
    })?;
    Ok(messages.iter().filter_map(read).collect())
}

fn read(message: &Value) -> Option<Message> {
    MessageWire::deserialize(message).ok()?.into_message()
}

fn is_about_parameters(error: &ClientError) -> bool {
    matches!(error, ClientError::Refused { code: Some(code), .. }
        if matches!(code.as_str(), "invalid-params" | "error-invalid-params"))
}

fn borrowed<'a>(query: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    query
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

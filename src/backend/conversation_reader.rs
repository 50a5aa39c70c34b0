//! What was said around the message of an image.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::message_finder::{MessageFinder, SURELY_LAST};
use crate::domain::{Conversation, Message, MessageId, Room, Upload};
use crate::protocol::{ClientError, MessageTrouble};
use crate::rocketchat::{HISTORY_PAGE_SIZE, HistorySpan, Replies, ThreadPage};

/// How many messages are shown on each side: enough to see what it was about.
const AROUND: usize = 4;

/// How many replies of a thread are shown.
const REPLIES: usize = 30;

/// How long a time after a message is looked at for the next ones, the longest first: a longer
/// one comes after a shorter one without any, and a shorter one where more was written than the
/// server gives at once, which are the newest.
const STRETCHES: [SignedDuration; 3] = [
    SignedDuration::from_hours(24),
    SignedDuration::from_hours(2),
    SignedDuration::from_mins(15),
];

/// How often is read for that: most of a minute's budget of ten. Who wrote more than some hundred
/// messages at once after hours of silence may be seen some moments late.
const MAX_READS: usize = 8;

/// Reads the message of this image anew, and what is around it.
pub(super) async fn read(
    finder: &MessageFinder,
    room: &Room,
    upload: &Arc<Upload>,
) -> Result<Conversation, MessageTrouble> {
    let message = current(finder, room, upload).await?;
    if let Some(head) = &message.thread {
        let (thread, more_replies) = thread(finder, None, head).await?;
        return Ok(Conversation {
            message,
            before: Vec::new(),
            after: Vec::new(),
            thread,
            more_replies,
        });
    }
    let (before, after) = match message.sent_at {
        Some(time) => (
            before(finder, room, &message, time).await?,
            after(finder, room, &message, time).await?,
        ),
        None => (Vec::new(), Vec::new()),
    };
    let (thread, more_replies) = if message.reply_count > 0 {
        thread(finder, Some(&message), &message.id).await?
    } else {
        (Vec::new(), 0)
    };
    Ok(Conversation {
        message,
        before,
        after,
        thread,
        more_replies,
    })
}

/// The message as it is now: reactions and replies come later than it.
async fn current(
    finder: &MessageFinder,
    room: &Room,
    upload: &Arc<Upload>,
) -> Result<Message, MessageTrouble> {
    if let Some(place) = finder.links().place(&upload.id) {
        let now = finder.message(&place.message).await;
        match now.map_err(MessageTrouble::Client)? {
            Some(now) if now.carries(&upload.id) => {
                finder.links().learn(std::slice::from_ref(&now));
                return Ok(now);
            }
            // Deleted, or its image was taken out of it; it may be in another one.
            _ => finder.links().forget(&upload.id),
        }
    }
    let found = finder.look_up(room, upload).await?;
    match finder.message(&found.id).await {
        Ok(Some(now)) if now.carries(&upload.id) => Ok(now),
        Ok(_) => {
            finder.links().forget(&upload.id);
            Err(MessageTrouble::NotThere)
        }
        // It was readable a moment ago, in the history.
        Err(ClientError::Forbidden) => Ok(found),
        Err(error) => Err(MessageTrouble::Client(error)),
    }
}

async fn before(
    finder: &MessageFinder,
    room: &Room,
    message: &Message,
    time: Timestamp,
) -> Result<Vec<Message>, MessageTrouble> {
    let span = HistorySpan {
        oldest: None,
        latest: Some(time),
        // The message itself is among them.
        count: AROUND + 1,
        replies: Replies::LeftOut,
    };
    let mut found = finder.history(room, span).await?;
    found.retain(|other| other.id != message.id && other.sent_at <= message.sent_at);
    found.truncate(AROUND);
    found.reverse();
    Ok(found)
}

async fn after(
    finder: &MessageFinder,
    room: &Room,
    message: &Message,
    time: Timestamp,
) -> Result<Vec<Message>, MessageTrouble> {
    let mut ends: Vec<Timestamp> = STRETCHES
        .iter()
        .map(|stretch| time.saturating_add(*stretch).unwrap_or(time))
        .collect();
    let (mut known, mut empty_until) = (Vec::new(), time);
    for _ in 0..MAX_READS {
        let Some(end) = ends.pop() else {
            break;
        };
        let span = HistorySpan {
            oldest: Some(time),
            latest: Some(end),
            count: HISTORY_PAGE_SIZE,
            replies: Replies::LeftOut,
        };
        let page = finder.history(room, span).await?;
        let first = page.iter().filter_map(|other| other.sent_at).min();
        let is_all = page.len() < SURELY_LAST || first.is_none_or(|first| first <= time);
        let found = next_of(page, message);
        match (is_all, first) {
            (true, _) if found.is_empty() => empty_until = end,
            (true, _) => return Ok(found),
            (false, Some(first)) => {
                // What is before these is still to be seen: whether there is anything in the
                // first half of that time, else the messages that come next before these.
                let half = first.duration_since(empty_until) / 2;
                ends.extend([first, empty_until.saturating_add(half).unwrap_or(first)]);
                known = found;
            }
            (false, None) => break,
        }
    }
    Ok(known)
}

/// The first of these that come after the message.
fn next_of(mut page: Vec<Message>, message: &Message) -> Vec<Message> {
    // Those of the same moment are before it.
    page.retain(|other| other.id != message.id && other.sent_at > message.sent_at);
    page.sort_by_key(|other| other.sent_at);
    page.truncate(AROUND);
    page
}

/// The head and its replies, and how many there are besides. A server that shows no threads, or
/// a head that was deleted, costs no more than that.
async fn thread(
    finder: &MessageFinder,
    head: Option<&Message>,
    id: &MessageId,
) -> Result<(Vec<Message>, usize), MessageTrouble> {
    let mut messages: Vec<Message> = Vec::new();
    if let Some(head) = head {
        messages.push(head.clone());
    } else {
        let head = finder.call(|client| async move { client.message(id).await });
        messages.extend(unless_refused(head.await)?.flatten());
    }
    let page = finder.call(|client| async move { client.thread(id, REPLIES).await });
    let Some(ThreadPage { replies, total }) = unless_refused(page.await)? else {
        return Ok((messages, 0));
    };
    let more = total.saturating_sub(replies.len());
    finder.links().learn(&replies);
    messages.extend(replies);
    Ok((messages, more))
}

fn unless_refused<T>(answer: Result<T, ClientError>) -> Result<Option<T>, MessageTrouble> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(ClientError::Forbidden | ClientError::NotFound | ClientError::Refused { .. }) => {
            Ok(None)
        }
        Err(error) => Err(MessageTrouble::Client(error)),
    }
}

//! Which image was sent with which message, as it was found out: one line for each. Saves calls,
//! and nothing is lost with it.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::dirs::create_private;
use super::disk_cache::account_name;
use super::{Dirs, StorageError};
use crate::domain::{AccountId, MessageId, MessagePlace, UploadId};

const FOLDER: &str = "messages";

/// Some 30,000 links. A file that is larger begins anew with what is learned next.
const MAX_BYTES: u64 = 3_000_000;

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    upload: String,
    /// None: what was written of it before is not true any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    thread: Option<String>,
}

/// Of each image what was learned last, the latest first. What is damaged is left out.
pub fn stored_message_links(dirs: &Dirs, account: &AccountId) -> Vec<(UploadId, MessagePlace)> {
    let text = fs::read_to_string(path(dirs, account)).unwrap_or_default();
    let lines = text.lines().rev();
    let lines = lines.filter_map(|line| serde_json::from_str::<Line>(line).ok());
    let mut seen = HashSet::new();
    let links = lines.filter_map(|line| {
        let upload = UploadId::from(line.upload);
        if !seen.insert(upload.clone()) {
            return None;
        }
        let place = MessagePlace {
            message: MessageId::from(line.message?),
            thread: line.thread.map(MessageId::from),
        };
        Some((upload, place))
    });
    links.collect()
}

/// Adds these; those without a place are gone.
///
/// # Errors
///
/// When the file cannot be written.
pub fn keep_message_links(
    dirs: &Dirs,
    account: &AccountId,
    links: &[(UploadId, Option<MessagePlace>)],
) -> Result<(), StorageError> {
    create_private(&dirs.cache.join(FOLDER))?;
    let path = path(dirs, account);
    let failed = |error: &_| StorageError::from_io(&path, error);
    let is_too_large = fs::metadata(&path).is_ok_and(|file| file.len() > MAX_BYTES);
    let mut text = String::new();
    for (upload, place) in links {
        let line = Line {
            upload: upload.to_string(),
            message: place.as_ref().map(|place| place.message.to_string()),
            thread: place
                .as_ref()
                .and_then(|place| Some(place.thread.as_ref()?.to_string())),
        };
        // Text alone can always be written as JSON.
        if let Ok(line) = serde_json::to_string(&line) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    let mut options = OpenOptions::new();
    options.create(true);
    if is_too_large {
        options.write(true).truncate(true);
    } else {
        options.append(true);
    }
    let mut file = options.open(&path).map_err(|error| failed(&error))?;
    // In one piece: another window may add to it, too.
    file.write_all(text.as_bytes())
        .map_err(|error| failed(&error))
}

/// Forgets all of an account.
pub(super) fn remove(dirs: &Dirs, account: &AccountId) -> Result<(), StorageError> {
    let path = path(dirs, account);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(StorageError::from_io(&path, &error))
        }
        _ => Ok(()),
    }
}

fn path(dirs: &Dirs, account: &AccountId) -> PathBuf {
    let name = format!("{}.jsonl", account_name(account));
    dirs.cache.join(FOLDER).join(name)
}

#[cfg(test)]
mod tests {
    use super::super::remove_account_caches;
    use super::*;
    use crate::domain::{ServerUrl, UserId};

    fn account(user: &str) -> AccountId {
        AccountId {
            server: ServerUrl::parse_base("https://chat.example.org/").unwrap(),
            user: UserId::from(user),
        }
    }

    fn link(upload: &str, message: &str, thread: Option<&str>) -> (UploadId, MessagePlace) {
        let place = MessagePlace {
            message: MessageId::from(message),
            thread: thread.map(MessageId::from),
        };
        (UploadId::from(upload), place)
    }

    fn learned(link: (UploadId, MessagePlace)) -> (UploadId, Option<MessagePlace>) {
        (link.0, Some(link.1))
    }

    #[test]
    fn links_come_back_the_latest_first_and_go_with_the_account() {
        let root = tempfile::tempdir().unwrap();
        let dirs = Dirs::under(root.path());
        let (ana, bo) = (account("ana"), account("bo"));
        assert_eq!(stored_message_links(&dirs, &ana), []);
        keep_message_links(&dirs, &ana, &[learned(link("u1", "m1", None))]).unwrap();
        let torn = OpenOptions::new().append(true).open(path(&dirs, &ana));
        torn.unwrap().write_all(b"{\"upload\":\"u\n").unwrap();
        let more = [link("u1", "m2", None), link("u2", "m3", Some("head"))];
        keep_message_links(&dirs, &ana, &more.clone().map(learned)).unwrap();
        let stored = stored_message_links(&dirs, &ana);
        let [first, second] = more;
        assert_eq!(stored, [second.clone(), first]);
        keep_message_links(&dirs, &ana, &[(UploadId::from("u1"), None)]).unwrap();
        assert_eq!(stored_message_links(&dirs, &ana), [second]);
        assert_eq!(stored_message_links(&dirs, &bo), []);
        remove_account_caches(&dirs, &ana).unwrap();
        assert_eq!(stored_message_links(&dirs, &ana), []);
    }

    #[test]
    fn a_file_that_grew_too_large_begins_anew() {
        let root = tempfile::tempdir().unwrap();
        let dirs = Dirs::under(root.path());
        let ana = account("ana");
        keep_message_links(&dirs, &ana, &[learned(link("u1", "m1", None))]).unwrap();
        let file = OpenOptions::new().write(true).open(path(&dirs, &ana));
        file.unwrap().set_len(MAX_BYTES + 1).unwrap();
        let newer = [link("u2", "m2", None)];
        keep_message_links(&dirs, &ana, &newer.clone().map(learned)).unwrap();
        assert_eq!(stored_message_links(&dirs, &ana), newer);
    }
}

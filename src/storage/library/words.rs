//! Texts that many rows share, each kept once.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, params};

/// How many words are remembered: users and types of a whole server, and some patterns.
const CAPACITY: usize = 50_000;

/// The words that were looked up before.
#[derive(Debug, Default)]
pub(super) struct Words {
    ids: HashMap<String, i64>,
    texts: HashMap<i64, Arc<str>>,
}

impl Words {
    /// The number of this word, which gets one if it has none.
    pub(super) fn id(&mut self, connection: &Connection, text: &str) -> rusqlite::Result<i64> {
        if let Some(id) = self.ids.get(text) {
            return Ok(*id);
        }
        let mut find = connection.prepare_cached("SELECT id FROM words WHERE text = ?")?;
        let found = find.query_row([text], |row| row.get(0)).optional()?;
        let id = match found {
            Some(id) => id,
            None => connection
                .prepare_cached("INSERT INTO words (text) VALUES (?)")?
                .insert(params![text])?,
        };
        if self.ids.len() >= CAPACITY {
            self.ids.clear();
        }
        self.ids.insert(text.to_owned(), id);
        Ok(id)
    }

    /// The same for what may be missing.
    pub(super) fn id_of(
        &mut self,
        connection: &Connection,
        text: Option<&str>,
    ) -> rusqlite::Result<Option<i64>> {
        text.map(|text| self.id(connection, text)).transpose()
    }

    /// The word of this number.
    pub(super) fn text(&mut self, connection: &Connection, id: i64) -> rusqlite::Result<Arc<str>> {
        if let Some(text) = self.texts.get(&id) {
            return Ok(Arc::clone(text));
        }
        let mut find = connection.prepare_cached("SELECT text FROM words WHERE id = ?")?;
        let text: Arc<str> = find.query_row([id], |row| row.get(0))?;
        if self.texts.len() >= CAPACITY {
            self.texts.clear();
        }
        self.texts.insert(id, Arc::clone(&text));
        Ok(text)
    }

    /// What was written is taken back, so that numbers given meanwhile mean nothing.
    pub(super) fn forget(&mut self) {
        self.ids.clear();
        self.texts.clear();
    }
}

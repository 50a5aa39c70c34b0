//! The thread that writes: gathers what comes, and writes it in one transaction.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};

use super::file::{self, Reaction};
use super::page_writer::{self, PageReading};
use super::rooms;
use super::save_jobs::{self, SaveCounts, StoredSave};
use super::saved_files::{self, SavedFile, SavedUntil};
use super::words::Words;
use crate::domain::{Person, Room, RoomId, SaveJobId, UploadId};
use crate::storage::StorageError;

/// How long what comes is gathered before it is written.
const GATHERING: Duration = Duration::from_millis(200);

/// The same for a file that was saved: a crash may forget what was saved in this time, and the
/// file counts all the same, by its content.
const GATHERING_SAVED: Duration = Duration::from_millis(20);

/// How much is gathered at most: some hundred pages are a few megabytes.
const MAX_BATCH: usize = 200;

/// How often a batch is tried while another program writes to the file.
const MAX_TRIES: usize = 5;

/// Something to write.
#[derive(Debug)]
pub(super) enum Job {
    Page(Box<PageReading>),
    Forget(RoomId, UploadId),
    Rooms(Vec<Room>),
    People(Vec<Person>),
    Note(&'static str, String),
    SaveCounts(SaveJobId, SaveCounts),
    Saved(Box<SavedFile>),
    /// These are answered when they are written.
    Save(Box<StoredSave>, SyncSender<Result<(), StorageError>>),
    ForgetSave(SaveJobId, SyncSender<Result<(), StorageError>>),
    SavedUntil(Box<SavedUntil>, SyncSender<Result<(), StorageError>>),
    /// Answered when all that came before is written.
    Flush(SyncSender<()>),
    /// A reader found the file damaged.
    SetAside,
}

/// What reading and writing share.
pub(super) struct Shared {
    pub(super) path: PathBuf,
    pub(super) reader: Mutex<Option<Connection>>,
    pub(super) report: Box<dyn Fn(StorageError) + Send + Sync>,
}

impl Shared {
    pub(super) fn reader(&self) -> MutexGuard<'_, Option<Connection>> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// See the [module documentation](self).
pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    /// `None` once the file cannot be used any longer.
    pub(super) connection: Option<Connection>,
    pub(super) words: Words,
    /// What was reported last: the same again is no news.
    pub(super) told: Option<StorageError>,
}

impl Writer {
    /// Writes until nobody can send any more, and then what is left.
    pub(super) fn run(mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let mut batch = vec![first];
            let mut until = Instant::now() + GATHERING;
            while batch.len() < MAX_BATCH && !is_urgent(batch.last()) {
                if matches!(batch.last(), Some(Job::Saved(_))) {
                    until = until.min(Instant::now() + GATHERING_SAVED);
                }
                let rest = until.saturating_duration_since(Instant::now());
                match jobs.recv_timeout(rest) {
                    Ok(job) => batch.push(job),
                    Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
                }
            }
            self.write(batch);
        }
    }

    fn write(&mut self, batch: Vec<Job>) {
        // A reader that found the damage has closed its connection; where there is one again,
        // somebody was faster.
        let is_damaged = batch.iter().any(|job| matches!(job, Job::SetAside));
        if is_damaged && self.shared.reader().is_none() {
            self.set_aside();
        }
        let mut tries = 0;
        let mut outcome = Err(StorageError::Io {
            path: self.shared.path.clone(),
            cause: "cannot be used any longer".to_owned(),
        });
        while let Some(connection) = &mut self.connection {
            let written = write_all(connection, &mut self.words, &batch);
            let Err(error) = written else {
                self.told = None;
                outcome = Ok(());
                break;
            };
            // The numbers of words that were taken back mean nothing.
            self.words.forget();
            tries += 1;
            tracing::warn!(%error, tries, "the library was not written");
            match file::reaction(&error) {
                Reaction::SetAside if tries < MAX_TRIES => self.set_aside(),
                Reaction::Wait if tries < MAX_TRIES => {}
                Reaction::SetAside | Reaction::Wait | Reaction::Tell => {
                    let error = file::storage_error(&self.shared.path, &error);
                    self.tell(error.clone());
                    outcome = Err(error);
                    break;
                }
            }
        }
        for job in batch {
            // Nobody need wait for the answer.
            match job {
                Job::Flush(done) => drop(done.send(())),
                Job::SavedUntil(_, done) | Job::Save(_, done) | Job::ForgetSave(_, done) => {
                    drop(done.send(outcome.clone()));
                }
                _ => {}
            }
        }
    }

    fn tell(&mut self, error: StorageError) {
        if self.told.as_ref() != Some(&error) {
            (self.shared.report)(error.clone());
            self.told = Some(error);
        }
    }

    /// Goes on with a new file.
    fn set_aside(&mut self) {
        // Not every system renames a file that is open.
        let mut reader = self.shared.reader();
        *reader = None;
        self.connection = None;
        self.words.forget();
        let path = &self.shared.path;
        let opened = file::set_aside(path, "damaged").and_then(|aside| {
            (self.shared.report)(StorageError::LibraryDamaged { path: aside });
            let connection = file::open(path, &self.shared.report)?;
            let again = file::connect(path).map_err(|error| file::storage_error(path, &error))?;
            Ok((connection, again))
        });
        match opened {
            Ok((connection, again)) => {
                self.connection = Some(connection);
                *reader = Some(again);
            }
            Err(error) => {
                drop(reader);
                self.tell(error);
            }
        }
    }
}

const fn is_urgent(job: Option<&Job>) -> bool {
    matches!(
        job,
        Some(
            Job::Flush(_)
                | Job::SetAside
                | Job::SavedUntil(..)
                | Job::Save(..)
                | Job::ForgetSave(..)
        )
    )
}

fn write_all(
    connection: &mut Connection,
    words: &mut Words,
    batch: &[Job],
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for job in batch {
        match job {
            Job::Page(reading) => page_writer::write(&transaction, words, reading)?,
            Job::Forget(room, upload) => page_writer::forget(&transaction, room, upload)?,
            Job::Rooms(all) => rooms::write(&transaction, all)?,
            Job::People(people) => {
                let people: Vec<_> = people.iter().collect();
                rooms::write_people(&transaction, &people)?;
            }
            Job::Note(key, value) => rooms::write_note(&transaction, key, value)?,
            Job::Saved(file) => saved_files::write(&transaction, file)?,
            Job::SavedUntil(mark, _) => saved_files::write_until(&transaction, mark)?,
            Job::Save(save, _) => save_jobs::write(&transaction, save)?,
            Job::SaveCounts(job, counts) => {
                save_jobs::write_counts(&transaction, *job, *counts)?;
            }
            Job::ForgetSave(job, _) => save_jobs::forget(&transaction, *job)?,
            Job::Flush(_) | Job::SetAside => {}
        }
    }
    transaction.commit()
}

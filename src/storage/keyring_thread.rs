//! Asks the keyring on threads of its own, so that nobody waits for it longer than they want.
//!
//! A locked keyring asks the person for a password and blocks until they answer, maybe for
//! ever. Then the caller gets [`KeyringError::Slow`] in time, while the thread goes on
//! waiting; the next call gets another thread, up to [`MAX_THREADS`].
//!
//! What was asked for last wins: a thread does not write what its caller wanted back then,
//! but what is wanted for that account when it gets to it, and looks again afterwards. So a
//! `keep` that comes through an hour late does not bring back an account that was signed
//! out meanwhile.

use std::collections::{HashMap, VecDeque};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::{Duration, Instant};

use super::{KeyringError, KnownAccount, SessionStore, StoredSession};

/// One that works and three that wait for a person who does not answer; with all of them
/// waiting, further calls are refused when their time is up.
const MAX_THREADS: usize = 4;

/// The keyring, asked with a time limit. Blocks the caller, so call it where that is allowed.
pub struct KeyringThread {
    shared: Arc<Shared>,
}

impl std::fmt::Debug for KeyringThread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyringThread")
    }
}

impl KeyringThread {
    /// Gets ready; the first thread starts with the first call.
    pub fn start(store: Arc<dyn SessionStore>) -> Self {
        Self {
            shared: Arc::new(Shared {
                store,
                state: Mutex::new(State::default()),
                work: Condvar::new(),
            }),
        }
    }

    /// [`SessionStore::load`].
    ///
    /// # Errors
    ///
    /// As there, and [`KeyringError::Slow`] when `timeout` has passed.
    pub fn load(
        &self,
        account: &KnownAccount,
        timeout: Duration,
    ) -> Result<Option<StoredSession>, KeyringError> {
        let account = account.clone();
        let asked = Instant::now();
        self.ask(timeout, move |shared| {
            if asked.elapsed() < timeout {
                shared.store.load(&account)
            } else {
                Err(KeyringError::Slow)
            }
        })
    }

    /// [`SessionStore::keep`]. After [`KeyringError::Slow`] the session is still kept as soon
    /// as the keyring lets it, unless something else is asked for this account.
    ///
    /// # Errors
    ///
    /// As there, and [`KeyringError::Slow`] when `timeout` has passed.
    pub fn keep(
        &self,
        account: &KnownAccount,
        session: &StoredSession,
        timeout: Duration,
    ) -> Result<(), KeyringError> {
        self.write(account, Wish::Keep(session.clone()), timeout)
    }

    /// [`SessionStore::remove`]. After [`KeyringError::Slow`] the entry is still removed as
    /// soon as the keyring lets it, unless something else is asked for this account.
    ///
    /// # Errors
    ///
    /// As there, and [`KeyringError::Slow`] when `timeout` has passed.
    pub fn remove(&self, account: &KnownAccount, timeout: Duration) -> Result<(), KeyringError> {
        self.write(account, Wish::Remove, timeout)
    }

    fn write(
        &self,
        account: &KnownAccount,
        wish: Wish,
        timeout: Duration,
    ) -> Result<(), KeyringError> {
        self.shared.state().wish(account, wish);
        let account = account.clone();
        self.ask(timeout, move |shared| shared.fulfil(&account))
    }

    fn ask<T: Send + 'static>(
        &self,
        timeout: Duration,
        call: impl FnOnce(&Shared) -> Result<T, KeyringError> + Send + 'static,
    ) -> Result<T, KeyringError> {
        let (reply, answer) = sync_channel(1);
        self.submit(Box::new(move |shared| deliver(&reply, call(shared))))?;
        answer.recv_timeout(timeout).unwrap_or_else(|error| {
            Err(match error {
                RecvTimeoutError::Timeout => KeyringError::Slow,
                RecvTimeoutError::Disconnected => {
                    KeyringError::Refused("its thread failed".to_owned())
                }
            })
        })
    }

    fn submit(&self, job: Job) -> Result<(), KeyringError> {
        let mut state = self.shared.state();
        state.jobs.push_back(job);
        if state.idle_threads >= state.jobs.len() {
            self.shared.work.notify_one();
        } else if state.threads < MAX_THREADS {
            state.threads += 1;
            let thread = ThreadCount(Arc::clone(&self.shared));
            drop(state);
            Builder::new()
                .name("keyring".to_owned())
                .spawn(move || work(&thread.0))
                .map_err(|error| KeyringError::Refused(format!("no thread for it: {error}")))?;
        }
        Ok(())
    }
}

impl Drop for KeyringThread {
    /// Lets idle threads end. One that waits for a person cannot be ended and is not joined.
    fn drop(&mut self) {
        self.shared.state().is_closed = true;
        self.shared.work.notify_all();
    }
}

type Job = Box<dyn FnOnce(&Shared) + Send>;

/// Hands over the answer. A caller who went away is fine: that is what the limit is for.
fn deliver<T>(reply: &SyncSender<Result<T, KeyringError>>, answer: Result<T, KeyringError>) {
    if reply.try_send(answer).is_err() {
        tracing::debug!("the keyring answered too late");
    }
}

struct Shared {
    store: Arc<dyn SessionStore>,
    state: Mutex<State>,
    work: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    idle_threads: usize,
    is_closed: bool,
    /// What is wanted for each account, by its key, with a number that grows.
    wishes: HashMap<String, (u64, Wish)>,
}

#[derive(Clone)]
enum Wish {
    Keep(StoredSession),
    Remove,
}

impl State {
    fn wish(&mut self, account: &KnownAccount, wish: Wish) {
        let number = self
            .wishes
            .get(&account.key())
            .map_or(0, |(number, _)| number + 1);
        self.wishes.insert(account.key(), (number, wish));
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what is wanted for this account, until that is what was written.
    fn fulfil(&self, account: &KnownAccount) -> Result<(), KeyringError> {
        let current = || self.state().wishes.get(&account.key()).cloned();
        let mut result = Ok(());
        let mut written = None;
        while let Some((number, wish)) = current()
            && written != Some(number)
        {
            result = match &wish {
                Wish::Keep(session) => self.store.keep(account, session),
                Wish::Remove => self.store.remove(account),
            };
            written = Some(number);
        }
        result
    }

    /// Waits for something to do; `None` when there will be nothing more for this thread.
    fn next_job(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            // One thread stays for the next call; the extra ones end.
            if state.is_closed || state.idle_threads > 0 {
                return None;
            }
            state.idle_threads += 1;
            state = self
                .work
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.idle_threads -= 1;
        }
    }
}

/// Counts a thread until it ends, also by a panic.
struct ThreadCount(Arc<Shared>);

impl Drop for ThreadCount {
    fn drop(&mut self) {
        self.0.state().threads -= 1;
    }
}

fn work(shared: &Shared) {
    while let Some(job) = shared.next_job() {
        job(shared);
    }
}

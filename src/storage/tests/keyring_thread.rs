use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::domain::{AuthToken, TokenKind};

use super::super::{
    KeyringError, KeyringThread, KnownAccount, MemoryStore, SessionStore, StoredSession,
};

/// Long for a thread, short for a person.
const SOON: Duration = Duration::from_millis(50);

/// Only a hung test waits for so long.
const LONG: Duration = Duration::from_secs(20);

fn account(user: &str) -> KnownAccount {
    KnownAccount {
        server: "https://chat.example.org/".to_owned(),
        user_id: user.to_owned(),
        username: user.to_owned(),
        last_room: None,
    }
}

fn session(token: &str) -> StoredSession {
    StoredSession {
        token: AuthToken::new(token.to_owned()),
        kind: TokenKind::LogIn,
        username: "ana".to_owned(),
    }
}

/// A keyring that asks somebody before it does something for accounts named `locked…`.
struct AskingStore {
    inner: MemoryStore,
    begun: SyncSender<()>,
    answers: Mutex<Receiver<()>>,
    finished: SyncSender<()>,
}

impl AskingStore {
    fn wait(&self, account: &KnownAccount) {
        if account.user_id.starts_with("locked") {
            self.begun.send(()).unwrap();
            self.answers.lock().unwrap().recv().unwrap();
        }
    }
}

impl SessionStore for AskingStore {
    fn load(&self, account: &KnownAccount) -> Result<Option<StoredSession>, KeyringError> {
        self.wait(account);
        self.inner.load(account)
    }

    fn keep(&self, account: &KnownAccount, session: &StoredSession) -> Result<(), KeyringError> {
        self.wait(account);
        let kept = self.inner.keep(account, session);
        self.finished.send(()).unwrap();
        kept
    }

    fn remove(&self, account: &KnownAccount) -> Result<(), KeyringError> {
        let removed = self.inner.remove(account);
        self.finished.send(()).unwrap();
        removed
    }
}

struct Asking {
    store: Arc<AskingStore>,
    thread: KeyringThread,
    begun: Receiver<()>,
    answer: SyncSender<()>,
    finished: Receiver<()>,
}

impl Asking {
    /// Keeps a session for a locked account and sees that it hangs.
    fn keep_and_hang(&self, account: &KnownAccount, token: &str) {
        let stuck = self.thread.keep(account, &session(token), SOON);
        assert_eq!(stuck, Err(KeyringError::Slow));
        self.begun.recv_timeout(LONG).unwrap();
    }
}

fn asking() -> Asking {
    let (answer, answers) = sync_channel(64);
    let (finish, finished) = sync_channel(64);
    let (begin, begun) = sync_channel(64);
    let store = Arc::new(AskingStore {
        inner: MemoryStore::default(),
        begun: begin,
        answers: Mutex::new(answers),
        finished: finish,
    });
    let shared: Arc<dyn SessionStore> = Arc::<AskingStore>::clone(&store);
    Asking {
        thread: KeyringThread::start(shared),
        store,
        begun,
        answer,
        finished,
    }
}

#[test]
fn what_was_kept_is_loaded_until_it_is_removed() {
    let thread = KeyringThread::start(Arc::new(MemoryStore::default()));
    let (ana, bo) = (account("ana"), account("bo"));
    assert_eq!(thread.load(&ana, LONG), Ok(None));
    thread.keep(&ana, &session("t1"), LONG).unwrap();
    thread.keep(&bo, &session("t2"), LONG).unwrap();
    assert_eq!(thread.load(&ana, LONG), Ok(Some(session("t1"))));
    thread.remove(&ana, LONG).unwrap();
    thread.remove(&ana, LONG).unwrap();
    assert_eq!(thread.load(&ana, LONG), Ok(None));
    assert_eq!(thread.load(&bo, LONG), Ok(Some(session("t2"))));
    thread.keep(&ana, &session("t3"), Duration::MAX).unwrap();
    assert_eq!(thread.load(&ana, LONG), Ok(Some(session("t3"))));
}

#[test]
fn a_keyring_that_waits_for_a_person_keeps_nobody_else_waiting() {
    let asking = asking();
    let started = Instant::now();
    let stuck = asking.thread.keep(&account("locked"), &session("t1"), SOON);
    assert_eq!(stuck, Err(KeyringError::Slow));
    assert!(started.elapsed() < LONG / 4);
    asking
        .thread
        .keep(&account("ana"), &session("t2"), LONG)
        .unwrap();
    let loaded = asking.thread.load(&account("ana"), LONG);
    assert_eq!(loaded, Ok(Some(session("t2"))));
}

#[test]
fn a_keep_that_comes_through_late_is_kept() {
    let asking = asking();
    let locked = account("locked");
    asking.keep_and_hang(&locked, "t1");
    asking.answer.send(()).unwrap();
    asking.finished.recv_timeout(LONG).unwrap();
    assert_eq!(asking.store.inner.load(&locked), Ok(Some(session("t1"))));
}

#[test]
fn a_keep_that_comes_through_late_does_not_undo_signing_out() {
    let asking = asking();
    let locked = account("locked");
    asking.keep_and_hang(&locked, "t1");
    asking.thread.remove(&locked, LONG).unwrap();
    asking.finished.recv_timeout(LONG).unwrap();
    asking.answer.send(()).unwrap();
    // The late keep, and the removal that follows it.
    asking.finished.recv_timeout(LONG).unwrap();
    asking.finished.recv_timeout(LONG).unwrap();
    assert_eq!(asking.store.inner.load(&locked), Ok(None));
}

#[test]
fn of_two_keeps_the_last_one_wins_whichever_comes_through_first() {
    let asking = asking();
    let locked = account("locked");
    for token in ["t1", "t2"] {
        asking.keep_and_hang(&locked, token);
    }
    for _ in 0..3 {
        asking.answer.send(()).unwrap();
    }
    for _ in 0..3 {
        asking.finished.recv_timeout(LONG).unwrap();
    }
    assert_eq!(asking.store.inner.load(&locked), Ok(Some(session("t2"))));
}

#[test]
fn with_every_thread_waiting_calls_still_end_in_time_and_later_ones_work() {
    let asking = asking();
    for n in 0..6 {
        let stuck = asking.thread.load(&account(&format!("locked{n}")), SOON);
        assert_eq!(stuck, Err(KeyringError::Slow));
    }
    let ana = account("ana");
    assert_eq!(asking.thread.load(&ana, SOON), Err(KeyringError::Slow));
    for _ in 0..4 {
        asking.answer.send(()).unwrap();
    }
    assert_eq!(asking.thread.load(&ana, LONG), Ok(None));
}

#[test]
fn a_keyring_that_panics_costs_one_call() {
    struct Panicking;
    impl SessionStore for Panicking {
        fn load(&self, account: &KnownAccount) -> Result<Option<StoredSession>, KeyringError> {
            assert_eq!(account.user_id, "ana", "on purpose");
            Ok(None)
        }
        fn keep(&self, _: &KnownAccount, _: &StoredSession) -> Result<(), KeyringError> {
            Ok(())
        }
        fn remove(&self, _: &KnownAccount) -> Result<(), KeyringError> {
            Ok(())
        }
    }
    let thread = KeyringThread::start(Arc::new(Panicking));
    for _ in 0..6 {
        let refused = thread.load(&account("bo"), LONG);
        assert!(
            matches!(refused, Err(KeyringError::Refused(_))),
            "{refused:?}"
        );
    }
    assert_eq!(thread.load(&account("ana"), LONG), Ok(None));
}

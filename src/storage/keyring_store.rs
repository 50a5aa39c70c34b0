//! Sessions in the keyring of the system: Secret Service, Keychain, Credential Manager.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use keyring::{Entry, Error};
use keyring_core::CredentialStore;
use secrecy::zeroize::Zeroizing;

use super::stored_entry::{decode, encode};
use super::{KeyringError, KnownAccount, SessionStore, StoredSession};

/// The service every entry is filed under; the user is [`KnownAccount::key`].
const SERVICE: &str = "Salon";

/// Keeps sessions in the keyring of the system.
///
/// A connection to the keyring is used by one call at a time and dropped when it fails: the
/// keyring may have been restarted, and a call that waits for a password holds its
/// connection for as long as the person thinks. `keyring` on its own would share one
/// connection and remember its first failure for ever.
#[derive(Default)]
pub struct KeyringStore {
    idle: Mutex<Option<Arc<CredentialStore>>>,
}

impl std::fmt::Debug for KeyringStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyringStore")
    }
}

impl SessionStore for KeyringStore {
    fn load(&self, account: &KnownAccount) -> Result<Option<StoredSession>, KeyringError> {
        let secret = self.with_entry(account, |entry| match entry.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })?;
        secret.map(|secret| decode(&secret)).transpose()
    }

    fn keep(&self, account: &KnownAccount, session: &StoredSession) -> Result<(), KeyringError> {
        let secret = encode(session)?;
        self.with_entry(account, |entry| match entry.set_secret(&secret) {
            Err(Error::Ambiguous(twins)) => {
                delete_all(twins)?;
                entry.set_secret(&secret)
            }
            result => result,
        })
    }

    fn remove(&self, account: &KnownAccount) -> Result<(), KeyringError> {
        self.with_entry(account, |entry| match entry.delete_credential() {
            Err(Error::Ambiguous(twins)) => delete_all(twins),
            Err(Error::NoEntry) => Ok(()),
            result => result,
        })
    }
}

impl KeyringStore {
    /// Calls the keyring, twice if the first connection turns out to be dead.
    fn with_entry<T>(
        &self,
        account: &KnownAccount,
        call: impl Fn(&Entry) -> keyring::Result<T>,
    ) -> Result<T, KeyringError> {
        let idle = self.take_idle();
        if let Some(store) = idle {
            match build(&store, account).and_then(|entry| call(&entry)) {
                Err(Error::PlatformFailure(error)) => {
                    tracing::info!(%error, "the keyring was restarted, connecting again");
                }
                result => return self.settle(store, result),
            }
        }
        let store = connect()?;
        let result = build(&store, account).and_then(|entry| call(&entry));
        self.settle(store, result)
    }

    fn take_idle(&self) -> Option<Arc<CredentialStore>> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.take()
    }

    /// Keeps a connection that works for the next call.
    fn settle<T>(
        &self,
        store: Arc<CredentialStore>,
        result: keyring::Result<T>,
    ) -> Result<T, KeyringError> {
        if !matches!(result, Err(Error::PlatformFailure(_))) {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            *idle = Some(store);
        }
        result.map_err(understand)
    }
}

/// A connection of its own, because the shared one of `keyring` can neither be renewed nor
/// used by two calls at a time.
#[cfg(target_os = "linux")]
fn connect() -> Result<Arc<CredentialStore>, KeyringError> {
    match zbus_secret_service_keyring_store::Store::new() {
        Ok(store) => Ok(store),
        Err(error) => Err(KeyringError::Missing(cause_of(&error))),
    }
}

/// Keychain and Credential Manager are part of the system and need no connection.
#[cfg(not(target_os = "linux"))]
fn connect() -> Result<Arc<CredentialStore>, KeyringError> {
    if let Err(error) = Entry::store_status() {
        return Err(KeyringError::Missing(cause_of(error)));
    }
    keyring_core::get_default_store()
        .ok_or_else(|| KeyringError::Missing("no store for this system".to_owned()))
}

/// The label is what the person reads when they look through their keyring. Only the Secret
/// Service has one apart from what an entry is found by.
fn build(store: &Arc<CredentialStore>, account: &KnownAccount) -> keyring::Result<Entry> {
    let label = format!("Salon: {} on {}", account.username, account.server);
    let modifiers = HashMap::from([("label", label.as_str())]);
    let modifiers = cfg!(target_os = "linux").then_some(&modifiers);
    let inner = store.build(SERVICE, &account.key(), modifiers)?;
    Ok(Entry { inner })
}

fn delete_all(entries: Vec<keyring_core::Entry>) -> keyring::Result<()> {
    for entry in entries {
        match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn understand(error: Error) -> KeyringError {
    match error {
        Error::NoStorageAccess(_) => KeyringError::Locked,
        Error::NoDefaultStore => KeyringError::Missing("no store for this system".to_owned()),
        Error::Ambiguous(twins) => {
            KeyringError::Unreadable(format!("there are {} of it", twins.len()))
        }
        // These two carry the secret: only their kind may be told.
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            KeyringError::Unreadable("not in the form the keyring expects".to_owned())
        }
        other => KeyringError::Refused(cause_of(&other)),
    }
}

fn cause_of(error: &Error) -> String {
    match error {
        Error::PlatformFailure(cause) | Error::NoStorageAccess(cause) => cause.to_string(),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "bad format".to_owned(),
        other => other.to_string(),
    }
}

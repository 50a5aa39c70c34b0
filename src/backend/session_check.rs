//! Whether a session that was refused something is still alive: asked once, for all.

use std::sync::Arc;

use tokio::time::Instant;

use super::link::{Next, SessionLink};
use super::reaction::{Reaction, Tries, reaction};
use crate::domain::RoomId;
use crate::rocketchat::{Client, ClientError};

enum Verdict {
    /// The session is fine, so the refusal was meant.
    Alive,
    /// Dead; a new client comes when the person has signed in again.
    Dead,
    /// The question could not be asked.
    Unknown(ClientError),
}

impl SessionLink {
    /// Whether a request that was refused with `client` is worth another try with the client
    /// that [`Self::client`] gives (or waits for) then. With `about`, the bytes of a room were
    /// refused.
    pub(super) async fn check_session(&self, client: &Arc<Client>, about: Option<&RoomId>) -> Next {
        let mut tries = Tries::new(&self.timings);
        loop {
            match self.confirm(client, about).await {
                Verdict::Alive => return Next::GiveUp,
                Verdict::Dead => return Next::Again,
                Verdict::Unknown(error) => match reaction(&error) {
                    Reaction::Reconnect => {
                        self.monitor.lost();
                        self.monitor.online().await;
                    }
                    Reaction::WaitFor(pause) => tokio::time::sleep(pause).await,
                    Reaction::TryAgain => match tries.pause() {
                        Some(pause) => tokio::time::sleep(pause).await,
                        None => return Next::GiveUp,
                    },
                    Reaction::CheckSession | Reaction::GiveUp => return Next::GiveUp,
                },
            }
        }
    }

    /// Asks the server once, however many requests were refused at the same time.
    async fn confirm(&self, used: &Arc<Client>, about: Option<&RoomId>) -> Verdict {
        let mut receiver = self.standing.subscribe();
        loop {
            let before = receiver.borrow_and_update().clone();
            if !before.is_alive || !Arc::ptr_eq(&before.client, used) {
                return Verdict::Dead;
            }
            if let Some(turn) = self.begin_confirming() {
                return turn.ask(used, about).await;
            }
            receiver
                .wait_for(|now| !now.is_confirming || !Arc::ptr_eq(&now.client, used))
                .await
                .ok();
            let after = receiver.borrow().clone();
            let is_settled = after.confirmations > before.confirmations;
            if is_settled && after.is_alive && Arc::ptr_eq(&after.client, used) {
                return Verdict::Alive;
            }
        }
    }

    fn begin_confirming(&self) -> Option<Confirmation<'_>> {
        let mut is_mine = false;
        self.standing.send_if_modified(|standing| {
            is_mine = !standing.is_confirming;
            standing.is_confirming = true;
            is_mine
        });
        // Lazily: one that is dropped gives the turn away.
        is_mine.then(|| Confirmation { link: self })
    }
}

/// The turn of the one task that asks. Dropped half-way, another one takes it.
struct Confirmation<'a> {
    link: &'a SessionLink,
}

impl Confirmation<'_> {
    async fn ask(self, client: &Arc<Client>, about: Option<&RoomId>) -> Verdict {
        // Somebody had the turn just before and was refused for the same room.
        if about.is_some_and(|room| self.link.refused().contains(room)) {
            return Verdict::Alive;
        }
        let asked_at = Instant::now();
        let answer = client.confirm_session().await;
        tracing::debug!(?answer, elapsed = ?asked_at.elapsed(), "asked whether the session lives");
        let verdict = match answer {
            Ok(()) => Verdict::Alive,
            Err(ClientError::SessionExpired) => Verdict::Dead,
            Err(error) => Verdict::Unknown(error),
        };
        if let (Verdict::Alive, Some(room)) = (&verdict, about) {
            self.link.refused().insert(room.clone());
        }
        self.link.standing.send_modify(|standing| {
            if Arc::ptr_eq(&standing.client, client) {
                standing.is_alive &= !matches!(verdict, Verdict::Dead);
                if !matches!(verdict, Verdict::Unknown(_)) {
                    standing.confirmations += 1;
                }
            }
        });
        verdict
    }
}

impl Drop for Confirmation<'_> {
    fn drop(&mut self) {
        self.link
            .standing
            .send_modify(|standing| standing.is_confirming = false);
    }
}

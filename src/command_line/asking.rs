//! Asks the server with the patience of somebody who went to lunch.

use std::time::{Duration, Instant};

use crate::rocketchat::ClientError;

/// Tries of what failed by chance.
const MAX_TRIES: u32 = 4;

/// The first pause; doubles from then on.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Asks until there is an answer, a failure that lasts, or patience is at its end. `told` hears
/// how long the server wants to be left alone.
pub(super) async fn ask<T>(
    patience: Duration,
    mut told: impl FnMut(Duration),
    mut question: impl AsyncFnMut() -> Result<T, ClientError>,
) -> Result<T, ClientError> {
    let started = Instant::now();
    let mut tries = 0;
    loop {
        let error = match question().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        tracing::debug!(%error, tries, "asking failed");
        let pause = FIRST_PAUSE * (1 << tries.min(6));
        let may_try = match &error {
            ClientError::RateLimited { retry_after } => {
                told(*retry_after);
                tokio::time::sleep(*retry_after).await;
                continue;
            }
            ClientError::Unreachable { .. } | ClientError::NameNotFound { .. } => {
                started.elapsed() + pause < patience
            }
            ClientError::TimedOut
            | ClientError::CutOff
            | ClientError::Unavailable { .. }
            | ClientError::ServerFault { .. } => tries + 1 < MAX_TRIES,
            _ => false,
        };
        if !may_try {
            return Err(error);
        }
        tokio::time::sleep(pause).await;
        tries += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_servers_pause_is_told_and_waited_for() {
        let wait = Duration::from_secs(40);
        let mut told = Vec::new();
        let mut answers = vec![Ok(7), Err(ClientError::RateLimited { retry_after: wait })];
        let before = tokio::time::Instant::now();
        let asked = ask(
            Duration::ZERO,
            |pause| told.push(pause),
            async || answers.pop().unwrap(),
        );
        assert_eq!(asked.await, Ok(7));
        assert_eq!(told, [wait]);
        assert!(before.elapsed() >= wait);
    }

    #[tokio::test(start_paused = true)]
    async fn what_lasts_is_told_at_once() {
        let mut n = 0;
        let question = async || {
            n += 1;
            Err::<(), _>(ClientError::Forbidden)
        };
        let asked = ask(Duration::from_mins(1), |_| {}, question).await;
        assert_eq!(asked, Err(ClientError::Forbidden));
        assert_eq!(n, 1);
    }
}

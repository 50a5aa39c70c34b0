//! What is tried again, and when. Only for GET: asking twice changes nothing.

use std::time::Duration;

use super::ClientError;

/// How often one GET is tried again.
const MAX_RETRIES: u32 = 2;

/// The first pause; the second is twice as long. Each is varied by half of itself, so that
/// many tasks that failed together do not come back together.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// Counts the attempts of one GET.
#[derive(Debug, Default)]
pub(super) struct Retries {
    count: u32,
}

impl Retries {
    /// Waits for the next attempt; `false` when the error is final.
    pub(super) async fn wait_after(&mut self, error: &ClientError) -> bool {
        if self.count >= MAX_RETRIES || !is_transient(error) {
            return false;
        }
        let pause = FIRST_PAUSE * (1 << self.count);
        self.count += 1;
        tokio::time::sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
        true
    }
}

/// A timeout is not among them: after thirty silent seconds the person wants to know.
const fn is_transient(error: &ClientError) -> bool {
    matches!(
        error,
        ClientError::Unreachable { .. }
            | ClientError::CutOff
            | ClientError::Unavailable { status: 502 | 503 }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_passing_failure_is_tried_twice_more_and_a_lasting_one_not_at_all() {
        let mut retries = Retries::default();
        assert!(retries.wait_after(&ClientError::CutOff).await);
        assert!(
            retries
                .wait_after(&ClientError::Unavailable { status: 503 })
                .await
        );
        assert!(!retries.wait_after(&ClientError::CutOff).await);

        let mut retries = Retries::default();
        assert!(!retries.wait_after(&ClientError::Forbidden).await);
        assert!(!retries.wait_after(&ClientError::TimedOut).await);
    }
}

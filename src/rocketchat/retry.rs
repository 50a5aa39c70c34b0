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
        let Some(pause) = self.pause_after(error) else {
            return false;
        };
        tokio::time::sleep(pause.mul_f64(0.5 + fastrand::f64())).await;
        true
    }

    fn pause_after(&mut self, error: &ClientError) -> Option<Duration> {
        if self.count >= MAX_RETRIES || !is_transient(error) {
            return None;
        }
        let pause = FIRST_PAUSE * (1 << self.count);
        self.count += 1;
        Some(pause)
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

    #[test]
    fn a_passing_failure_is_tried_twice_more_and_a_lasting_one_not_at_all() {
        let mut retries = Retries::default();
        let unavailable = ClientError::Unavailable { status: 503 };
        assert_eq!(retries.pause_after(&ClientError::CutOff), Some(FIRST_PAUSE));
        assert_eq!(retries.pause_after(&unavailable), Some(FIRST_PAUSE * 2));
        assert_eq!(retries.pause_after(&ClientError::CutOff), None);

        let mut retries = Retries::default();
        for lasting in [
            ClientError::Forbidden,
            ClientError::TimedOut,
            ClientError::Unavailable { status: 504 },
        ] {
            assert_eq!(retries.pause_after(&lasting), None);
        }
    }
}

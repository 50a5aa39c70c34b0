//! Trouble on demand: each fault has a route, and may have a number of requests and an upload.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Switches faults while the server runs. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    armed: Arc<Mutex<Vec<Fault>>>,
}

/// One kind of trouble for some requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    route: String,
    kind: FaultKind,
    times: Option<u32>,
    upload: Option<String>,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// The answer comes late, and is right.
    Delay(Duration),
    /// 429 with the body and the headers of the limiter.
    RateLimited {
        /// How long the caller shall wait.
        wait: Duration,
    },
    /// 503 that says when to come back.
    Busy {
        /// `Retry-After`, in whole seconds.
        wait: Duration,
    },
    /// 500 in JSON.
    InternalError,
    /// 502 in HTML, from a proxy.
    BadGateway,
    /// 503 in HTML, from a proxy.
    ServiceUnavailable,
    /// A page with status 200, as captive portals and sign-on proxies send.
    HtmlPage,
    /// Half of the body that the length announces; then the connection closes.
    CutOff,
    /// Half of the body, as if that were all: without a length, as when a chunk is missing in
    /// the database.
    ShortBody,
    /// So many bytes of the body, and then nothing more.
    StallAfter(usize),
    /// The right body in pieces, with a pause before each.
    Throttle {
        /// How large a piece is.
        piece_bytes: usize,
        /// How long the pause is.
        pause: Duration,
    },
    /// The right body compressed for everybody, as a proxy may do it; without a length.
    Gzip,
    /// Random bytes under the headers of the right answer.
    Garbage,
    /// Right JSON in another shape: unknown fields added, optional ones missing, numeric
    /// `error`.
    OtherShape,
    /// 401, as if the token were gone.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// 200 without a body.
    EmptyBody,
    /// No answer at all.
    Stall,
}

impl Fault {
    /// For every request below a path such as "/api/v1/rooms.images" or "/file-upload", without
    /// the path that the server is mounted on.
    pub fn on(route: &str, kind: FaultKind) -> Self {
        Self {
            route: route.to_owned(),
            kind,
            times: None,
            upload: None,
        }
    }

    /// Only for the next `times` requests.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Only for the bytes of one upload.
    pub fn of_upload(mut self, id: &str) -> Self {
        self.upload = Some(id.to_owned());
        self
    }

    fn concerns(&self, path: &str) -> bool {
        let names_upload = |id: &String| path.split('/').any(|part| part == id);
        path.starts_with(&self.route) && self.upload.as_ref().is_none_or(names_upload)
    }
}

impl Faults {
    /// From now on.
    pub fn arm(&self, fault: Fault) {
        self.lock().push(fault);
    }

    /// Everything works again.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// The fault for a request, counted; the one armed first wins.
    pub(super) fn take(&self, path: &str) -> Option<FaultKind> {
        let mut armed = self.lock();
        let index = armed.iter().position(|fault| fault.concerns(path))?;
        let fault = armed.get_mut(index)?;
        let kind = fault.kind.clone();
        if let Some(times) = &mut fault.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                armed.remove(index);
            }
        }
        Some(kind)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Fault>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counted_fault_ends_and_concerns_only_its_route() {
        let faults = Faults::default();
        faults.arm(Fault::on("/api/v1/me", FaultKind::InternalError).times(2));
        assert_eq!(faults.take("/api/v1/rooms.get"), None);
        assert_eq!(faults.take("/api/v1/me"), Some(FaultKind::InternalError));
        assert_eq!(faults.take("/api/v1/me"), Some(FaultKind::InternalError));
        assert_eq!(faults.take("/api/v1/me"), None);
    }

    #[test]
    fn a_fault_can_concern_one_upload() {
        let faults = Faults::default();
        faults.arm(Fault::on("/file-upload", FaultKind::NotFound).of_upload("Uab"));
        assert_eq!(faults.take("/file-upload/Uac/x.jpg"), None);
        assert_eq!(
            faults.take("/file-upload/Uab/x.jpg"),
            Some(FaultKind::NotFound)
        );
    }
}

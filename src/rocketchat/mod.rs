//! One server's REST API. The only place that knows the server's JSON.
#![warn(missing_docs)]

mod error;
mod identity;

pub use error::{
    ClientError, DownloadError, LogInRefusal, TlsProblem, TwoFactorChallenge, TwoFactorMethod,
    WrongAnswer,
};
pub use identity::ServerIdentity;

//! What can go wrong with a server, one variant for each reaction.

use std::time::Duration;

use jiff::Timestamp;
use thiserror::Error;

/// Why a request brought no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ClientError {
    /// The host name does not exist, or there is no network to ask.
    #[error("host name not found")]
    NameNotFound {
        /// The name.
        host: String,
    },
    /// Nobody listens there, or the network ends on the way.
    #[error("connection failed: {cause}")]
    Unreachable {
        /// For the log.
        cause: String,
    },
    /// No answer in time.
    #[error("timed out")]
    TimedOut,
    /// The encrypted connection was refused by this side.
    #[error("TLS: {0:?}")]
    Tls(TlsProblem),
    /// Something answers, but it is no Rocket.Chat server.
    #[error("not a Rocket.Chat server: {0:?}")]
    NotRocketChat(WrongAnswer),
    /// 502, 503 or 504: a proxy answers, the server behind it does not (yet).
    #[error("starting up or unavailable (status {status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
    },
    /// 500, or an answer without JSON where JSON was promised.
    #[error("server fault (status {status})")]
    ServerFault {
        /// The HTTP status.
        status: u16,
    },
    /// 429, or the budget of ten calls a minute is used up.
    #[error("rate limited for {retry_after:?}")]
    RateLimited {
        /// How long to wait.
        retry_after: Duration,
    },
    /// 401: the token is dead (to be confirmed by `GET /me`).
    #[error("the session is over")]
    SessionExpired,
    /// 403.
    #[error("no access")]
    Forbidden,
    /// 404, or a room that is gone.
    #[error("not found")]
    NotFound,
    /// 400 and other refusals that say why.
    #[error("refused: {message} ({code:?})")]
    Refused {
        /// The server's error code, when it gave one.
        code: Option<String>,
        /// The server's words, without the code.
        message: String,
    },
    /// JSON of another shape than promised.
    #[error("unexpected answer: {what}")]
    Malformed {
        /// For the log; holds no secret.
        what: String,
    },
    /// The connection ended in the middle of an answer.
    #[error("the answer was cut off")]
    CutOff,
    /// The form of the address would send secrets in the clear.
    #[error("the redirect leads to an address that is not encrypted")]
    InsecureRedirect,
    /// The HTTP client could not be made: no certificates on this machine.
    #[error("no certificates: {cause}")]
    NoCertificates {
        /// For the log.
        cause: String,
    },
    /// `POST /login` said no.
    #[error("log-in refused: {0:?}")]
    LogIn(LogInRefusal),
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsProblem {
    /// Signed by nobody this machine trusts.
    UnknownIssuer,
    /// Its time is over.
    Expired,
    /// Its time has not come (often: this machine's clock is wrong).
    NotYetValid,
    /// Made for another name.
    WrongName,
    /// Withdrawn.
    Revoked,
    /// Plain http answers where https was tried.
    NotTls,
    /// Anything else, in the library's words.
    Other(String),
}

/// What answered instead of a Rocket.Chat server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrongAnswer {
    /// A web page.
    Html,
    /// JSON, but not the one of `/api/info`.
    OtherJson,
    /// Something else: text, an image.
    OtherContent,
    /// A status that says no, such as 404.
    Status(u16),
    /// 401 with `WWW-Authenticate`: a proxy in front wants a name and password of its own.
    ProxyAuthentication,
}

/// Why a log-in was refused, one variant for each thing a person can do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogInRefusal {
    /// Unknown user or wrong password; the server does not tell which.
    WrongCredentials,
    /// The password was right, a code is needed.
    TwoFactorRequired(TwoFactorChallenge),
    /// The code was wrong or has expired.
    TwoFactorInvalid(TwoFactorChallenge),
    /// Too many wrong e-mailed codes.
    TwoFactorExhausted,
    /// Too many failures for this user; by default unblocked after five minutes.
    BlockedForUser,
    /// Too many failures from this address.
    BlockedForAddress,
    /// Deactivated, or waiting for an administrator's approval.
    NotActivated,
    /// The e-mail address is not verified.
    EmailNotVerified,
    /// The account has no roles.
    NoRoles,
    /// The account belongs to an app.
    AppUser,
    /// A pasted or stored token that the server does not know.
    TokenUnknown,
    /// A token whose time is over.
    TokenExpired,
    /// Meteor's own limiter, which comes without times.
    TooManyAttempts,
    /// Anything else.
    Other {
        /// The server's code.
        code: Option<String>,
        /// The server's words.
        message: String,
    },
}

/// What the server says when it wants a second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwoFactorChallenge {
    /// Which factor the server chose; it cannot be chosen by the client.
    pub method: TwoFactorMethod,
    /// E-mail: whether this very attempt sent a new code.
    pub is_code_sent: bool,
    /// E-mail: when the code that is already out expires.
    pub code_expires_at: Option<Timestamp>,
    /// E-mail: what to send to ask for another code.
    pub email_or_username: Option<String>,
}

/// A second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TwoFactorMethod {
    /// An authenticator app, or one of the backup codes.
    Totp,
    /// A code sent by e-mail.
    Email,
}

/// Why the bytes of one file did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DownloadError {
    /// Something about the connection or the server.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// 403: not a member of the room, or no right to its files.
    #[error("the server refuses the bytes")]
    Forbidden,
    /// 404: deleted or pruned.
    #[error("deleted on the server")]
    Deleted,
    /// Status 200 and no bytes.
    #[error("empty answer")]
    Empty,
    /// A web page where an image was promised: a sign-in page of a proxy, usually.
    #[error("HTML instead of an image")]
    HtmlInsteadOfImage,
    /// Fewer or more bytes than announced.
    #[error("{received} bytes instead of {expected}")]
    WrongLength {
        /// As announced.
        expected: u64,
        /// As received.
        received: u64,
    },
    /// The bytes have another SHA-256 than whoever sent them announced.
    #[error("the bytes changed on the way")]
    WrongDigest,
    /// Larger than the limit that was asked for.
    #[error("larger than {limit} bytes")]
    TooLarge {
        /// In bytes.
        limit: u64,
    },
    /// The storage that the server redirected to cannot be reached from here.
    #[error("the storage at {host} cannot be reached")]
    StorageUnreachable {
        /// The storage's host name.
        host: String,
    },
    /// The storage that the server redirected to refused (expired link, clock skew).
    #[error("the storage answered {status}")]
    StorageRefused {
        /// The HTTP status of the storage.
        status: u16,
    },
}

//! Every way in which real servers differ, by version, settings and surroundings.

use std::time::Duration;

use jiff::SignedDuration;

use super::options::Switch;

/// Everything in which servers differ by version, settings and what stands in front of them.
#[derive(Debug, Clone)]
pub struct Quirks {
    /// The full version; strangers are told `major.minor`.
    pub version: String,
    /// `API_Upper_Count_Limit`.
    pub page_limit: u64,
    /// `API_Allow_Infinite_Count`: `count=0` means everything.
    pub infinite_count: Switch,
    /// Whether an anchor of another room is taken.
    pub anchor_rule: AnchorRule,
    /// The text of a 403.
    pub forbidden_text: ForbiddenText,
    /// How a broken query is reported.
    pub schema_errors: SchemaErrors,
    /// Which listing of images exists.
    pub images_endpoint: ImagesEndpoint,
    /// `API_Enable_Rate_Limiter` and its two numbers.
    pub limiter: Option<RateLimit>,
    /// The server's clock minus the real one, in `Date` and `X-RateLimit-Reset`.
    pub clock_skew: SignedDuration,
    /// Uploads of the same millisecond change places from call to call.
    pub unstable_ties: Switch,
    /// Where the bytes are kept.
    pub storage: Storage,
    /// Which dialect of `Range` is understood.
    pub ranges: Ranges,
    /// Compress files on the fly for those who accept it.
    pub gzip: Switch,
    /// Whether thumbnails are made and listed.
    pub thumbnails: Thumbnails,
    /// What stands in front of the server.
    pub front: Front,
    /// How passwords are checked.
    pub password_check: PasswordCheck,
    /// What a refused login says.
    pub login_errors: LoginErrors,
    /// `Block_Multiple_Failed_Logins_Enabled` and its numbers.
    pub login_blocking: Option<LoginBlocking>,
    /// Lifetime of an e-mailed code.
    pub email_code_lifetime: Duration,
    /// `Accounts_AvatarBlockUnauthenticatedAccess`.
    pub avatar_blocking: Switch,
    /// Off is `Presence_broadcast_disabled`: the list is empty.
    pub presence: Switch,
    /// `FileUpload_ProtectFiles`.
    pub protect_files: Switch,
    /// `FileUpload_Restrict_to_room_members`.
    pub restrict_to_members: Switch,
    /// `FileUpload_Restrict_to_users_who_can_access_room`.
    pub restrict_to_readers: Switch,
    /// Which of the two websocket servers answers.
    pub realtime: Realtime,
    /// `chat.getMessageByFileId`, 8.9 and later.
    pub message_by_file: Switch,
    /// `Threads_enabled`.
    pub threads: Switch,
    /// `Site_Url`; `None` is the address at which the server is.
    pub site_url: Option<String>,
}

impl Default for Quirks {
    fn default() -> Self {
        Self {
            version: "8.8.1".to_owned(),
            page_limit: 100,
            infinite_count: Switch::On,
            anchor_rule: AnchorRule::SameRoom,
            forbidden_text: ForbiddenText::Unauthorized,
            schema_errors: SchemaErrors::Typed,
            images_endpoint: ImagesEndpoint::Rooms,
            limiter: Some(RateLimit::default()),
            clock_skew: SignedDuration::ZERO,
            unstable_ties: Switch::On,
            storage: Storage::GridFs,
            ranges: Ranges::Rfc,
            gzip: Switch::On,
            thumbnails: Thumbnails::Listed,
            front: Front::Nothing,
            password_check: PasswordCheck::Local,
            login_errors: LoginErrors::Masked,
            login_blocking: Some(LoginBlocking::default()),
            email_code_lifetime: Duration::from_hours(1),
            avatar_blocking: Switch::Off,
            presence: Switch::On,
            protect_files: Switch::On,
            restrict_to_members: Switch::On,
            restrict_to_readers: Switch::Off,
            realtime: Realtime::Monolith,
            message_by_file: Switch::Off,
            threads: Switch::On,
            site_url: None,
        }
    }
}

/// Calls per window for each route, method and address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// `API_Enable_Rate_Limiter_Limit_Calls_Default`.
    pub calls: u32,
    /// `API_Enable_Rate_Limiter_Limit_Time_Default`.
    pub window: Duration,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self {
            calls: 10,
            window: Duration::from_mins(1),
        }
    }
}

/// Failed logins that block more of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginBlocking {
    /// Failures of one user name.
    pub per_user: u32,
    /// Failures from one address.
    pub per_address: u32,
    /// How long the block lasts.
    pub lasts: Duration,
}

impl Default for LoginBlocking {
    fn default() -> Self {
        Self {
            per_user: 10,
            per_address: 50,
            lasts: Duration::from_mins(5),
        }
    }
}

/// What `startingFromId` of another room does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnchorRule {
    /// Newest servers: as if it were not given.
    SameRoom,
    /// 6.x and 7.x: it bounds the listing and is returned in it.
    AnyRoom,
}

/// The text of a 403.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ForbiddenText {
    /// Up to 8.x.
    Unauthorized,
    /// From 9.0 on.
    Forbidden,
}

/// How a broken query is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaErrors {
    /// 8.x: `error-invalid-params` and the bare message.
    Typed,
    /// 7.x: `invalid-params`, also at the end of the message.
    Legacy,
}

/// Which listing of images exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImagesEndpoint {
    /// `rooms.images`, 6.10 and later.
    Rooms,
    /// `channels.images`, 6.5 to 6.10.
    Channels,
    /// Neither: only `*.files`.
    Neither,
}

/// Where the bytes are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// In the database, the default.
    GridFs,
    /// In a folder.
    FileSystem,
    /// In a bucket of another origin, behind signed addresses that last this long.
    S3 {
        /// `FileUpload_S3_URLExpiryTimeSpan`.
        expires: Duration,
    },
    /// Streamed without a length.
    Webdav,
    /// The store is out of order: 503.
    Unavailable,
}

/// Which dialect of `Range` is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ranges {
    /// Newest servers.
    Rfc,
    /// Up to 8.4: both numbers needed, wrong at both edges.
    Legacy,
}

/// Whether thumbnails are made and listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thumbnails {
    /// Made, and listed by `typeGroup=thumb`.
    Listed,
    /// Made, but `typeGroup=thumb` lists nothing.
    Hidden,
    /// Made, but `typeGroup=thumb` is a 400.
    Refused,
    /// `Message_Attachments_Thumbnails_Enabled` is off.
    NotMade,
}

/// What stands in front of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Front {
    /// Nothing.
    Nothing,
    /// Some web server: every path is a page, with status 200.
    OtherPage,
    /// Some other API: every path is JSON, with status 200.
    OtherJson,
    /// The server is starting: 503 for everything.
    Starting,
    /// HTTP basic authentication.
    BasicAuth {
        /// The name wanted.
        user: String,
        /// The password wanted.
        password: String,
    },
}

/// How passwords are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordCheck {
    /// By the server itself.
    Local,
    /// `LDAP_Enable`: the server rewrites the login, so that a digest cannot be checked.
    Ldap,
    /// `CROWD_Enable`: only the raw crowd form logs in.
    Crowd,
}

/// What a refused login says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginErrors {
    /// `"Unauthorized"`.
    Masked,
    /// The number 401.
    Numeric,
    /// The number 403 and Meteor's own sentence.
    Unmasked,
}

/// Which of the two websocket servers answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Realtime {
    /// The Meteor monolith.
    Monolith,
    /// `ddp-streamer` of a deployment in microservices.
    Streamer,
}

//! Where bytes are: uploads and avatars.

use reqwest::header::{COOKIE, HeaderMap, HeaderValue};

use super::download::Wanted;
use super::request::auth_headers;
use super::{Client, Download, DownloadError};
use crate::domain::{ByteCount, RoomId, UploadId};

/// The size of the letter picture that the server paints for somebody without an avatar.
const AVATAR_EDGE_PX: &str = "128";

/// Whose avatar.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AvatarOf {
    /// The person with this user name.
    User(String),
    /// The room.
    Room(RoomId),
}

impl Client {
    /// The bytes of an upload: `<base>/file-upload/<id>/<name>`.
    ///
    /// Always below the address that the person typed: `url` in the document carries what the
    /// server thought its host was when the file came, and `path` has changed over time. The
    /// name is for people; the server does not look at it.
    ///
    /// `expected` is the size the server announced, to be compared with what comes.
    ///
    /// # Errors
    /// See [`DownloadError`].
    pub async fn open_upload(
        &self,
        id: &UploadId,
        name: &str,
        expected: Option<ByteCount>,
    ) -> Result<Download, DownloadError> {
        self.open_upload_at(id, name, expected, 0).await
    }

    /// The same from byte `start` on, where the server can do that: see
    /// [`Download::starts_at`].
    ///
    /// # Errors
    /// As [`Self::open_upload`].
    pub async fn open_upload_at(
        &self,
        id: &UploadId,
        name: &str,
        expected: Option<ByteCount>,
        start: u64,
    ) -> Result<Download, DownloadError> {
        let session = self.session();
        let name = url_segment(name);
        let url = session.server.join(["file-upload", id.as_str(), &name]);
        let credentials = auth_headers(&session.me.id, &session.token);
        let wanted = Wanted {
            start,
            expected: expected.map(|size| size.0),
        };
        Download::open(self.http(), &url, &credentials, wanted).await
    }

    /// The bytes of an avatar, as PNG where the server paints it itself.
    ///
    /// # Errors
    /// See [`DownloadError`]; [`DownloadError::Deleted`] when there is nobody of that name.
    pub async fn open_avatar(&self, avatar: &AvatarOf) -> Result<Download, DownloadError> {
        self.open_avatar_version(avatar, None).await
    }

    /// As [`Self::open_avatar`], of a known version (`avatarETag`), which no cache in between
    /// can then confuse with an older one.
    ///
    /// # Errors
    /// As [`Self::open_avatar`].
    pub async fn open_avatar_version(
        &self,
        avatar: &AvatarOf,
        etag: Option<&str>,
    ) -> Result<Download, DownloadError> {
        let server = &self.session().server;
        let mut url = match avatar {
            AvatarOf::User(username) => server.join(["avatar", &url_segment(username)]),
            AvatarOf::Room(room) => server.join(["avatar", "room", &url_segment(room.as_str())]),
        };
        url.query_pairs_mut()
            .append_pair("format", "png")
            .append_pair("size", AVATAR_EDGE_PX)
            .extend_pairs(etag.map(|etag| ("etag", etag)));
        Download::open(
            self.http(),
            &url,
            &self.avatar_credentials(),
            Wanted::default(),
        )
        .await
    }

    /// `Accounts_AvatarBlockUnauthenticatedAccess` makes the avatar route look at cookies and
    /// at the query, not at headers; and a query ends up in logs.
    fn avatar_credentials(&self) -> HeaderMap {
        let session = self.session();
        let cookie = format!(
            "rc_uid={}; rc_token={}",
            session.me.id,
            session.token.expose()
        );
        let mut headers = HeaderMap::new();
        if let Ok(mut cookie) = HeaderValue::from_str(&cookie) {
            cookie.set_sensitive(true);
            headers.insert(COOKIE, cookie);
        }
        headers
    }
}

/// A name as one segment of a path: control characters would vanish from it, and a segment
/// that is empty or of dots would change the path.
fn url_segment(name: &str) -> String {
    let kept: String = name.chars().filter(|c| !c.is_control()).collect();
    if matches!(kept.trim(), "" | "." | "..") {
        "file".to_owned()
    } else {
        kept
    }
}

//! An upload and the document the server keeps of it.

use serde_json::{Value, json};

use super::super::bytes::{Content, Encoding};
use super::super::clock::iso;

/// A stored file.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) id: String,
    pub(crate) room: String,
    pub(crate) name: String,
    pub(crate) media_type: String,
    /// The uploader; visitors and imports have none.
    pub(crate) user: Option<String>,
    pub(crate) uploaded_at: i64,
    pub(crate) content: Content,
    /// Format, width, height; missing for what the server cannot read.
    pub(crate) identify: Option<(&'static str, u32, u32)>,
    /// Only while nobody has sent the file.
    pub(crate) expires_at: Option<i64>,
    pub(crate) description: Option<String>,
    pub(crate) path_style: PathStyle,
    /// Set on thumbnails: the full image.
    pub(crate) original: Option<String>,
    /// The `content` of an encrypted file.
    pub(crate) encrypted: Option<Value>,
    pub(crate) is_hidden: bool,
}

/// How `path` was written when the file came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathStyle {
    /// `/file-upload/<id>/<name>`, since about 6.10.
    FileUpload,
    /// `/ufs/<store>/<id>/<name>`, older; its `url` names the host of that time.
    Ufs,
}

impl Upload {
    /// A plain sent upload.
    pub(crate) fn new(id: String, room: &str, name: &str, uploaded_at: i64) -> Self {
        Self {
            id,
            room: room.to_owned(),
            name: name.to_owned(),
            media_type: "application/octet-stream".to_owned(),
            user: None,
            uploaded_at,
            content: Content::Missing,
            identify: None,
            expires_at: None,
            description: None,
            path_style: PathStyle::FileUpload,
            original: None,
            encrypted: None,
            is_hidden: false,
        }
    }

    /// The text before the slash of the media type, or `thumb`.
    pub(crate) fn type_group(&self) -> &str {
        if self.original.is_some() {
            return "thumb";
        }
        self.media_type.split('/').next().unwrap_or("application")
    }

    /// Announced in listings, and what the bytes have.
    pub(crate) fn size(&self) -> u64 {
        self.content.byte_len()
    }

    /// The path below the base.
    pub(crate) fn path(&self) -> String {
        let name = encode_uri(&self.name);
        match self.path_style {
            PathStyle::FileUpload => format!("/file-upload/{}/{name}", self.id),
            PathStyle::Ufs => format!("/ufs/GridFS:Uploads/{}/{name}", self.id),
        }
    }

    /// The whole upload document: `rooms.images` projects nothing away.
    pub(crate) fn document(&self, store: &str) -> Value {
        let mut document = json!({
            "_id": self.id,
            "name": self.name,
            "size": self.size(),
            "type": self.media_type,
            "rid": self.room,
            "store": store,
            "_updatedAt": iso(self.uploaded_at.saturating_add(40)),
            "complete": true,
            "uploading": false,
            "progress": 1,
            "extension": self.name.rsplit_once('.').map(|(_, extension)| extension),
            "etag": token_like(&self.id, "e"),
            "token": token_like(&self.id, "t"),
            "path": self.path(),
            // The host the server thought it had, whatever the client typed (issue #31858).
            "url": format!("http://localhost:3000/ufs/{store}/{}/{}", self.id, encode_uri(&self.name)),
            "uploadedAt": iso(self.uploaded_at),
            "typeGroup": self.type_group(),
        });
        if let Some(fields) = document.as_object_mut() {
            self.add_optional(fields);
        }
        document
    }

    fn add_optional(&self, fields: &mut serde_json::Map<String, Value>) {
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value);
            }
        };
        set("userId", self.user.clone().map(Value::from));
        set("description", self.description.clone().map(Value::from));
        set("expiresAt", self.expires_at.map(|at| Value::from(iso(at))));
        set("originalFileId", self.original.clone().map(Value::from));
        set("content", self.encrypted.clone());
        set(
            "identify",
            self.identify.map(|(format, width, height)| {
                json!({"format": format, "size": {"width": width, "height": height}})
            }),
        );
    }

    /// The thumbnail the server made when the file was sent: fit inside 480 × 360, skipped
    /// for what is smaller on both sides and for what it could not read.
    pub(crate) fn thumbnail(&self) -> Option<Self> {
        if self.expires_at.is_some() || self.original.is_some() || self.encrypted.is_some() {
            return None;
        }
        let (format, width, height) = self.identify?;
        let size = fit_inside(width, height)?;
        if !self.can_be_scaled(width, height) {
            return None;
        }
        let encoding = match format {
            "png" | "gif" => Encoding::Png,
            "webp" => Encoding::WebP,
            _ => Encoding::Jpeg,
        };
        let mut thumb = self.clone();
        thumb.id = format!("T{}", self.id.get(1..)?);
        thumb.name = format!("thumb-{}", self.name);
        encoding.media_type().clone_into(&mut thumb.media_type);
        thumb.original = Some(self.id.clone());
        thumb.identify = Some((format, size.0, size.1));
        thumb.uploaded_at = self.uploaded_at.saturating_add(900);
        thumb.description = None;
        thumb.path_style = PathStyle::FileUpload;
        thumb.content = Content::Thumbnail {
            of: Box::new(self.content.clone()),
            width: size.0,
            height: size.1,
            encoding,
        };
        Some(thumb)
    }

    /// Broken files and bombs have no thumbnail: the scaler refused them.
    fn can_be_scaled(&self, width: u32, height: u32) -> bool {
        let n_pixels = u64::from(width) * u64::from(height);
        match self.content {
            Content::Painted(_) | Content::Photo(_) | Content::File { .. } => true,
            Content::Odd(_) => n_pixels < 40_000_000 && self.size() > 4000,
            _ => false,
        }
    }
}

fn fit_inside(width: u32, height: u32) -> Option<(u32, u32)> {
    let (most_wide, most_high) = (480_u64, 360_u64);
    let (w, h) = (u64::from(width), u64::from(height));
    if w == 0 || h == 0 || (w <= most_wide && h <= most_high) {
        return None;
    }
    let (wide, high) = if w * most_high > h * most_wide {
        (most_wide, h * most_wide / w)
    } else {
        (w * most_high / h, most_high)
    };
    Some((
        u32::try_from(wide.max(1)).ok()?,
        u32::try_from(high.max(1)).ok()?,
    ))
}

/// JavaScript's `encodeURI`.
pub(crate) fn encode_uri(text: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'!')
        .remove(b'~')
        .remove(b'*')
        .remove(b'\'')
        .remove(b'(')
        .remove(b')')
        .remove(b';')
        .remove(b'/')
        .remove(b'?')
        .remove(b':')
        .remove(b'@')
        .remove(b'&')
        .remove(b'=')
        .remove(b'+')
        .remove(b'$')
        .remove(b',')
        .remove(b'#');
    percent_encoding::utf8_percent_encode(text, KEPT).to_string()
}

fn token_like(id: &str, salt: &str) -> String {
    let mut text: String = id.chars().rev().take(9).collect();
    text.push_str(salt);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbnails_fit_inside_and_small_images_have_none() {
        assert_eq!(fit_inside(960, 720), Some((480, 360)));
        assert_eq!(fit_inside(1600, 900), Some((480, 270)));
        assert_eq!(fit_inside(100, 3600), Some((10, 360)));
        assert_eq!(fit_inside(480, 360), None);
        assert_eq!(fit_inside(0, 900), None);
    }
}

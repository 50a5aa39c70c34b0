//! Stored files, and the pages a server lists them in.

use jiff::Timestamp;

use super::{ByteCount, Person, PixelSize, RoomId, UploadId, UserId};

/// How many uploads one page of a listing covers.
///
/// `API_Upper_Count_Limit` of the server is 100 by default; ten calls a minute are allowed,
/// so every call asks for the most it can get.
pub const LISTING_PAGE_SIZE: usize = 100;

/// One image of a room as the server describes it (`IUpload`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// `_id`.
    pub id: UploadId,
    /// `rid`.
    pub room: RoomId,
    /// `name`, exactly as stored: may hold anything, see [`safe_display_name`].
    pub name: String,
    /// `type`: the MIME type that the uploader declared; not verified by the server.
    pub media_type: String,
    /// `size` in bytes.
    pub size: Option<ByteCount>,
    /// `identify.size`: a hint; the server swaps the sides for some EXIF orientations.
    pub dimensions: Option<PixelSize>,
    /// `identify.format`.
    pub identified_format: Option<String>,
    /// `userId`: who posted it.
    pub user: Option<UserId>,
    /// Who that is, when the answer said so or somebody looked it up.
    pub uploader: Option<Person>,
    /// `uploadedAt`: when the bytes were complete; the sort key of the listing.
    pub uploaded_at: Option<Timestamp>,
    /// `_updatedAt`.
    pub updated_at: Option<Timestamp>,
    /// `store`, such as `GridFS:Uploads`.
    pub store: Option<String>,
    /// `description`: caption or alternative text.
    pub description: Option<String>,
    /// `path` on the server, for display only: bytes are fetched by id.
    pub path: Option<String>,
    /// `etag`.
    pub etag: Option<String>,
}

impl Upload {
    /// An image of which nothing more is known.
    pub fn new(id: UploadId, room: RoomId, name: impl Into<String>) -> Self {
        Self {
            id,
            room,
            name: name.into(),
            media_type: String::new(),
            size: None,
            dimensions: None,
            identified_format: None,
            user: None,
            uploader: None,
            uploaded_at: None,
            updated_at: None,
            store: None,
            description: None,
            path: None,
            etag: None,
        }
    }

    /// The MIME type without parameters, in lower case.
    pub fn essence(&self) -> String {
        Self::essence_of(&self.media_type)
    }

    /// A MIME type without parameters, in lower case.
    pub fn essence_of(media_type: &str) -> String {
        let essence = media_type.split(';').next().unwrap_or_default();
        essence.trim().to_ascii_lowercase()
    }
}

/// A file name without what would break a line of text: controls and direction overrides.
pub fn safe_display_name(name: &str) -> String {
    let is_override = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown: String = name
        .chars()
        .map(|c| {
            if c.is_control() || is_override(c) {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect();
    if shown.trim().is_empty() {
        "(no name)".to_owned()
    } else {
        shown
    }
}

/// Which hundred of a room's images, newest first: page `n` covers offsets `100 n` and up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PageIndex(pub usize);

impl PageIndex {
    /// The page that holds the raw position `offset`.
    pub const fn of_offset(offset: usize) -> Self {
        Self(offset / LISTING_PAGE_SIZE)
    }

    /// The offset of the page's first position.
    pub const fn offset(self) -> usize {
        self.0 * LISTING_PAGE_SIZE
    }
}

/// A hundred positions of a listing to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ListingWindow {
    /// One page.
    Page(PageIndex),
    /// The hundred positions around the end of this page. Asked for when the images on both
    /// sides carry the same time: the server breaks such ties differently from call to call,
    /// so one of them may be on neither page.
    Seam(PageIndex),
}

impl ListingWindow {
    /// The page it is, or whose end it straddles.
    pub const fn page(self) -> PageIndex {
        match self {
            Self::Page(page) | Self::Seam(page) => page,
        }
    }

    /// The offset of the window's first position.
    pub const fn offset(self) -> usize {
        match self {
            Self::Page(page) => page.offset(),
            Self::Seam(page) => page.offset() + LISTING_PAGE_SIZE / 2,
        }
    }
}

/// One answer of a listing, with the server's quirks taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadPage {
    /// The images of the window, newest first, each once, without unsent drafts and without
    /// an anchor that the server put in front of a window it does not belong to.
    pub uploads: Vec<Upload>,
    /// How many positions the whole listing has now, drafts included.
    pub total: usize,
    /// How many positions of this window are unsent drafts or hidden files.
    pub hidden_count: usize,
    /// The anchor that was asked for no longer exists: the server silently answered with the
    /// newest images instead, and `uploads` is empty.
    pub is_anchor_lost: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seam_straddles_the_end_of_its_page() {
        assert_eq!(ListingWindow::Page(PageIndex(3)).offset(), 300);
        assert_eq!(ListingWindow::Seam(PageIndex(3)).offset(), 350);
        assert_eq!(PageIndex::of_offset(399), PageIndex(3));
    }

    #[test]
    fn a_name_that_would_break_the_line_is_shown_harmlessly() {
        assert_eq!(
            safe_display_name("a\nb\u{202e}gnp.exe"),
            "a\u{fffd}b\u{fffd}gnp.exe"
        );
        assert_eq!(safe_display_name("  "), "(no name)");
        assert_eq!(safe_display_name("日本語 🌄.png"), "日本語 🌄.png");
    }
}

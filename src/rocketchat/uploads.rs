//! A page of a room's images. The server's quirks end here.

use std::collections::HashSet;

use super::endpoint::files_route;
use super::wire::{FilesWire, UploadWire};
use super::{Client, ClientError};
use crate::domain::{LISTING_PAGE_SIZE, ListingWindow, Room, RoomId, Upload, UploadId, UploadPage};

/// How often a window is begun anew because the list changed while it was read.
const MAX_RESTARTS: usize = 3;

/// More calls for one window than this mean that the server gives less than ten images a
/// call, and there is no budget for that.
const MAX_CALLS_PER_WINDOW: usize = 20;

/// Which endpoint lists the images of a room. Newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ImageSource {
    /// `rooms.images`, since about 6.10.
    RoomsImages,
    /// `channels.images`, its predecessor; gone in 7.0.
    ChannelsImages,
    /// `<prefix>.files`, without anchors, so that new images shift the offsets.
    Files,
}

impl ImageSource {
    pub(super) const fn index(self) -> u8 {
        self as u8
    }

    pub(super) const fn from_index(index: u8) -> Self {
        match index {
            0 => Self::RoomsImages,
            1 => Self::ChannelsImages,
            _ => Self::Files,
        }
    }

    /// The route, unless it depends on the room.
    pub(super) const fn fixed_route(self) -> Option<&'static str> {
        match self {
            Self::RoomsImages => Some("rooms.images"),
            Self::ChannelsImages => Some("channels.images"),
            Self::Files => None,
        }
    }

    const fn older(self) -> Option<Self> {
        match self {
            Self::RoomsImages => Some(Self::ChannelsImages),
            Self::ChannelsImages => Some(Self::Files),
            Self::Files => None,
        }
    }
}

impl Client {
    /// The hundred positions of `window`, newest first, counted from `anchor` on.
    ///
    /// # Errors
    /// [`ClientError::Forbidden`] for a room without access or that does not exist (the
    /// server does not tell which), and whatever kept the server from answering.
    pub async fn image_window(
        &self,
        room: &Room,
        window: ListingWindow,
        anchor: Option<&UploadId>,
    ) -> Result<UploadPage, ClientError> {
        let remembered = self.image_source();
        let mut source = remembered;
        loop {
            let result = self.window_from(source, room, window, anchor).await;
            match (result, source.older()) {
                (Err(error), Some(older)) if is_unknown_endpoint(&error) => source = older,
                (result, _) => {
                    // Only an answer proves that the other endpoint is right: a 404 may have
                    // come from a proxy.
                    if result.is_ok() && source != remembered {
                        self.remember_image_source(source);
                    }
                    return result;
                }
            }
        }
    }

    async fn window_from(
        &self,
        source: ImageSource,
        room: &Room,
        window: ListingWindow,
        anchor: Option<&UploadId>,
    ) -> Result<UploadPage, ClientError> {
        let anchor = anchor.filter(|_| source != ImageSource::Files);
        let key = WindowKey {
            room: room.id.clone(),
            window,
            anchor: anchor.cloned(),
        };
        let mut reader = self
            .take_partial_window(&key)
            .unwrap_or_else(|| WindowReader::new(&key));
        let mut restarts = 0;
        for _ in 0..MAX_CALLS_PER_WINDOW {
            let answer = match self.files_at(source, room, reader.position(), anchor).await {
                Ok(answer) => answer,
                Err(error) => {
                    // What was read of the window is not read again when the budget allows
                    // the rest.
                    if matches!(error, ClientError::RateLimited { .. }) {
                        self.keep_partial_window(key, reader);
                    }
                    return Err(error);
                }
            };
            match reader.take(answer) {
                Taken::Complete => break,
                Taken::More => {}
                Taken::AnchorLost { total } => return Ok(lost(total)),
                Taken::TotalChanged { total } => {
                    restarts += 1;
                    if restarts > MAX_RESTARTS {
                        reader.accept_total(total);
                    } else {
                        reader = WindowReader::new(&key);
                    }
                }
            }
        }
        Ok(reader.into_page())
    }

    async fn files_at(
        &self,
        source: ImageSource,
        room: &Room,
        offset: usize,
        anchor: Option<&UploadId>,
    ) -> Result<FilesWire, ClientError> {
        let (count, position) = (LISTING_PAGE_SIZE.to_string(), offset.to_string());
        // Any other parameter is a 400.
        let mut query = vec![
            ("roomId", room.id.as_str()),
            ("count", &count),
            ("offset", &position),
        ];
        let route = if let Some(route) = source.fixed_route() {
            query.extend(anchor.map(|anchor| ("startingFromId", anchor.as_str())));
            route
        } else {
            query.extend([("typeGroup", "image"), ("sort", r#"{"uploadedAt":-1}"#)]);
            files_route(room.kind)
        };
        FilesWire::read(self.api().get(route, &query).await?, offset)
    }
}

/// Which reading of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WindowKey {
    room: RoomId,
    window: ListingWindow,
    anchor: Option<UploadId>,
}

/// A window while it is read, in as many calls as the server needs.
#[derive(Debug, Clone)]
pub(super) struct WindowReader {
    room: RoomId,
    anchor: Option<UploadId>,
    offset: usize,
    /// How many positions of the window were answered.
    covered: usize,
    total: Option<usize>,
    uploads: Vec<Upload>,
    seen: HashSet<String>,
    hidden_count: usize,
}

/// What one answer did for a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Complete,
    More,
    AnchorLost { total: usize },
    TotalChanged { total: usize },
}

impl WindowReader {
    fn new(key: &WindowKey) -> Self {
        Self {
            room: key.room.clone(),
            anchor: key.anchor.clone(),
            offset: key.window.offset(),
            covered: 0,
            total: None,
            uploads: Vec::new(),
            seen: HashSet::new(),
            hidden_count: 0,
        }
    }

    /// Where the next answer has to begin.
    const fn position(&self) -> usize {
        self.offset + self.covered
    }

    fn accept_total(&mut self, total: usize) {
        self.total = Some(total);
    }

    fn take(&mut self, answer: FilesWire) -> Taken {
        let total = answer.total;
        if self.total.is_some_and(|known| known != total) {
            return Taken::TotalChanged { total };
        }
        let start = self.position();
        // `rooms.images` says with `count` how much it gives at most. It may be less than was
        // asked for (`API_Upper_Count_Limit`), and then the next call goes on from there.
        let limit = answer
            .count
            .filter(|count| (1..LISTING_PAGE_SIZE).contains(count))
            .unwrap_or(LISTING_PAGE_SIZE);
        let due = limit.min(total.saturating_sub(start));
        let answered = answer.files.len();
        let files: Vec<Option<UploadWire>> =
            answer.files.into_iter().map(UploadWire::read).collect();
        let Some(is_anchor_first) = self.find_anchor(&files) else {
            return Taken::AnchorLost { total };
        };
        // An anchor that is not in the page is put in front of it, so that the page has one
        // more than it should.
        let is_prepended = is_anchor_first && answered > due;
        let mut files = files.into_iter();
        self.total = Some(total);
        let covered_before = self.covered;
        if is_prepended || (is_anchor_first && start > 0) {
            let anchor = files.next().flatten();
            // Among images of its own millisecond the anchor may be further down, so the
            // first page keeps it; all others have it from there.
            if start == 0 {
                self.show(anchor);
            }
            self.covered += usize::from(!is_prepended);
        }
        for file in files.take(LISTING_PAGE_SIZE - self.covered) {
            self.covered += 1;
            if !self.show(file) {
                self.hidden_count += 1;
            }
        }
        let is_end = self.position() >= total || self.covered == covered_before;
        if is_end || self.covered >= LISTING_PAGE_SIZE {
            Taken::Complete
        } else {
            Taken::More
        }
    }

    /// Whether the anchor is the first file; `None` when it was sent and is nowhere. The
    /// server then silently answered from the newest image on. An anchor of another room is
    /// as good as none: newer servers ignore it, older ones return it.
    fn find_anchor(&self, files: &[Option<UploadWire>]) -> Option<bool> {
        let Some(anchor) = &self.anchor else {
            return Some(false);
        };
        let index = files.iter().position(|file| {
            file.as_ref()
                .is_some_and(|file| file.id == anchor.as_str() && file.is_in(&self.room))
        })?;
        Some(index == 0)
    }

    /// Lists a file once; `false` when it is none to show.
    fn show(&mut self, file: Option<UploadWire>) -> bool {
        let Some(file) = file.filter(|file| file.is_image_of(&self.room)) else {
            return false;
        };
        if self.seen.insert(file.id.clone()) {
            self.uploads.push(file.into_upload(&self.room));
        }
        true
    }

    fn into_page(self) -> UploadPage {
        UploadPage {
            total: self.total.unwrap_or(self.uploads.len()),
            uploads: self.uploads,
            hidden_count: self.hidden_count,
            is_anchor_lost: false,
        }
    }
}

const fn lost(total: usize) -> UploadPage {
    UploadPage {
        uploads: Vec::new(),
        total,
        hidden_count: 0,
        is_anchor_lost: true,
    }
}

/// This server does not have the endpoint. (For an unknown room it answers 403.)
fn is_unknown_endpoint(error: &ClientError) -> bool {
    match error {
        ClientError::NotFound => true,
        ClientError::Refused { message, .. } => {
            let message = message.to_ascii_lowercase();
            message.contains("endpoint")
                && ["not exist", "not found", "unknown"]
                    .iter()
                    .any(|words| message.contains(words))
        }
        _ => false,
    }
}

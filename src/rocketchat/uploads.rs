//! A page of a room's images. The server's quirks end here.

use super::endpoint::files_route;
use super::window_reader::{Taken, WindowKey, WindowReader};
use super::wire::FilesWire;
use super::{Client, ClientError};
use crate::domain::{LISTING_PAGE_SIZE, ListingWindow, Room, UploadId, UploadPage};

/// How often a window is begun anew because the list changed while it was read.
const MAX_RESTARTS: usize = 2;

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
                Taken::AnchorLost { total } => return Ok(WindowReader::lost(total)),
                Taken::TotalChanged => {
                    reader = WindowReader::new(&key);
                    restarts += 1;
                    if restarts == MAX_RESTARTS {
                        reader.accept_changes();
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

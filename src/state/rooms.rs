//! Opening rooms, and what is done inside the open one.

use crate::domain::{Room, RoomId};
use crate::protocol::{
    ClientError, Command, DecodedImage, DownloadError, ImageError, ImageFailure, ImageRequest,
    ImageSize, ImageSubject,
};
use crate::state::AppState;
use crate::state::action::Action;
use crate::state::effect::Effect;
use crate::state::gallery::Gallery;
use crate::state::notices::{NoticeLevel, NoticeOffer};
use crate::state::room_list::RoomSearch;
use crate::state::user_message::UserMessage;

/// Sizes of tiles in points that the slider offers.
pub const TILE_EDGE_POINTS: std::ops::RangeInclusive<f32> = 80.0..=400.0;

/// An edge that tiles can have: a settings file may say anything.
pub(super) fn tile_edge(points: f32) -> f32 {
    if points.is_finite() {
        points.clamp(*TILE_EDGE_POINTS.start(), *TILE_EDGE_POINTS.end())
    } else {
        *TILE_EDGE_POINTS.start()
    }
}

impl AppState {
    pub(super) fn rooms_loaded(&mut self, result: Result<Vec<Room>, ClientError>) -> Vec<Effect> {
        match result {
            Ok(rooms) => self.rooms.set(rooms),
            Err(error) => {
                self.rooms.error = Some(error);
                return Vec::new();
            }
        }
        if let Some(gallery) = &mut self.gallery {
            if let Some(room) = self.rooms.get(&gallery.room.id) {
                gallery.room = room.clone();
            }
            return Vec::new();
        }
        let remembered = self
            .room_to_open
            .take()
            .filter(|id| self.rooms.get(id).is_some());
        let first = || {
            let can_show = |room: &&Room| !room.is_encrypted && !room.is_hidden;
            self.rooms.iter().find(can_show).map(|room| room.id.clone())
        };
        match remembered.or_else(first) {
            Some(room) => self.open_room(&room),
            None => Vec::new(),
        }
    }

    pub(super) fn open_room(&mut self, id: &RoomId) -> Vec<Effect> {
        if self
            .gallery
            .as_ref()
            .is_some_and(|gallery| gallery.room.id == *id)
        {
            return Vec::new();
        }
        let gallery = match (self.take_kept(id), self.rooms.get(id)) {
            (Some(mut kept), Some(room)) => {
                kept.room = room.clone();
                kept
            }
            (Some(kept), None) => kept,
            (None, Some(room)) => Gallery::new(room.clone()),
            (None, None) => return Vec::new(),
        };
        self.show_gallery(gallery)
    }

    fn show_gallery(&mut self, mut gallery: Gallery) -> Vec<Effect> {
        self.bump();
        gallery.is_viewer_open = false;
        gallery.leave_comparison();
        let message = gallery.end_search();
        self.tell(message);
        gallery.stay();
        gallery.reveal += 1;
        // A room that was left a while ago may have new images: ask for its newest page.
        gallery.listing.refresh();
        if let Some(account) = self.settings.accounts.first_mut() {
            account.last_room = Some(gallery.room.id.to_string());
        }
        self.notices.withdraw(&NoticeOffer::UndoClear);
        self.rooms.search = RoomSearch::Idle;
        let restore = (!gallery.listing.is_started()).then(|| {
            let room = gallery.room.id.clone();
            Effect::Send(Command::RestoreListing { room })
        });
        if let Some(left) = &mut self.gallery {
            left.copies.leave();
        }
        self.switch_gallery(gallery);
        let mut effects = vec![self.keep_settings()];
        effects.extend(restore);
        effects.extend(self.look_for_copies());
        effects
    }

    pub(super) fn find_room(&mut self, name: String) -> Vec<Effect> {
        self.rooms.search = RoomSearch::Asking(name.clone());
        let generation = self.generation;
        vec![Effect::Send(Command::FindRoom { name, generation })]
    }

    pub(super) fn room_found(
        &mut self,
        name: String,
        result: Result<Room, ClientError>,
    ) -> Vec<Effect> {
        // The person may have opened another room meanwhile, which ended the search.
        if self.rooms.search != RoomSearch::Asking(name.clone()) {
            return Vec::new();
        }
        match result {
            Ok(room) => {
                self.rooms.search = RoomSearch::Idle;
                let known = self.rooms.get(&room.id).cloned();
                let kept = self.take_kept(&room.id);
                self.show_gallery(kept.unwrap_or_else(|| Gallery::new(known.unwrap_or(room))))
            }
            Err(error) => {
                self.rooms.search = RoomSearch::Failed(name, error);
                Vec::new()
            }
        }
    }

    pub(super) fn reload(&mut self) -> Vec<Effect> {
        self.bump();
        if let Some(gallery) = &mut self.gallery {
            gallery.reload();
        }
        let generation = self.generation;
        let mut effects = vec![Effect::Send(Command::LoadRooms { generation })];
        effects.extend(self.look_for_copies());
        effects
    }

    /// Looks for what is new in the open room. Other rooms are looked at when they are opened.
    pub(super) fn room_changed(&mut self, room: &RoomId) {
        if let Some(gallery) = &mut self.gallery
            && gallery.room.id == *room
        {
            gallery.listing.refresh();
        }
    }

    pub(super) fn act_in_gallery(&mut self, action: Action) -> Vec<Effect> {
        let Some(gallery) = &mut self.gallery else {
            return Vec::new();
        };
        // Who goes somewhere else does not want to be taken away from there.
        if matches!(
            action,
            Action::Select { .. }
                | Action::MoveFocus { .. }
                | Action::Find(_)
                | Action::ShowOnly(_)
                | Action::EndSearch
                | Action::StayHere
        ) {
            gallery.stay();
        }
        match action {
            Action::Show(shown) => gallery.show(shown),
            Action::RetryImages(ids) => gallery.retry(&ids),
            Action::RetryAllFailed => gallery.retry_all(),
            Action::Select { position, how } => gallery.select(position, how),
            Action::MoveFocus { to, how } => {
                gallery.move_focus(to, how);
                gallery.reveal += 1;
            }
            Action::StartBand(kind) => gallery.selection.start_band(kind),
            Action::Band { covered } => gallery.band(&covered),
            Action::EndBand(end) => gallery.selection.end_band(end, &gallery.listing),
            Action::ToggleRange(range) => gallery.toggle_range(range),
            Action::SelectAll => gallery.select_all(),
            Action::ClearSelection => {
                let count = gallery.chosen_count();
                gallery.clear_selection();
                if count > 1 {
                    let message = UserMessage::selection_cleared(count);
                    self.notices
                        .push(NoticeLevel::Info, message, Some(NoticeOffer::UndoClear));
                }
            }
            Action::InvertSelection => gallery.invert(),
            Action::UndoClear => {
                gallery.selection.undo_clear(&gallery.listing);
                self.notices.withdraw(&NoticeOffer::UndoClear);
            }
            Action::Find(text) => {
                let message = gallery.look_for(text);
                self.tell(message);
            }
            Action::ShowOnly(filter) => {
                let message = gallery.show_only(filter);
                self.tell(message);
            }
            Action::EndSearch => {
                let message = gallery.end_search();
                self.tell(message);
            }
            Action::GoToDate(target) => {
                let message = gallery.go_to_date(target);
                self.tell(message);
            }
            _ => {}
        }
        Vec::new()
    }

    pub(super) fn act_on_settings(&mut self, action: &Action) -> Vec<Effect> {
        let before = self.settings.clone();
        match action {
            Action::TogglePanel => self.settings.is_panel_open = !self.settings.is_panel_open,
            Action::SetTileEdge(edge) => {
                self.settings.tile_edge_points = tile_edge(*edge);
            }
            Action::SetLayout(layout) => self.settings.grid_layout = *layout,
            Action::SetViewer(choices) => self.settings.viewer = *choices,
            Action::SetTheme(theme) => self.settings.theme = *theme,
            Action::SetThumbnailCache(bytes) => self.settings.thumbnail_cache = *bytes,
            Action::RememberWindowSize(size) => self.settings.window_size = Some(*size),
            _ => {}
        }
        if self.settings == before {
            Vec::new()
        } else {
            vec![self.keep_settings()]
        }
    }

    pub(super) fn image_decoded(
        &mut self,
        request: ImageRequest,
        image: DecodedImage,
    ) -> Vec<Effect> {
        if let (ImageSubject::Upload(id), Some(gallery)) = (&request.subject, &mut self.gallery) {
            gallery.image_arrived(id);
        }
        vec![Effect::StoreTexture { request, image }]
    }

    pub(super) fn image_failed(
        &mut self,
        request: &ImageRequest,
        error: ImageFailure,
    ) -> Vec<Effect> {
        match (&request.subject, request.size, &mut self.gallery) {
            (ImageSubject::Upload(_), _, None) => Vec::new(),
            // The panel says what it does not know; the picture itself may be there.
            (ImageSubject::Upload(id), ImageSize::Metadata, Some(gallery)) => {
                gallery.metadata_failed(id, error);
                Vec::new()
            }
            // The frames before it are there, and all that is lost is what follows.
            (ImageSubject::Upload(_), ImageSize::Frame { .. }, Some(_)) => {
                let is_damaged = matches!(error, ImageFailure::Decode(_)) && is_final(&error);
                let missing = Effect::PictureMissing(request.clone());
                is_damaged.then_some(missing).into_iter().collect()
            }
            // The picture of the whole is there, and comes with fewer pixels.
            (ImageSubject::Upload(id), ImageSize::Tile(_), Some(gallery)) => {
                gallery.part_failed(id, error);
                Vec::new()
            }
            (ImageSubject::Upload(id), _, Some(gallery)) => {
                gallery.image_failed(id, error);
                Vec::new()
            }
            (ImageSubject::RoomAvatar(_) | ImageSubject::UserAvatar(_), _, _) => {
                // It is small: a decoder that fails fails every time.
                let is_final = matches!(error, ImageFailure::Decode(_)) || is_final(&error);
                let missing = Effect::PictureMissing(request.clone());
                is_final.then_some(missing).into_iter().collect()
            }
        }
    }
}

/// Whether it would fail another time, too.
pub(super) const fn is_final(error: &ImageFailure) -> bool {
    match error {
        ImageFailure::Decode(error) => {
            !matches!(error, ImageError::TookTooLong | ImageError::DecoderCrashed)
        }
        ImageFailure::Download(error) => {
            matches!(error, DownloadError::Deleted | DownloadError::Forbidden)
        }
    }
}

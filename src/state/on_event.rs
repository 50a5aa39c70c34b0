//! What each event of the backend changes: one match that delegates.

use crate::protocol::{Event, OpenTarget};
use crate::state::AppState;
use crate::state::effect::Effect;
use crate::state::notices::{NoticeLevel, NoticeOffer};
use crate::state::people::named;
use crate::state::user_message;

impl AppState {
    /// Takes in one event. The wish list is renewed behind it.
    pub fn on_event(&mut self, event: Event) -> Vec<Effect> {
        let changes_wishes = !matches!(
            event,
            Event::ImageDecoded { .. }
                | Event::MetadataRead { .. }
                | Event::PeopleResolved(_)
                | Event::SaveAdvanced { .. }
                | Event::SaveFinished { .. }
        );
        let mut more = Vec::from_iter(self.tell_desktop(&event));
        more.extend(self.follow_saves(&event));
        let mut effects = self.receive(event);
        effects.append(&mut more);
        effects.extend(self.renew_taskbar());
        self.search_again();
        // The frequent events change nothing about what is wanted; the next frame says anew
        // what it lacks.
        if changes_wishes {
            effects.extend(self.renew_wanted());
        }
        effects
    }

    fn receive(&mut self, event: Event) -> Vec<Effect> {
        if self.is_outdated(&event) {
            return Vec::new();
        }
        match event {
            Event::ServerProbed { .. }
            | Event::SessionStarted { .. }
            | Event::SessionRestored { .. }
            | Event::SessionConfirmed { .. }
            | Event::LogInFailed { .. }
            | Event::NoStoredSession { .. }
            | Event::CodeResent(_)
            | Event::SessionExpired { .. }
            | Event::SignedOut { .. }
            | Event::AccountForgotten { .. }
            | Event::KeyringChanged { .. }
            | Event::PublicAddressTold { .. } => self.receive_about_session(event),
            Event::RoomsLoaded { result, .. } => self.rooms_loaded(result),
            Event::RoomFound { name, result, .. } => self.room_found(name, result),
            Event::PageLoaded {
                window,
                anchor,
                result,
                ..
            } => {
                if let Some(gallery) = &mut self.gallery {
                    let result = result.map(|page| named(page, &self.people));
                    let message = gallery.page_loaded(window, anchor.as_ref(), result);
                    self.tell(message);
                }
                self.save_what_is_known_now()
            }
            Event::ListingRestored { room, listing } => {
                let mut galleries = self.gallery.iter_mut().chain(&mut self.kept);
                if let Some(gallery) = galleries.find(|gallery| gallery.room.id == room) {
                    gallery.listing_restored(*listing);
                }
                self.save_what_is_known_now()
            }
            Event::RoomChanged { room } => {
                self.room_changed(&room);
                Vec::new()
            }
            Event::PeopleResolved(people) => self.people_resolved(people),
            Event::ImageDecoded { request, image } => self.image_decoded(request, image),
            Event::ImageFailed { request, error } => self.image_failed(&request, error),
            Event::MetadataRead { upload, metadata } => {
                if let Some(gallery) = &mut self.gallery {
                    gallery.metadata_read(upload, metadata);
                }
                Vec::new()
            }
            Event::ConnectionChanged(connection) => {
                self.connection = connection;
                Vec::new()
            }
            Event::FolderPicked(_)
            | Event::SaveSurveyed { .. }
            | Event::SaveAdvanced { .. }
            | Event::SaveAsks { .. }
            | Event::SaveFolderFound { .. }
            | Event::SaveFinished { .. }
            | Event::SavesRestored(_)
            | Event::SavedRoomsKnown(_) => self.receive_about_saves(event),
            Event::SavedFilesFound(files) => self.saved_files_found(files),
            Event::SystemThemeChanged { is_dark } => {
                self.is_system_dark = Some(is_dark);
                Vec::new()
            }
            Event::StorageTrouble(error) => self.warn(user_message::storage(&error)),
            Event::OpenFailed(target) => self.not_opened(target),
            Event::ErrandAdvanced { id, done } => self.errand_advanced(id, done),
            Event::ErrandEnded { id, end } => self.errand_ended(id, *end),
            Event::Sha256Computed { upload, result } => self.sha256_computed(&upload, result),
            Event::CacheCleared { freed } => {
                let message = user_message::cache_cleared(freed);
                self.notices.push(NoticeLevel::Info, message, None);
                Vec::new()
            }
        }
    }

    fn not_opened(&mut self, target: OpenTarget) -> Vec<Effect> {
        let message = user_message::open_failed(&target);
        let offer = NoticeOffer::of_unopened(target);
        self.notices.push(NoticeLevel::Warning, message, offer);
        Vec::new()
    }

    /// Whether the event answers a question that no longer matters.
    const fn is_outdated(&self, event: &Event) -> bool {
        match event {
            Event::SessionStarted { generation, .. }
            | Event::SessionRestored { generation, .. }
            | Event::LogInFailed { generation, .. }
            | Event::NoStoredSession { generation, .. }
            | Event::PageLoaded { generation, .. } => generation.0 != self.generation.0,
            // About the session, whichever room was open then.
            Event::SessionExpired { generation }
            | Event::RoomsLoaded { generation, .. }
            | Event::RoomFound { generation, .. } => generation.0 < self.session_generation.0,
            _ => false,
        }
    }
}

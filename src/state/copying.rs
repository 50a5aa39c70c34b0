//! Out of Salon: the clipboard, and other programs.

use std::sync::Arc;

use crate::domain::{ByteCount, ServerUrl, Upload, links, safe_display_name};
use crate::protocol::{Command, CopyTrouble, Errand, ErrandEnd, ErrandId, OpenTarget};
use crate::state::AppState;
use crate::state::effect::Effect;
use crate::state::errand_message;
use crate::state::errands::{
    CopyQuestion, ErrandKind, MANY_BYTES, MANY_FILES, MOST_BYTES, MOST_FILES, Purpose,
    ReadConversation, RunningErrand,
};
use crate::state::gallery::Gallery;
use crate::state::image_action::ImageAction;
use crate::state::notices::NoticeLevel;
use crate::state::user_message::UserMessage;

impl AppState {
    pub(super) fn act_on_image(&mut self, action: ImageAction) -> Vec<Effect> {
        match action {
            ImageAction::ShowMessage => self.go_to_message(Purpose::Show),
            ImageAction::CopyMessageLink => self.go_to_message(Purpose::Link),
            ImageAction::CopyRoomLink => self.copy_room_link(),
            ImageAction::CopyFileLink => self.copy_file_link(),
            ImageAction::Copy => self.copy(),
            ImageAction::CopyPixels => self.copy_pixels(),
            ImageAction::CopyFiles => self.copy_files(),
            ImageAction::ConfirmCopy => self.confirm_copy(),
            ImageAction::LeaveCopy => {
                self.errands.question = None;
                Vec::new()
            }
            ImageAction::OpenCopy => match self.image_in_focus() {
                Some((_, upload)) => {
                    self.start_errand(ErrandKind::OpenCopy, Errand::OpenCopy(upload))
                }
                None => Vec::new(),
            },
            ImageAction::OpenInBrowser => self.open_in_browser(),
            ImageAction::ShowConversation => self.show_conversation(),
            ImageAction::HideConversation => self.hide_conversation(),
            ImageAction::GiveUp(id) => self.give_up(id),
            ImageAction::SetMessageApp(app) => {
                self.settings.message_app = app;
                vec![self.keep_settings()]
            }
        }
    }

    /// Notes an errand and sends it off; an earlier one of the same kind is given up.
    pub(super) fn start_errand(&mut self, kind: ErrandKind, errand: Errand) -> Vec<Effect> {
        let earlier = self.errands.same_kind(&kind);
        let mut effects = earlier.map_or_else(Vec::new, |id| self.stop(id));
        let id = self.errands.begin(kind, file_of(&errand));
        effects.push(Effect::Send(Command::StartErrand { id, errand }));
        effects
    }

    pub(super) fn give_up(&mut self, id: ErrandId) -> Vec<Effect> {
        let effects = self.stop(id);
        let is_reading = matches!(
            self.errands.conversation,
            Some((_, ReadConversation::Reading))
        );
        let kinds = self.errands.running().iter().map(|errand| &errand.kind);
        let mut reading = kinds.filter(|kind| matches!(kind, ErrandKind::ReadConversation(_)));
        if is_reading && reading.next().is_none() {
            self.errands.conversation = None;
        }
        effects
    }

    fn stop(&mut self, id: ErrandId) -> Vec<Effect> {
        match self.errands.end(id) {
            Some(_) => vec![Effect::Send(Command::StopErrand(id))],
            None => Vec::new(),
        }
    }

    pub(super) fn errand_advanced(&mut self, id: ErrandId, done: usize) -> Vec<Effect> {
        self.errands.advance(id, done);
        Vec::new()
    }

    pub(super) fn errand_ended(&mut self, id: ErrandId, end: ErrandEnd) -> Vec<Effect> {
        // One that was given up just before its end does nothing any more.
        let Some(RunningErrand { kind, file, .. }) = self.errands.end(id) else {
            return Vec::new();
        };
        let file = file.as_deref();
        match (kind, end) {
            (
                ErrandKind::FindMessage {
                    upload,
                    room,
                    purpose,
                },
                ErrandEnd::MessageFound(result),
            ) => match result {
                Ok(found) => return self.message_found((upload, &room, purpose), found),
                Err(trouble) => self.no_message_found(&room, file, &trouble),
            },
            (ErrandKind::ReadConversation(upload), ErrandEnd::ConversationRead(result)) => {
                self.conversation_read(upload, result);
            }
            (_, ErrandEnd::ImageCopied(result)) => {
                let said = result.map(errand_message::image_copied);
                self.tell_copied(said, file);
            }
            (_, ErrandEnd::FilesCopied(result)) => {
                let said = result.map(|copied| errand_message::files_copied(&copied));
                self.tell_copied(said, file);
            }
            (_, ErrandEnd::CopyOpened(Err(trouble))) => {
                return self.warn(errand_message::not_opened(file, &trouble));
            }
            (_, ErrandEnd::CopyOpened(Ok(()))) => {}
            (kind, end) => tracing::error!(?kind, ?end, "the end of another errand"),
        }
        Vec::new()
    }

    fn tell_copied(&mut self, said: Result<UserMessage, CopyTrouble>, file: Option<&str>) {
        match said {
            Ok(message) => self.notices.push(NoticeLevel::Info, message, None),
            Err(trouble) => {
                let message = errand_message::not_copied(file, &trouble);
                self.notices.push(NoticeLevel::Warning, message, None);
            }
        }
    }

    pub(super) fn copy_text(&mut self, text: String, what: &'static str) -> Vec<Effect> {
        let message = UserMessage::copied(what);
        self.notices.push(NoticeLevel::Info, message, None);
        vec![Effect::CopyText(text)]
    }

    fn copy_room_link(&mut self) -> Vec<Effect> {
        let room = self.gallery.as_ref().map(|gallery| &gallery.room);
        match (self.address_for_others(), room) {
            (Some(server), Some(room)) => {
                let link = links::room_link(server, room);
                self.copy_text(link, "Link to the room")
            }
            _ => Vec::new(),
        }
    }

    fn copy_file_link(&mut self) -> Vec<Effect> {
        let focus = self.image_in_focus();
        match (self.address_for_others(), focus) {
            (Some(server), Some((_, upload))) => {
                let link = links::file_link(server, &upload);
                self.copy_text(link, "Link to the file")
            }
            _ => Vec::new(),
        }
    }

    fn open_in_browser(&self) -> Vec<Effect> {
        let focus = self.image_in_focus();
        match (self.server(), focus) {
            (Some(server), Some((_, upload))) => {
                let link = links::file_link(server, &upload);
                vec![Effect::Send(Command::Open(OpenTarget::Web(link)))]
            }
            _ => Vec::new(),
        }
    }

    /// The server as others reach it, for links that are handed on.
    pub(super) fn address_for_others(&self) -> Option<&ServerUrl> {
        let used = self.server()?;
        Some(self.public_addresses.get(used).unwrap_or(used))
    }

    fn server(&self) -> Option<&ServerUrl> {
        let session = self.session.as_ref()?;
        Some(&session.account.server)
    }

    fn copy(&mut self) -> Vec<Effect> {
        let is_one = self
            .gallery
            .as_ref()
            .is_none_or(|gallery| !gallery.shows_tiles() || gallery.chosen_count() <= 1);
        if is_one {
            self.copy_pixels()
        } else {
            self.copy_files()
        }
    }

    fn copy_pixels(&mut self) -> Vec<Effect> {
        match self
            .to_copy()
            .and_then(|uploads| uploads.into_iter().next())
        {
            Some(upload) => self.start_errand(ErrandKind::CopyImage, Errand::CopyImage(upload)),
            None => Vec::new(),
        }
    }

    fn copy_files(&mut self) -> Vec<Effect> {
        let gallery = self.gallery.as_ref();
        // Of a whole room nothing is gathered before it is known how much that is.
        let Some((count, bytes)) = gallery.map(size_to_copy) else {
            return Vec::new();
        };
        if count > MOST_FILES || bytes > MOST_BYTES {
            self.tell(Some(errand_message::too_much_to_copy(count, bytes)));
            return Vec::new();
        }
        if gallery.is_some_and(|gallery| gallery.shows_tiles() && !gallery.is_choice_known()) {
            self.tell(Some(errand_message::not_listed_yet()));
            return Vec::new();
        }
        if count > MANY_FILES || bytes > MANY_BYTES {
            self.errands.question = Some(CopyQuestion { count, bytes });
            return Vec::new();
        }
        match self.to_copy() {
            Some(uploads) => self.start_copy(uploads),
            None => Vec::new(),
        }
    }

    /// What is chosen may be another choice by now: it is what the person sees.
    fn confirm_copy(&mut self) -> Vec<Effect> {
        match (self.errands.question.take(), self.to_copy()) {
            (Some(_), Some(uploads)) => self.start_copy(uploads),
            _ => Vec::new(),
        }
    }

    fn start_copy(&mut self, uploads: Vec<Arc<Upload>>) -> Vec<Effect> {
        let kind = ErrandKind::CopyFiles(uploads.len());
        self.start_errand(kind, Errand::CopyFiles(uploads))
    }

    /// The image in view or, side by side, the active one; else what is chosen, else the image
    /// in focus.
    fn to_copy(&self) -> Option<Vec<Arc<Upload>>> {
        let gallery = self.gallery.as_ref()?;
        let uploads: Vec<_> = if !gallery.shows_tiles() || !gallery.has_choice() {
            gallery.focused().into_iter().collect()
        } else {
            gallery.chosen().collect()
        };
        (!uploads.is_empty()).then_some(uploads)
    }
}

/// The name of the file that an errand is about, if that is one. What became of it may be told
/// when another image is in view.
fn file_of(errand: &Errand) -> Option<String> {
    let upload = match errand {
        Errand::FindMessage { upload, .. }
        | Errand::ReadConversation { upload, .. }
        | Errand::CopyImage(upload)
        | Errand::OpenCopy(upload) => upload,
        Errand::CopyFiles(uploads) => match uploads.as_slice() {
            [only] => only,
            _ => return None,
        },
    };
    Some(safe_display_name(&upload.name))
}

/// How many files a copy is of, and how large they are.
fn size_to_copy(gallery: &Gallery) -> (usize, ByteCount) {
    if !gallery.shows_tiles() || !gallery.has_choice() {
        let size = gallery.focused().and_then(|upload| upload.size);
        return (1, size.unwrap_or_default());
    }
    (gallery.chosen_count(), gallery.chosen_bytes())
}

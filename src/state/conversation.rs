//! From an image to its message in the chat, and to what was said around it.

use std::sync::Arc;

use crate::domain::{Conversation, MessagePlace, Room, Upload, UploadId, links};
use crate::protocol::{Command, Errand, FoundMessage, MessageApp, MessageTrouble, OpenTarget};
use crate::state::AppState;
use crate::state::effect::Effect;
use crate::state::errand_message;
use crate::state::errands::{ErrandKind, Purpose, ReadConversation};
use crate::state::notices::{NoticeLevel, NoticeOffer};

impl AppState {
    /// Shows the message of the image in focus, or copies a link to it.
    pub(super) fn go_to_message(&mut self, purpose: Purpose) -> Vec<Effect> {
        let Some((room, upload)) = self.image_in_focus() else {
            return Vec::new();
        };
        self.notices.withdraw_room();
        if let Some(place) = self.errands.place(&upload.id).cloned() {
            return self.use_place(&room, &place, purpose);
        }
        let kind = ErrandKind::FindMessage {
            upload: upload.id.clone(),
            room: room.clone(),
            purpose,
        };
        self.start_errand(kind, Errand::FindMessage { room, upload })
    }

    pub(super) fn message_found(
        &mut self,
        (upload, room, purpose): (UploadId, &Room, Purpose),
        FoundMessage { place, message }: FoundMessage,
    ) -> Vec<Effect> {
        self.errands.remember(upload, place.clone(), message);
        self.use_place(room, &place, purpose)
    }

    pub(super) fn no_message_found(
        &mut self,
        room: &Room,
        file: Option<&str>,
        trouble: &MessageTrouble,
    ) {
        let server = self.session.as_ref().map(|session| &session.account.server);
        let offer = server.map(|server| {
            let link = match self.settings.message_app {
                MessageApp::Browser => links::room_link(server, room),
                MessageApp::RocketChat => links::app_link(server, room, None),
            };
            NoticeOffer::OpenRoom(link)
        });
        let message = errand_message::no_message(file, trouble);
        self.notices.push(NoticeLevel::Warning, message, offer);
    }

    fn use_place(&mut self, room: &Room, place: &MessagePlace, purpose: Purpose) -> Vec<Effect> {
        let (Some(session), Some(for_others)) = (&self.session, self.address_for_others()) else {
            return Vec::new();
        };
        let server = &session.account.server;
        match (purpose, self.settings.message_app) {
            (Purpose::Link, _) => {
                let link = links::message_link(for_others, room, place);
                self.copy_text(link, "Link to the message")
            }
            (Purpose::Show, MessageApp::Browser) => open(links::message_link(server, room, place)),
            (Purpose::Show, MessageApp::RocketChat) => {
                open(links::app_link(server, room, Some(place)))
            }
        }
    }

    /// Reads what was said around the image in focus.
    pub(super) fn show_conversation(&mut self) -> Vec<Effect> {
        let Some((room, upload)) = self.image_in_focus() else {
            return Vec::new();
        };
        let id = upload.id.clone();
        self.errands.conversation = Some((id.clone(), ReadConversation::Reading));
        let kind = ErrandKind::ReadConversation(id);
        self.start_errand(kind, Errand::ReadConversation { room, upload })
    }

    pub(super) fn conversation_read(
        &mut self,
        upload: UploadId,
        result: Result<Box<Conversation>, MessageTrouble>,
    ) {
        let read = match result {
            Ok(conversation) => {
                let message = &conversation.message;
                let (place, message) = (message.place(), Box::new(message.clone()));
                self.errands.remember(upload.clone(), place, Some(message));
                ReadConversation::Read(conversation)
            }
            Err(trouble) => {
                if trouble == MessageTrouble::NotThere {
                    self.errands.forget(&upload);
                }
                ReadConversation::Failed(trouble)
            }
        };
        // Another image may be looked at by now; what was read of this one is remembered.
        if self.errands.conversation(&upload).is_some() {
            self.errands.conversation = Some((upload, read));
        }
    }

    /// Puts it away; what is still being read is given up.
    pub(super) fn hide_conversation(&mut self) -> Vec<Effect> {
        let Some((upload, _)) = self.errands.conversation.take() else {
            return Vec::new();
        };
        let kind = ErrandKind::ReadConversation(upload);
        let running = self.errands.same_kind(&kind);
        running.map_or_else(Vec::new, |id| self.give_up(id))
    }

    /// The open room and the image in view or in focus.
    pub(super) fn image_in_focus(&self) -> Option<(Box<Room>, Arc<Upload>)> {
        let gallery = self.gallery.as_ref()?;
        let upload = gallery.focused()?;
        Some((Box::new(gallery.room.clone()), upload))
    }
}

fn open(address: String) -> Vec<Effect> {
    let target = OpenTarget::Web(address);
    vec![Effect::Send(Command::Open(target))]
}

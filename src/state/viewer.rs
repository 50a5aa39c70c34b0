//! Looking at one image, or at a few side by side.

use crate::protocol::ViewerChoices;
use crate::state::AppState;
use crate::state::action::{Action, ViewerStep};
use crate::state::effect::Effect;
use crate::state::gallery::Gallery;
use crate::state::notices::NoticeLevel;
use crate::state::user_message::UserMessage;

impl AppState {
    pub(super) fn act_in_viewer(&mut self, action: Action) -> Vec<Effect> {
        let Some(gallery) = &mut self.gallery else {
            return Vec::new();
        };
        match action {
            Action::OpenViewer(position) => {
                gallery.stay();
                gallery.place_focus(position);
                gallery.is_viewer_open = true;
                Vec::new()
            }
            Action::StepViewer(step) => {
                gallery.stay();
                let before = gallery.focus();
                gallery.step(step);
                if gallery.focus() == before || !matches!(step, ViewerStep::By(_)) {
                    return Vec::new();
                }
                self.tell_once(
                    |choices| &mut choices.has_told_order,
                    UserMessage::order_of_images,
                )
            }
            Action::CloseViewer => {
                close(gallery);
                Vec::new()
            }
            Action::TurnedView => self.tell_once(
                |choices| &mut choices.has_told_view_only,
                UserMessage::turned_view_only,
            ),
            Action::EndSlideShow => {
                self.tell(Some(UserMessage::slide_show_over()));
                Vec::new()
            }
            Action::Compare => {
                let message = gallery.compare();
                self.tell(message);
                Vec::new()
            }
            Action::DropCompared(id) => {
                gallery.drop_compared(&id);
                Vec::new()
            }
            Action::LeaveComparison => {
                gallery.leave_comparison();
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Says something that people need to be told once, and remembers that.
    fn tell_once(
        &mut self,
        told: impl Fn(&mut ViewerChoices) -> &mut bool,
        message: impl Fn() -> UserMessage,
    ) -> Vec<Effect> {
        let told = told(&mut self.settings.viewer);
        if std::mem::replace(told, true) {
            return Vec::new();
        }
        self.notices.push(NoticeLevel::Info, message(), None);
        vec![self.keep_settings()]
    }
}

/// Back to the tiles, or to the images side by side that it was opened from.
fn close(gallery: &mut Gallery) {
    gallery.is_viewer_open = false;
    gallery.reveal += 1;
    if gallery.is_comparing() {
        gallery.focus_on_compared();
    }
}

//! Asks before the window closes while images are still being saved.

use egui::{Label, RichText, Ui, ViewportCommand};

use crate::ui::save_words::running_words;
use crate::ui::theme::{space, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{dialog_ui, plain_button, primary_button, primary_ring};

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct QuitQuestion {
    is_asked: bool,
    may_quit: bool,
    has_focus: bool,
}

impl QuitQuestion {
    /// Whether the question is on screen.
    pub(super) const fn is_asked(&self) -> bool {
        self.is_asked
    }

    /// Holds a closing window back while something is being saved, and asks. Who closes the
    /// window over the question has answered it.
    pub(super) fn ui(&mut self, ui: &Ui, cx: ViewContext<'_>) {
        let running: Vec<_> = cx.state.saves.running().collect();
        if running.is_empty() {
            self.is_asked = false;
            return;
        }
        let is_closing = ui.input(|input| input.viewport().close_requested());
        if is_closing && !self.may_quit && !self.is_asked {
            self.is_asked = true;
            self.has_focus = false;
            ui.send_viewport_cmd(ViewportCommand::CancelClose);
        }
        if !self.is_asked {
            return;
        }
        let is_left = dialog_ui(ui, cx.palette, "quit", 420.0, |ui| {
            let title = "Images are still being saved";
            ui.label(RichText::new(title).size(text::TITLE).strong());
            ui.label(RichText::new(running_words(&running)).color(cx.palette.text_weak));
            let words = "Nothing is lost if you quit: what is there stays, and the rest goes on \
                         when you press Resume at the next start.";
            ui.add(Label::new(words).wrap());
            ui.add_space(space::S);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let quit = ui.add(primary_button(cx.palette, "Pause and quit"));
                if !std::mem::replace(&mut self.has_focus, true) {
                    quit.request_focus();
                }
                primary_ring(ui, &quit, cx.palette);
                if quit.clicked() {
                    self.is_asked = false;
                    self.may_quit = true;
                    ui.send_viewport_cmd(ViewportCommand::Close);
                }
                if ui.add(plain_button("Keep saving")).clicked() {
                    self.is_asked = false;
                }
            });
        });
        if is_left {
            self.is_asked = false;
        }
    }
}

//! The keys of the window as a whole.

use egui::{SetOpenCommand, Ui, ViewportCommand};

use crate::state::{Action, Gallery, ImageAction, TILE_EDGE_POINTS};
use crate::ui::root::RootView;
use crate::ui::root_dialog::Dialog;
use crate::ui::shortcuts::{Job, Situation, pressed};
use crate::ui::theme;
use crate::ui::view_context::ViewContext;

/// Tiles grow and shrink by this factor at a key.
const SIZE_STEP: f32 = 1.2;

impl RootView {
    /// The keys that belong to no pane. A dialog has its own and hides these.
    pub(super) fn app_keys(&mut self, ui: &Ui, cx: ViewContext<'_>) {
        self.text_marking.follow(ui.ctx());
        if self.has_question(cx) {
            return;
        }
        let escape = |input: &mut egui::InputState| {
            input.consume_key(egui::Modifiers::NONE, egui::Key::Escape)
        };
        // What was opened last is closed first.
        let is_menu_open = egui::Popup::is_any_open(ui.ctx());
        if self.is_queue_open
            && !is_menu_open
            && !ui.ctx().text_edit_focused()
            && ui.input_mut(escape)
        {
            self.is_queue_open = false;
        }
        let situation = Situation {
            is_typing: ui.ctx().text_edit_focused(),
            are_tiles_shown: cx.state.gallery.as_ref().is_none_or(Gallery::shows_tiles),
            is_text_marked: self.text_marking.is_marked(ui.ctx()),
        };
        if let Some(job) = pressed(ui.ctx(), situation) {
            self.perform(ui, cx, job);
        }
    }

    pub(super) fn perform(&mut self, ui: &Ui, cx: ViewContext<'_>, job: Job) {
        let edge = theme::tile_edge(&cx.state.settings);
        match job {
            Job::FindRoom => {
                leave_viewer(cx);
                self.rooms.focus_filter(ui.ctx());
            }
            Job::FindImage => {
                leave_viewer(cx);
                take_letters(ui);
                self.find_bar.open();
            }
            Job::GoToDate => {
                take_letters(ui);
                self.dialog = Dialog::Date;
            }
            Job::Save => cx.act(Action::SaveSelected),
            Job::SaveAs => cx.act(Action::SaveSelectedAs),
            Job::ShowMessage => cx.act(Action::OnImage(ImageAction::ShowMessage)),
            Job::Copy => cx.act(Action::OnImage(ImageAction::Copy)),
            Job::CopyLink => cx.act(Action::OnImage(ImageAction::CopyFileLink)),
            Job::SelectAll => cx.act(Action::SelectAll),
            Job::ClearSelection => cx.act(Action::ClearSelection),
            Job::Invert => cx.act(Action::InvertSelection),
            Job::Compare => cx.act(Action::Compare),
            Job::Reload => cx.act(Action::Reload),
            Job::TogglePanel => cx.act(Action::TogglePanel),
            Job::Help => self.dialog = Dialog::Help,
            Job::NextPane | Job::PreviousPane => self.panes.step(ui.ctx()),
            Job::Menu => {
                leave_viewer(cx);
                self.opens_menu = Some(SetOpenCommand::Toggle);
            }
            Job::FullScreen => {
                let is_full = ui.input(|input| input.viewport().fullscreen.unwrap_or(false));
                ui.send_viewport_cmd(ViewportCommand::Fullscreen(!is_full));
            }
            Job::Larger => cx.act(Action::SetTileEdge(edge * SIZE_STEP)),
            Job::Smaller => cx.act(Action::SetTileEdge(edge / SIZE_STEP)),
            Job::UsualSize => {
                let usual = crate::protocol::Settings::default().tile_edge_points;
                let (least, most) = TILE_EDGE_POINTS.into_inner();
                cx.act(Action::SetTileEdge(usual.clamp(least, most)));
            }
            Job::Local => {}
        }
    }
}

/// The key that opens a field is not typed into it.
fn take_letters(ui: &Ui) {
    ui.input_mut(|input| {
        let is_letter = |event: &egui::Event| matches!(event, egui::Event::Text(_));
        input.events.retain(|event| !is_letter(event));
    });
}

/// The viewer covers the room list, and so do images side by side; what is in the list leaves
/// them.
fn leave_viewer(cx: ViewContext<'_>) {
    let gallery = cx.state.gallery.as_ref();
    if gallery.is_some_and(|gallery| gallery.is_viewer_open) {
        cx.act(Action::CloseViewer);
    }
    if gallery.is_some_and(Gallery::is_comparing) {
        cx.act(Action::LeaveComparison);
    }
}

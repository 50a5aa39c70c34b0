//! Whether a part of some text, such as a message in the panel, is marked.

use egui::text_selection::LabelSelectionState;
use egui::{Context, PointerButton};

/// Tells what was marked from a mere click into text, which egui takes for a marking of nothing:
/// then the copy key would not copy the image any more.
#[derive(Debug, Default)]
pub(super) struct TextMarking {
    is_mere_click: bool,
}

impl TextMarking {
    /// Follows the pointer, once a frame. Keys mark no text here: they are those of the tiles.
    pub(super) fn follow(&mut self, ctx: &Context) {
        ctx.input(|input| {
            let pointer = &input.pointer;
            if pointer.any_pressed() {
                self.is_mere_click = !input.modifiers.shift;
            }
            let marks = pointer.is_decidedly_dragging()
                || pointer.button_double_clicked(PointerButton::Primary)
                || pointer.button_triple_clicked(PointerButton::Primary);
            if marks {
                self.is_mere_click = false;
            }
        });
    }

    /// Whether there is text to copy.
    pub(super) fn is_marked(&self, ctx: &Context) -> bool {
        let has_marking = |marking: &mut LabelSelectionState| marking.has_selection();
        !self.is_mere_click && ctx.with_plugin(has_marking).unwrap_or(false)
    }
}

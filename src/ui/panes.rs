//! Moving the keyboard between the panes of the window.

use egui::{Context, Rect};

use crate::ui::room_list::filter_id;

/// Where the panes are; a closed one is [`Rect::NOTHING`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Panes {
    /// The room list.
    pub rooms: Rect,
    /// Grid or viewer.
    pub images: Rect,
    /// The details.
    pub details: Rect,
}

impl Default for Panes {
    fn default() -> Self {
        Self {
            rooms: Rect::NOTHING,
            images: Rect::NOTHING,
            details: Rect::NOTHING,
        }
    }
}

impl Panes {
    /// Nothing has the keyboard, or something inside the images has.
    pub(super) fn images_have_focus(&self, ctx: &Context) -> bool {
        let focused = focus_rect(ctx);
        focused.is_none_or(|rect| self.images.contains(rect.center()))
    }

    /// To the other pane: from the rooms to the images and back. The images have the keyboard when
    /// nothing else has.
    pub(super) fn step(&self, ctx: &Context) {
        let is_in_images = self.images_have_focus(ctx);
        ctx.memory_mut(|memory| match memory.focused() {
            _ if is_in_images => memory.request_focus(filter_id()),
            Some(focused) => memory.surrender_focus(focused),
            None => {}
        });
    }
}

fn focus_rect(ctx: &Context) -> Option<Rect> {
    let focused = ctx.memory(|memory| memory.focused())?;
    ctx.read_response(focused).map(|response| response.rect)
}

//! The choice between all images, those without a copy on this machine, and those with one.

use egui::{
    Align2, CornerRadius, FontId, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};

use crate::state::SavedFilter;
use crate::ui::theme::{self, space, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::focus_ring;

/// The choices in order: what they are called, and more about them under the pointer.
const CHOICES: [(SavedFilter, &str, &str); 3] = [
    (SavedFilter::All, "All", "Saved or not"),
    (
        SavedFilter::NotSaved,
        "Not saved",
        "Only images without a copy on this computer",
    ),
    (
        SavedFilter::Saved,
        "Saved",
        "Only images with a copy on this computer",
    ),
];

/// Draws the choice; answers what was chosen, also if it was so already.
pub(super) fn saved_choice_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    chosen: SavedFilter,
) -> Option<SavedFilter> {
    let font = FontId::proportional(text::BODY);
    let width_of = |ui: &Ui, label: &str| {
        let galley = ui
            .painter()
            .layout_no_wrap(label.to_owned(), font.clone(), cx.palette.text);
        galley.size().x + 2.0 * space::M
    };
    let widths = CHOICES.map(|(_, label, _)| width_of(ui, label));
    let size = vec2(widths.iter().sum(), theme::BUTTON_HEIGHT);
    let (whole, _) = ui.allocate_exact_size(size, Sense::hover());
    let radius = CornerRadius::same(theme::RADIUS);
    ui.painter().rect_filled(whole, radius, cx.palette.raised);
    let mut answer = None;
    let mut left = whole.left();
    for (index, ((filter, label, hint), width)) in CHOICES.into_iter().zip(widths).enumerate() {
        let cell = Rect::from_min_size(pos2(left, whole.top()), vec2(width, whole.height()));
        left += width;
        let response = ui.interact(cell, choice_id(index), Sense::click());
        let is_chosen = filter == chosen;
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_chosen, label));
        let inside = cell.shrink(3.0);
        let inner_radius = CornerRadius::same(theme::RADIUS - 2);
        if is_chosen {
            ui.painter()
                .rect_filled(inside, inner_radius, cx.palette.accent_soft);
        } else if response.hovered() {
            ui.painter()
                .rect_filled(inside, inner_radius, cx.palette.hovered);
        }
        let color = if is_chosen || response.hovered() {
            cx.palette.text
        } else {
            cx.palette.text_weak
        };
        let center = cell.center();
        ui.painter()
            .text(center, Align2::CENTER_CENTER, label, font.clone(), color);
        focus_ring(ui, &response, cx.palette);
        if response.on_hover_text(hint).clicked() {
            answer = Some(filter);
        }
    }
    let edge = Stroke::new(1.0, cx.palette.edge);
    ui.painter()
        .rect_stroke(whole, radius, edge, StrokeKind::Inside);
    answer
}

/// How wide it is, roughly: to decide whether it has room beside the field.
pub(super) const WIDTH: f32 = 220.0;

/// Whether this is one of the choices.
pub(super) fn is_part(id: Id) -> bool {
    (0..CHOICES.len()).any(|index| choice_id(index) == id)
}

fn choice_id(index: usize) -> Id {
    Id::unique("saved or not").with(index)
}

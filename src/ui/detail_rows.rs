//! One fact of the details panel: a label, and a value to select and to copy.

use egui::{Color32, Label, Rect, RichText, Sense, Ui, Vec2, vec2};
use lucide_icons::Icon;

use crate::domain::Person;
use crate::protocol::{ImageRequest, ImageSize, ImageSubject, WantedImage};
use crate::state::Action;
use crate::ui::text;
use crate::ui::theme::{self, space};
use crate::ui::view_context::{Urgency, ViewContext};

/// Edge of an avatar in points.
const AVATAR: f32 = 32.0;

/// Side of the button that copies a value, in points.
const COPY: f32 = 26.0;

/// Pixels asked for: sharp on a screen of twice the density.
const AVATAR_PX: u16 = 128;

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    label: &'static str,
    value: String,
    hover: Option<String>,
    is_mono: bool,
    is_warning: bool,
}

impl Row {
    /// A fact.
    pub(super) fn new(label: &'static str, value: impl Into<String>) -> Self {
        Self {
            label,
            value: value.into(),
            hover: None,
            is_mono: false,
            is_warning: false,
        }
    }

    /// More about it under the pointer.
    pub(super) fn hover(mut self, words: impl Into<String>) -> Self {
        self.hover = Some(words.into());
        self
    }

    /// Something to be compared letter by letter.
    pub(super) fn mono(mut self) -> Self {
        self.is_mono = true;
        self
    }

    /// Something that is not as one would expect.
    pub(super) fn warning(mut self) -> Self {
        self.is_warning = true;
        self
    }

    /// For tests and sums.
    #[cfg(test)]
    pub(super) fn parts(&self) -> (&str, &str) {
        (self.label, &self.value)
    }
}

/// Draws a fact.
pub(super) fn row_ui(ui: &mut Ui, cx: ViewContext<'_>, row: &Row) {
    let start = ui.cursor().min;
    let width = ui.available_width();
    let label = RichText::new(row.label).small().color(cx.palette.text_weak);
    ui.add(Label::new(label).selectable(false));
    ui.add_space(-2.0);
    let mut value = RichText::new(&row.value);
    if row.is_mono {
        value = value.monospace();
    }
    if row.is_warning {
        value = value.color(cx.palette.danger);
    }
    // The button that copies it lies over nothing of it.
    let response = ui.scope(|ui| {
        ui.set_max_width((width - COPY - space::XS).max(COPY));
        ui.add(Label::new(value).wrap().selectable(true))
    });
    let response = response.inner;
    let bottom = response.rect.bottom();
    if let Some(hover) = &row.hover {
        response.on_hover_text(hover);
    }
    let area = Rect::from_min_max(start, egui::pos2(start.x + width, bottom));
    copy_button_ui(ui, cx, area, row);
    ui.add_space(space::XS);
}

/// Appears while the pointer is over the fact, or while it has the focus.
fn copy_button_ui(ui: &Ui, cx: ViewContext<'_>, area: Rect, row: &Row) {
    let size = Vec2::splat(COPY);
    let rect = Rect::from_min_size(area.right_top() - vec2(size.x, 0.0), size);
    let id = ui.scope_id().with(("copy", row.label));
    let response = ui.interact(rect, id, Sense::click());
    let name = format!("Copy {}", row.label.to_lowercase());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    let is_shown = ui.rect_contains_pointer(area) || response.has_focus();
    if is_shown {
        let fill = if response.hovered() || response.has_focus() {
            cx.palette.hovered
        } else {
            Color32::TRANSPARENT
        };
        ui.painter().rect_filled(rect, 6.0, fill);
        ui.painter().text(
            rect.center(),
            egui::Align2::CENTER_CENTER,
            char::from(Icon::Copy),
            egui::FontId::proportional(14.0),
            cx.palette.text_weak,
        );
    }
    if response.on_hover_text(name).clicked() {
        ui.copy_text(row.value.clone());
        cx.act(Action::Copied(row.label));
    }
}

/// A group of facts begins.
pub(super) fn heading_ui(ui: &mut Ui, cx: ViewContext<'_>, words: &str) {
    ui.add_space(space::M);
    ui.label(RichText::new(words).strong().color(cx.palette.text));
    ui.add_space(2.0);
}

/// Who it was, with a picture.
pub(super) fn person_ui(ui: &mut Ui, cx: ViewContext<'_>, person: &Person) {
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(Vec2::splat(AVATAR), Sense::hover());
        avatar(ui, cx, person, rect);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add(Label::new(RichText::new(text::person(person)).strong()).truncate());
            if let Some(username) = &person.username {
                let handle = format!("@{}", crate::domain::safe_display_name(username));
                let handle = RichText::new(handle).small().color(cx.palette.text_weak);
                ui.add(Label::new(handle).truncate());
            }
        });
    });
    ui.add_space(space::XS);
}

fn avatar(ui: &Ui, cx: ViewContext<'_>, person: &Person, rect: Rect) {
    let texture = person.username.as_ref().and_then(|username| {
        let wanted = WantedImage {
            request: ImageRequest {
                subject: ImageSubject::UserAvatar(username.clone()),
                size: ImageSize::Thumbnail { edge_px: AVATAR_PX },
            },
            upload: None,
        };
        cx.picture(&wanted, Urgency::Avatar)
    });
    let radius = egui::CornerRadius::same(theme::TILE_RADIUS);
    if let Some(texture) = texture {
        let uv = Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1.0, 1.0));
        let shape = egui::epaint::RectShape::filled(rect, radius, Color32::WHITE);
        ui.painter().add(shape.with_texture(texture.id, uv));
        return;
    }
    ui.painter()
        .rect_filled(rect, radius, cx.palette.accent_soft);
    let initial = text::person(person).chars().next().unwrap_or('?');
    ui.painter().text(
        rect.center(),
        egui::Align2::CENTER_CENTER,
        initial.to_uppercase(),
        egui::FontId::proportional(15.0),
        cx.palette.text,
    );
}

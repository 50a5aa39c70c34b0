//! Small widgets that several views share.

use std::sync::Arc;

use egui::{
    Align2, Color32, CornerRadius, FontId, Galley, Id, Rect, Response, RichText, Role, Sense,
    Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};
use lucide_icons::Icon;

use crate::state::UserMessage;
use crate::ui::theme::{self, Palette, space, text};

/// Side of an icon button in points; accessibility asks for 24.
pub(super) const ICON_BUTTON_SIDE: f32 = 32.0;

/// An icon that is ready after this is never seen: a spinner that only flashes is noise.
const LATE_AFTER_SECS: f64 = 0.2;

/// A round-cornered icon with a name for tooltips and screen readers, and its key.
pub(super) fn icon_button_ui(
    ui: &mut Ui,
    palette: &Palette,
    icon: Icon,
    name: &str,
    key: &str,
) -> Response {
    icon_toggle_ui(
        ui,
        palette,
        IconButton {
            icon,
            name,
            key,
            is_on: None,
        },
    )
}

/// What [`icon_toggle_ui`] draws.
#[derive(Clone, Copy)]
pub(super) struct IconButton<'a> {
    /// The picture.
    pub icon: Icon,
    /// What it does: tooltip and accessible name.
    pub name: &'a str,
    /// Its key for the tooltip, or nothing.
    pub key: &'a str,
    /// For buttons that are on or off.
    pub is_on: Option<bool>,
}

/// Like [`icon_button_ui`], for buttons that can be on.
pub(super) fn icon_toggle_ui(ui: &mut Ui, palette: &Palette, button: IconButton<'_>) -> Response {
    let size = Vec2::splat(ICON_BUTTON_SIDE);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let is_on = button.is_on.unwrap_or(false);
    let is_enabled = ui.is_enabled();
    response.widget_info(|| match button.is_on {
        Some(is_on) => WidgetInfo::selected(Role::Button, is_enabled, is_on, button.name),
        None => WidgetInfo::labeled(Role::Button, is_enabled, button.name),
    });
    if ui.is_rect_visible(rect) {
        let radius = CornerRadius::same(theme::RADIUS);
        let fill = if response.is_pointer_button_down_on() || is_on {
            palette.accent_soft
        } else if response.hovered() {
            palette.hovered
        } else {
            Color32::TRANSPARENT
        };
        ui.painter().rect_filled(rect, radius, fill);
        let color = if is_on || response.hovered() {
            palette.text
        } else {
            palette.text_weak
        };
        paint_icon(ui, rect.center(), button.icon, text::ICON, color);
        focus_ring(ui, &response, palette);
    }
    let hint = if button.key.is_empty() {
        button.name.to_owned()
    } else {
        format!("{} ({})", button.name, button.key)
    };
    response.on_hover_text(hint)
}

/// Draws an icon centred on a point.
pub(super) fn paint_icon(ui: &Ui, center: egui::Pos2, icon: Icon, size: f32, color: Color32) {
    let glyph = char::from(icon).to_string();
    ui.painter().text(
        center,
        Align2::CENTER_CENTER,
        glyph,
        FontId::proportional(size),
        color,
    );
}

/// Two points of accent around what has the keyboard.
pub(super) fn focus_ring(ui: &Ui, response: &Response, palette: &Palette) {
    if response.has_focus() {
        let radius = CornerRadius::same(theme::RADIUS);
        let stroke = Stroke::new(2.0, palette.accent);
        ui.painter()
            .rect_stroke(response.rect, radius, stroke, StrokeKind::Inside);
    }
}

/// The one button of a form or dialog that goes on, as wide as its text.
pub(super) fn primary_button(palette: &Palette, label: &str) -> egui::Button<'static> {
    let label = RichText::new(label).color(palette.on_accent);
    egui::Button::new(label)
        .fill(palette.accent)
        .stroke(Stroke::NONE)
        .min_size(vec2(0.0, theme::BUTTON_HEIGHT))
}

/// The same where it has the keyboard: its own colour would hide the usual ring.
pub(super) fn primary_ring(ui: &Ui, response: &Response, palette: &Palette) {
    if response.has_focus() {
        let radius = CornerRadius::same(theme::RADIUS + 3);
        let stroke = Stroke::new(2.0, palette.text);
        let around = response.rect.expand(3.0);
        ui.painter()
            .rect_stroke(around, radius, stroke, StrokeKind::Inside);
    }
}

/// The same over the whole width of a form; grey while it cannot be pressed.
pub(super) fn wide_primary_ui(ui: &mut Ui, palette: &Palette, label: &str) -> bool {
    let size = vec2(ui.available_width(), theme::BUTTON_HEIGHT);
    let button = if ui.is_enabled() {
        primary_button(palette, label)
    } else {
        egui::Button::new(label).fill(palette.hovered)
    };
    ui.add_sized(size, button).clicked()
}

/// A button of lesser weight beside it.
pub(super) fn plain_button(label: impl Into<String>) -> egui::Button<'static> {
    egui::Button::new(label.into()).min_size(vec2(0.0, theme::BUTTON_HEIGHT))
}

/// What happened in bold, what to do beneath.
pub(super) fn message_ui(ui: &mut Ui, palette: &Palette, message: &UserMessage) {
    ui.spacing_mut().item_spacing.y = space::XS / 2.0;
    ui.add(egui::Label::new(RichText::new(&message.headline).strong()).wrap());
    if !message.advice.is_empty() {
        let advice = RichText::new(&message.advice).color(palette.text_weak);
        ui.add(egui::Label::new(advice).wrap());
    }
}

/// The same beside a red mark: something did not work.
pub(super) fn trouble_ui(ui: &mut Ui, palette: &Palette, message: &UserMessage) {
    let frame = egui::Frame::new()
        .fill(palette.danger.gamma_multiply(0.1))
        .corner_radius(CornerRadius::same(theme::RADIUS))
        .inner_margin(egui::Margin::symmetric(12, 10));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            ui.label(theme::icon(Icon::CircleAlert, text::BODY + 2.0).color(palette.danger));
            ui.vertical(|ui| message_ui(ui, palette, message));
        });
    });
}

/// A spinner that stays away for the first moment.
pub(super) fn late_spinner_ui(ui: &mut Ui, id_salt: &str, size: f32) {
    let id = ui.make_persistent_id(id_salt);
    if is_late(ui, id) {
        ui.add(egui::Spinner::new().size(size));
    } else {
        ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
    }
}

/// Whether what `id` stands for is waited for so long that this should be seen. Asked in each
/// frame of the wait.
pub(super) fn is_late(ui: &Ui, id: Id) -> bool {
    let now = ui.input(|input| input.time);
    let frame = ui.ctx().cumulative_frame_nr();
    // The frame tells whether the wait went on in the frame before or is new.
    let before = ui.data(|data| data.get_temp::<(f64, u64)>(id));
    let since = match before {
        Some((since, seen)) if frame.saturating_sub(seen) <= 1 => since,
        _ => now,
    };
    ui.data_mut(|data| data.insert_temp(id, (since, frame)));
    let waited = now - since;
    if waited < LATE_AFTER_SECS {
        let rest = std::time::Duration::from_secs_f64(LATE_AFTER_SECS - waited);
        ui.ctx().request_repaint_after(rest);
    }
    waited >= LATE_AFTER_SECS
}

/// One line of text, cut with an ellipsis where the width ends.
pub(super) fn elided(ui: &Ui, text: &str, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), font, color);
    job.wrap.max_width = width.max(0.0);
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    ui.painter().layout_job(job)
}

/// A line of text in `rect`, vertically centred, cut where it ends. Whether it was cut.
pub(super) fn line_in(ui: &Ui, rect: Rect, text: &str, font: FontId, color: Color32) -> bool {
    let galley = elided(ui, text, font, color, rect.width());
    let is_cut = galley.elided;
    let y = rect.center().y - galley.size().y / 2.0;
    ui.painter().galley(pos2(rect.left(), y), galley, color);
    is_cut
}

/// A floating card: dialogs, notices, the queue.
pub(super) fn card_frame(palette: &Palette) -> egui::Frame {
    egui::Frame::new()
        .fill(palette.raised)
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(CornerRadius::same(12))
        .inner_margin(egui::Margin::same(16))
        .shadow(palette.shadow())
}

/// A dialog over everything; `true` when it was left with Escape or a click beside it.
pub(super) fn dialog_ui(
    ui: &Ui,
    palette: &Palette,
    id: &str,
    width: f32,
    body: impl FnOnce(&mut Ui),
) -> bool {
    modal_ui(ui, palette, egui::Modal::new(Id::unique(id)), width, body)
}

/// The same from the top of the window on, for a dialog that grows: its title stays where it is.
pub(super) fn dialog_from_top_ui(
    ui: &Ui,
    palette: &Palette,
    id: &str,
    width: f32,
    body: impl FnOnce(&mut Ui),
) -> bool {
    let id = Id::unique(id);
    let from_top = Align2::CENTER_TOP;
    let area = egui::Modal::default_area(id).anchor(from_top, vec2(0.0, space::L));
    modal_ui(ui, palette, egui::Modal::new(id).area(area), width, body)
}

/// Around what a dialog says, in points.
const DIALOG_MARGIN: i8 = 24;

fn modal_ui(
    ui: &Ui,
    palette: &Palette,
    modal: egui::Modal,
    width: f32,
    body: impl FnOnce(&mut Ui),
) -> bool {
    let window = ui.ctx().content_rect().width();
    let width = width.min(window - 2.0 * (f32::from(DIALOG_MARGIN) + space::S));
    let modal = modal
        .frame(card_frame(palette).inner_margin(egui::Margin::same(DIALOG_MARGIN)))
        .backdrop_color(palette.backdrop());
    let response = modal.show(ui.ctx(), |ui| {
        ui.set_width(width);
        body(ui);
    });
    response.should_close()
}

/// A title and a sentence in the middle of an area.
pub(super) fn placeholder_ui(ui: &mut Ui, palette: &Palette, icon: Icon, title: &str, more: &str) {
    ui.vertical_centered(|ui| {
        ui.add_space((ui.available_height() * 0.32).max(space::L));
        ui.label(theme::icon(icon, 40.0).color(palette.edge));
        ui.add_space(space::S);
        ui.label(RichText::new(title).size(text::TITLE).strong());
        if !more.is_empty() {
            ui.label(RichText::new(more).color(palette.text_weak));
        }
    });
}

/// Makes a row's description known to screen readers.
pub(super) fn describe(ui: &Ui, response: &Response, description: &str) {
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_description(description.to_owned());
    });
}

/// Lets screen readers tell changes of this text when they have nothing else to say.
pub(super) fn announce(ui: &Ui, response: &Response) {
    ui.ctx().accesskit_node_builder(response.id, |node| {
        node.set_live(egui::accesskit::Live::Polite);
    });
}

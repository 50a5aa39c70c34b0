//! The parts that all steps of signing in are made of.

use egui::{Id, Key, RichText, TextEdit, Ui};
use lucide_icons::Icon;

use crate::ui::theme::{self, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{ICON_BUTTON_SIDE, icon_button_ui, late_spinner_ui, plain_button};

/// A field over the whole width.
pub(super) fn field_ui(ui: &mut Ui, field: TextEdit<'_>) -> egui::Response {
    ui.add(
        field
            .desired_width(f32::INFINITY)
            .margin(egui::Margin::symmetric(10, 8)),
    )
}

/// A row that says what is going on.
pub(super) fn busy_ui(ui: &mut Ui, label: &str) {
    ui.horizontal(|ui| {
        ui.set_min_height(theme::BUTTON_HEIGHT);
        late_spinner_ui(ui, label, text::TITLE);
        ui.label(label);
    });
}

/// Whether Enter was pressed in this frame.
pub(super) fn enter(ui: &Ui) -> bool {
    ui.input(|input| input.key_pressed(Key::Enter))
}

/// The same, and nobody else sees it.
pub(super) fn take_enter(ui: &Ui) -> bool {
    ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, Key::Enter))
}

/// Which field [`secret_ui`] draws.
pub(super) struct SecretField<'a> {
    /// Its id.
    pub(super) id: Id,
    /// Its label.
    pub(super) label: Id,
    /// Whether its text can be read.
    pub(super) is_shown: &'a mut bool,
}

/// A field for a secret, with a button that shows it.
pub(super) fn secret_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    text: &mut String,
    field: SecretField<'_>,
) -> egui::Response {
    let SecretField {
        id,
        label,
        is_shown,
    } = field;
    ui.horizontal(|ui| {
        let button_width = ICON_BUTTON_SIDE + ui.spacing().item_spacing.x;
        let edit = TextEdit::singleline(text)
            .id(id)
            .password(!*is_shown)
            .desired_width(ui.available_width() - button_width)
            .margin(egui::Margin::symmetric(10, 8));
        let response = ui.add(edit).labelled_by(label);
        let (icon, name) = if *is_shown {
            (Icon::EyeOff, "Hide")
        } else {
            (Icon::Eye, "Show")
        };
        if icon_button_ui(ui, cx.palette, icon, name, "").clicked() {
            *is_shown = !*is_shown;
        }
        response
    })
    .inner
}

/// A quiet way to somewhere else, in the middle.
pub(super) fn side_way_ui(ui: &mut Ui, cx: ViewContext<'_>, label: &str) -> bool {
    let label = RichText::new(label).color(cx.palette.accent);
    let button = egui::Button::new(label).frame_when_inactive(false);
    ui.vertical_centered(|ui| ui.add(button).clicked()).inner
}

/// A second button under the form, such as "Sign out".
pub(super) fn wide_plain_ui(ui: &mut Ui, label: &str) -> bool {
    let size = egui::vec2(ui.available_width(), theme::BUTTON_HEIGHT);
    ui.add_sized(size, plain_button(label)).clicked()
}

//! All keys on one sheet.

use egui::{RichText, ScrollArea, Ui};
use lucide_icons::Icon;

use crate::ui::shortcuts::{Place, Shortcut, TABLE, names_of};
use crate::ui::theme::{space, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{dialog_ui, icon_button_ui};

const WIDTH: f32 = 720.0;

/// Draws the sheet; `true` when it was left.
pub(super) fn help_sheet_ui(ui: &Ui, cx: ViewContext<'_>) -> bool {
    let screen = ui.ctx().content_rect();
    let width = WIDTH.min(screen.width() - 2.0 * space::XL);
    let mut is_closed = false;
    let is_left = dialog_ui(ui, cx.palette, "help", width, |ui| {
        ui.horizontal(|ui| {
            ui.label(
                RichText::new("Keyboard shortcuts")
                    .size(text::HEADING)
                    .strong(),
            );
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                is_closed = icon_button_ui(ui, cx.palette, Icon::X, "Close", "Esc").clicked();
            });
        });
        ui.add_space(space::S);
        ScrollArea::vertical()
            .auto_shrink([false, true])
            .min_scrolled_height(screen.height() - 180.0)
            .max_height(screen.height() - 180.0)
            .show(ui, |ui| {
                // The scroll bar floats over the content.
                ui.set_max_width(ui.available_width() - space::L);
                ui.spacing_mut().item_spacing.x = space::L;
                ui.columns(2, |columns| {
                    if let [left, right] = columns {
                        section_ui(left, cx, "Grid", &[Place::Grid]);
                        section_ui(right, cx, "Everywhere", &[Place::Everywhere, Place::Images]);
                        right.add_space(space::M);
                        section_ui(right, cx, "One image", &[Place::Viewer]);
                        left.add_space(space::M);
                        section_ui(left, cx, "Images side by side", &[Place::Comparison]);
                    }
                });
            });
    });
    is_left || is_closed
}

fn section_ui(ui: &mut Ui, cx: ViewContext<'_>, title: &str, places: &[Place]) {
    ui.spacing_mut().item_spacing.y = 6.0;
    ui.label(RichText::new(title).strong().color(cx.palette.accent));
    let mut seen: Vec<&str> = Vec::new();
    for row in TABLE.iter().filter(|row| places.contains(&row.place)) {
        if !seen.contains(&row.what) {
            seen.push(row.what);
            row_ui(ui, cx, row);
        }
    }
}

fn row_ui(ui: &mut Ui, cx: ViewContext<'_>, row: &Shortcut) {
    ui.horizontal(|ui| {
        ui.label(row.what);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            for key in names_of(ui.ctx(), row).iter().rev() {
                key_ui(ui, cx, key);
            }
        });
    });
}

fn key_ui(ui: &mut Ui, cx: ViewContext<'_>, key: &str) {
    let frame = egui::Frame::new()
        .fill(cx.palette.surface)
        .stroke(egui::Stroke::new(1.0, cx.palette.line))
        .corner_radius(egui::CornerRadius::same(5))
        .inner_margin(egui::Margin::symmetric(6, 2));
    frame.show(ui, |ui| ui.label(RichText::new(key).small()));
}

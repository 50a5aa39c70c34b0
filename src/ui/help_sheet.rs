//! All keys on one sheet.

use egui::{RichText, ScrollArea, Ui};
use lucide_icons::Icon;

use crate::ui::shortcuts::{Place, Shortcut, TABLE, names_of};
use crate::ui::theme::{space, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{dialog_ui, icon_button_ui};

const WIDTH: f32 = 720.0;

/// Where there is less, the longest rows of two columns would be of three lines.
const TWO_COLUMNS: f32 = 600.0;

/// What the words of a row get, however many keys it has.
const LEAST_WORDS: f32 = 72.0;

/// Beside the name of a key, in points.
const KEY_MARGIN: i8 = 6;

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
                if ui.available_width() < TWO_COLUMNS {
                    one_column_ui(ui, cx);
                } else {
                    ui.columns(2, |columns| two_columns_ui(columns, cx));
                }
            });
    });
    is_left || is_closed
}

fn two_columns_ui(columns: &mut [Ui], cx: ViewContext<'_>) {
    if let [left, right] = columns {
        section_ui(left, cx, "Everywhere", &[Place::Everywhere, Place::Images]);
        left.add_space(space::M);
        section_ui(left, cx, "Grid", &[Place::Grid]);
        section_ui(right, cx, "One image", &[Place::Viewer]);
        right.add_space(space::M);
        section_ui(right, cx, "Images side by side", &[Place::Comparison]);
    }
}

fn one_column_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    section_ui(ui, cx, "Everywhere", &[Place::Everywhere, Place::Images]);
    ui.add_space(space::M);
    section_ui(ui, cx, "Grid", &[Place::Grid]);
    ui.add_space(space::M);
    section_ui(ui, cx, "One image", &[Place::Viewer]);
    ui.add_space(space::M);
    section_ui(ui, cx, "Images side by side", &[Place::Comparison]);
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

/// What it does takes as many lines as it needs beside the keys.
fn row_ui(ui: &mut Ui, cx: ViewContext<'_>, row: &Shortcut) {
    let keys = names_of(ui.ctx(), row);
    let width = keys_width(ui, &keys);
    ui.horizontal_top(|ui| {
        let words = (ui.available_width() - width - space::M).max(LEAST_WORDS);
        ui.allocate_ui_with_layout(
            egui::vec2(words, 0.0),
            egui::Layout::top_down(egui::Align::Min),
            |ui| {
                ui.set_min_width(words);
                ui.add(egui::Label::new(row.what).wrap());
            },
        );
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            for key in keys.iter().rev() {
                key_ui(ui, cx, key);
            }
        });
    });
}

/// Of the keys as they are drawn.
fn keys_width(ui: &Ui, keys: &[String]) -> f32 {
    let font = egui::TextStyle::Small.resolve(ui.style());
    let width = |key: &String| {
        let words =
            ui.painter()
                .layout_no_wrap(key.clone(), font.clone(), egui::Color32::PLACEHOLDER);
        words.size().x + 2.0 * f32::from(KEY_MARGIN) + 2.0 + space::XS
    };
    keys.iter().map(width).sum()
}

fn key_ui(ui: &mut Ui, cx: ViewContext<'_>, key: &str) {
    let frame = egui::Frame::new()
        .fill(cx.palette.surface)
        .stroke(egui::Stroke::new(1.0, cx.palette.line))
        .corner_radius(egui::CornerRadius::same(5))
        .inner_margin(egui::Margin::symmetric(KEY_MARGIN, 2));
    frame.show(ui, |ui| ui.label(RichText::new(key).small()));
}

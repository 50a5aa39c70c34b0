//! Colours, spacing and text: the only place with such literals.

use std::sync::Arc;

use egui::epaint::text::{FontInsert, FontPriority, InsertFontFamily};
use egui::{CornerRadius, FontFamily, FontId, Margin, Stroke, TextStyle, Visuals, vec2};

use crate::protocol::Settings;
use crate::state::TILE_EDGE_POINTS;
pub use crate::ui::palette::Palette;

/// Distances in points: one scale for everything.
pub mod space {
    /// Between things that belong together.
    pub const XS: f32 = 4.0;
    /// Between neighbours.
    pub const S: f32 = 8.0;
    /// Inside panels.
    pub const M: f32 = 12.0;
    /// Between groups.
    pub const L: f32 = 20.0;
    /// Around whole pages.
    pub const XL: f32 = 32.0;
}

/// Sizes of text in points.
pub mod text {
    /// Beside something of more weight.
    pub const SMALL: f32 = 12.0;
    /// Running text.
    pub const BODY: f32 = 14.0;
    /// Names of rooms and dialogs.
    pub const TITLE: f32 = 16.0;
    /// The largest.
    pub const HEADING: f32 = 20.0;
    /// Icons of buttons.
    pub const ICON: f32 = 17.0;
}

/// Height of buttons that carry a form or dialog.
pub const BUTTON_HEIGHT: f32 = 34.0;

/// Height of the bar over the grid.
pub const TOP_BAR_HEIGHT: f32 = 52.0;

/// Height of the bar at the bottom.
pub const STATUS_BAR_HEIGHT: f32 = 30.0;

/// Below this width of the window the details lie under the grid instead of beside it.
pub const NARROW_WINDOW: f32 = 720.0;

/// Height of rows that are clicked, in points; more than the 24 that accessibility asks for.
pub const ROW_HEIGHT: f32 = 36.0;

/// Width of the room list in points.
pub const ROOM_LIST_WIDTH: f32 = 232.0;

/// Width of the details panel in points.
pub const PANEL_WIDTH: f32 = 296.0;

/// Between tiles, in points.
pub const TILE_GAP: f32 = 6.0;

/// Rounding of tiles, in points.
pub const TILE_RADIUS: u8 = 6;

/// Rounding of buttons, fields and cards.
pub const RADIUS: u8 = 8;

/// Name of the icon font.
const ICON_FAMILY: &str = "icons";

/// Puts the icon font beside egui's own; system fonts fill in for other scripts.
pub fn add_fonts(ctx: &egui::Context) {
    let families =
        [FontFamily::Proportional, FontFamily::Monospace].map(|family| InsertFontFamily {
            family,
            priority: FontPriority::Lowest,
        });
    ctx.add_font(FontInsert::new(
        ICON_FAMILY,
        egui::FontData::from_static(lucide_icons::LUCIDE_FONT_BYTES),
        families.to_vec(),
    ));
}

/// An icon of the icon font as text.
pub fn icon(icon: lucide_icons::Icon, size_points: f32) -> egui::RichText {
    egui::RichText::new(char::from(icon).to_string()).size(size_points)
}

/// Puts colours, text sizes and spacing in place for one theme.
pub fn apply(ctx: &egui::Context, palette: &Palette) {
    let theme = if palette.is_dark {
        egui::Theme::Dark
    } else {
        egui::Theme::Light
    };
    ctx.set_theme(theme);
    let mut style = egui::Style {
        visuals: visuals(palette),
        ..egui::Style::default()
    };
    style.text_styles = [
        (TextStyle::Small, text::SMALL),
        (TextStyle::Body, text::BODY),
        (TextStyle::Button, text::BODY),
        (TextStyle::Heading, text::HEADING),
    ]
    .map(|(text_style, size)| (text_style, FontId::proportional(size)))
    .into();
    style
        .text_styles
        .insert(TextStyle::Monospace, FontId::monospace(13.0));
    style.spacing.item_spacing = vec2(space::S, space::S);
    style.spacing.button_padding = vec2(space::M, 6.0);
    style.spacing.interact_size = vec2(40.0, 28.0);
    style.spacing.menu_margin = Margin::same(6);
    style.spacing.window_margin = Margin::same(16);
    style.spacing.scroll = egui::style::ScrollStyle::floating();
    style.interaction.tooltip_delay = 0.6;
    style.animation_time = 0.12;
    ctx.set_style_of(theme, style);
}

/// Puts the distances back that a dense bar around it changed.
pub fn reset_spacing(ui: &mut egui::Ui) {
    ui.spacing_mut().item_spacing = vec2(space::S, space::S);
}

/// How widgets of these colours look.
pub(super) fn visuals(palette: &Palette) -> Visuals {
    let mut visuals = if palette.is_dark {
        Visuals::dark()
    } else {
        Visuals::light()
    };
    let radius = CornerRadius::same(RADIUS);
    visuals.panel_fill = palette.surface;
    visuals.window_fill = palette.raised;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(12);
    visuals.menu_corner_radius = radius;
    visuals.popup_shadow = palette.shadow();
    visuals.window_shadow = palette.shadow();
    visuals.extreme_bg_color = palette.raised;
    visuals.faint_bg_color = palette.surface;
    visuals.code_bg_color = palette.surface;
    visuals.hyperlink_color = palette.accent;
    visuals.error_fg_color = palette.danger;
    visuals.warn_fg_color = palette.danger;
    visuals.selection.bg_fill = palette.accent_soft;
    // Also the edge of the text field that has the keyboard.
    visuals.selection.stroke = Stroke::new(2.0, palette.accent);
    visuals.weak_text_color = Some(palette.text_weak);
    let widgets = &mut visuals.widgets;
    for (widget, fill, text) in [
        (&mut widgets.noninteractive, palette.surface, palette.text),
        (&mut widgets.inactive, palette.raised, palette.text),
        (&mut widgets.hovered, palette.hovered, palette.text),
        (&mut widgets.active, palette.accent_soft, palette.text),
        (&mut widgets.open, palette.hovered, palette.text),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.bg_stroke = Stroke::new(1.0, palette.line);
        widget.corner_radius = radius;
        widget.expansion = 0.0;
    }
    // Rails of sliders and progress; buttons take the weak fill.
    widgets.inactive.bg_fill = palette.line;
    widgets.inactive.bg_stroke = Stroke::new(1.0, palette.edge);
    widgets.hovered.bg_stroke = Stroke::new(1.0, palette.edge);
    // What has the keyboard is drawn as active: its edge is the focus ring.
    widgets.active.bg_stroke = Stroke::new(2.0, palette.accent);
    visuals
}

/// Puts egui's own habits aside where they collide with an image viewer's keys.
pub fn set_options(ctx: &egui::Context) {
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

/// The style shared by all frames of one theme, for tests that look at contrast.
pub fn style_of(palette: &Palette) -> Arc<Visuals> {
    Arc::new(visuals(palette))
}

/// The wanted edge of a tile. Settings may hold anything, as people edit them by hand.
pub(super) fn tile_edge(settings: &Settings) -> f32 {
    let (least, most) = TILE_EDGE_POINTS.into_inner();
    let edge = settings.tile_edge_points;
    if edge.is_finite() {
        edge.clamp(least, most)
    } else {
        Settings::default().tile_edge_points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(
        clippy::float_cmp,
        reason = "numbers that are passed through or replaced"
    )]
    fn absurd_tile_sizes_are_put_right() {
        for (kept, used) in [
            (f32::NAN, 168.0),
            (f32::INFINITY, 168.0),
            (0.01, 80.0),
            (-3.0, 80.0),
            (1e9, 400.0),
            (200.0, 200.0),
        ] {
            let settings = Settings {
                tile_edge_points: kept,
                ..Settings::default()
            };
            assert_eq!(tile_edge(&settings), used, "{kept}");
        }
    }
}

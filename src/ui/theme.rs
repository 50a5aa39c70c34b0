//! Colours, spacing and text: the only place with such literals.

use std::sync::Arc;

use egui::epaint::text::{FontInsert, FontPriority, InsertFontFamily};
use egui::{Color32, CornerRadius, FontFamily, FontId, Margin, Stroke, TextStyle, Visuals, vec2};

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

/// The colours of one theme. Text on its ground has a contrast of 4.5 to 1 or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// Whether this is the dark one.
    pub is_dark: bool,
    /// The wall the images hang on.
    pub canvas: Color32,
    /// Panels beside it.
    pub surface: Color32,
    /// Fields, cards and menus.
    pub raised: Color32,
    /// Under the pointer.
    pub hovered: Color32,
    /// Lines between panels.
    pub line: Color32,
    /// Edges of fields and buttons: 3 to 1 against their ground.
    pub edge: Color32,
    /// Text.
    pub text: Color32,
    /// Text of lesser weight.
    pub text_weak: Color32,
    /// The one accent colour: selection, focus, primary buttons.
    pub accent: Color32,
    /// Ground of what is selected in a list.
    pub accent_soft: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Something failed.
    pub danger: Color32,
    /// Ground of a warning.
    pub warning_soft: Color32,
    /// Something is done.
    pub success: Color32,
    /// A place where a picture will be.
    pub skeleton: Color32,
}

impl Palette {
    /// Light.
    pub const LIGHT: Self = Self {
        is_dark: false,
        canvas: Color32::from_rgb(250, 250, 248),
        surface: Color32::from_rgb(241, 241, 238),
        raised: Color32::from_rgb(255, 255, 255),
        hovered: Color32::from_rgb(228, 229, 226),
        line: Color32::from_rgb(221, 221, 217),
        edge: Color32::from_rgb(142, 143, 140),
        text: Color32::from_rgb(32, 34, 37),
        text_weak: Color32::from_rgb(92, 96, 102),
        accent: Color32::from_rgb(23, 107, 135),
        accent_soft: Color32::from_rgb(207, 229, 236),
        on_accent: Color32::WHITE,
        danger: Color32::from_rgb(179, 38, 30),
        warning_soft: Color32::from_rgb(253, 240, 213),
        success: Color32::from_rgb(34, 120, 69),
        skeleton: Color32::from_rgb(228, 228, 224),
    };

    /// Dark.
    pub const DARK: Self = Self {
        is_dark: true,
        canvas: Color32::from_rgb(22, 24, 27),
        surface: Color32::from_rgb(29, 32, 36),
        raised: Color32::from_rgb(40, 44, 49),
        hovered: Color32::from_rgb(50, 54, 60),
        line: Color32::from_rgb(48, 52, 58),
        edge: Color32::from_rgb(118, 124, 132),
        text: Color32::from_rgb(232, 234, 237),
        text_weak: Color32::from_rgb(164, 170, 178),
        accent: Color32::from_rgb(96, 190, 219),
        accent_soft: Color32::from_rgb(30, 66, 80),
        on_accent: Color32::from_rgb(8, 28, 36),
        danger: Color32::from_rgb(255, 138, 128),
        warning_soft: Color32::from_rgb(66, 53, 24),
        success: Color32::from_rgb(110, 205, 145),
        skeleton: Color32::from_rgb(38, 41, 46),
    };

    /// Ground of the viewer, in both themes: nothing beside the image shines.
    pub const VIEWER_GROUND: Color32 = Color32::from_rgb(14, 15, 17);

    /// Behind text that lies on a picture.
    pub const SCRIM: Color32 = Color32::from_black_alpha(168);

    /// Grounds of avatars without a picture; white on them can be read.
    pub const AVATARS: [Color32; 8] = [
        Color32::from_rgb(93, 108, 124),
        Color32::from_rgb(122, 96, 140),
        Color32::from_rgb(62, 116, 133),
        Color32::from_rgb(139, 99, 82),
        Color32::from_rgb(80, 118, 88),
        Color32::from_rgb(148, 86, 110),
        Color32::from_rgb(84, 104, 156),
        Color32::from_rgb(122, 108, 66),
    ];

    /// Over what a dialog covers.
    pub const fn backdrop(&self) -> Color32 {
        Color32::from_black_alpha(if self.is_dark { 140 } else { 82 })
    }

    /// Under what floats.
    pub const fn shadow(&self) -> egui::Shadow {
        egui::Shadow {
            offset: [0, 6],
            blur: 24,
            spread: 0,
            color: Color32::from_black_alpha(if self.is_dark { 110 } else { 34 }),
        }
    }
}

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

fn visuals(palette: &Palette) -> Visuals {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(color: Color32) -> f32 {
        let [r, g, b, _] = egui::Rgba::from(color).to_array();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn contrast(a: Color32, b: Color32) -> f32 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_can_be_read_on_every_ground_of_both_themes() {
        for palette in [Palette::LIGHT, Palette::DARK] {
            for ground in [
                palette.canvas,
                palette.surface,
                palette.raised,
                palette.hovered,
                palette.accent_soft,
            ] {
                for text in [palette.text, palette.text_weak] {
                    let contrast = contrast(text, ground);
                    assert!(contrast >= 4.5, "{text:?} on {ground:?}: {contrast}");
                }
            }
            assert!(contrast(palette.on_accent, palette.accent) >= 4.5);
            for text in [palette.accent, palette.danger, palette.success] {
                let contrast = contrast(text, palette.surface);
                assert!(
                    contrast >= 4.5,
                    "{text:?} on {:?}: {contrast}",
                    palette.surface
                );
            }
            for ground in Palette::AVATARS {
                assert!(contrast(Color32::WHITE, ground) >= 4.5, "{ground:?}");
            }
            assert!(contrast(palette.edge, palette.raised) >= 3.0);
        }
    }
}

//! The colours of both themes; see [`super::theme`] for what is made of them.

use egui::Color32;

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

    /// Ground of the row of small pictures below it.
    pub const STRIP_GROUND: Color32 = Color32::from_rgb(24, 26, 29);

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

    /// Brightness, red, green and blue of a histogram.
    pub const fn histogram(&self) -> [Color32; 4] {
        if self.is_dark {
            [
                Color32::from_rgb(84, 90, 98),
                Color32::from_rgb(255, 120, 112),
                Color32::from_rgb(98, 206, 130),
                Color32::from_rgb(112, 168, 255),
            ]
        } else {
            [
                Color32::from_rgb(200, 201, 197),
                Color32::from_rgb(196, 44, 36),
                Color32::from_rgb(28, 126, 62),
                Color32::from_rgb(36, 88, 200),
            ]
        }
    }

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

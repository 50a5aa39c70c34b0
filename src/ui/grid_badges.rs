//! Small signs in the lower corners of a tile: it moves, a copy of it is saved.

use egui::{Color32, Painter, Pos2, Stroke, Vec2, vec2};
use lucide_icons::Icon;

use crate::ui::grid_tile::{Face, Tile, glyph};
use crate::ui::theme::Palette;

/// Radius of a badge, and its distance from the edges of the tile.
const RADIUS: f32 = 10.0;
const MARGIN: f32 = 6.0;

/// Size of the sign in it.
const GLYPH: f32 = 12.0;

/// Smaller tiles have no room for badges.
const MIN_TILE_WIDTH: f32 = 56.0;

/// Draws the badges of a tile.
pub(super) fn badges(painter: &Painter, palette: &Palette, tile: &Tile) {
    if tile.rect.width() < MIN_TILE_WIDTH {
        return;
    }
    let inset = Vec2::splat(MARGIN + RADIUS);
    if is_animated(tile) {
        let center = tile.rect.left_bottom() + vec2(inset.x, -inset.y);
        badge(painter, center, Icon::Play, Palette::SCRIM, Color32::WHITE);
    }
    if tile.is_saved {
        let center = tile.rect.right_bottom() - inset;
        badge(
            painter,
            center,
            Icon::Check,
            palette.success,
            palette.canvas,
        );
    }
}

fn badge(painter: &Painter, center: Pos2, icon: Icon, ground: Color32, ink: Color32) {
    painter.circle(center, RADIUS, ground, Stroke::new(1.0, ink));
    glyph(painter, center, icon, GLYPH, ink);
}

/// As the file itself says; a GIF of which only the server's thumbnail was seen is taken for one
/// that moves.
fn is_animated(tile: &Tile) -> bool {
    matches!(&tile.face, Face::Picture(texture) if texture.is_animated)
}

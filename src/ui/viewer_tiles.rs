//! Which parts of an image are shown how sharply, so that the view is never blank, never blurred
//! for longer than it takes, and no more is on the GPU than is seen.
//!
//! The picture that fills the window is enough while it has a pixel for each of the screen. Beyond
//! that the image is shown in tiles, of the level that has them. Where a tile is missing, those of
//! a neighbouring level stand in, and the picture of the whole where there are none either. No
//! two of them lie on each other: what is transparent would be so only by half.

use std::sync::Arc;

use egui::epaint::{Mesh, Vertex};
use egui::{Color32, Painter, Pos2, Rect, Shape, TextureFilter, TextureId, Vec2, pos2};

use crate::domain::{PixelSize, Upload};
use crate::protocol::{ImageSize, Tile};
use crate::ui::texture_store::Texture;
use crate::ui::view_context::{Urgency, ViewContext};
use crate::ui::viewer_pictures::wish;

/// Up to here the picture of the whole may be enlarged before all pixels are decoded for more:
/// nobody sees a tenth.
const COARSE: f32 = 1.1;

/// Up to here the pixels of a level may be enlarged.
const ENOUGH: f32 = 1.05;

/// What has no pixels of its own, so that it is sharp at any scale.
const DRAWING: &str = "SVG";

/// All of a texture, and all of an image.
pub(super) const ALL: Rect = Rect {
    min: Pos2::ZERO,
    max: pos2(1.0, 1.0),
};

/// A part of an image and what shows it. Both from 0 to 1 along each side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Patch {
    pub texture: TextureId,
    /// Of the image.
    pub part: Rect,
    /// Of the texture.
    pub uv: Rect,
}

/// How an image is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Device pixels for each pixel of the image.
    pub scale: f32,
    /// What of the image is in view.
    pub visible: Rect,
    /// How enlarged pixels are shown.
    pub magnification: TextureFilter,
    /// Whether what is missing shall come now.
    pub asks: bool,
}

impl Patch {
    /// All of an image by one texture.
    pub(super) const fn whole(texture: TextureId) -> Self {
        Self {
            texture,
            part: ALL,
            uv: ALL,
        }
    }
}

/// Whether the picture of the whole has too few pixels for this scale.
pub(super) fn is_too_coarse(whole: Texture, scale: f32) -> bool {
    let (has, of) = (
        whole.size_px.longer_side(),
        whole.original_size.longer_side(),
    );
    (has < of || is_drawing(whole)) && scale * of as f32 > has as f32 * COARSE
}

fn is_drawing(whole: Texture) -> bool {
    whole.format == DRAWING
}

/// What shows an image of which `whole` is there, made of the original.
pub(super) fn patches(
    cx: ViewContext<'_>,
    upload: &Arc<Upload>,
    whole: Texture,
    look: Look,
) -> Vec<Patch> {
    // Pixels with hard edges are those of the image, not of a picture that is smaller; a drawing
    // has none.
    let magnification = if is_drawing(whole) {
        TextureFilter::Linear
    } else {
        look.magnification
    };
    let filter = if whole.size_px == whole.original_size {
        magnification
    } else {
        TextureFilter::Linear
    };
    cx.textures.set_magnification_of(whole.id, filter);
    if !is_too_coarse(whole, look.scale) {
        return vec![Patch::whole(whole.id)];
    }
    let tiles = Tiles {
        cx,
        upload,
        whole,
        magnification,
        finest: if is_drawing(whole) {
            Tile::MIN_LEVEL
        } else {
            0
        },
    };
    let level = level_for(whole.original_size, look.scale, tiles.finest);
    let mut needed = tiles_in(whole.original_size, level, look.visible);
    if look.asks {
        // From the middle on: that is where one looks.
        let middle = look.visible.center();
        needed.sort_by(|a, b| {
            let distance =
                |tile: Tile| part_of(tile, whole.original_size).distance_sq_to_pos(middle);
            distance(*a).total_cmp(&distance(*b))
        });
        for tile in &needed {
            cx.picture(&wish(upload, ImageSize::Tile(*tile)), Urgency::InView);
        }
    }
    let mut patches = Vec::new();
    for tile in needed {
        tiles.show(tile, &mut patches);
    }
    patches
}

struct Tiles<'a> {
    cx: ViewContext<'a>,
    upload: &'a Arc<Upload>,
    whole: Texture,
    magnification: TextureFilter,
    /// The first level that the image has.
    finest: i8,
}

impl Tiles<'_> {
    fn show(&self, tile: Tile, patches: &mut Vec<Patch>) {
        let part = part_of(tile, self.whole.original_size);
        if let Some(patch) = self.patch(tile, part) {
            patches.push(patch);
            return;
        }
        // One was closer a moment ago.
        let finer: Vec<Patch> = finer(tile, self.whole.original_size, self.finest)
            .map(|finer| self.patch(finer, part_of(finer, self.whole.original_size)))
            .collect::<Option<_>>()
            .unwrap_or_default();
        if !finer.is_empty() {
            patches.extend(finer);
            return;
        }
        // Or farther away.
        let coarser = (tile.level + 1..=Tile::MAX_LEVEL).find_map(|level| {
            let up = u32::from(level.abs_diff(tile.level));
            let coarser = Tile {
                level,
                column: tile.column.checked_shr(up).unwrap_or(0),
                row: tile.row.checked_shr(up).unwrap_or(0),
            };
            self.patch(coarser, part)
        });
        patches.push(coarser.unwrap_or(Patch {
            texture: self.whole.id,
            part,
            uv: part,
        }));
    }

    /// This part of the image by this tile, if it is there.
    fn patch(&self, tile: Tile, part: Rect) -> Option<Patch> {
        let wanted = wish(self.upload, ImageSize::Tile(tile));
        let texture = self.cx.textures.get(&wanted.request)?;
        self.cx
            .textures
            .set_magnification(&wanted.request, self.magnification);
        let image = self.whole.original_size;
        let area = tile.area_with_margin(image)?;
        let level = Tile::level_size(image, tile.level);
        let pixels = |at: Pos2| {
            let at = at.to_vec2() * Vec2::new(level.width as f32, level.height as f32);
            let in_tile = at - Vec2::new(area.x as f32, area.y as f32);
            (in_tile / Vec2::new(area.size.width as f32, area.size.height as f32)).to_pos2()
        };
        Some(Patch {
            texture: texture.id,
            part,
            uv: Rect::from_min_max(pixels(part.min), pixels(part.max)),
        })
    }
}

/// The level that has a pixel for each of the screen, and not twice as many.
fn level_for(image: PixelSize, scale: f32, finest: i8) -> i8 {
    let mut level = finest;
    while level < Tile::MAX_LEVEL
        && Tile::level_size(image, level).longer_side() > 1
        && scale * 2_f32.powi(i32::from(level) + 1) <= ENOUGH
    {
        level += 1;
    }
    level
}

/// The tiles of a level that show something of this part of the image.
fn tiles_in(image: PixelSize, level: i8, visible: Rect) -> Vec<Tile> {
    let size = Tile::level_size(image, level);
    let span = |from: f32, to: f32, length: u32| {
        let edge = Tile::EDGE_PX as f32;
        let last = length.saturating_sub(1) / Tile::EDGE_PX;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped: a place within the image"
        )]
        let place = |at: f32| (at.clamp(0.0, 1.0) * length as f32 / edge) as u32;
        let index = |place: u32| u16::try_from(place.min(last)).unwrap_or(u16::MAX);
        index(place(from))..=index(place(to))
    };
    let columns = span(visible.min.x, visible.max.x, size.width);
    let rows = span(visible.min.y, visible.max.y, size.height);
    rows.flat_map(|row| {
        columns
            .clone()
            .map(move |column| Tile { level, column, row })
    })
    .collect()
}

/// The four tiles, or fewer at the edges, that show the same one level closer.
fn finer(tile: Tile, image: PixelSize, finest: i8) -> impl Iterator<Item = Tile> {
    let level = tile.level.checked_sub(1).filter(|level| *level >= finest);
    let places = [(0, 0), (1, 0), (0, 1), (1, 1)];
    places.into_iter().filter_map(move |(x, y)| {
        let finer = Tile {
            level: level?,
            column: tile.column.checked_mul(2)?.checked_add(x)?,
            row: tile.row.checked_mul(2)?.checked_add(y)?,
        };
        finer.area(image).map(|_| finer)
    })
}

/// Where a tile is in its image.
fn part_of(tile: Tile, image: PixelSize) -> Rect {
    let level = Tile::level_size(image, tile.level);
    let Some(area) = tile.area(image) else {
        return Rect::NOTHING;
    };
    let side = |at: u32, length: u32| at as f32 / length as f32;
    Rect::from_min_max(
        pos2(side(area.x, level.width), side(area.y, level.height)),
        pos2(
            side(area.x + area.size.width, level.width),
            side(area.y + area.size.height, level.height),
        ),
    )
}

/// What of an image that fills `image` is seen through `view`; `to_image` turns a place of the
/// view, from 0 to 1, into one of the image.
pub(super) fn visible_part(view: Rect, image: Rect, to_image: impl Fn(Vec2) -> Vec2) -> Rect {
    let size = image.size().max(Vec2::splat(0.001));
    let seen = view.intersect(image);
    let place = |at: Pos2| to_image((at - image.min) / size).to_pos2();
    Rect::from_two_pos(place(seen.min), place(seen.max))
}

/// Draws an image that fills `image`; `to_view` turns a place of the image, from 0 to 1, into
/// one of the view.
pub(super) fn draw(
    painter: &Painter,
    image: Rect,
    patches: &[Patch],
    to_view: impl Fn(Vec2) -> Vec2,
) {
    for patch in patches {
        let corners = |rect: Rect| {
            [
                rect.left_top(),
                rect.right_top(),
                rect.right_bottom(),
                rect.left_bottom(),
            ]
        };
        let vertices = corners(patch.part)
            .into_iter()
            .zip(corners(patch.uv))
            .map(|(at, uv)| Vertex {
                pos: image.min + to_view(at.to_vec2()) * image.size(),
                uv,
                color: Color32::WHITE,
            });
        // No feathered edges: patches lie side by side.
        painter.add(Shape::mesh(Mesh {
            indices: vec![0, 1, 2, 0, 2, 3],
            vertices: vertices.collect(),
            texture_id: patch.texture,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: PixelSize = PixelSize::new(12_000, 9000);

    #[test]
    fn the_level_has_a_pixel_for_each_of_the_screen_and_not_twice_as_many() {
        for (scale, level) in [(3.0, 0), (1.0, 0), (0.6, 0), (0.5, 1), (0.3, 1), (0.1, 3)] {
            assert_eq!(level_for(IMAGE, scale, 0), level, "{scale}");
        }
        assert_eq!(level_for(PixelSize::new(1, 1), 0.001, 0), 0);
    }

    #[test]
    fn a_drawing_has_a_pixel_for_each_of_the_screen_at_any_scale() {
        let drawing = PixelSize::new(100, 80);
        for (scale, level) in [
            (0.5, 1),
            (1.0, 0),
            (1.5, -1),
            (2.0, -1),
            (8.0, -3),
            (20.0, -5),
        ] {
            assert_eq!(level_for(drawing, scale, Tile::MIN_LEVEL), level, "{scale}");
        }
    }

    #[test]
    fn only_what_is_in_view_is_needed() {
        let quarter = Rect::from_min_max(pos2(0.5, 0.5), pos2(0.6, 0.6));
        let tiles = tiles_in(IMAGE, 0, quarter);
        let columns: Vec<u16> = tiles.iter().map(|tile| tile.column).collect();
        assert_eq!(
            (columns.iter().min(), columns.iter().max()),
            (Some(&11), Some(&14))
        );
        // A window of 1200 × 900 pixels touches no more.
        assert_eq!(tiles.len(), 4 * 3);
        assert_eq!(tiles_in(IMAGE, 0, ALL).len(), 24 * 18);
        assert_eq!(tiles_in(IMAGE, 5, ALL).len(), 1);
    }

    #[test]
    fn tiles_cover_the_image_without_a_gap() {
        let size = PixelSize::new(1300, 700);
        let area: f32 = tiles_in(size, 0, ALL)
            .into_iter()
            .map(|tile| part_of(tile, size).area())
            .sum();
        assert!((area - 1.0).abs() < 1e-4, "{area}");
    }

    #[test]
    fn a_tile_is_the_same_as_those_of_the_next_level_below() {
        let size = PixelSize::new(1300, 700);
        let tile = Tile {
            level: 1,
            column: 1,
            row: 0,
        };
        let below: Vec<_> = finer(tile, size, 0).map(|it| (it.column, it.row)).collect();
        assert_eq!(below, [(2, 0), (2, 1)]);
        assert_eq!(finer(below_zero(), size, 0).count(), 0);
    }

    const fn below_zero() -> Tile {
        Tile {
            level: 0,
            column: 0,
            row: 0,
        }
    }

    #[test]
    fn what_is_seen_of_an_image_is_told_as_a_part_of_it() {
        let view = Rect::from_min_size(Pos2::ZERO, Vec2::new(100.0, 100.0));
        let image = Rect::from_min_size(pos2(-100.0, 0.0), Vec2::new(400.0, 50.0));
        let seen = visible_part(view, image, |at| at);
        assert_eq!(seen, Rect::from_min_max(pos2(0.25, 0.0), pos2(0.5, 1.0)));
        let mirrored = visible_part(view, image, |at| Vec2::new(1.0 - at.x, at.y));
        assert_eq!(
            mirrored,
            Rect::from_min_max(pos2(0.5, 0.0), pos2(0.75, 1.0))
        );
    }
}

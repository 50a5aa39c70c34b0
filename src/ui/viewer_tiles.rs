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

/// The tiles in view have half of what textures may take: those of the level before stand in for
/// them until they come.
const SHARE: usize = 2;

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
    /// Of how many images that are shown beside each other.
    pub n_images: usize,
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

/// Whether a picture of the whole of this size has too few pixels for this scale of the image.
pub(super) fn is_too_coarse(has: PixelSize, of: Texture, scale: f32) -> bool {
    let (has, edge) = (has.longer_side(), of.original_size.longer_side());
    (has < edge || is_drawing(of)) && scale * edge as f32 > has as f32 * COARSE
}

fn is_drawing(picture: Texture) -> bool {
    picture.format == DRAWING
}

/// The first level that the image of this picture has.
fn finest_of(picture: Texture) -> i8 {
    if is_drawing(picture) {
        Tile::MIN_LEVEL
    } else {
        0
    }
}

/// Makes a picture of the whole image ready to be drawn at this scale of the image.
pub(super) fn shrink(cx: ViewContext<'_>, whole: Texture, scale: f32) {
    let (has, of) = (whole.size_px, whole.original_size);
    let drawn = scale * of.longer_side() as f32;
    cx.textures
        .shrink(whole, has.longer_side() as f32 / drawn.max(1.0));
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
    shrink(cx, whole, look.scale);
    if !is_too_coarse(whole.size_px, whole, look.scale) {
        return vec![Patch::whole(whole.id)];
    }
    let tiles = Tiles {
        cx,
        upload,
        whole,
        magnification,
        finest: finest_of(whole),
    };
    let mut patches = Vec::new();
    for tile in needed(cx, upload, whole, look) {
        tiles.show(tile, &mut patches);
    }
    patches
}

/// The tiles that show what is in view of the image that this is a picture of; asks for them, if
/// that is wished.
pub(super) fn needed(
    cx: ViewContext<'_>,
    upload: &Arc<Upload>,
    picture: Texture,
    look: Look,
) -> Vec<Tile> {
    let image = picture.original_size;
    let most_bytes = cx.textures.budget_bytes() / SHARE / look.n_images.max(1);
    let mut needed = tiles_within(image, look, (finest_of(picture), most_bytes));
    if look.asks {
        // From the middle on: that is where one looks.
        let middle = look.visible.center();
        needed.sort_by(|a, b| {
            let distance = |tile: Tile| part_of(tile, image).distance_sq_to_pos(middle);
            distance(*a).total_cmp(&distance(*b))
        });
        for tile in &needed {
            cx.picture(&wish(upload, ImageSize::Tile(*tile)), Urgency::InView);
        }
    }
    needed
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

/// The tiles that show what is in view as sharply as the screen, or as sharply as so many bytes
/// allow: on large screens a level may have almost four pixels for each of the screen.
fn tiles_within(image: PixelSize, look: Look, (finest, most_bytes): (i8, usize)) -> Vec<Tile> {
    let sharpest = level_for(image, look.scale, finest);
    let bytes = |tiles: &[Tile]| -> u64 {
        let areas = tiles.iter().filter_map(|tile| tile.area_with_margin(image));
        areas.map(|area| 4 * area.size.area()).sum()
    };
    let mut tiles = tiles_in(image, sharpest, look.visible);
    for level in sharpest + 1..=Tile::MAX_LEVEL {
        if bytes(&tiles) <= most_bytes as u64 {
            break;
        }
        tiles = tiles_in(image, level, look.visible);
    }
    tiles
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
#[path = "viewer_tiles_tests.rs"]
mod tests;

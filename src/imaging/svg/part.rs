//! Parts of a drawing, each drawn for itself at the scale at which it is looked at: no raster of
//! the whole would be sharp at every scale, and none as large as drawings say that they are.

use image::{DynamicImage, RgbaImage};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::filter::{Filter, Kind};
use resvg::usvg::{Group, Node, Tree};

use super::super::tile::{Tile, TileArea};
use super::super::{ImageError, scale};
use super::{SMALLEST_EDGE_PX, cost, natural_size, parse, too_large, weight};
use crate::domain::PixelSize;

/// The renderer keeps what lies beside what is drawn, as far as so many times its sides: filters
/// need it.
const KEPT_BESIDE: u32 = 2;

/// What is left of a blur at three times its deviation nobody sees.
const REACH_OF_BLUR: f32 = 3.0;

/// What is drawn beside a part at most, however far its filters reach: 26 MB of canvas. A blur
/// that reaches further than this and what is kept is so soft that what is missing is hardly seen.
const MOST_BESIDE_PX: u32 = 2 * Tile::EDGE_PX;

/// A drawing that was read, of which any part can be drawn.
pub(in super::super) struct Drawing {
    tree: Tree,
    len_bytes: usize,
    part_bytes: u64,
    /// How far its filters take colours from, in units of the drawing.
    reach: f32,
}

impl Drawing {
    pub(in super::super) fn open(bytes: &[u8]) -> Result<Self, ImageError> {
        let tree = parse(bytes)?;
        let len_bytes = weight::of(&tree, bytes.len());
        if len_bytes > weight::MOST_BYTES {
            return Err(too_large("a drawing of too many elements"));
        }
        Ok(Self {
            reach: reach_in(tree.root()),
            part_bytes: most_bytes(&tree),
            tree,
            len_bytes,
        })
    }

    /// The size that the drawing says it has.
    pub(in super::super) fn size(&self) -> PixelSize {
        natural_size(&self.tree)
    }

    /// About what it takes.
    pub(in super::super) const fn len_bytes(&self) -> usize {
        self.len_bytes
    }

    /// What drawing a part of it takes at the most, in bytes.
    pub(in super::super) const fn part_bytes(&self) -> u64 {
        self.part_bytes
    }

    /// This area of the drawing when all of it is `whole` large. Where that would cost too much
    /// it is drawn in fewer pixels and enlarged: never sharp, always in its place.
    pub(in super::super) fn part(
        &self,
        whole: PixelSize,
        area: TileArea,
    ) -> Result<DynamicImage, ImageError> {
        let scale = self.scale_of(whole);
        let mut fewer = 1;
        let mut canvas = Canvas::new(area, self.reach * scale.0.max(scale.1), fewer);
        while !self.is_affordable(scale.0, &canvas) {
            if canvas.part.longer_side() <= SMALLEST_EDGE_PX {
                return Err(too_large("a drawing that takes too long to draw"));
            }
            fewer *= 2;
            canvas = Canvas::new(area, self.reach * scale.0.max(scale.1), fewer);
        }
        let drawn = self.draw(scale, area, &canvas)?;
        if canvas.part == area.size {
            return Ok(drawn);
        }
        scale::enlarged(&drawn, area.size)
    }

    /// Pixels for one unit of the drawing, along both sides.
    fn scale_of(&self, whole: PixelSize) -> (f32, f32) {
        scale_of(&self.tree, whole)
    }

    fn is_affordable(&self, scale: f32, canvas: &Canvas) -> bool {
        let size = canvas.with_margin();
        let scale = f64::from(scale) / f64::from(canvas.fewer);
        cost::of_part(&self.tree, size.area(), scale).is_affordable()
    }

    fn draw(
        &self,
        scale: (f32, f32),
        area: TileArea,
        canvas: &Canvas,
    ) -> Result<DynamicImage, ImageError> {
        let PixelSize { width, height } = canvas.with_margin();
        let mut pixmap = Pixmap::new(width, height).ok_or(ImageError::NoPixels)?;
        // A part that does not divide is drawn a little narrower, so that it ends where it ends.
        let shrink = (
            canvas.part.width as f32 / area.size.width as f32,
            canvas.part.height as f32 / area.size.height as f32,
        );
        let margin = canvas.margin as f32;
        let transform = Transform::from_row(
            scale.0 * shrink.0,
            0.0,
            0.0,
            scale.1 * shrink.1,
            margin - area.x as f32 * shrink.0,
            margin - area.y as f32 * shrink.1,
        );
        resvg::render(&self.tree, transform, &mut pixmap.as_mut());
        let image = RgbaImage::from_raw(width, height, pixmap.take_demultiplied());
        let image = DynamicImage::ImageRgba8(image.ok_or(ImageError::DecoderCrashed)?);
        if canvas.margin == 0 {
            return Ok(image);
        }
        let PixelSize { width, height } = canvas.part;
        Ok(image.crop_imm(canvas.margin, canvas.margin, width, height))
    }
}

fn scale_of(tree: &Tree, whole: PixelSize) -> (f32, f32) {
    let size = tree.size();
    (
        whole.width as f32 / size.width(),
        whole.height as f32 / size.height(),
    )
}

/// What drawing a part takes at the most: a whole tile, as closely as anybody looks. In bytes.
pub(super) fn most_bytes(tree: &Tree) -> u64 {
    let whole = Tile::level_size(natural_size(tree), Tile::MIN_LEVEL);
    let scale = scale_of(tree, whole);
    let scale = scale.0.max(scale.1);
    let edge_px = Tile::EDGE_PX + 2 * Tile::MARGIN_PX;
    let area = TileArea {
        x: 0,
        y: 0,
        size: PixelSize::new(edge_px, edge_px),
    };
    let canvas = Canvas::new(area, reach_in(tree.root()) * scale, 1);
    let n_pixels = canvas.with_margin().area();
    cost::of_part(tree, n_pixels, scale.into()).most_bytes()
}

/// What a part is drawn on.
struct Canvas {
    /// So many times fewer pixels than it is to have, along each side.
    fewer: u32,
    /// The part in these pixels.
    part: PixelSize,
    /// What is drawn beside it along each side, because its filters take colours from there.
    margin: u32,
}

impl Canvas {
    fn new(area: TileArea, reach_px: f32, fewer: u32) -> Self {
        let PixelSize { width, height } = area.size;
        let kept = KEPT_BESIDE * width.min(height);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a distance of at most a side's length"
        )]
        let reach = reach_px.ceil().clamp(0.0, 65_535.0) as u32;
        let beside = reach.saturating_sub(kept).min(MOST_BESIDE_PX);
        Self {
            fewer,
            part: PixelSize::new(width.div_ceil(fewer), height.div_ceil(fewer)),
            margin: beside.div_ceil(fewer),
        }
    }

    fn with_margin(&self) -> PixelSize {
        let both = 2 * self.margin;
        PixelSize::new(self.part.width + both, self.part.height + both)
    }
}

/// How far the filters in a group take colours from, in units of the drawing.
fn reach_in(group: &Group) -> f32 {
    let inside = group.children().iter().map(|child| match child {
        Node::Group(group) => reach_in(group),
        Node::Text(text) => reach_in(text.flattened()),
        Node::Path(_) | Node::Image(_) => 0.0,
    });
    let (scale_x, scale_y) = group.abs_transform().get_scale();
    let own: f32 = group
        .filters()
        .iter()
        .map(|filter| reach_of(filter) * scale_x.max(scale_y))
        .sum();
    inside.fold(0.0, f32::max) + own
}

/// One primitive after the other.
fn reach_of(filter: &Filter) -> f32 {
    let primitives = filter.primitives().iter();
    let reaches = primitives.map(|primitive| match primitive.kind() {
        Kind::GaussianBlur(blur) => {
            REACH_OF_BLUR * blur.std_dev_x().get().max(blur.std_dev_y().get())
        }
        Kind::DropShadow(shadow) => {
            let blur = shadow.std_dev_x().get().max(shadow.std_dev_y().get());
            REACH_OF_BLUR * blur + shadow.dx().abs().max(shadow.dy().abs())
        }
        Kind::Offset(offset) => offset.dx().abs().max(offset.dy().abs()),
        Kind::Morphology(shape) => shape.radius_x().get().max(shape.radius_y().get()),
        Kind::DisplacementMap(map) => map.scale().abs(),
        _ => 0.0,
    });
    reaches.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small shape, so soft that its colours are felt this far.
    fn soft(deviation: u32) -> Drawing {
        let svg = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' width='4000' height='4000'>\
             <filter id='f'><feGaussianBlur stdDeviation='{deviation}'/></filter>\
             <rect width='10' height='10' filter='url(#f)'/></svg>"
        );
        Drawing::open(svg.as_bytes()).unwrap()
    }

    #[test]
    fn however_far_a_filter_reaches_what_is_drawn_beside_a_part_is_small() {
        for deviation in [100, 9000] {
            let drawing = soft(deviation);
            for level in [0, Tile::MIN_LEVEL] {
                let whole = Tile::level_size(drawing.size(), level);
                let (column, row) = (0, 0);
                let tile = Tile { level, column, row };
                let area = tile.area_with_margin(drawing.size()).unwrap();
                let reach = drawing.reach * drawing.scale_of(whole).0;
                let canvas = Canvas::new(area, reach, 1).with_margin();
                assert!(canvas.area() < 8_000_000, "{deviation}, {level}: {canvas}");
                let part = drawing.part(whole, area).unwrap();
                assert_eq!((part.width(), part.height()), (513, 513));
            }
        }
    }

    #[test]
    fn the_canvas_itself_costs_something() {
        let drawing = soft(1);
        let megapixels = |n: u64| cost::of_part(&drawing.tree, n * 1_000_000, 1.0);
        assert!(megapixels(30).is_affordable());
        assert!(!megapixels(80).is_affordable());
    }
}

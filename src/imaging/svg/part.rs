//! Parts of a drawing, each drawn for itself at the scale at which it is looked at: no raster of
//! the whole would be sharp at every scale, and none as large as drawings say that they are.

use image::{DynamicImage, RgbaImage};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::filter::{Filter, Kind};
use resvg::usvg::{Group, Node, Tree};

use super::super::tile::TileArea;
use super::super::{ImageError, scale};
use super::{SMALLEST_EDGE_PX, cost, natural_size, parse, too_large};
use crate::domain::PixelSize;

/// The renderer keeps what lies beside what is drawn, as far as so many times its sides: filters
/// need it.
const KEPT_BESIDE: u32 = 2;

/// What is left of a blur at three times its deviation nobody sees.
const REACH_OF_BLUR: f32 = 3.0;

/// Elements and their attributes as the tree has them take some ten times their text.
const BYTES_OF_TEXT_BYTE: usize = 10;

/// A drawing that was read, of which any part can be drawn.
pub(in super::super) struct Drawing {
    tree: Tree,
    len_bytes: usize,
    /// How far its filters take colours from, in units of the drawing.
    reach: f32,
}

impl Drawing {
    pub(in super::super) fn open(bytes: &[u8]) -> Result<Self, ImageError> {
        let tree = parse(bytes)?;
        Ok(Self {
            reach: reach_in(tree.root()),
            tree,
            len_bytes: bytes.len() * BYTES_OF_TEXT_BYTE,
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
        let size = self.tree.size();
        (
            whole.width as f32 / size.width(),
            whole.height as f32 / size.height(),
        )
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
        Self {
            fewer,
            part: PixelSize::new(width.div_ceil(fewer), height.div_ceil(fewer)),
            margin: reach.saturating_sub(kept).div_ceil(fewer),
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

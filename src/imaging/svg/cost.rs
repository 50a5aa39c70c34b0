//! What it takes to draw a drawing, before anything is drawn.

use resvg::usvg::filter::{Filter, Kind};
use resvg::usvg::{Group, ImageKind, Node, NonZeroRect, Paint, Path, Tree};

use super::embedded_area;
use crate::domain::PixelSize;

/// About two seconds of the machines of today.
const MOST_STEPS: f64 = 1.5e9;

/// The canvas and layers above each other, each of which has its pixels.
const MOST_BYTES: f64 = 256.0 * 1024.0 * 1024.0;

/// Beside the pixels: the shape has to be walked along.
const STEPS_OF_A_SHAPE: f64 = 500.0;

/// Layers and filters may reach so many times over the canvas in both directions.
const REACH: f64 = 25.0;

/// Dashes are cut one by one, up to a million of them.
const STEPS_OF_DASHES: f64 = 2e6;

/// Steps of work, and memory at its highest.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    steps: f64,
    bytes: f64,
}

impl Cost {
    pub(super) fn is_affordable(self) -> bool {
        self.steps <= MOST_STEPS && self.bytes <= MOST_BYTES
    }

    /// What is drawn takes no more than this: what would take more is drawn smaller.
    pub(super) fn most_bytes(self) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 0 to what is affordable"
        )]
        let bytes = self.bytes.clamp(0.0, MOST_BYTES) as u64;
        bytes
    }

    /// One after the other.
    fn then(self, next: Self) -> Self {
        Self {
            steps: self.steps + next.steps,
            bytes: self.bytes.max(next.bytes),
        }
    }

    /// One while the other is held.
    fn beside(self, held: Self) -> Self {
        Self {
            steps: self.steps + held.steps,
            bytes: self.bytes + held.bytes,
        }
    }

    fn pixels(n_pixels: f64, steps_each: f64) -> Self {
        Self {
            steps: n_pixels * steps_each,
            bytes: 4.0 * n_pixels,
        }
    }
}

/// The cost of a drawing on a canvas of this size.
pub(super) fn of(tree: &Tree, size: PixelSize) -> Cost {
    let scale = f64::from(size.width) / f64::from(tree.size().width().max(f32::MIN_POSITIVE));
    of_part(tree, size.area(), scale)
}

/// The cost of a part of a drawing, on so many pixels and with so many for one unit of it.
pub(super) fn of_part(tree: &Tree, n_pixels: u64, scale: f64) -> Cost {
    let n_pixels = n_pixels as f64;
    // The canvas itself, beside what is drawn on it.
    let canvas = Cost::pixels(n_pixels, 4.0);
    Canvas { n_pixels, scale }.group(tree.root()).beside(canvas)
}

struct Canvas {
    n_pixels: f64,
    /// Pixels for one unit of the drawing.
    scale: f64,
}

impl Canvas {
    fn group(&self, group: &Group) -> Cost {
        let inside = group
            .children()
            .iter()
            .map(|child| self.node(child))
            .fold(Cost::default(), Cost::then);
        if !group.should_isolate() {
            return inside;
        }
        let layer = self.layer(group.abs_layer_bounding_box());
        let mut cost = inside.beside(Cost::pixels(layer, 4.0));
        let mut clip_path = group.clip_path();
        while let Some(clip) = clip_path {
            cost = cost.beside(Cost::pixels(layer, 4.0).beside(self.group(clip.root())));
            clip_path = clip.clip_path();
        }
        let mut mask = group.mask();
        while let Some(one) = mask {
            cost = cost.beside(Cost::pixels(layer, 6.0).beside(self.group(one.root())));
            mask = one.mask();
        }
        for filter in group.filters() {
            cost = cost.beside(self.filter(filter, layer));
        }
        cost
    }

    fn node(&self, node: &Node) -> Cost {
        match node {
            Node::Group(group) => self.group(group),
            Node::Path(path) => self.path(path),
            Node::Text(text) => self.group(text.flattened()),
            Node::Image(image) => {
                let area = match image.kind() {
                    ImageKind::JPEG(data)
                    | ImageKind::PNG(data)
                    | ImageKind::GIF(data)
                    | ImageKind::WEBP(data) => embedded_area(data).unwrap_or_default() as f64,
                    ImageKind::SVG(_) => f64::INFINITY,
                };
                Cost::pixels(area, 20.0).then(Cost::pixels(self.n_pixels, 4.0))
            }
        }
    }

    fn path(&self, path: &Path) -> Cost {
        let bounds = path.abs_stroke_bounding_box();
        let area = f64::from(bounds.width()) * f64::from(bounds.height());
        let covered = (area * self.scale * self.scale).min(self.n_pixels);
        let steps = covered + STEPS_OF_A_SHAPE + 20.0 * path.data().len() as f64;
        let mut cost = Cost { steps, bytes: 0.0 };
        let fill = path.fill().map(|fill| fill.paint());
        let stroke = path.stroke().map(|stroke| stroke.paint());
        for paint in [fill, stroke].into_iter().flatten() {
            if let Paint::Pattern(pattern) = paint {
                let tile = self.layer(pattern.rect());
                cost = cost.then(Cost::pixels(tile, 4.0).beside(self.group(pattern.root())));
            }
        }
        if path
            .stroke()
            .is_some_and(|stroke| stroke.dasharray().is_some())
        {
            cost.steps += STEPS_OF_DASHES;
        }
        cost
    }

    /// Pixels of a layer of this part of the drawing.
    fn layer(&self, part: NonZeroRect) -> f64 {
        let sides = [part.width(), part.height()].map(|side| f64::from(side) * self.scale + 4.0);
        let [width, height] = sides;
        (width * height).min(REACH * self.n_pixels)
    }

    fn filter(&self, filter: &Filter, layer: f64) -> Cost {
        let primitives = filter.primitives().iter().map(|primitive| {
            let cost = Cost::pixels(layer, self.steps_of_a_pixel(primitive.kind()));
            match primitive.kind() {
                Kind::Image(image) => cost.beside(self.group(image.root())),
                _ => cost,
            }
        });
        // Results are kept, as any of the next may ask for them.
        primitives.fold(Cost::default(), Cost::beside)
    }

    fn steps_of_a_pixel(&self, kind: &Kind) -> f64 {
        match kind {
            Kind::ConvolveMatrix(convolve) => {
                let matrix = convolve.matrix();
                4.0 * f64::from(matrix.columns()) * f64::from(matrix.rows())
            }
            Kind::Morphology(morphology) => {
                let width = 2.0 * f64::from(morphology.radius_x().get()) * self.scale + 1.0;
                let height = 2.0 * f64::from(morphology.radius_y().get()) * self.scale + 1.0;
                4.0 * width * height
            }
            Kind::Turbulence(turbulence) => 80.0 * f64::from(turbulence.num_octaves()),
            Kind::DiffuseLighting(_) | Kind::SpecularLighting(_) => 60.0,
            Kind::GaussianBlur(_) | Kind::DropShadow(_) => 40.0,
            _ => 10.0,
        }
    }
}

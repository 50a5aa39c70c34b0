//! SVG drawings, by `resvg`: drawn as large as is needed, within a budget, from the file alone.
//!
//! Nothing is fetched or read beside the file: pictures in it count only as data, fonts are those
//! of the system. No scripts, no entities, no drawing in the drawing. What would be drawn is
//! counted before it is resolved ([`references`]), what drawing costs before it is drawn
//! ([`cost`]): a few lines can ask for more than any machine has.

mod cost;
mod part;
mod references;
mod weight;

pub(super) use part::Drawing;

use std::sync::{Arc, LazyLock};

use image::{DynamicImage, RgbaImage};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, ImageHrefResolver, ImageKind, Options, Tree, fontdb};
use roxmltree::{Document, ParsingOptions};

use super::ImageError;
use super::decode::{Picture, caught};
use super::header::Header;
use super::sniff::sniff;
use crate::domain::PixelSize;

/// Maps of whole countries are smaller.
const MAX_FILE_BYTES: usize = 16 * 1024 * 1024;

/// Elements, attributes' texts and comments all count as nodes.
const MAX_NODES: u32 = 500_000;

/// What is drawn at most, on a canvas of at most four thousand pixels squared.
const MAX_PIXELS: u64 = 1 << 24;

/// A drawing of a few pixels is drawn larger where it is looked at: it has no pixels of its own.
const SHARP_EDGE_PX: u32 = 2048;

/// Four as they are drawn, and as many when they are handed over.
const BYTES_OF_A_COPIED_PIXEL: u64 = 8;

/// Of one picture in a drawing, which is decoded each time it is drawn.
const MAX_EMBEDDED_PIXELS: u64 = 16_000_000;

/// What a side can say.
const LONGEST_SIDE_PX: f32 = 65_535.0;

/// A drawing that would cost more even in this size is not drawn.
const SMALLEST_EDGE_PX: u32 = 16;

/// The drawing in its own size, or with no side above `edge_px`.
pub(super) fn thumbnail(bytes: &[u8], edge_px: u32) -> Result<Picture, ImageError> {
    let tree = parse(bytes)?;
    let natural = natural_size(&tree);
    draw(&tree, natural.fit_within(edge_px.max(1)))
}

/// The drawing with as many pixels as it takes to look at it closely.
pub(super) fn sharp(bytes: &[u8], max_edge_px: u32) -> Result<Picture, ImageError> {
    let tree = parse(bytes)?;
    draw(&tree, sharp_size(&tree).fit_within(max_edge_px.max(1)))
}

/// What it takes at the most to read this drawing and to draw it, as a whole or a part of it, in
/// whatever size: bytes, beside those of the file. `None` for what is not drawn.
///
/// An estimate of what the drawing is made of, on the safe side. It reads the drawing, which takes
/// a part of that, and as long as reading does: so it is for a worker thread, too.
pub fn drawing_bytes(bytes: &[u8]) -> Option<u64> {
    let taken = caught(|| {
        let tree = parse(bytes)?;
        let n_bytes = weight::of(&tree, bytes.len()) as u64;
        let size = within_budget(sharp_size(&tree));
        let drawn = cost::of(&tree, size).most_bytes();
        let copied = BYTES_OF_A_COPIED_PIXEL * size.area();
        let part = part::most_bytes(&tree);
        Ok(n_bytes.saturating_add(drawn.max(copied).max(part)))
    });
    taken.ok()
}

/// The size that the drawing says it has.
pub(super) fn size(bytes: &[u8]) -> Result<PixelSize, ImageError> {
    parse(bytes).map(|tree| natural_size(&tree))
}

fn parse(bytes: &[u8]) -> Result<Tree, ImageError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(too_large("a drawing of too many bytes"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| corrupt(&error))?;
    // Without entities a document type is only a name.
    if text.contains("<!ENTITY") {
        return Err(too_large("a drawing with entities"));
    }
    let options = ParsingOptions {
        allow_dtd: true,
        nodes_limit: MAX_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        roxmltree::Error::NodesLimitReached => too_large("a drawing of too many elements"),
        // Text that ends within an element is cut off.
        roxmltree::Error::UnexpectedEndOfStream | roxmltree::Error::UnclosedRootNode => {
            ImageError::Truncated
        }
        other => corrupt(&other),
    })?;
    references::check(&document)?;
    Tree::from_xmltree(&document, &options_for(text)).map_err(|error| match error {
        usvg::Error::InvalidSize => ImageError::NoPixels,
        other => corrupt(&other),
    })
}

fn options_for(text: &str) -> Options<'static> {
    let image_href_resolver = ImageHrefResolver {
        resolve_data: Box::new(|_, data, _| embedded(data)),
        // Neither the network nor this machine's files.
        resolve_string: Box::new(|_, _| None),
    };
    let mut options = Options {
        font_family: "sans-serif".to_owned(),
        image_href_resolver,
        ..Options::default()
    };
    if text.contains("<text") || text.contains(":text") {
        options.fontdb = Arc::clone(&FONTS);
    }
    options
}

/// Read once, when the first drawing with text comes: tens of milliseconds.
static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_system_fonts();
    Arc::new(fonts)
});

/// A picture in the drawing, by what it is and not by what it says.
fn embedded(data: Arc<Vec<u8>>) -> Option<ImageKind> {
    let area = embedded_area(&data)?;
    if area == 0 || area > MAX_EMBEDDED_PIXELS {
        return None;
    }
    match sniff(&data)? {
        "JPEG" => Some(ImageKind::JPEG(data)),
        "PNG" => Some(ImageKind::PNG(data)),
        "GIF" => Some(ImageKind::GIF(data)),
        "WebP" => Some(ImageKind::WEBP(data)),
        _ => None,
    }
}

fn embedded_area(data: &[u8]) -> Option<u64> {
    let size = Header::read(sniff(data).filter(|format| *format != "SVG")?, data).size?;
    Some(size.area())
}

fn natural_size(tree: &Tree) -> PixelSize {
    PixelSize::new(side(tree.size().width()), side(tree.size().height()))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a side can be"
)]
fn side(length: f32) -> u32 {
    length.ceil().clamp(1.0, LONGEST_SIDE_PX) as u32
}

#[expect(clippy::cast_possible_truncation, reason = "no side is that long")]
fn scaled(size: PixelSize, factor: f64) -> PixelSize {
    let side_of = |px: u32| side((f64::from(px) * factor) as f32);
    PixelSize::new(side_of(size.width), side_of(size.height))
}

/// The largest in which it is drawn as a whole.
fn sharp_size(tree: &Tree) -> PixelSize {
    let natural = natural_size(tree);
    let factor = f64::from(SHARP_EDGE_PX) / f64::from(natural.longer_side().max(1));
    scaled(natural, factor.max(1.0))
}

/// This size, or one of no more pixels than are drawn.
fn within_budget(size: PixelSize) -> PixelSize {
    if size.area() <= MAX_PIXELS {
        return size;
    }
    let factor = (MAX_PIXELS as f64 / size.area() as f64).sqrt();
    scaled(size, factor * 0.999)
}

/// As large as `size`, or smaller where that costs too much.
fn draw(tree: &Tree, size: PixelSize) -> Result<Picture, ImageError> {
    let mut size = within_budget(size);
    while !cost::of(tree, size).is_affordable() {
        if size.longer_side() <= SMALLEST_EDGE_PX {
            return Err(too_large("a drawing that takes too long to draw"));
        }
        size = size.fit_within(size.longer_side() / 2);
    }
    let mut pixmap = Pixmap::new(size.width, size.height).ok_or(ImageError::NoPixels)?;
    let transform = Transform::from_scale(
        size.width as f32 / tree.size().width(),
        size.height as f32 / tree.size().height(),
    );
    resvg::render(tree, transform, &mut pixmap.as_mut());
    let pixels = pixmap.take_demultiplied();
    let image = RgbaImage::from_raw(size.width, size.height, pixels);
    Ok(Picture {
        image: DynamicImage::ImageRgba8(image.ok_or(ImageError::DecoderCrashed)?),
        profile: None,
        original_size: natural_size(tree),
    })
}

fn too_large(what: &str) -> ImageError {
    ImageError::TooLarge(what.to_owned())
}

fn corrupt(error: &dyn std::error::Error) -> ImageError {
    ImageError::Corrupt(error.to_string())
}

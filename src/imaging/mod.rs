//! Bytes in, pixels out. Synchronous and pure.
//!
//! The steps, in order: sniff the format (content, never the name), check the announced size
//! against the limits, decode, scale down, convert the colour profile to sRGB, apply the EXIF
//! orientation. Scaling comes before the two that cost by the pixel.

#[cfg(any(feature = "avif", feature = "heic"))]
mod alpha;
mod animation;
#[cfg(feature = "avif")]
mod avif;
mod bytes;
mod canvas;
mod captions;
mod cicp;
mod color;
mod decode;
mod error;
mod exif;
mod frames;
mod header;
#[cfg(feature = "heic")]
mod heic;
mod histogram;
mod icon;
mod incomplete;
mod iptc;
mod jpeg;
mod jxl;
mod light;
mod markup;
mod metadata;
mod palette_tiff;
mod png_colors;
mod png_frames;
mod profile;
mod scale;
mod sniff;
mod stored;
mod svg;
mod thumbnail;
mod tile;
mod times;
mod xmp;

pub use animation::{Animation, Playback};
pub use canvas::{Canvas, View, decode_view};
pub use decode::{Target, decode};
pub use error::ImageError;
pub use frames::FrameReader;
pub use histogram::Histogram;
pub use markup::looks_like_html;
pub use metadata::{peek_size, read_metadata};
pub use sniff::{is_known_image, media_type, sniff};
pub use stored::{ShownFile, decode_thumbnail, encode_png, encode_thumbnail, shrink_thumbnail};
pub use svg::drawing_bytes;
pub use thumbnail::{Early, early_thumbnail};
pub use tile::{Tile, TileArea};

use std::sync::Arc;

use image::metadata::Orientation;

use crate::domain::PixelSize;

/// Pixels ready for the screen.
#[derive(Clone, PartialEq, Eq)]
pub struct DecodedImage {
    /// Of `pixels`.
    pub size: PixelSize,
    /// Of the file, after its orientation was applied.
    pub original_size: PixelSize,
    /// sRGB, four bytes a pixel (R, G, B, A), colours multiplied by alpha, rows from the top.
    pub pixels: Arc<[u8]>,
    /// The format by content, such as "JPEG".
    pub format: &'static str,
    /// Whether the file has more than one frame (the first is shown).
    pub is_animated: bool,
}

impl std::fmt::Debug for DecodedImage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DecodedImage({} of {})", self.size, self.original_size)
    }
}

/// The size that an image of `stored` size has once it was turned.
fn oriented(stored: PixelSize, orientation: Orientation) -> PixelSize {
    match orientation {
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => PixelSize::new(stored.height, stored.width),
        _ => stored,
    }
}

/// HEIF and JPEG XL turn by a property of their own; their EXIF orientation is a record of that.
fn turns_by_itself(format: &str) -> bool {
    matches!(format, "HEIC" | "HEIF" | "AVIF" | "JPEG XL" | "SVG")
}

/// What a file says about itself: values, not text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// The format by content, such as "JPEG"; `None` when it is not known.
    pub format: Option<&'static str>,
    /// Columns and rows as shown, orientation applied.
    pub dimensions: Option<PixelSize>,
    /// Columns and rows as stored.
    pub stored_dimensions: Option<PixelSize>,
    /// What its pixels are made of.
    pub colors: Option<Colors>,
    /// Bits of one colour channel.
    pub bits_per_channel: Option<u8>,
    /// How many samples of colour there are for those of brightness, such as "4:2:0".
    pub chroma_subsampling: Option<&'static str>,
    /// How the pixels are packed, such as "Progressive" or "LZW".
    pub compression: Option<&'static str>,
    /// How many pictures the file has beside each other, when more than one; the first is shown.
    pub n_pages: Option<u32>,
    /// EXIF `Make` and `Model`, without repeating the make.
    pub camera: Option<String>,
    /// EXIF `LensModel`.
    pub lens: Option<String>,
    /// EXIF `ExposureTime` in seconds, as numerator and denominator.
    pub exposure_time: Option<(u32, u32)>,
    /// EXIF `FNumber`.
    pub f_number: Option<f64>,
    /// EXIF `PhotographicSensitivity`.
    pub iso: Option<u32>,
    /// EXIF `FocalLength` in millimetres.
    pub focal_length_mm: Option<f64>,
    /// EXIF `Flash`: whether it fired.
    pub has_flash_fired: Option<bool>,
    /// EXIF `DateTimeOriginal`: a wall clock's time without a zone.
    pub taken_at: Option<jiff::civil::DateTime>,
    /// EXIF `OffsetTimeOriginal`, such as "+02:00", when the camera wrote one.
    pub taken_at_offset: Option<String>,
    /// Where nobody wrote when it was taken: when something else was done with it.
    pub other_time: Option<OtherTime>,
    /// EXIF orientation, 1 to 8.
    pub orientation: Option<u8>,
    /// EXIF `GPSLatitude` and the like.
    pub position: Option<Position>,
    /// EXIF `Software`.
    pub software: Option<String>,
    /// EXIF `Artist`, else who XMP or IPTC says made it.
    pub artist: Option<String>,
    /// EXIF `Copyright`, else that of XMP or IPTC.
    pub copyright: Option<String>,
    /// EXIF `ImageDescription`, else that of XMP or IPTC.
    pub description: Option<String>,
    /// The title that somebody gave it, in XMP or IPTC.
    pub title: Option<String>,
    /// Words to find it by, in XMP or IPTC.
    pub keywords: Vec<String>,
    /// How well somebody liked it, 0 to 5 stars, in XMP.
    pub rating: Option<u8>,
    /// The description inside the embedded ICC profile, such as "Display P3".
    pub color_profile: Option<String>,
    /// Whether the file has more than one frame.
    pub is_animated: bool,
    /// Its frames and their time, where the format tells.
    pub animation: Option<Animation>,
    /// How they are played, where Salon plays the format.
    pub playback: Option<Playback>,
    /// How bright its pixels are. Only there where somebody decoded them, too.
    pub histogram: Option<Histogram>,
}

/// What the pixels of a file are made of, as the file has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colors {
    /// Which colours are mixed.
    pub model: ColorModel,
    /// Whether pixels may be transparent.
    pub has_alpha: bool,
}

/// Which colours the pixels of a file are mixed of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColorModel {
    /// Brightness alone.
    Gray,
    /// Red, green and blue, be it as brightness and differences.
    Rgb,
    /// Inks.
    Cmyk,
    /// Inks, as brightness and differences, and black.
    Ycck,
    /// Entries of a table.
    Palette,
}

impl Colors {
    const fn opaque(model: ColorModel) -> Self {
        let has_alpha = false;
        Self { model, has_alpha }
    }

    const fn transparent(model: ColorModel) -> Self {
        let has_alpha = true;
        Self { model, has_alpha }
    }
}

/// A time other than that at which a picture was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherTime {
    /// What was done then.
    pub kind: TimeKind,
    /// The day.
    pub date: jiff::civil::Date,
    /// The wall clock's time, if it was written, too.
    pub time: Option<jiff::civil::Time>,
    /// Such as "+02:00", when it was written.
    pub offset: Option<String>,
}

/// What was done with a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeKind {
    /// EXIF `DateTimeDigitized`: it was scanned, or taken.
    Digitized,
    /// EXIF `DateTime`: the file was changed.
    Changed,
    /// XMP `CreateDate` or IPTC "Date Created": somebody or some program made it.
    Created,
}

/// Where a picture was taken.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    /// Degrees north, south negative.
    pub latitude: f64,
    /// Degrees east, west negative.
    pub longitude: f64,
    /// Metres above the sea.
    pub altitude_m: Option<f64>,
}

#[cfg(test)]
fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/images/");
    std::fs::read(format!("{folder}{name}")).unwrap()
}

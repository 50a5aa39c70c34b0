//! From a file's bytes to the pixels that the file has, within limits.

use std::cell::OnceCell;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::captions::Captions;
use super::color::Conversion;
use super::exif::Fields;
use super::header::Header;
use super::incomplete::{is_unexpected_end, lacks_last_row};
use super::light;
use super::palette_tiff::Palette;
use super::png_colors::Tags;
use super::sniff::{Codec, codec, sniff};
use super::{
    ColorModel, Colors, DecodedImage, ImageError, color, icon, jxl, scale, svg, thumbnail,
    turns_by_itself,
};
use crate::domain::PixelSize;

/// What decoded pixels may take, and again what a decoder may need beside them: 178 megapixels in
/// RGB, more than any phone makes. The same for a thumbnail of what has to be decoded whole: a file
/// that has none would not be opened either.
///
/// How many of them there are at a time is for those to bound who call from many threads.
pub(super) const MAX_BYTES: u64 = 512 * 1024 * 1024;

/// What a side may have: the most that JPEG can say.
pub(super) const MAX_SIDE_PX: u32 = 65_535;

/// A PNG's own buffers are its text and its profile, not its pixels: a compressed profile of
/// 500 kB can be one of 500 MB.
pub(super) const MAX_PNG_CHUNK_BYTES: u64 = 32 * 1024 * 1024;

/// How large the pixels should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Fit into a square, never enlarged.
    Thumbnail {
        /// The square's side in pixels.
        edge_px: u32,
    },
    /// The original size, unless a side exceeds this.
    Full {
        /// The longest side in pixels.
        max_edge_px: u32,
    },
}

/// Turns a file into pixels: sRGB, upright, no larger than `target` says.
///
/// Takes as long as the file needs (a phone's photograph: a tenth of a second), so it is called
/// on a worker thread.
///
/// # Errors
///
/// Every variant of [`ImageError`]. A decoder that panics is [`ImageError::DecoderCrashed`].
pub fn decode(bytes: &[u8], target: Target) -> Result<DecodedImage, ImageError> {
    caught(|| decode_source(bytes, target))
}

/// Decoders panic on some hostile files: that costs one image, not the program.
pub(super) fn caught<T>(work: impl FnOnce() -> Result<T, ImageError>) -> Result<T, ImageError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(ImageError::DecoderCrashed))
}

fn decode_source(bytes: &[u8], target: Target) -> Result<DecodedImage, ImageError> {
    let source = Source::open(bytes)?;
    let picture = match target {
        Target::Thumbnail { edge_px } => thumbnail::decode(&source, edge_px)?,
        Target::Full { max_edge_px } if source.codec == Codec::Svg => {
            svg::sharp(bytes, max_edge_px)?
        }
        Target::Full { max_edge_px } => source.decode()?.shrink(max_edge_px)?,
    };
    finish(&source, picture)
}

/// From a picture as its file has it to pixels for the screen.
pub(super) fn finish(source: &Source<'_>, picture: Picture) -> Result<DecodedImage, ImageError> {
    let conversion = Conversion::new(picture.profile.as_deref(), &picture.image);
    Finish::new(source, conversion).picture(picture.image, picture.original_size)
}

/// What makes pictures of one file ready for the screen.
pub(super) struct Finish {
    pub(super) conversion: Conversion,
    pub(super) orientation: Orientation,
    format: &'static str,
    is_animated: bool,
}

impl Finish {
    pub(super) fn new(source: &Source<'_>, conversion: Conversion) -> Self {
        Self {
            conversion,
            orientation: source.orientation(),
            format: source.format,
            is_animated: source.header.is_animated,
        }
    }

    /// The picture in sRGB and upright. `original_size` is that of the file as stored.
    pub(super) fn picture(
        &self,
        image: DynamicImage,
        original_size: PixelSize,
    ) -> Result<DecodedImage, ImageError> {
        let mut image = self.conversion.apply(image);
        image.apply_orientation(self.orientation);
        let size = PixelSize::new(image.width(), image.height());
        Ok(DecodedImage {
            size,
            original_size: super::oriented(original_size, self.orientation),
            pixels: color::premultiplied(image)?.into(),
            format: self.format,
            is_animated: self.is_animated,
        })
    }
}

/// A file that was recognised and of which there is a decoder.
pub(super) struct Source<'a> {
    pub(super) bytes: &'a [u8],
    format: &'static str,
    pub(super) codec: Codec,
    pub(super) header: Header<'a>,
    /// What a PNG's tags say about its colours.
    pub(super) tags: Option<Tags>,
    /// Read when they are asked for first: most files have some, and not all who look need them.
    fields: OnceCell<Option<Fields>>,
}

/// Pixels as the file has them: its colour space, its orientation, eight bits a channel.
pub(super) struct Picture {
    pub(super) image: DynamicImage,
    pub(super) profile: Option<Vec<u8>>,
    /// Columns and rows of the file, as stored.
    pub(super) original_size: PixelSize,
}

/// What a decoder says before it decodes.
pub(super) struct Announced {
    /// Columns and rows as stored.
    pub(super) size: PixelSize,
    /// What the pixels are made of.
    pub(super) colors: Option<Colors>,
    /// Of one colour channel.
    pub(super) bits_per_channel: Option<u8>,
    /// What the colours are called.
    pub(super) color_profile: Option<String>,
    /// What is written in it for people.
    pub(super) captions: Captions,
}

impl<'a> Source<'a> {
    /// Recognises a file and checks what it announces.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ImageError> {
        if bytes.is_empty() {
            return Err(ImageError::Empty);
        }
        let format = sniff(bytes).ok_or(ImageError::NotAnImage)?;
        Self::of(bytes, format, Header::read(format, bytes))
    }

    /// The same for whoever knows already what it is and announces.
    pub(super) fn of(
        bytes: &'a [u8],
        format: &'static str,
        header: Header<'a>,
    ) -> Result<Self, ImageError> {
        let codec = codec(format).ok_or_else(|| no_decoder(format))?;
        if header.size.is_some_and(|size| size.area() == 0) {
            return Err(ImageError::NoPixels);
        }
        if let Some(kind) = header.undecoded {
            return Err(unknown_kind(kind));
        }
        // A pixel has a byte at least; decoders have limits of their own, and other words for them.
        if let Some(size) = header.size.filter(|size| size.area() > MAX_BYTES) {
            return Err(ImageError::TooLarge(format!("{size} pixels")));
        }
        if header.working_bytes > MAX_BYTES {
            return Err(ImageError::TooLarge(format!(
                "{} bytes to work with",
                header.working_bytes
            )));
        }
        let (bytes, codec) = match icon::embedded_png(bytes) {
            Some(png) if format == "ICO" => (png, Codec::Image(ImageFormat::Png)),
            _ => (bytes, codec),
        };
        let is_png = codec == Codec::Image(ImageFormat::Png);
        Ok(Self {
            bytes,
            format,
            codec,
            header,
            tags: is_png.then(|| Tags::read(bytes)),
            fields: OnceCell::new(),
        })
    }

    /// Decodes every pixel. Decoders that work on floating point or planes have limits of their
    /// own, which are stricter.
    pub(super) fn decode(&self) -> Result<Picture, ImageError> {
        if self.codec == Codec::Svg {
            return svg::thumbnail(self.bytes, u32::MAX);
        }
        #[cfg(feature = "heic")]
        if self.codec == Codec::Heic {
            let decoded = super::heic::decode(self.bytes, self.header.size, self.format);
            return decoded.map_err(|error| match error {
                ImageError::Corrupt(_) if self.header.is_cut_short() => ImageError::Truncated,
                other => other,
            });
        }
        #[cfg(feature = "avif")]
        if self.codec == Codec::Avif {
            let decoded = super::avif::decode(self.bytes, self.format);
            return decoded.map_err(|error| match error {
                ImageError::Corrupt(_) if self.header.is_cut_short() => ImageError::Truncated,
                other => other,
            });
        }
        if self.is_by_image(ImageFormat::Tiff)
            && let Some(palette) = Palette::read(self)
        {
            return palette.decode(self);
        }
        self.decode_by_image()
    }

    /// By the decoders that `image` has, and those that are written like them.
    pub(super) fn decode_by_image(&self) -> Result<Picture, ImageError> {
        let mut decoder = self.decoder()?;
        let (width, height) = decoder.dimensions();
        if width == 0 || height == 0 {
            return Err(ImageError::NoPixels);
        }
        let n_bytes = decoder.total_bytes();
        if n_bytes > MAX_BYTES {
            return Err(ImageError::TooLarge(format!(
                "{width} × {height} pixels, {n_bytes} bytes"
            )));
        }
        let mut profile = self.profile(&mut *decoder);
        let image = DynamicImage::from_decoder(decoder).map_err(|error| self.explain(&error))?;
        if self.is_by_image(ImageFormat::Jpeg)
            && lacks_last_row(&image)
            && self.header.is_cut_short()
        {
            return Err(ImageError::Truncated);
        }
        let mut image = match self.codec {
            // Whatever its samples are, they have the curve of the profile.
            Codec::JpegXl if image.color().has_alpha() => image.into_rgba8().into(),
            Codec::JpegXl if image.color().has_color() => image.into_rgb8().into(),
            _ => color::to_eight_bits(image),
        };
        if let Some((curve, primaries)) = self.high_dynamic_range() {
            light::to_srgb(&mut image, curve, primaries);
            profile = None;
        }
        Ok(Picture {
            image,
            profile,
            original_size: PixelSize::new(width, height),
        })
    }

    /// What the decoder says without decoding; `None` when it refuses the file.
    pub(super) fn announced(&self) -> Option<Announced> {
        if self.codec == Codec::Svg {
            return Some(Announced {
                size: svg::size(self.bytes).ok()?,
                colors: None,
                bits_per_channel: None,
                color_profile: None,
                captions: Captions::default(),
            });
        }
        let mut decoder = self.decoder().ok()?;
        let (width, height) = decoder.dimensions();
        let kind = decoder.original_color_type();
        let bits = kind.bits_per_pixel() / u16::from(kind.channel_count()).max(1);
        Some(Announced {
            size: PixelSize::new(width, height),
            colors: colors(kind),
            bits_per_channel: u8::try_from(bits)
                .ok()
                .filter(|_| !matches!(kind, ExtendedColorType::Unknown(_))),
            color_profile: self.profile_name(&mut *decoder),
            captions: Captions::read(&mut *decoder),
        })
    }

    /// How the pixels have to be turned.
    pub(super) fn orientation(&self) -> Orientation {
        Some(self)
            .filter(|_| !turns_by_itself(self.format))
            .and_then(Self::fields)
            .map_or(Orientation::NoTransforms, |fields| fields.orientation())
    }

    /// The format by content.
    pub(super) fn format(&self) -> &'static str {
        self.format
    }

    pub(super) fn is_by_image(&self, format: ImageFormat) -> bool {
        self.codec == Codec::Image(format)
    }

    /// What EXIF says, or a TIFF itself.
    pub(super) fn fields(&self) -> Option<&Fields> {
        let read = || Fields::read(self.format, self.bytes, &self.header);
        self.fields.get_or_init(read).as_ref()
    }

    fn decoder(&self) -> Result<Box<dyn ImageDecoder + 'a>, ImageError> {
        let codec = match self.codec {
            Codec::Image(codec) => codec,
            Codec::JpegXl => return jxl::decoder(self.bytes).map_err(|error| self.explain(&error)),
            #[cfg(feature = "heic")]
            Codec::Heic => return Err(no_decoder(self.format)),
            #[cfg(feature = "avif")]
            Codec::Avif => return Err(no_decoder(self.format)),
            // A drawing has no pixels to decode.
            Codec::Svg => return Err(no_decoder(self.format)),
        };
        let mut reader = ImageReader::with_format(Cursor::new(self.bytes), codec);
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE_PX);
        limits.max_image_height = Some(MAX_SIDE_PX);
        limits.max_alloc = Some(if codec == ImageFormat::Png {
            MAX_PNG_CHUNK_BYTES
        } else {
            MAX_BYTES
        });
        reader.limits(limits);
        match reader.into_decoder() {
            Ok(decoder) => Ok(Box::new(decoder)),
            Err(error) => Err(self.explain(&error)),
        }
    }

    pub(super) fn explain(&self, error: &image::ImageError) -> ImageError {
        use image::ImageError as Cause;
        match error {
            Cause::Limits(limit) => ImageError::TooLarge(limit.to_string()),
            Cause::Unsupported(_) => no_decoder_of_kind(self.format),
            _ if self.header.is_cut_short() || is_unexpected_end(error) => ImageError::Truncated,
            other => ImageError::Corrupt(other.to_string()),
        }
    }
}

impl Picture {
    /// The same picture with no side above `edge_px`.
    pub(super) fn shrink(self, edge_px: u32) -> Result<Self, ImageError> {
        let size = self.original_size.fit_within(edge_px.max(1));
        Ok(Self {
            image: scale::shrink(self.image, size)?,
            ..self
        })
    }
}

/// Of the formats that nobody walks through here.
const fn colors(kind: ExtendedColorType) -> Option<Colors> {
    use ExtendedColorType as Kind;
    Some(match kind {
        Kind::L1 | Kind::L2 | Kind::L4 | Kind::L8 | Kind::L16 => Colors::opaque(ColorModel::Gray),
        Kind::La1 | Kind::La2 | Kind::La4 | Kind::La8 | Kind::La16 => {
            Colors::transparent(ColorModel::Gray)
        }
        Kind::Rgba1
        | Kind::Rgba2
        | Kind::Rgba4
        | Kind::Rgba8
        | Kind::Rgba16
        | Kind::Rgba32F
        | Kind::Bgra8 => Colors::transparent(ColorModel::Rgb),
        Kind::Cmyk8 | Kind::Cmyk16 => Colors::opaque(ColorModel::Cmyk),
        Kind::Unknown(_) | Kind::A8 => return None,
        _ => Colors::opaque(ColorModel::Rgb),
    })
}

/// Of a format that is decoded, but not everything that it can be.
pub(super) fn no_decoder_of_kind(format: &str) -> ImageError {
    unknown_kind(&format!("this kind of {format}"))
}

pub(super) fn no_decoder(format: &str) -> ImageError {
    ImageError::NoDecoder {
        format: format.to_owned(),
    }
}

pub(super) fn unknown_kind(kind: &str) -> ImageError {
    ImageError::UnknownKind {
        kind: kind.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;
    use super::*;

    #[test]
    fn a_decoder_that_panics_is_an_error() {
        let crashed = caught(|| -> Result<(), _> { panic!("as decoders do") });
        assert_eq!(crashed, Err(ImageError::DecoderCrashed));
    }

    #[test]
    fn a_progressive_file_is_judged_by_its_coefficients_too() {
        let mut file = fixture("progressive.jpg");
        let frame = file
            .windows(2)
            .position(|pair| pair == [0xFF, 0xC2])
            .unwrap();
        let side = 18_500_u16.to_be_bytes();
        file[frame + 5..frame + 7].copy_from_slice(&side);
        file[frame + 7..frame + 9].copy_from_slice(&side);
        let header = Header::read("JPEG", &file);
        // 4:2:0 has one and a half samples a pixel, of two bytes each.
        assert_eq!(header.working_bytes, 3 * 18_500 * 18_500);
        assert!(matches!(Source::open(&file), Err(ImageError::TooLarge(_))));
    }
}

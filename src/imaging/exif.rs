//! EXIF: read once, leniently, and asked for values that make sense.

use std::io::Cursor;

use exif::{Context, Exif, In, Rational, Reader, Tag, Value};
use image::metadata::Orientation;

use super::bytes::position;
use super::header::{Header, jxl};

/// Longer texts are noise or an attack, not a description.
const MAX_TEXT_CHARS: usize = 2000;

/// The EXIF fields of one file. A field that is broken is a field that is not there.
pub(super) struct Fields(Exif);

impl Fields {
    /// The fields of a file with this header; `None` when it has none that can be read.
    pub(super) fn read(format: &str, bytes: &[u8], header: &Header<'_>) -> Option<Self> {
        let mut reader = Reader::new();
        reader.continue_on_error(true);
        let read = match header.exif {
            Some(exif) => reader.read_raw(exif.to_vec()),
            None if matches!(format, "HEIC" | "HEIF" | "AVIF") => {
                reader.read_from_container(&mut Cursor::new(bytes))
            }
            None if format == "JPEG XL" => reader.read_raw(jxl::packed_exif(bytes)?),
            None => return None,
        };
        // What was read before the error is worth having.
        read.or_else(|error| error.distill_partial_result(|_| ()))
            .ok()
            .map(Self)
    }

    /// How to turn the stored pixels; values that do not exist mean "not at all".
    pub(super) fn orientation(&self) -> Orientation {
        self.orientation_value()
            .and_then(Orientation::from_exif)
            .unwrap_or(Orientation::NoTransforms)
    }

    /// `Orientation`, 1 to 8.
    pub(super) fn orientation_value(&self) -> Option<u8> {
        let value = u8::try_from(self.number(Tag::Orientation)?).ok()?;
        (1..=8).contains(&value).then_some(value)
    }

    /// The first number of an integer field.
    pub(super) fn number(&self, tag: Tag) -> Option<u32> {
        self.value(tag)?.get_uint(0)
    }

    /// The first fraction of a field, with a denominator other than zero.
    pub(super) fn fraction(&self, tag: Tag) -> Option<(u32, u32)> {
        let Value::Rational(fractions) = self.value(tag)? else {
            return None;
        };
        let Rational { num, denom } = *fractions.first()?;
        (denom != 0).then_some((num, denom))
    }

    /// The fractions of a field as numbers; `None` when one of them is none.
    pub(super) fn decimals(&self, tag: Tag) -> Option<Vec<f64>> {
        let Value::Rational(fractions) = self.value(tag)? else {
            return None;
        };
        fractions
            .iter()
            .take(8)
            .map(|fraction| Some(fraction.to_f64()).filter(|number| number.is_finite()))
            .collect()
    }

    /// A field's text without what surrounds or hides in it; `None` when nothing is left.
    pub(super) fn text(&self, tag: Tag) -> Option<String> {
        let Value::Ascii(lines) = self.value(tag)? else {
            return None;
        };
        // Several strings in one field: the photographer's and the editor's copyright.
        let lines: Vec<String> = lines.iter().filter_map(|line| clean(line)).collect();
        (!lines.is_empty()).then(|| lines.join("; "))
    }

    /// The ICC profile that a TIFF keeps beside its other fields.
    pub(super) fn icc_profile(&self) -> Option<Vec<u8>> {
        const ICC_PROFILE: u16 = 34675;
        self.bytes(ICC_PROFILE).map(<[u8]>::to_vec)
    }

    /// A field of the TIFF structure that is no number and no text.
    pub(super) fn bytes(&self, number: u16) -> Option<&[u8]> {
        match self.value(Tag(Context::Tiff, number))? {
            Value::Undefined(bytes, _) | Value::Byte(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// A field of the TIFF structure with many numbers.
    pub(super) fn shorts(&self, number: u16) -> Option<&[u16]> {
        match self.value(Tag(Context::Tiff, number))? {
            Value::Short(numbers) => Some(numbers),
            _ => None,
        }
    }

    /// The small JPEG that cameras put beside the fields.
    pub(super) fn preview(&self) -> Option<&[u8]> {
        let number = |tag| {
            let field = self.0.get_field(tag, In::THUMBNAIL)?;
            field.value.get_uint(0).map(position)
        };
        let start = number(Tag::JPEGInterchangeFormat)?;
        let end = start.checked_add(number(Tag::JPEGInterchangeFormatLength)?)?;
        self.0.buf().get(start..end)
    }

    fn value(&self, tag: Tag) -> Option<&Value> {
        self.0.get_field(tag, In::PRIMARY).map(|field| &field.value)
    }
}

/// A text without what surrounds or hides in it; `None` when nothing is left.
pub(super) fn clean(bytes: &[u8]) -> Option<String> {
    // Before EXIF 3.0 there was no encoding but ASCII; cameras wrote Latin-1 all the same.
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_not_utf8) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    let visible: String = text
        .chars()
        .take_while(|c| *c != '\0')
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .take(MAX_TEXT_CHARS)
        .collect();
    let trimmed = visible.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

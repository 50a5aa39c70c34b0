//! What a file says about itself, as values.

use std::panic::{AssertUnwindSafe, catch_unwind};

use exif::Tag;

use super::captions::Captions;
use super::decode::{Source, caught};
use super::exif::Fields;
use super::header::{Header, colr};
use super::icon::embedded_png;
use super::sniff::sniff;
use super::{Colors, Metadata, OtherTime, Position, TimeKind, oriented, turns_by_itself};
use super::{animation, jxl, times};
use crate::domain::PixelSize;

/// Everything a file says about itself. Never fails: what cannot be read is `None`.
pub fn read_metadata(bytes: &[u8]) -> Metadata {
    catch_unwind(AssertUnwindSafe(|| read(bytes))).unwrap_or_default()
}

/// The size of an image as shown, from the first bytes of its file: 64 KiB are usually enough.
///
/// `None` when they do not tell, or when the orientation may follow further on.
pub fn peek_size(first_bytes: &[u8]) -> Option<PixelSize> {
    let peeked = catch_unwind(AssertUnwindSafe(|| {
        let format = sniff(first_bytes)?;
        let header = Header::read(format, first_bytes);
        if header.is_exif_missing {
            return None;
        }
        let fields = needs_fields(format, &header)
            .then(|| Fields::read(format, first_bytes, &header))
            .flatten();
        let announced = || {
            let announced = caught(|| Ok(Source::open(first_bytes)?.announced()));
            Some(announced.ok()??.size)
        };
        let stored = stored_size(format, &header, fields.as_ref()).or_else(announced)?;
        Some(turned(stored, format, fields.as_ref()))
    }));
    peeked.ok().flatten().filter(|size| size.area() > 0)
}

/// Whether EXIF has a say in the size.
fn needs_fields(format: &str, header: &Header<'_>) -> bool {
    header.size.is_none() || !turns_by_itself(format)
}

fn read(bytes: &[u8]) -> Metadata {
    let Some(format) = sniff(bytes) else {
        return Metadata::default();
    };
    let header = Header::read(format, bytes);
    let source = Source::of(bytes, format, header.clone()).ok();
    // What is not decoded says something all the same.
    let unopened = match &source {
        Some(_) => None,
        None => Fields::read(format, bytes, &header),
    };
    let fields = source.as_ref().and_then(Source::fields);
    let fields = fields.or(unopened.as_ref());
    // Decoders may panic here, too: what the structure says is worth having all the same.
    let announced = caught(|| Ok(source.as_ref().and_then(Source::announced)));
    let announced = announced.ok().flatten();
    let mut metadata = fields.map(from_fields).unwrap_or_default();
    metadata.format = Some(format);
    metadata.stored_dimensions =
        stored_size(format, &header, fields).or_else(|| announced.as_ref().map(|file| file.size));
    metadata.dimensions = metadata
        .stored_dimensions
        .map(|stored| turned(stored, format, fields));
    metadata.colors =
        colors(bytes, &header).or_else(|| announced.as_ref().and_then(|file| file.colors));
    metadata.chroma_subsampling = header.chroma;
    metadata.compression = header.compression;
    metadata.n_pages = header.n_pages;
    metadata.bits_per_channel = header
        .bits_per_channel
        .or_else(|| announced.as_ref().and_then(|file| file.bits_per_channel));
    metadata.color_profile = match format {
        // Its decoder makes up a profile where the file has none.
        "JPEG XL" => jxl::profile_name(bytes),
        "HEIC" | "HEIF" | "AVIF" => colr::name(bytes),
        _ => announced
            .as_ref()
            .and_then(|file| file.color_profile.clone()),
    };
    let captions = announced.map(|file| file.captions).unwrap_or_default();
    let beside = fields.map(Captions::in_fields);
    captions
        .or(beside.unwrap_or_default())
        .or(Captions::in_boxes(format, bytes))
        .complete(&mut metadata);
    if metadata.taken_at.is_some() {
        metadata.other_time = None;
    }
    metadata.is_animated = header.is_animated;
    if let Some((animation, playback)) = animation::read(format, bytes, &header)
        && header.is_animated
    {
        metadata.animation = Some(animation);
        metadata.playback = playback;
    }
    metadata
}

/// Of an icon, what the picture in it is.
fn colors(bytes: &[u8], header: &Header<'_>) -> Option<Colors> {
    let inside = || Header::read("PNG", embedded_png(bytes)?).colors;
    header.colors.or_else(inside)
}

/// By walking the structure, where there is a walker.
fn stored_size(format: &str, header: &Header<'_>, fields: Option<&Fields>) -> Option<PixelSize> {
    let tiff_size = || {
        let fields = fields.filter(|_| format == "TIFF")?;
        let sides = (
            fields.number(Tag::ImageWidth)?,
            fields.number(Tag::ImageLength)?,
        );
        Some(PixelSize::new(sides.0, sides.1))
    };
    header.size.or_else(tiff_size)
}

fn turned(stored: PixelSize, format: &str, fields: Option<&Fields>) -> PixelSize {
    match fields.filter(|_| !turns_by_itself(format)) {
        Some(fields) => oriented(stored, fields.orientation()),
        None => stored,
    }
}

fn from_fields(fields: &Fields) -> Metadata {
    Metadata {
        camera: camera(fields.text(Tag::Make), fields.text(Tag::Model)),
        lens: fields.text(Tag::LensModel),
        exposure_time: exposure_time(fields),
        f_number: decimal_between(fields, Tag::FNumber, 0.1, 1000.0),
        iso: iso(fields),
        focal_length_mm: decimal_between(fields, Tag::FocalLength, 0.1, 100_000.0),
        has_flash_fired: fields.number(Tag::Flash).map(|flash| flash & 1 == 1),
        taken_at: fields
            .text(Tag::DateTimeOriginal)
            .and_then(|text| times::of_exif(&text)),
        taken_at_offset: fields
            .text(Tag::OffsetTimeOriginal)
            .filter(|text| times::is_offset(text)),
        other_time: other_time(fields),
        orientation: fields.orientation_value(),
        position: position(fields),
        software: fields.text(Tag::Software),
        artist: fields.text(Tag::Artist),
        copyright: fields.text(Tag::Copyright),
        description: fields.text(Tag::ImageDescription),
        ..Metadata::default()
    }
}

/// When there is no time at which it was taken: the next best that the camera, or whoever changed
/// the picture, wrote.
fn other_time(fields: &Fields) -> Option<OtherTime> {
    let kinds = [
        (
            Tag::DateTimeDigitized,
            Tag::OffsetTimeDigitized,
            TimeKind::Digitized,
        ),
        (Tag::DateTime, Tag::OffsetTime, TimeKind::Changed),
    ];
    kinds.into_iter().find_map(|(tag, offset, kind)| {
        let at = times::of_exif(&fields.text(tag)?)?;
        let offset = fields.text(offset);
        Some(OtherTime {
            kind,
            date: at.date(),
            time: Some(at.time()),
            offset: offset.filter(|text| times::is_offset(text)),
        })
    })
}

/// "Canon" and "Canon EOS R5" are "Canon EOS R5"; "NIKON CORPORATION" and "NIKON D90" are
/// "NIKON D90"; "Apple" and "iPhone 15" are both.
fn camera(make: Option<String>, model: Option<String>) -> Option<String> {
    let (make, model) = match (make, model) {
        (Some(make), Some(model)) => (make, model),
        (one, other) => return one.or(other),
    };
    let brand = model.split_whitespace().next().unwrap_or_default();
    let repeats_make = make
        .split_whitespace()
        .any(|word| word.eq_ignore_ascii_case(brand));
    Some(if repeats_make {
        model
    } else {
        format!("{make} {model}")
    })
}

/// Reduced, since cameras write 10/1250.
fn exposure_time(fields: &Fields) -> Option<(u32, u32)> {
    const LONGEST_SECS: f64 = 7.0 * 86_400.0;
    let (numerator, denominator) = fields.fraction(Tag::ExposureTime)?;
    let is_sane = numerator != 0 && f64::from(numerator) / f64::from(denominator) <= LONGEST_SECS;
    let divisor = greatest_common_divisor(numerator, denominator);
    is_sane.then_some((numerator / divisor, denominator / divisor))
}

fn greatest_common_divisor(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

fn decimal_between(fields: &Fields, tag: Tag, least: f64, most: f64) -> Option<f64> {
    let decimal = fields.decimals(tag)?.first().copied()?;
    (least..=most).contains(&decimal).then_some(decimal)
}

/// The field has 16 bits: 65535 says that the real value is in a wider one.
fn iso(fields: &Fields) -> Option<u32> {
    const SEE_OTHER_FIELDS: u32 = 65_535;
    let wider = || {
        let tags = [
            Tag::RecommendedExposureIndex,
            Tag::StandardOutputSensitivity,
            Tag::ISOSpeed,
        ];
        tags.into_iter().find_map(|tag| fields.number(tag))
    };
    match fields.number(Tag::PhotographicSensitivity) {
        None | Some(0 | SEE_OTHER_FIELDS) => wider(),
        value => value,
    }
    .filter(|iso| (1..=100_000_000).contains(iso))
}

fn position(fields: &Fields) -> Option<Position> {
    let latitude = degrees(
        fields,
        Tag::GPSLatitude,
        Tag::GPSLatitudeRef,
        ["N", "S"],
        90.0,
    )?;
    let longitude = degrees(
        fields,
        Tag::GPSLongitude,
        Tag::GPSLongitudeRef,
        ["E", "W"],
        180.0,
    )?;
    // A receiver without a fix writes zeros; nobody takes pictures on that spot of the ocean.
    if latitude == 0.0 && longitude == 0.0 {
        return None;
    }
    let is_below_the_sea = fields.number(Tag::GPSAltitudeRef) == Some(1);
    let altitude_m = decimal_between(fields, Tag::GPSAltitude, 0.0, 100_000.0)
        .map(|metres| if is_below_the_sea { -metres } else { metres });
    Some(Position {
        latitude,
        longitude,
        altitude_m,
    })
}

/// Degrees, minutes and seconds as signed degrees; the second of `signs` is negative.
fn degrees(fields: &Fields, tag: Tag, sign: Tag, signs: [&str; 2], most: f64) -> Option<f64> {
    let parts = fields.decimals(tag)?;
    let units = [1.0, 60.0, 3600.0];
    let degrees: f64 = parts
        .iter()
        .zip(units)
        .map(|(part, unit)| part / unit)
        .sum();
    let sign = fields.text(sign)?.to_ascii_uppercase();
    let signed = match signs.iter().position(|known| *known == sign)? {
        0 => degrees,
        _ => -degrees,
    };
    (!parts.is_empty() && degrees <= most).then_some(signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_make_is_not_repeated() {
        let name = |make: &str, model: &str| camera(Some(make.to_owned()), Some(model.to_owned()));
        assert_eq!(
            name("Canon", "Canon EOS R5").as_deref(),
            Some("Canon EOS R5")
        );
        assert_eq!(
            name("EASTMAN KODAK COMPANY", "KODAK DX4530").as_deref(),
            Some("KODAK DX4530")
        );
        assert_eq!(
            name("Apple", "iPhone 15").as_deref(),
            Some("Apple iPhone 15")
        );
        assert_eq!(camera(None, Some("X".to_owned())).as_deref(), Some("X"));
        assert_eq!(camera(None, None), None);
    }
}

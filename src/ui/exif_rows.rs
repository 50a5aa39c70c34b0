//! What a file says about itself, as facts of the details panel. Pure.

use crate::domain::Upload;
use crate::protocol::{Metadata, Position};
use crate::state::{file_facts, position_in_words};
use crate::ui::detail_rows::Row;
use crate::ui::text;

/// The facts in the order of the panel; the position has a row of its own.
pub(super) fn rows(upload: &Upload, metadata: &Metadata) -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(format_row(upload, metadata));
    rows.extend(size_row(metadata));
    let facts = file_facts(metadata).into_iter();
    rows.extend(facts.map(|(label, value)| Row::new(label, value)));
    rows
}

/// The real format; stands out when the server was told another one.
fn format_row(upload: &Upload, metadata: &Metadata) -> Option<Row> {
    let format = metadata.format?;
    let declared = text::short_type(&upload.essence());
    let is_same = declared == format
        || matches!(
            (declared.as_str(), format),
            // One family of files, and one type for both.
            ("HEIC" | "HEIF", "HEIC" | "HEIF") | ("ICO", "CUR") | ("PSD", "PSB")
        );
    let row = Row::new("Format", format);
    Some(if is_same || declared.is_empty() {
        row
    } else {
        Row::new("Format", format!("{format}, posted as {declared}")).warning()
    })
}

/// Only worth a line where the image is shown in another size: turned.
fn size_row(metadata: &Metadata) -> Option<Row> {
    let size = metadata.stored_dimensions?;
    let is_other = Some(size) != metadata.dimensions;
    is_other.then(|| Row::new("Pixels in the file", size.to_string()))
}

/// As words, to select and to copy.
pub(super) fn position_row(position: &Position) -> Row {
    Row::new("Position", position_in_words(position))
}

/// Where the position is on a map. Nothing is fetched from there unless somebody clicks.
pub(super) fn map_link(position: &Position) -> String {
    let Position {
        latitude,
        longitude,
        ..
    } = position;
    format!(
        "https://www.openstreetmap.org/?mlat={latitude:.6}&mlon={longitude:.6}#map=15/{latitude:.6}/{longitude:.6}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{PixelSize, RoomId, UploadId};

    fn posted_as(media_type: &str) -> Upload {
        let mut upload = Upload::new(UploadId::from("u"), RoomId::from("r"), "name");
        media_type.clone_into(&mut upload.media_type);
        upload
    }

    fn format_words(media_type: &str, format: &'static str) -> String {
        let metadata = Metadata {
            format: Some(format),
            ..Metadata::default()
        };
        let row = format_row(&posted_as(media_type), &metadata).unwrap();
        row.parts().1.to_owned()
    }

    #[test]
    fn every_type_of_a_format_is_that_format() {
        for (media_type, format) in [
            ("image/jxl", "JPEG XL"),
            ("image/jpeg", "JPEG"),
            ("image/jpg", "JPEG"),
            ("image/pjpeg", "JPEG"),
            ("image/png", "PNG"),
            ("image/apng", "PNG"),
            ("image/gif", "GIF"),
            ("image/webp", "WebP"),
            ("image/heic", "HEIC"),
            ("image/heif", "HEIC"),
            ("image/heif-sequence", "HEIF"),
            ("image/avif", "AVIF"),
            ("image/x-icon", "ICO"),
            ("image/vnd.microsoft.icon", "ICO"),
            ("image/vnd.microsoft.icon", "CUR"),
            ("image/svg+xml", "SVG"),
            ("image/tiff", "TIFF"),
            ("image/bmp", "BMP"),
            ("image/x-ms-bmp", "BMP"),
            ("image/qoi", "QOI"),
            ("image/x-portable-pixmap", "PNM"),
            ("image/x-tga", "TGA"),
            ("image/vnd.radiance", "HDR"),
            ("image/jp2", "JPEG 2000"),
            ("image/vnd.adobe.photoshop", "PSD"),
            ("", "PNG"),
        ] {
            assert_eq!(format_words(media_type, format), format, "{media_type}");
        }
    }

    #[test]
    fn another_type_than_the_files_own_stands_out() {
        let words = format_words("image/png", "JPEG");
        assert_eq!(words, "JPEG, posted as PNG");
        let words = format_words("image/jpeg", "JPEG XL");
        assert_eq!(words, "JPEG XL, posted as JPEG");
        assert_eq!(format_words("image/heic", "AVIF"), "AVIF, posted as HEIC");
    }

    #[test]
    fn the_size_in_the_file_is_only_told_where_it_is_another() {
        let (wide, tall) = (PixelSize::new(48, 32), PixelSize::new(32, 48));
        let of = |stored| Metadata {
            dimensions: Some(wide),
            stored_dimensions: Some(stored),
            ..Metadata::default()
        };
        assert_eq!(size_row(&of(wide)), None);
        let row = size_row(&of(tall)).unwrap();
        assert_eq!(row.parts(), ("Pixels in the file", "32 × 48"));
    }

    #[test]
    fn a_position_south_west_is_written_so_and_linked_with_signs() {
        let position = Position {
            latitude: -33.4489,
            longitude: -70.6693,
            altitude_m: Some(570.2),
        };
        let row = position_row(&position);
        assert_eq!(row.parts().1, "33.44890° S, 70.66930° W, 570.2 m");
        assert_eq!(
            map_link(&position),
            "https://www.openstreetmap.org/?mlat=-33.448900&mlon=-70.669300#map=15/-33.448900/-70.669300"
        );
    }
}

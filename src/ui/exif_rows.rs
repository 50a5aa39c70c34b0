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
    rows.extend(size_row(upload, metadata));
    let facts = file_facts(metadata).into_iter();
    rows.extend(facts.map(|(label, value)| Row::new(label, value)));
    rows
}

/// The real format; stands out when the server was told another one.
fn format_row(upload: &Upload, metadata: &Metadata) -> Option<Row> {
    let format = metadata.format?;
    let declared = text::short_type(&upload.essence());
    let is_same = declared == format.to_uppercase()
        || matches!(
            (declared.as_str(), format),
            ("JPG" | "PJPEG", "JPEG") | ("APNG", "PNG") | ("VND.MICROSOFT.ICON" | "ICON", "ICO")
        );
    let row = Row::new("Format", format);
    Some(if is_same || declared.is_empty() {
        row
    } else {
        Row::new("Format", format!("{format}, posted as {declared}")).warning()
    })
}

/// Only worth a line when the server said something else.
fn size_row(upload: &Upload, metadata: &Metadata) -> Option<Row> {
    let size = metadata.dimensions?;
    (Some(size) != upload.dimensions).then(|| Row::new("Pixels in the file", size.to_string()))
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

    #[test]
    fn a_position_south_west_is_written_so_and_linked_with_signs() {
        let position = Position {
            latitude: -33.4489,
            longitude: -70.6693,
            altitude_m: Some(570.2),
        };
        let row = position_row(&position);
        assert_eq!(row.parts().1, "33.44890° S, 70.66930° W, 570 m");
        assert_eq!(
            map_link(&position),
            "https://www.openstreetmap.org/?mlat=-33.448900&mlon=-70.669300#map=15/-33.448900/-70.669300"
        );
    }
}

//! What a file says about itself, as facts of the details panel. Pure.

use crate::domain::{Upload, safe_display_name};
use crate::protocol::{Metadata, Position};
use crate::ui::detail_rows::Row;
use crate::ui::text;

/// The facts in the order of the panel; the position has a row of its own.
pub(super) fn rows(upload: &Upload, metadata: &Metadata) -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(format_row(upload, metadata));
    rows.extend(size_row(upload, metadata));
    let mut text_row = |label, value: &Option<String>| {
        if let Some(value) = value {
            rows.push(Row::new(label, safe_display_name(value)));
        }
    };
    text_row("Camera", &metadata.camera);
    text_row("Lens", &metadata.lens);
    rows.extend(exposure(metadata).map(|exposure| Row::new("Exposure", exposure)));
    if let Some(has_fired) = metadata.has_flash_fired {
        rows.push(Row::new("Flash", if has_fired { "Fired" } else { "Off" }));
    }
    rows.extend(taken_at(metadata).map(|taken_at| Row::new("Taken", taken_at)));
    let mut text_row = |label, value: &Option<String>| {
        if let Some(value) = value {
            rows.push(Row::new(label, safe_display_name(value)));
        }
    };
    text_row("Artist", &metadata.artist);
    text_row("Copyright", &metadata.copyright);
    text_row("Caption in the file", &metadata.description);
    text_row("Software", &metadata.software);
    text_row("Colour profile", &metadata.color_profile);
    if let Some(bits) = metadata.bits_per_channel {
        rows.push(Row::new("Bits per channel", bits.to_string()));
    }
    if metadata.is_animated {
        rows.push(Row::new("Animated", "Yes"));
    }
    if let Some(orientation) = metadata.orientation.filter(|orientation| *orientation != 1) {
        let words = format!("{orientation} ({})", orientation_in_words(orientation));
        rows.push(Row::new("Orientation", words));
    }
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

/// "1/250 s · f/2.8 · ISO 400 · 35 mm".
fn exposure(metadata: &Metadata) -> Option<String> {
    let parts: Vec<String> = [
        metadata.exposure_time.and_then(exposure_time),
        metadata.f_number.map(|f_number| format!("f/{f_number:.1}")),
        metadata.iso.map(|iso| format!("ISO {iso}")),
        metadata
            .focal_length_mm
            .map(|length| format!("{} mm", trimmed(length))),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

fn exposure_time((numerator, denominator): (u32, u32)) -> Option<String> {
    if numerator == 0 || denominator == 0 {
        return None;
    }
    let seconds = f64::from(numerator) / f64::from(denominator);
    Some(if seconds < 0.3 {
        format!("1/{:.0} s", 1.0 / seconds)
    } else {
        format!("{} s", trimmed(seconds))
    })
}

fn trimmed(number: f64) -> String {
    let text = format!("{number:.1}");
    match text.strip_suffix(".0") {
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

/// A camera's clock has no zone, so none is shown unless the file names one.
fn taken_at(metadata: &Metadata) -> Option<String> {
    let local = metadata.taken_at?.strftime("%A %-d %B %Y, %H:%M:%S");
    Some(match &metadata.taken_at_offset {
        Some(offset) => format!("{local} ({})", safe_display_name(offset)),
        None => format!("{local} (camera's clock)"),
    })
}

const fn orientation_in_words(orientation: u8) -> &'static str {
    match orientation {
        2 => "mirrored",
        3 => "turned by 180°",
        4 => "mirrored upside down",
        5 => "mirrored and turned left",
        6 => "turned right",
        7 => "mirrored and turned right",
        8 => "turned left",
        _ => "upright",
    }
}

/// "48.13720° N, 11.57550° E, 520 m".
pub(super) fn position_row(position: &Position) -> Row {
    let side = |degrees: f64, positive: &'static str, negative: &'static str| {
        let letter = if degrees < 0.0 { negative } else { positive };
        format!("{:.5}° {letter}", degrees.abs())
    };
    let mut words = format!(
        "{}, {}",
        side(position.latitude, "N", "S"),
        side(position.longitude, "E", "W")
    );
    if let Some(altitude) = position.altitude_m {
        words = format!("{words}, {altitude:.0} m");
    }
    Row::new("Position", words)
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
    fn exposures_read_as_on_a_camera() {
        let metadata = Metadata {
            exposure_time: Some((10, 2500)),
            f_number: Some(2.8),
            iso: Some(400),
            focal_length_mm: Some(35.0),
            ..Metadata::default()
        };
        let words = exposure(&metadata).unwrap();
        assert_eq!(words, "1/250 s · f/2.8 · ISO 400 · 35 mm");
        assert_eq!(exposure_time((2, 1)).unwrap(), "2 s");
        assert_eq!(exposure_time((1, 0)), None);
        assert_eq!(exposure(&Metadata::default()), None);
    }

    #[test]
    fn a_time_without_a_zone_gets_none() {
        let mut metadata = Metadata {
            taken_at: Some(jiff::civil::date(2025, 11, 4).at(14, 32, 5, 0)),
            ..Metadata::default()
        };
        let without = taken_at(&metadata).unwrap();
        assert_eq!(
            without,
            "Tuesday 4 November 2025, 14:32:05 (camera's clock)"
        );
        metadata.taken_at_offset = Some("+02:00".to_owned());
        assert!(taken_at(&metadata).unwrap().ends_with("14:32:05 (+02:00)"));
    }

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

//! What a file says about itself, in words for people and as JSON for programs: the same for the
//! panel and for the command line.

use serde_json::{Value, json};

use crate::domain::safe_display_name;
use crate::protocol::{
    Animation, ColorModel, Colors, Histogram, Metadata, OtherTime, Position, TimeKind,
};
use crate::state::user_message::grouped;

/// Label and value, in the order of the panel, without format, size and position.
pub fn file_facts(metadata: &Metadata) -> Vec<(&'static str, String)> {
    let text = |text: &Option<String>| text.as_deref().map(safe_display_name);
    let flash = |has_fired: bool| if has_fired { "Fired" } else { "Off" }.to_owned();
    let facts = [
        ("Title", text(&metadata.title)),
        ("Rating", metadata.rating.map(stars)),
        ("Camera", text(&metadata.camera)),
        ("Lens", text(&metadata.lens)),
        ("Exposure", exposure(metadata)),
        ("Flash", metadata.has_flash_fired.map(flash)),
        ("Taken", taken_at(metadata)),
        other_time(metadata),
        ("Artist", text(&metadata.artist)),
        ("Copyright", text(&metadata.copyright)),
        ("Caption in the file", text(&metadata.description)),
        ("Keywords", keywords(metadata)),
        ("Software", text(&metadata.software)),
        ("Colour", metadata.colors.map(colors)),
        ("Colour profile", text(&metadata.color_profile)),
        (
            "Bits per channel",
            metadata.bits_per_channel.map(|bits| bits.to_string()),
        ),
        (
            "Chroma subsampling",
            metadata.chroma_subsampling.map(str::to_owned),
        ),
        ("Compression", metadata.compression.map(str::to_owned)),
        (
            "Pages",
            metadata
                .n_pages
                .map(|n_pages| format!("{n_pages}, the first is shown")),
        ),
        ("Animated", animated(metadata)),
        ("Orientation", orientation(metadata)),
    ];
    facts
        .into_iter()
        .filter_map(|(label, value)| Some((label, value?)))
        .collect()
}

/// "RGB, with transparency".
fn colors(colors: Colors) -> String {
    let model = match colors.model {
        ColorModel::Gray => "Gray",
        ColorModel::Rgb => "RGB",
        ColorModel::Cmyk => "CMYK",
        ColorModel::Ycck => "YCCK",
        ColorModel::Palette => "Palette",
    };
    let transparency = if colors.has_alpha {
        ", with transparency"
    } else {
        ""
    };
    format!("{model}{transparency}")
}

const fn color_model_json(model: ColorModel) -> &'static str {
    match model {
        ColorModel::Gray => "gray",
        ColorModel::Rgb => "rgb",
        ColorModel::Cmyk => "cmyk",
        ColorModel::Ycck => "ycck",
        ColorModel::Palette => "palette",
    }
}

/// For the eye, and in words for those who listen.
fn stars(rating: u8) -> String {
    let n_full = usize::from(rating.min(5));
    let (full, empty) = ("★".repeat(n_full), "☆".repeat(5 - n_full));
    format!("{full}{empty} {rating} of 5")
}

fn keywords(metadata: &Metadata) -> Option<String> {
    let words: Vec<String> = metadata
        .keywords
        .iter()
        .map(|word| safe_display_name(word))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn animated(metadata: &Metadata) -> Option<String> {
    let known = metadata.animation.map(|animation| {
        let Animation { n_frames, duration } = animation;
        let n_frames = grouped(usize::try_from(n_frames).unwrap_or(usize::MAX));
        let seconds = duration.as_secs();
        let known = if seconds < 60 {
            format!("{n_frames} frames, {} s", trimmed(duration.as_secs_f64()))
        } else {
            format!("{n_frames} frames, {} min {} s", seconds / 60, seconds % 60)
        };
        match metadata.playback {
            Some(_) => known,
            None => format!("{known}, the first is shown"),
        }
    });
    known.or_else(|| metadata.is_animated.then(|| "Yes".to_owned()))
}

fn orientation(metadata: &Metadata) -> Option<String> {
    let orientation = metadata
        .orientation
        .filter(|orientation| *orientation != 1)?;
    Some(format!(
        "{orientation} ({})",
        orientation_in_words(orientation)
    ))
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

/// What else is known of when it came to be, by what that was.
fn other_time(metadata: &Metadata) -> (&'static str, Option<String>) {
    let Some(other) = &metadata.other_time else {
        return ("", None);
    };
    let label = match other.kind {
        TimeKind::Digitized => "Digitized",
        TimeKind::Changed => "File changed",
        TimeKind::Created => "Created",
    };
    let day = other.date.strftime("%A %-d %B %Y");
    let text = match (other.time, &other.offset) {
        (None, _) => day.to_string(),
        (Some(time), None) => format!("{day}, {time} (no time zone)"),
        (Some(time), Some(offset)) => format!("{day}, {time} ({})", safe_display_name(offset)),
    };
    (label, Some(text))
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

/// "48.13720° N, 11.57550° E, 519.5 m".
pub fn position_in_words(position: &Position) -> String {
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
        let metres = trimmed(altitude.abs());
        let is_below = altitude < 0.0 && metres != "0";
        let sign = if is_below { "\u{2212}" } else { "" };
        words = format!("{words}, {sign}{metres} m");
    }
    words
}

/// All of it, for programs.
pub fn file_json(metadata: &Metadata) -> Value {
    json!({
        "format": metadata.format,
        "width": metadata.dimensions.map(|size| size.width),
        "height": metadata.dimensions.map(|size| size.height),
        "stored_width": metadata.stored_dimensions.map(|size| size.width),
        "stored_height": metadata.stored_dimensions.map(|size| size.height),
        "color_model": metadata.colors.map(|colors| color_model_json(colors.model)),
        "has_transparency": metadata.colors.map(|colors| colors.has_alpha),
        "bits_per_channel": metadata.bits_per_channel,
        "chroma_subsampling": metadata.chroma_subsampling,
        "compression": metadata.compression,
        "pages": metadata.n_pages,
        "is_animated": metadata.is_animated,
        "frames": metadata.animation.map(|animation| animation.n_frames),
        "animation_seconds": metadata
            .animation
            .map(|animation| animation.duration.as_secs_f64()),
        "color_profile": metadata.color_profile,
        "camera": metadata.camera,
        "lens": metadata.lens,
        "exposure_seconds": metadata
            .exposure_time
            .filter(|(_, denominator)| *denominator != 0)
            .map(|(numerator, denominator)| f64::from(numerator) / f64::from(denominator)),
        "f_number": metadata.f_number,
        "iso": metadata.iso,
        "focal_length_mm": metadata.focal_length_mm,
        "has_flash_fired": metadata.has_flash_fired,
        "taken_at": metadata.taken_at.map(|time| time.to_string()),
        "taken_at_offset": metadata.taken_at_offset,
        "other_time": metadata.other_time.as_ref().map(other_time_json),
        "orientation": metadata.orientation,
        "position": metadata.position.map(|position| json!({
            "latitude": position.latitude,
            "longitude": position.longitude,
            "altitude_m": position.altitude_m,
        })),
        "title": metadata.title,
        "rating": metadata.rating,
        "keywords": metadata.keywords,
        "software": metadata.software,
        "artist": metadata.artist,
        "copyright": metadata.copyright,
        "description": metadata.description,
        "histogram": metadata.histogram.as_ref().map(histogram_json),
    })
}

fn other_time_json(other: &OtherTime) -> Value {
    let kind = match other.kind {
        TimeKind::Digitized => "digitized",
        TimeKind::Changed => "changed",
        TimeKind::Created => "created",
    };
    json!({
        "kind": kind,
        "date": other.date.to_string(),
        "time": other.time.map(|time| time.to_string()),
        "offset": other.offset,
    })
}

/// Parts of all pixels in sixteen steps from dark to bright.
fn histogram_json(histogram: &Histogram) -> Value {
    let rounded = |share: f64| (share * 10_000.0).round() / 10_000.0;
    let [luminance, red, green, blue] = histogram.shares().map(|shares| shares.map(rounded));
    json!({ "luminance": luminance, "red": red, "green": green, "blue": blue })
}

/// What a histogram shows, for those who do not see it.
pub fn histogram_in_words(histogram: &Histogram) -> String {
    let percent = |part: f64| format!("{:.0} %", part * 100.0);
    let (black, white) = histogram.ends();
    format!(
        "Histogram: half of the pixels are darker than {}, {} black, {} white",
        percent(histogram.median()),
        percent(black),
        percent(white),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::protocol::Playback;

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
    fn another_time_says_what_it_is_the_time_of() {
        let mut other = OtherTime {
            kind: TimeKind::Changed,
            date: jiff::civil::date(2025, 11, 4),
            time: Some(jiff::civil::time(14, 32, 5, 0)),
            offset: None,
        };
        let fact = |other: &OtherTime| {
            let metadata = Metadata {
                other_time: Some(other.clone()),
                ..Metadata::default()
            };
            file_facts(&metadata)
        };
        let text = "Tuesday 4 November 2025, 14:32:05 (no time zone)".to_owned();
        assert_eq!(fact(&other), [("File changed", text)]);
        other.offset = Some("+02:00".to_owned());
        other.kind = TimeKind::Digitized;
        let text = "Tuesday 4 November 2025, 14:32:05 (+02:00)".to_owned();
        assert_eq!(fact(&other), [("Digitized", text)]);
        other.time = None;
        other.kind = TimeKind::Created;
        let text = "Tuesday 4 November 2025".to_owned();
        assert_eq!(fact(&other), [("Created", text)]);
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
    fn a_height_has_one_decimal_where_it_has_any_and_a_sign_below_the_sea() {
        let words = |altitude_m| {
            let position = Position {
                latitude: 1.0,
                longitude: 2.0,
                altitude_m,
            };
            position_in_words(&position)
        };
        let place = "1.00000° N, 2.00000° E";
        assert_eq!(words(None), place);
        assert_eq!(words(Some(520.0)), format!("{place}, 520 m"));
        assert_eq!(words(Some(-12.5)), format!("{place}, \u{2212}12.5 m"));
        assert_eq!(words(Some(-0.01)), format!("{place}, 0 m"));
    }

    #[test]
    fn a_rating_is_stars_and_words() {
        assert_eq!(stars(4), "★★★★☆ 4 of 5");
        assert_eq!(stars(0), "☆☆☆☆☆ 0 of 5");
    }

    #[test]
    fn titles_and_words_of_strangers_are_facts_and_json() {
        let metadata = Metadata {
            title: Some("A\u{202e}B".to_owned()),
            keywords: vec!["one".to_owned(), "two\n".to_owned()],
            rating: Some(3),
            ..Metadata::default()
        };
        let facts = file_facts(&metadata);
        assert!(facts.contains(&("Title", "A\u{fffd}B".to_owned())));
        assert!(facts.contains(&("Keywords", "one, two\u{fffd}".to_owned())));
        let json = file_json(&metadata);
        assert_eq!(json["rating"], 3);
        assert_eq!(json["keywords"][0], "one");
        assert!(json["histogram"].is_null());
    }

    #[test]
    fn an_animation_says_how_many_frames_it_has_and_how_long_it_takes() {
        let moving = |n_frames, duration| Metadata {
            is_animated: true,
            animation: Some(Animation { n_frames, duration }),
            playback: Some(Playback {
                delays: Vec::new(),
                n_plays: None,
            }),
            ..Metadata::default()
        };
        let words = |n_frames, duration| animated(&moving(n_frames, duration));
        let short = words(3, Duration::from_millis(300));
        assert_eq!(short.as_deref(), Some("3 frames, 0.3 s"));
        let long = words(1500, Duration::from_secs(61));
        assert_eq!(long.as_deref(), Some("1,500 frames, 1 min 1 s"));
        let not_played = animated(&Metadata {
            playback: None,
            ..moving(3, Duration::from_millis(300))
        });
        let text = "3 frames, 0.3 s, the first is shown";
        assert_eq!(not_played.as_deref(), Some(text));
        assert_eq!(animated(&Metadata::default()), None);
    }
}

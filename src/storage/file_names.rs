//! From a name that a stranger chose to one that every system takes.

use caseless::Caseless as _;
use sanitize_filename::{Options, sanitize_with_options};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Linux and macOS allow 255 bytes, Windows 255 UTF-16 units; the rest is left to other
/// programs that add something (`.part`, `~`, `.xmp`).
pub const MAX_NAME_BYTES: usize = 240;

/// For names of which nothing is left.
const EMPTY_STEM: &str = "image";

/// Names that Windows takes for devices, with any extension.
const DEVICE_NAMES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// Declared types with the extension to add and others that mean the same.
const IMAGE_EXTENSIONS: [(&str, &[&str]); 22] = [
    ("image/jpeg", &["jpg", "jpeg", "jpe", "jfif"]),
    ("image/pjpeg", &["jpg", "pjpeg"]),
    ("image/png", &["png"]),
    ("image/apng", &["apng"]),
    ("image/gif", &["gif"]),
    ("image/webp", &["webp"]),
    ("image/bmp", &["bmp", "dib"]),
    ("image/x-ms-bmp", &["bmp"]),
    ("image/tiff", &["tif", "tiff"]),
    ("image/svg+xml", &["svg", "svgz"]),
    ("image/heic", &["heic", "heics"]),
    ("image/heif", &["heif", "heifs", "hif"]),
    ("image/avif", &["avif", "avifs"]),
    ("image/jxl", &["jxl"]),
    ("image/x-icon", &["ico", "cur"]),
    ("image/vnd.microsoft.icon", &["ico"]),
    ("image/vnd.adobe.photoshop", &["psd"]),
    ("image/x-xcf", &["xcf"]),
    ("image/x-tga", &["tga"]),
    ("image/qoi", &["qoi"]),
    ("image/vnd.radiance", &["hdr"]),
    (
        "image/x-portable-anymap",
        &["pnm", "ppm", "pgm", "pbm", "pam"],
    ),
];

/// A name to save a file under that Linux, macOS and Windows all take.
///
/// It stays in its folder and is as close to `name` as that allows: normalised (NFC), at most
/// 240 bytes, never hidden, never empty. A name that does not end like an image gets the
/// extension of `media_type`, so that it opens with a double-click.
pub fn portable_file_name(name: &str, media_type: &str) -> String {
    let visible: String = name.chars().filter(|c| !is_invisible(*c)).nfc().collect();
    let options = Options {
        windows: false, // it would throw a whole `CON.png` away
        truncate: false,
        replacement: "_",
    };
    let legal = sanitize_with_options(visible.replace('\u{7f}', "_"), options);
    let legal = legal.trim_end_matches(is_fringe);
    let (stem, extension) = match split_extension(legal) {
        Some((stem, extension)) if is_image_extension(extension) => (stem, Some(extension)),
        _ => match extension_of(media_type) {
            Some(extension) => (legal, Some(extension)),
            None => split_extension(legal).map_or((legal, None), |(stem, ext)| (stem, Some(ext))),
        },
    };
    let mut stem = stem.trim_start_matches(is_fringe).to_owned();
    if stem.is_empty() {
        EMPTY_STEM.clone_into(&mut stem);
    }
    let ending = extension.map_or_else(String::new, |extension| format!(".{extension}"));
    let name = join(&stem, &ending);
    if is_device(&name) {
        stem.insert(0, '_');
        return join(&stem, &ending);
    }
    name
}

/// The same name with an extension that belongs to `media_type`.
///
/// One of another type is replaced, a missing one added. Any name of that type is right (`jpeg`
/// as well as `jpg`), and nothing changes where the type is not known.
pub fn correct_extension(name: &str, media_type: &str) -> String {
    let Some(right) = extension_of(media_type) else {
        return name.to_owned();
    };
    match split_extension(name) {
        Some((_, extension)) if is_extension_of(extension, media_type) => name.to_owned(),
        Some((stem, extension)) if is_image_extension(extension) => format!("{stem}.{right}"),
        _ => format!("{name}.{right}"),
    }
}

/// Stem and extension, without the dot between them.
pub fn split_extension(name: &str) -> Option<(&str, &str)> {
    let (stem, extension) = name.rsplit_once('.')?;
    let is_extension = (1..=16).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_extension.then_some((stem, extension))
}

/// What two names have in common that some system takes for the same: case and Unicode
/// normalisation are ignored, on every system, so that a saved folder can be copied anywhere.
pub fn name_key(name: &str) -> String {
    // "Compatibility caseless matching" of the Unicode standard, section 3.13, D147.
    let folded = name.chars().nfd().default_case_fold().nfkd();
    folded.default_case_fold().nfkd().collect()
}

/// The `n`-th choice for a name that is taken: `a (2).jpg`; the first is the name itself.
pub fn numbered(name: &str, n: u32) -> String {
    if n <= 1 {
        return name.to_owned();
    }
    match split_extension(name) {
        Some((stem, extension)) => join(stem, &format!(" ({n}).{extension}")),
        None => join(name, &format!(" ({n})")),
    }
}

/// Stem and ending within the limit; what is too much is cut off the stem.
fn join(stem: &str, ending: &str) -> String {
    let room = MAX_NAME_BYTES.saturating_sub(ending.len());
    let cut = cut_to(stem, room).trim_end_matches(is_fringe);
    let kept = if cut.is_empty() { EMPTY_STEM } else { cut };
    format!("{kept}{ending}")
}

/// At most `max_bytes` of `text`, not in the middle of what is seen as one character: an
/// emoji of a family or with a skin colour is several `char`s.
pub fn cut_to(text: &str, max_bytes: usize) -> &str {
    if text.len() <= max_bytes {
        return text;
    }
    let mut last_fit = 0;
    let mut last_whole = 0;
    let mut before = '\0';
    for (at, c) in text.char_indices().take_while(|(at, _)| *at <= max_bytes) {
        last_fit = at;
        if !continues_character(before, c) {
            last_whole = at;
        }
        before = c;
    }
    // Nothing but combining marks: then any boundary will do.
    let end = if last_whole == 0 {
        last_fit
    } else {
        last_whole
    };
    text.get(..end).unwrap_or_default()
}

fn continues_character(before: char, c: char) -> bool {
    const JOINER: char = '\u{200d}';
    let is_modifier = matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}');
    before == JOINER || c == JOINER || is_modifier || is_combining_mark(c)
}

/// What a name must not begin or end with: Windows drops dots and spaces at the end, and a
/// dot at the start hides the file.
fn is_fringe(c: char) -> bool {
    c == '.' || c.is_whitespace()
}

/// Characters that turn text around, take no room or break the line; a joiner inside an
/// emoji is none of them.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}')
}

fn is_device(name: &str) -> bool {
    let base = name.split('.').next().unwrap_or_default();
    let base = base.trim_end().to_uppercase();
    let is_port = |rest: &str| {
        matches!(rest, "¹" | "²" | "³")
            || (rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let port = base
        .strip_prefix("COM")
        .or_else(|| base.strip_prefix("LPT"));
    DEVICE_NAMES.contains(&base.as_str()) || port.is_some_and(is_port)
}

fn is_image_extension(extension: &str) -> bool {
    let extension = extension.to_ascii_lowercase();
    let mut known = IMAGE_EXTENSIONS.iter().flat_map(|(_, endings)| *endings);
    known.any(|ending| *ending == extension)
}

fn is_extension_of(extension: &str, media_type: &str) -> bool {
    let extension = extension.to_ascii_lowercase();
    endings_of(media_type).is_some_and(|endings| endings.contains(&extension.as_str()))
}

fn extension_of(media_type: &str) -> Option<&'static str> {
    endings_of(media_type)?.first().copied()
}

fn endings_of(media_type: &str) -> Option<&'static [&'static str]> {
    let essence = media_type.split(';').next().unwrap_or_default();
    let essence = essence.trim().to_ascii_lowercase();
    let (_, endings) = IMAGE_EXTENSIONS
        .iter()
        .find(|(known, _)| *known == essence)?;
    Some(endings)
}

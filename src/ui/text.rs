//! Short forms of names for narrow places.

use std::path::Path;

use crate::domain::{Person, Room, RoomKind, safe_display_name};

/// What to call somebody, harmless to a line of text.
pub(super) fn person(person: &Person) -> String {
    safe_display_name(person.display_name())
}

/// "#support" for channels, the bare title for everything else.
pub(super) fn room(room: &Room) -> String {
    let title = safe_display_name(&room.title);
    match room.kind {
        RoomKind::Channel => format!("#{title}"),
        RoomKind::PrivateGroup | RoomKind::Direct | RoomKind::GroupDirect => title,
    }
}

/// A file name with its middle taken out, so that number and extension at its end stay.
pub(super) fn middle_elided(text: &str, max_chars: usize) -> String {
    let count = text.chars().count();
    if count <= max_chars {
        return text.to_owned();
    }
    let kept = max_chars.saturating_sub(1);
    let tail = kept / 2;
    let head: String = text.chars().take(kept - tail).collect();
    let tail: String = text.chars().skip(count - tail).collect();
    format!("{head}…{tail}")
}

/// The same, as long as it fits.
pub(super) fn middle_elided_where(text: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let (mut least, mut most) = (1, text.chars().count());
    while least + 1 < most {
        let middle = usize::midpoint(least, most);
        if fits(&middle_elided(text, middle)) {
            least = middle;
        } else {
            most = middle;
        }
    }
    middle_elided(text, least)
}

/// The beginning of a text.
pub(super) fn end_elided(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let head: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    format!("{}…", head.trim_end())
}

/// "~/Pictures/a.png" for what is in the person's home folder, harmless to a line of text.
pub(super) fn path(path: &Path) -> String {
    path_from(path, etcetera::home_dir().ok().as_deref())
}

fn path_from(path: &Path, home: Option<&Path>) -> String {
    let below = home.and_then(|home| path.strip_prefix(home).ok());
    let shown = match below {
        Some(below) => Path::new("~").join(below),
        None => path.to_path_buf(),
    };
    safe_display_name(&shown.to_string_lossy())
}

/// The format of a declared type, by the name that a file of it is called by its content: "PNG"
/// for `image/png` and for `image/apng`. Of others, what the type says.
pub(super) fn short_type(essence: &str) -> String {
    let subtype = essence.split('/').nth(1).unwrap_or(essence);
    let subtype = subtype.split('+').next().unwrap_or(subtype);
    let subtype = subtype.trim_start_matches("x-");
    let format = match subtype {
        "jpeg" | "jpg" | "pjpeg" | "jfif" => "JPEG",
        "png" | "apng" | "vnd.mozilla.apng" => "PNG",
        "webp" => "WebP",
        "bmp" | "ms-bmp" | "windows-bmp" => "BMP",
        "icon" | "ico" | "vnd.microsoft.icon" => "ICO",
        "tiff" | "tif" | "tiff-fx" => "TIFF",
        "heic" | "heic-sequence" => "HEIC",
        "heif" | "heif-sequence" => "HEIF",
        "avif" | "avif-sequence" => "AVIF",
        "jxl" => "JPEG XL",
        "jp2" | "jpx" | "jpm" | "j2c" | "jpeg2000" | "jpeg2000-image" => "JPEG 2000",
        "jxr" | "vnd.ms-photo" => "JPEG XR",
        "portable-anymap"
        | "portable-arbitrarymap"
        | "portable-bitmap"
        | "portable-graymap"
        | "portable-pixmap" => "PNM",
        "tga" | "targa" => "TGA",
        "hdr" | "vnd.radiance" => "HDR",
        "psd" | "photoshop" | "vnd.adobe.photoshop" => "PSD",
        "exr" => "OpenEXR",
        "dds" | "vnd.ms-dds" => "DDS",
        "canon-cr2" => "CR2",
        "canon-cr3" => "CR3",
        "fuji-raf" => "RAF",
        "olympus-orf" => "ORF",
        "panasonic-rw2" => "RW2",
        "djvu" | "vnd.djvu" => "DjVu",
        "xpm" | "xpixmap" => "XPM",
        "dwg" | "vnd.dwg" => "DWG",
        other => return other.to_uppercase(),
    };
    format.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_at_home_is_short_and_none_turns_its_line_around() {
        let home = Some(Path::new("/home/ana"));
        let shown = |path: &str| path_from(Path::new(path), home);
        let at_home = Path::new("~").join("Pictures").join("a.png");
        let at_home = at_home.display().to_string();
        assert_eq!(shown("/home/ana/Pictures/a.png"), at_home);
        assert_eq!(shown("/home/anastasia/a.png"), "/home/anastasia/a.png");
        assert_eq!(shown("/p/a\u{202e}gnp.exe"), "/p/a\u{fffd}gnp.exe");
        assert_eq!(path_from(Path::new("/home/ana/a"), None), "/home/ana/a");
    }

    #[test]
    fn a_long_file_name_keeps_its_end() {
        assert_eq!(middle_elided("short.png", 20), "short.png");
        let elided = middle_elided("Screenshot from 2025-11-04 14-32-05.png", 20);
        assert_eq!(elided.chars().count(), 20);
        assert!(
            elided.starts_with("Screenshot") && elided.ends_with("32-05.png"),
            "{elided}"
        );
        assert_eq!(end_elided("日本語テキスト", 4), "日本語…");
    }

    #[test]
    fn as_much_of_a_file_name_is_kept_as_fits() {
        let in_chars = |count| {
            let fits = move |text: &str| text.chars().count() <= count;
            middle_elided_where("Screenshot from 2025.png", fits)
        };
        assert_eq!(in_chars(24), "Screenshot from 2025.png");
        assert_eq!(in_chars(23), middle_elided("Screenshot from 2025.png", 23));
        assert_eq!(in_chars(9), "Scre….png");
        assert_eq!(in_chars(0), "…");
    }

    #[test]
    fn types_are_short() {
        assert_eq!(short_type("image/svg+xml"), "SVG");
        assert_eq!(short_type("image/x-icon"), "ICO");
        assert_eq!(short_type("image/vnd.microsoft.icon"), "ICO");
        assert_eq!(short_type("image/pjpeg"), "JPEG");
        assert_eq!(short_type("image/gif"), "GIF");
        assert_eq!(short_type("image/x-unheard-of"), "UNHEARD-OF");
    }
}

//! Under which name a stranger's file is given to another program.
//!
//! Systems start what a name ends with, and whoever posted the file chose its name: only the
//! content says what it is.

use crate::imaging::{self, ImageError};
use crate::protocol::{CopyTrouble, ImageFailure};
use crate::storage::{correct_extension, portable_file_name, split_extension};

/// What becomes of a file that is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handing {
    /// The system opens it with the program it has for its ending.
    Opened,
    /// A person puts it somewhere.
    Copied,
}

/// A name whose ending is that of the content, or why the file is not handed over.
pub(super) fn handed_name(
    name: &str,
    bytes: &[u8],
    handing: Handing,
) -> Result<String, CopyTrouble> {
    let no_image = || CopyTrouble::Image(ImageFailure::Decode(ImageError::NotAnImage));
    let format = imaging::sniff(bytes).ok_or_else(no_image)?;
    // A browser opens it, with its scripts.
    if format == "SVG" && handing == Handing::Opened {
        return Err(CopyTrouble::MayRunScripts);
    }
    if let Some(media_type) = imaging::media_type(format) {
        let name = portable_file_name(name, media_type);
        return Ok(correct_extension(&name, media_type));
    }
    let right = ending(format).ok_or_else(no_image)?;
    let name = portable_file_name(name, "");
    let has_it =
        split_extension(&name).is_some_and(|(_, extension)| extension.eq_ignore_ascii_case(right));
    Ok(if has_it {
        name
    } else {
        format!("{name}.{right}")
    })
}

/// Of formats that no media type is known for. What may hold more than pixels (metafiles,
/// drawings of CAD programs, archives) is not among them.
fn ending(format: &str) -> Option<&'static str> {
    Some(match format {
        "PSB" => "psb",
        "JPEG 2000" => "jp2",
        "JPEG XR" => "jxr",
        "OpenEXR" => "exr",
        "DDS" => "dds",
        "farbfeld" => "ff",
        "ICNS" => "icns",
        "FLIF" => "flif",
        "BPG" => "bpg",
        "MNG" => "mng",
        "JNG" => "jng",
        "DjVu" => "djvu",
        "CR2" => "cr2",
        "CR3" => "cr3",
        "RAF" => "raf",
        "ORF" => "orf",
        "RW2" => "rw2",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1A\n";
    const EXR: &[u8] = b"v/1\x01\x02\0\0\0";
    const EXECUTABLE: &[u8] = b"MZ\x90\0\x03\0\0\0";
    const LAUNCHER: &[u8] = b"[Desktop Entry]\nType=Application\nExec=sh\n";

    #[test]
    fn the_content_alone_chooses_the_ending() {
        for (name, bytes, handed) in [
            ("cat.png", PNG, "cat.png"),
            ("CAT.PNG", PNG, "CAT.PNG"),
            ("cat.jpg", PNG, "cat.png"),
            ("cat.svg", PNG, "cat.png"),
            ("holiday.exe", PNG, "holiday.exe.png"),
            ("holiday.hta", PNG, "holiday.hta.png"),
            ("holiday.png.lnk", PNG, "holiday.png.lnk.png"),
            ("holiday.desktop", EXR, "holiday.desktop.exr"),
            ("sky.EXR", EXR, "sky.EXR"),
            ("sky.jpg", EXR, "sky.jpg.exr"),
            ("", PNG, "image.png"),
        ] {
            for handing in [Handing::Opened, Handing::Copied] {
                let named = handed_name(name, bytes, handing);
                assert_eq!(named.as_deref(), Ok(handed), "{name}");
            }
        }
    }

    #[test]
    fn what_is_no_image_is_not_handed_over_whatever_its_name() {
        let refused = CopyTrouble::Image(ImageFailure::Decode(ImageError::NotAnImage));
        for bytes in [EXECUTABLE, LAUNCHER, b"<html><script>", b""] {
            for name in ["holiday.exe", "holiday.desktop", "cat.png"] {
                for handing in [Handing::Opened, Handing::Copied] {
                    let named = handed_name(name, bytes, handing);
                    assert_eq!(named, Err(refused.clone()), "{name}");
                }
            }
        }
    }

    #[test]
    fn a_drawing_may_run_scripts_and_is_copied_only() {
        let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>";
        let opened = handed_name("plan.svg", svg, Handing::Opened);
        assert_eq!(opened, Err(CopyTrouble::MayRunScripts));
        let copied = handed_name("plan.png", svg, Handing::Copied);
        assert_eq!(copied.as_deref(), Ok("plan.svg"));
    }
}

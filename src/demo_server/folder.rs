//! The images of a folder on this machine, as what people posted to a room.

use std::io;
use std::path::Path;
use std::sync::Arc;

use image::metadata::Orientation;
use image::{ImageDecoder as _, ImageFormat, ImageReader};
use jiff::Timestamp;

use super::bytes::Content;
use super::world::FolderImage;

/// Every image of a folder itself, by the ending of its name; newest first.
///
/// # Errors
///
/// When the folder or one of its files cannot be read.
pub(super) fn images_in(folder: &Path) -> io::Result<Vec<FolderImage>> {
    let mut images = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(media_type) = media_type(&name).filter(|_| metadata.is_file()) else {
            continue;
        };
        let path: Arc<Path> = entry.path().into();
        images.push(FolderImage {
            uploaded_at: Timestamp::try_from(metadata.modified()?)
                .map_err(io::Error::other)?
                .as_millisecond(),
            identify: identify(&path, media_type)?,
            content: Content::File {
                path,
                byte_len: metadata.len(),
            },
            name,
            media_type,
        });
    }
    // The system lists a folder in any order.
    images.sort_by(|one, other| {
        let newest_first = other.uploaded_at.cmp(&one.uploaded_at);
        newest_first.then_with(|| one.name.cmp(&other.name))
    });
    Ok(images)
}

/// What a browser declares when it uploads a file of this name.
fn media_type(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "tif" | "tiff" => "image/tiff",
        "bmp" => "image/bmp",
        "avif" => "image/avif",
        "heic" => "image/heic",
        _ => return None,
    })
}

/// Format, width and height, for what the server looks into: these declared types, as far as
/// they hold what it can read. Whatever EXIF turns, also by a half turn, has its sides swapped.
fn identify(path: &Path, media_type: &str) -> io::Result<Option<(&'static str, u32, u32)>> {
    let looked_into = ["image/jpeg", "image/png", "image/gif", "image/webp"];
    if !looked_into.contains(&media_type) {
        return Ok(None);
    }
    let reader = ImageReader::open(path)?.with_guessed_format()?;
    let format = match reader.format() {
        Some(ImageFormat::Jpeg) => "jpeg",
        Some(ImageFormat::Png) => "png",
        Some(ImageFormat::Gif) => "gif",
        Some(ImageFormat::WebP) => "webp",
        _ => return Ok(None),
    };
    let Ok(mut decoder) = reader.into_decoder() else {
        return Ok(None);
    };
    let (width, height) = decoder.dimensions();
    let is_upright = decoder
        .orientation()
        .is_ok_and(|orientation| orientation == Orientation::NoTransforms);
    Ok(Some(if is_upright {
        (format, width, height)
    } else {
        (format, height, width)
    }))
}

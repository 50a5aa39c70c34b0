//! Whether a file lacks its end, as its decoder shows it.

use std::error::Error as _;
use std::io;

use image::DynamicImage;

/// What a JPEG's missing rows are filled with instead of an error. A file that lost its end
/// marker only, or the last refinements of a progressive one, is worth showing.
pub(super) fn lacks_last_row(image: &DynamicImage) -> bool {
    const FILL: u8 = 128;
    let row_bytes = image.width() as usize * usize::from(image.color().bytes_per_pixel());
    image
        .as_bytes()
        .rchunks(row_bytes.max(1))
        .next()
        .is_none_or(|row| row.iter().all(|byte| *byte == FILL))
}

/// Whether a decoder came to the end of the file before that of the picture.
pub(super) fn is_unexpected_end(error: &image::ImageError) -> bool {
    // Its own `source()` leaves this one out.
    if let image::ImageError::IoError(error) = error {
        return error.kind() == io::ErrorKind::UnexpectedEof;
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return error.kind() == io::ErrorKind::UnexpectedEof;
        }
        cause = error.source();
    }
    false
}

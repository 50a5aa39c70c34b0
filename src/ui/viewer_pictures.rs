//! The pictures of the viewer: how large they are asked for, and which come before they are
//! looked at.

use std::sync::Arc;

use egui::Ui;

use crate::domain::{PixelSize, Upload};
use crate::protocol::{ImageRequest, ImageSize, ImageSubject, WantedImage};
use crate::state::Gallery;
use crate::ui::texture_store::Texture;
use crate::ui::view_context::{Urgency, ViewContext};

/// No edge of a texture is longer, whatever the graphics card can do.
const MAX_EDGE_PX: u32 = 8192;

/// Asked for where nothing is known about the size: a square of it takes [`MAX_BYTES`].
const USUAL_EDGE_PX: u32 = 5000;

/// One picture takes no more than this: most of what all textures may take.
const MAX_BYTES: u64 = 100_000_000;

/// What to ask for to fill the window with an image.
pub(super) fn full_size(ui: &Ui, upload: &Arc<Upload>) -> WantedImage {
    let largest = ui.input(|input| input.max_texture_side);
    let largest = u32::try_from(largest).unwrap_or(MAX_EDGE_PX);
    WantedImage {
        request: ImageRequest {
            subject: ImageSubject::Upload(upload.id.clone()),
            size: ImageSize::Full {
                max_edge_px: max_edge(upload.dimensions).min(largest),
            },
        },
        upload: Some(Arc::clone(upload)),
    }
}

/// The longest edge at which a picture of this shape takes no more than [`MAX_BYTES`].
fn max_edge(told: Option<PixelSize>) -> u32 {
    let Some(size) = told.filter(|size| size.width > 0 && size.height > 0) else {
        return USUAL_EDGE_PX;
    };
    let long = size.width.max(size.height);
    // edge² × (short ÷ long) × 4 bytes ≤ MAX_BYTES
    let short = u64::from(size.width.min(size.height));
    let edge = (MAX_BYTES / 4 * u64::from(long) / short).isqrt();
    // A small image may be larger than the server says, but never asks for more than a square.
    let edge = if u64::from(long) <= edge {
        long.max(USUAL_EDGE_PX)
    } else {
        u32::try_from(edge).unwrap_or(MAX_EDGE_PX)
    };
    edge.min(MAX_EDGE_PX)
}

/// What a picture asked for in this way takes; [`MAX_BYTES`] where nobody knows.
fn bytes_of(upload: &Upload) -> u64 {
    let Some(size) = upload.dimensions else {
        return MAX_BYTES;
    };
    let area = u64::from(size.width) * u64::from(size.height);
    area.saturating_mul(4).min(MAX_BYTES)
}

/// The full picture, or whatever stands in for it. Answers too whether it is the full one.
pub(super) fn picture(
    cx: ViewContext<'_>,
    gallery: &Gallery,
    upload: &Arc<Upload>,
    full: &WantedImage,
) -> Option<(Texture, bool)> {
    let whole = if gallery.failure(&upload.id).is_some() {
        cx.textures.get(&full.request)
    } else {
        cx.picture(full, Urgency::InView)
    };
    whole
        .map(|texture| (texture, true))
        .or_else(|| Some((cx.textures.any_size(&upload.id)?, false)))
}

/// The size at 100 %. While only a small picture is there, its shape decides whether the
/// server's word on the size is turned by 90° (it is, for some EXIF orientations).
pub(super) fn size_of(upload: &Upload, texture: Option<(Texture, bool)>) -> Option<PixelSize> {
    let Some((texture, is_full)) = texture else {
        return upload.dimensions;
    };
    let Some(told) = upload.dimensions.filter(|_| !is_full) else {
        return Some(texture.original_size);
    };
    let seen = texture.size_px.aspect_ratio();
    let turned = PixelSize::new(told.height, told.width);
    let is_like = |size: PixelSize| (size.aspect_ratio() / seen - 1.0).abs() < 0.05;
    Some(if is_like(told) {
        told
    } else if is_like(turned) {
        turned
    } else {
        texture.original_size
    })
}

/// Asks for the next image and the one before, as far as they fit beside the one in view.
pub(super) fn ask_neighbours(ui: &Ui, cx: ViewContext<'_>, gallery: &Gallery) {
    let focus = gallery.focus();
    let in_view = gallery.upload_at(focus);
    // The rest is for what the grid shows when one comes back to it.
    let room = cx.textures.budget_bytes() as u64 / 5 * 2;
    let mut taken = in_view.map_or(MAX_BYTES, |upload| bytes_of(&upload));
    for position in [Some(focus + 1), focus.checked_sub(1)]
        .into_iter()
        .flatten()
    {
        let Some(upload) = gallery.upload_at(position) else {
            continue;
        };
        if gallery.failure(&upload.id).is_some() {
            continue;
        }
        taken += bytes_of(&upload);
        if taken > room {
            return;
        }
        cx.picture(&full_size(ui, &upload), Urgency::Neighbour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_picture_is_asked_for_larger_than_a_hundred_megabytes() {
        let edge = |width, height| max_edge(Some(PixelSize::new(width, height)));
        // 24 MP fit as they are.
        assert!(edge(6000, 4000) >= 6000);
        assert_eq!(edge(8192, 6144), 5773);
        assert_eq!(edge(10_000, 10_000), 5000);
        assert_eq!(edge(40_000, 2000), MAX_EDGE_PX);
        assert_eq!(edge(100, 100), USUAL_EDGE_PX);
        assert_eq!(max_edge(None), USUAL_EDGE_PX);
    }
}

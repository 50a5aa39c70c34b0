//! The pictures of the viewer: how large they are asked for, what stands in while they come, and
//! which come before they are looked at.

use std::sync::Arc;

use egui::{Ui, Vec2};

use crate::domain::{PixelSize, Upload};
use crate::protocol::{ImageRequest, ImageSize, ImageSubject, WantedImage};
use crate::state::Gallery;
use crate::ui::texture_store::Texture;
use crate::ui::view_context::{Urgency, ViewContext};

/// One picture takes no more than this: putting more on the GPU at once would hold the window up.
/// What it lacks on a large screen, tiles bring.
const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Sizes are asked for in such steps, so that not each size of the window is another picture.
const STEP_PX: u32 = 128;

/// A drawing has no pixels of its own: it is drawn large enough to be looked at closely.
const DRAWING_EDGE_PX: u32 = 2048;

/// What stands in where there is nothing: small, and quickly read where it was made before.
const STAND_IN_EDGE_PX: u16 = 256;

/// How many images ahead come before they are looked at.
const N_AHEAD: isize = 2;

/// Files that are fetched before they are looked at are not larger than this together: some ten
/// photographs of a phone.
const FETCHED_AHEAD_BYTES: u64 = 40_000_000;

/// What to ask for to fill the window with an image.
pub(super) fn full_size(ui: &Ui, upload: &Arc<Upload>) -> WantedImage {
    let largest = ui.input(|input| input.max_texture_side);
    let largest = u32::try_from(largest).unwrap_or(u32::MAX);
    // Of the window, not of the view: the panel beside it comes and goes.
    let window = ui.ctx().content_rect().size() * ui.pixels_per_point();
    let edge_px = if upload.media_type.contains("svg") {
        DRAWING_EDGE_PX
    } else {
        view_edge(window, upload.dimensions)
    };
    let size = ImageSize::Full {
        max_edge_px: edge_px.min(largest),
    };
    wish(upload, size)
}

/// A picture of an upload in this size.
pub(super) fn wish(upload: &Arc<Upload>, size: ImageSize) -> WantedImage {
    WantedImage {
        request: ImageRequest {
            subject: ImageSubject::Upload(upload.id.clone()),
            size,
        },
        upload: Some(Arc::clone(upload)),
    }
}

/// The longer side of an image that fills the window; of one that is smaller, all it may have.
fn view_edge(window_px: Vec2, told: Option<PixelSize>) -> u32 {
    let window_px = window_px.max(Vec2::splat(1.0));
    let whole = window_px.max_elem();
    let (edge, short_part) = match told.filter(|size| size.area() > 0) {
        None => (whole, 1.0),
        Some(size) => {
            let (width, height) = (size.width as f32, size.height as f32);
            // The server's word may be turned by 90°, so the larger of both is asked for.
            let fit = |sides: Vec2| (window_px / sides).min_elem();
            let scale = fit(Vec2::new(width, height)).max(fit(Vec2::new(height, width)));
            let longer = width.max(height);
            // A small image may be larger than the server says.
            let edge = if scale < 1.0 { longer * scale } else { whole };
            (edge, width.min(height) / longer)
        }
    };
    // edge² × (short ÷ long) × 4 bytes ≤ MAX_BYTES
    let most = (MAX_BYTES as f32 / 4.0 / short_part.max(0.001)).sqrt();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive number of pixels"
    )]
    let (edge, most) = (edge.ceil() as u32, most as u32);
    edge.div_ceil(STEP_PX).saturating_mul(STEP_PX).min(most)
}

/// What a picture asked for in this way takes at most.
fn bytes_of(wanted: &WantedImage) -> u64 {
    let ImageSize::Full { max_edge_px } = wanted.request.size else {
        return 0;
    };
    let shown = wanted.upload.as_ref().and_then(|upload| upload.dimensions);
    let shown = shown.unwrap_or_else(|| PixelSize::new(max_edge_px, max_edge_px));
    (shown.fit_within(max_edge_px).area() * 4).min(MAX_BYTES)
}

/// The picture that fills the window, or whatever stands in for it. Answers too whether it was
/// made of the original.
pub(super) fn picture(
    cx: ViewContext<'_>,
    gallery: &Gallery,
    upload: &Arc<Upload>,
    full: &WantedImage,
) -> Option<(Texture, bool)> {
    let has_failed = gallery.failure(&upload.id).is_some();
    let larger = cx.textures.largest_full(&upload.id);
    if let (Some((has, texture)), asked) = (larger, full.request.size)
        && edge_of(has) >= edge_of(asked)
        && edge_of(has) <= 2 * edge_of(asked)
    {
        // The window was larger: shrunk by less than half the picture is as good.
        return Some((texture, true));
    }
    let whole = if has_failed {
        cx.textures.get(&full.request)
    } else {
        cx.picture(full, Urgency::InView)
    };
    if let Some(texture) = whole {
        return Some((texture, true));
    }
    // For another size of the window, perhaps.
    if let Some((_, texture)) = larger {
        return Some((texture, true));
    }
    let stand_in = cx.textures.any_size(&upload.id);
    if stand_in.is_none() && !has_failed {
        let edge_px = STAND_IN_EDGE_PX;
        let thumbnail = wish(upload, ImageSize::Thumbnail { edge_px });
        cx.picture(&thumbnail, Urgency::InView);
    }
    stand_in.map(|texture| (texture, false))
}

const fn edge_of(size: ImageSize) -> u32 {
    match size {
        ImageSize::Full { max_edge_px } => max_edge_px,
        _ => 0,
    }
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

/// Which way one steps through the images.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Way {
    seen: Option<usize>,
    is_back: bool,
}

impl Way {
    fn step(&mut self, focus: usize) -> isize {
        if let Some(seen) = self.seen.replace(focus)
            && seen != focus
        {
            self.is_back = focus < seen;
        }
        if self.is_back { -1 } else { 1 }
    }
}

/// Asks for the next two images and the one before, as one steps, as far as they fit beside the
/// one in view.
pub(super) fn ask_neighbours(ui: &Ui, cx: ViewContext<'_>, gallery: &Gallery, way: &mut Way) {
    let focus = gallery.focus();
    let step = way.step(focus);
    // The rest is for what the grid shows when one comes back to it.
    let room = cx.textures.budget_bytes() as u64 / 5 * 2;
    let mut taken = gallery
        .upload_at(focus)
        .map_or(MAX_BYTES, |upload| bytes_of(&full_size(ui, &upload)));
    let mut to_fetch = 0;
    for offset in (1..=N_AHEAD).chain([-1]) {
        let position = focus.checked_add_signed(step * offset);
        let Some(upload) = position.and_then(|position| gallery.upload_at(position)) else {
            continue;
        };
        if gallery.failure(&upload.id).is_some() {
            continue;
        }
        let wanted = full_size(ui, &upload);
        taken += bytes_of(&wanted);
        to_fetch += upload.size.map_or(0, |size| size.0);
        if taken > room || to_fetch > FETCHED_AHEAD_BYTES {
            return;
        }
        cx.picture(&wanted, Urgency::Neighbour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Vec2 = Vec2::new(1280.0, 800.0);

    fn edge(width: u32, height: u32) -> u32 {
        view_edge(WINDOW, Some(PixelSize::new(width, height)))
    }

    #[test]
    fn pictures_are_asked_for_as_large_as_they_are_looked_at() {
        // 1067 × 800, in steps.
        assert_eq!(edge(4032, 3024), 1152);
        // As a photograph on its side would fill it.
        assert_eq!(edge(3024, 4032), 1152);
        assert_eq!(edge(12_000, 9000), 1152);
        // No one knows how large a small one is in truth.
        assert_eq!(edge(100, 100), 1280);
        assert_eq!(view_edge(WINDOW, None), 1280);
        assert_eq!(edge(2000, 40_000), 1280);
    }

    #[test]
    fn no_picture_takes_longer_to_show_than_the_window_may_stand_still() {
        let huge = Vec2::new(7680.0, 4320.0);
        let edge = |width, height| view_edge(huge, Some(PixelSize::new(width, height)));
        assert_eq!(edge(10_000, 10_000), 2048);
        assert_eq!(edge(12_000, 6000), 2896);
        assert_eq!(view_edge(huge, None), 2048);
    }

    #[test]
    fn the_way_is_the_one_of_the_last_step() {
        let mut way = Way::default();
        let steps = [5, 6, 6, 7, 6, 6, 8].map(|focus| way.step(focus));
        assert_eq!(steps, [1, 1, 1, 1, -1, -1, 1]);
    }
}

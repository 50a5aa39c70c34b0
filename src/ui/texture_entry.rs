//! One picture on the GPU, and how it is drawn larger and smaller than it is.

use std::cell::Cell;

use egui::{Color32, ColorImage, TextureFilter, TextureHandle, TextureOptions};

use crate::domain::PixelSize;

/// See the [module documentation](self).
pub(super) struct Entry {
    pub(super) handle: TextureHandle,
    pub(super) original_size: PixelSize,
    pub(super) is_animated: bool,
    pub(super) format: &'static str,
    pub(super) is_opaque: bool,
    pub(super) bytes: usize,
    pub(super) drawn_at: Cell<u64>,
    pub(super) options: Cell<TextureOptions>,
    pub(super) first_pixel: Color32,
}

impl Entry {
    pub(super) fn set_magnification(&self, magnification: TextureFilter) {
        self.set_options(TextureOptions {
            magnification,
            ..self.options.get()
        });
    }

    pub(super) fn set_options(&self, options: TextureOptions) {
        if self.options.replace(options) == options {
            return;
        }
        // A texture takes over the options of whatever is put into it: its own first pixel
        // changes nothing else, and no second copy of a large image is needed.
        let pixel = ColorImage::filled([1, 1], self.first_pixel);
        self.handle.clone().set_partial([0, 0], pixel, options);
    }
}

//! Pictures on the GPU: the only place on this side that holds pixels.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use egui::{Color32, ColorImage, TextureFilter, TextureHandle, TextureId, TextureOptions};

use crate::domain::{PixelSize, UploadId};
use crate::protocol::{DecodedImage, ImageRequest, ImageSize, ImageSubject};

/// Textures may take this much; the least recently drawn go first.
/// Two hundred tiles of 512 px are 200 MB, more than two screens of the largest windows.
const BUDGET_BYTES: usize = 192 * 1024 * 1024;

/// See the [module documentation](self).
pub struct TextureStore {
    ctx: egui::Context,
    entries: HashMap<ImageRequest, Entry>,
    /// The sizes that are here of each upload, so that a smaller picture can stand in.
    sizes_of: HashMap<UploadId, Vec<ImageSize>>,
    missing: HashSet<ImageRequest>,
    bytes: usize,
    clock: Cell<u64>,
}

struct Entry {
    handle: TextureHandle,
    original_size: PixelSize,
    is_animated: bool,
    format: &'static str,
    bytes: usize,
    drawn_at: Cell<u64>,
    options: Cell<TextureOptions>,
    first_pixel: Color32,
}

/// A picture that can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texture {
    /// For `egui::Image` or a mesh.
    pub id: TextureId,
    /// Of the texture, in its own pixels.
    pub size_px: PixelSize,
    /// Of the file, orientation applied.
    pub original_size: PixelSize,
    /// Whether the file moves.
    pub is_animated: bool,
    /// The format by content.
    pub format: &'static str,
}

impl TextureStore {
    /// An empty store.
    pub fn new(ctx: egui::Context) -> Self {
        Self {
            ctx,
            entries: HashMap::new(),
            sizes_of: HashMap::new(),
            missing: HashSet::new(),
            bytes: 0,
            clock: Cell::new(0),
        }
    }

    /// Puts a picture on the GPU at the end of this frame.
    pub fn store(&mut self, request: ImageRequest, image: &DecodedImage) {
        let side = |px: u32| usize::try_from(px).unwrap_or(usize::MAX);
        let size = [side(image.size.width), side(image.size.height)];
        let max_side = self.ctx.input(|input| input.max_texture_side);
        if size[0] > max_side || size[1] > max_side || size.contains(&0) {
            tracing::warn!(
                "a picture of {} exceeds what a texture can hold",
                image.size
            );
            return;
        }
        let pixels = ColorImage::from_rgba_premultiplied(size, &image.pixels);
        let first_pixel = pixels.pixels.first().copied().unwrap_or_default();
        let is_full = matches!(request.size, ImageSize::Full { .. });
        // Shrunk pictures shimmer without mipmaps; thumbnails are made near their size.
        let options = TextureOptions {
            mipmap_mode: is_full.then_some(TextureFilter::Linear),
            ..TextureOptions::LINEAR
        };
        let handle = self
            .ctx
            .load_texture(format!("{:?}", request.subject), pixels, options);
        self.remove(&request);
        let bytes = image.pixels.len();
        self.bytes += bytes;
        if let ImageSubject::Upload(id) = &request.subject {
            self.sizes_of
                .entry(id.clone())
                .or_default()
                .push(request.size);
        }
        let entry = Entry {
            handle,
            original_size: image.original_size,
            is_animated: image.is_animated,
            format: image.format,
            bytes,
            drawn_at: Cell::new(self.clock.get()),
            options: Cell::new(options),
            first_pixel,
        };
        self.entries.insert(request, entry);
        self.evict();
    }

    /// The picture, if it is here; counts as drawn.
    pub fn get(&self, request: &ImageRequest) -> Option<Texture> {
        let entry = self.entries.get(request)?;
        self.clock.set(self.clock.get() + 1);
        entry.drawn_at.set(self.clock.get());
        let [width, height] = entry.handle.size();
        let side = |px: usize| u32::try_from(px).unwrap_or(u32::MAX);
        Some(Texture {
            id: entry.handle.id(),
            size_px: PixelSize::new(side(width), side(height)),
            original_size: entry.original_size,
            is_animated: entry.is_animated,
            format: entry.format,
        })
    }

    /// The largest picture of an upload that is here, in whatever size: stands in while the
    /// right one comes.
    pub fn any_size(&self, upload: &UploadId) -> Option<Texture> {
        let subject = ImageSubject::Upload(upload.clone());
        let requests = self.sizes_of.get(upload)?.iter().map(|size| ImageRequest {
            subject: subject.clone(),
            size: *size,
        });
        let largest = requests
            .max_by_key(|request| self.entries.get(request).map_or(0, |entry| entry.bytes))?;
        self.get(&largest)
    }

    /// How an enlarged picture shows its single pixels: smooth, or with hard edges.
    pub fn set_magnification(&self, request: &ImageRequest, magnification: TextureFilter) {
        let Some(entry) = self.entries.get(request) else {
            return;
        };
        let options = TextureOptions {
            magnification,
            ..entry.options.get()
        };
        if entry.options.replace(options) == options {
            return;
        }
        // A texture takes over the options of whatever is put into it: its own first pixel
        // changes nothing else, and no second copy of a large image is needed.
        let pixel = ColorImage::filled([1, 1], entry.first_pixel);
        entry.handle.clone().set_partial([0, 0], pixel, options);
    }

    /// Remembers that this picture does not exist.
    pub fn mark_missing(&mut self, request: ImageRequest) {
        self.missing.insert(request);
    }

    /// Whether the picture is known not to exist.
    pub fn is_known_missing(&self, request: &ImageRequest) -> bool {
        self.missing.contains(request)
    }

    /// Forgets everything: another account.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.sizes_of.clear();
        self.missing.clear();
        self.bytes = 0;
    }

    /// Bytes of pixels held.
    pub const fn len_bytes(&self) -> usize {
        self.bytes
    }

    fn remove(&mut self, request: &ImageRequest) {
        let Some(entry) = self.entries.remove(request) else {
            return;
        };
        self.bytes -= entry.bytes;
        if let ImageSubject::Upload(id) = &request.subject
            && let Some(sizes) = self.sizes_of.get_mut(id)
        {
            sizes.retain(|size| *size != request.size);
            if sizes.is_empty() {
                self.sizes_of.remove(id);
            }
        }
    }

    fn evict(&mut self) {
        if self.bytes <= BUDGET_BYTES {
            return;
        }
        let mut by_age: Vec<_> = self
            .entries
            .iter()
            .map(|(request, entry)| (entry.drawn_at.get(), request.clone()))
            .collect();
        by_age.sort_by_key(|(drawn_at, _)| *drawn_at);
        // A quarter at once, so that sorting is rare.
        for (_, request) in by_age {
            if self.bytes <= BUDGET_BYTES / 4 * 3 {
                break;
            }
            self.remove(&request);
        }
    }
}

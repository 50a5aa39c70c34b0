//! Pictures on the GPU: the only place on this side that holds pixels.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use egui::{Color32, ColorImage, TextureFilter, TextureHandle, TextureId, TextureOptions};

use crate::domain::{PixelSize, UploadId};
use crate::protocol::{DecodedImage, ImageRequest, ImageSize, ImageSubject};
use crate::ui::texture_queue::TextureQueue;
use crate::ui::view_context::Urgency;

/// Textures may take this much; the least recently drawn go first. What is on screen stays even
/// when it takes more: thrown away, it would only be fetched and decoded again, for ever.
/// A hundred tiles of 512 px are 100 MB: a large window and what lies around it, twice.
const BUDGET_BYTES: usize = 256 * 1024 * 1024;

/// Graphics cards whose textures are smaller than this have little memory.
const USUAL_TEXTURE_SIDE: usize = 8192;

/// See the [module documentation](self).
pub struct TextureStore {
    ctx: egui::Context,
    entries: HashMap<ImageRequest, Entry>,
    /// The sizes that are here of each upload, so that a smaller picture can stand in.
    sizes_of: HashMap<UploadId, Vec<ImageSize>>,
    missing: HashSet<ImageRequest>,
    queue: TextureQueue,
    bytes: usize,
    clock: Cell<u64>,
    /// What was stored or drawn since then is in use.
    frame_began: Cell<u64>,
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
            queue: TextureQueue::default(),
            bytes: 0,
            clock: Cell::new(0),
            frame_began: Cell::new(0),
        }
    }

    /// A frame is about to be drawn: what it draws is in use until the next one begins.
    pub fn begin_frame(&self) {
        self.frame_began.set(self.tick());
    }

    /// Takes a picture in, to be put on the GPU by one of the next [`Self::upload_queued`].
    pub fn queue(&mut self, request: ImageRequest, image: DecodedImage) {
        self.queue.push(request, image);
    }

    /// Puts as much on the GPU as one frame has time for, what is on screen first.
    pub fn upload_queued(&mut self) {
        if self.queue.is_empty() {
            return;
        }
        for (request, image) in self.queue.take() {
            self.store(request, &image);
        }
    }

    /// Whether pictures wait for the next frame.
    pub fn has_queued(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Whether so many pictures wait that no more should be taken in.
    pub const fn is_queue_full(&self) -> bool {
        self.queue.is_full()
    }

    /// Whether the picture is on its way to the GPU; notes how soon it is needed.
    pub fn is_queued(&self, request: &ImageRequest, urgency: Urgency) -> bool {
        self.queue.has(request, urgency)
    }

    /// How much textures may take on this graphics card.
    pub fn budget_bytes(&self) -> usize {
        let side = self.ctx.input(|input| input.max_texture_side);
        if side >= USUAL_TEXTURE_SIDE {
            BUDGET_BYTES
        } else if side >= USUAL_TEXTURE_SIDE / 2 {
            BUDGET_BYTES / 2
        } else {
            BUDGET_BYTES / 4
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
            drawn_at: Cell::new(self.tick()),
            options: Cell::new(options),
            first_pixel,
        };
        self.entries.insert(request, entry);
        self.evict();
    }

    /// The picture, if it is here; counts as drawn.
    pub fn get(&self, request: &ImageRequest) -> Option<Texture> {
        let entry = self.entries.get(request)?;
        entry.drawn_at.set(self.tick());
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
        self.queue.clear();
        self.bytes = 0;
    }

    /// Bytes of pixels held.
    pub const fn len_bytes(&self) -> usize {
        self.bytes
    }

    fn tick(&self) -> u64 {
        self.clock.set(self.clock.get() + 1);
        self.clock.get()
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
        let budget = self.budget_bytes();
        if self.bytes <= budget {
            return;
        }
        let frame_began = self.frame_began.get();
        let mut by_age: Vec<_> = self
            .entries
            .iter()
            .map(|(request, entry)| (entry.drawn_at.get(), request.clone()))
            .filter(|(drawn_at, _)| *drawn_at < frame_began)
            .collect();
        by_age.sort_by_key(|(drawn_at, _)| *drawn_at);
        // A quarter at once, so that sorting is rare.
        for (_, request) in by_age {
            if self.bytes <= budget / 4 * 3 {
                break;
            }
            self.remove(&request);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> egui::Context {
        context_with(16_384)
    }

    fn context_with(max_texture_side: usize) -> egui::Context {
        let ctx = egui::Context::default();
        let input = egui::RawInput {
            max_texture_side: Some(max_texture_side),
            ..egui::RawInput::default()
        };
        let mut output = ctx.run_ui(input, |_ui| {});
        // No graphics card takes them.
        output.textures_delta.clear();
        ctx
    }

    fn request(name: &str) -> ImageRequest {
        ImageRequest {
            subject: ImageSubject::Upload(UploadId::from(name)),
            size: ImageSize::Full { max_edge_px: 8192 },
        }
    }

    fn picture(width: u32, height: u32) -> DecodedImage {
        let size = PixelSize::new(width, height);
        let count = usize::try_from(u64::from(width) * u64::from(height) * 4).unwrap();
        DecodedImage {
            size,
            original_size: size,
            pixels: vec![0_u8; count].into(),
            format: "JPEG",
            is_animated: false,
        }
    }

    #[test]
    fn a_picture_over_the_whole_budget_stays() {
        let mut textures = TextureStore::new(context());
        textures.begin_frame();
        textures.store(request("large"), &picture(8192, 6144));
        assert!(textures.get(&request("large")).is_some());
    }

    #[test]
    fn what_the_last_frame_drew_stays_and_what_it_did_not_draw_goes() {
        let mut textures = TextureStore::new(context());
        let large = picture(6000, 4000);
        textures.store(request("before"), &large);
        textures.store(request("in view"), &large);
        textures.begin_frame();
        assert!(textures.get(&request("in view")).is_some());
        textures.store(request("next"), &large);
        textures.begin_frame();
        assert!(textures.get(&request("in view")).is_some());
        assert!(textures.get(&request("next")).is_some());
        assert!(textures.get(&request("before")).is_none());
    }

    #[test]
    fn small_graphics_cards_are_filled_less() {
        let budget = |side| TextureStore::new(context_with(side)).budget_bytes();
        assert_eq!(budget(16_384), 256 * 1024 * 1024);
        assert_eq!(budget(4096), 128 * 1024 * 1024);
        assert_eq!(budget(2048), 64 * 1024 * 1024);
    }
}

//! Pictures on the GPU: the only place on this side that holds pixels.

use std::cell::{Cell, OnceCell};
use std::collections::{HashMap, HashSet};

use egui::{Color32, ColorImage, TextureFilter, TextureHandle, TextureId, TextureOptions};

use crate::domain::{PixelSize, UploadId};
use crate::protocol::{DecodedImage, ImageRequest, ImageSize, ImageSubject};
use crate::ui::texture_converter::{Converter, Prepared};
use crate::ui::texture_entry::Entry;
use crate::ui::texture_queue::{TextureQueue, Waiting};
use crate::ui::view_context::Urgency;

/// Textures may take this much; the least recently drawn go first. What is on screen stays even
/// when it takes more: thrown away, it would only be fetched and decoded again, for ever.
/// A hundred tiles of 512 px are 100 MB: a large window and what lies around it, twice.
const BUDGET_BYTES: usize = 256 * 1024 * 1024;

/// Frames of animations may take this much of it: a second or two of most, and all of a small one.
const FRAMES_BYTES: usize = 64 * 1024 * 1024;

/// Graphics cards whose textures are smaller than this have little memory.
const USUAL_TEXTURE_SIDE: usize = 8192;

/// The fields behind what is transparent: quiet, and darker than most images.
const FIELD_GRAYS: [u8; 2] = [72, 58];

/// Drawn with more of its pixels than this for one of the screen, along each side, a picture is
/// shrunk by its smaller copies: the GPU reads four pixels for one of the screen, so from two on
/// some would be passed over.
const SHRUNK: f32 = 1.5;

/// See the [module documentation](self).
pub struct TextureStore {
    ctx: egui::Context,
    entries: HashMap<ImageRequest, Entry>,
    /// The sizes that are here of each upload, so that a smaller picture can stand in.
    sizes_of: HashMap<UploadId, Vec<ImageSize>>,
    missing: HashSet<ImageRequest>,
    queue: TextureQueue,
    converter: Converter,
    bytes: usize,
    clock: Cell<u64>,
    /// Behind what is transparent, once that is needed.
    fields: OnceCell<TextureHandle>,
    /// What was stored or drawn since then is in use.
    frame_began: Cell<u64>,
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
    /// Whether nothing can be seen through it.
    pub is_opaque: bool,
    /// Whether smaller copies lie beside it on the GPU, for when it is drawn much smaller.
    pub has_smaller_copies: bool,
}

impl TextureStore {
    /// An empty store.
    pub fn new(ctx: egui::Context) -> Self {
        Self {
            converter: Converter::new(ctx.clone()),
            ctx,
            entries: HashMap::new(),
            sizes_of: HashMap::new(),
            missing: HashSet::new(),
            queue: TextureQueue::default(),
            bytes: 0,
            clock: Cell::new(0),
            fields: OnceCell::new(),
            frame_began: Cell::new(0),
        }
    }

    /// A frame is about to be drawn: what it draws is in use until the next one begins.
    pub fn begin_frame(&self) {
        self.frame_began.set(self.tick());
    }

    /// Takes a picture in, to be put on the GPU by one of the next [`Self::upload_queued`].
    pub fn queue(&mut self, request: ImageRequest, image: DecodedImage) {
        if let Some((request, image)) = self.converter.take_in(request, image) {
            self.queue.push(request, Waiting::Decoded(image));
        }
    }

    /// Puts as much on the GPU as one frame has time for, what is on screen first.
    pub fn upload_queued(&mut self) {
        for (request, prepared) in self.converter.take_done() {
            self.queue.push(request, Waiting::Prepared(prepared));
        }
        if self.queue.is_empty() {
            return;
        }
        for (request, waiting) in self.queue.take() {
            match waiting {
                Waiting::Decoded(image) => self.store(request, &image),
                Waiting::Prepared(prepared) => self.store_prepared(request, prepared),
            }
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
        self.queue.has(request, urgency) || self.converter.has(request)
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
        if let Some(prepared) = Prepared::new(image) {
            self.store_prepared(request, prepared);
        }
    }

    fn store_prepared(&mut self, request: ImageRequest, prepared: Prepared) {
        let max_side = self.ctx.input(|input| input.max_texture_side);
        let Prepared {
            pixels,
            bytes,
            original_size,
            is_animated,
            format,
            is_opaque,
        } = prepared;
        if pixels.size.iter().any(|side| *side > max_side) {
            let [width, height] = pixels.size;
            tracing::warn!("a picture of {width} × {height} exceeds what a texture can hold");
            return;
        }
        let first_pixel = pixels.pixels.first().copied().unwrap_or_default();
        // No mipmaps yet, which cost more than the upload: nearly every picture is made near the
        // size in which it is shown. See `shrink`.
        let options = TextureOptions::LINEAR;
        let handle = self
            .ctx
            .load_texture(format!("{:?}", request.subject), pixels, options);
        self.remove(&request);
        self.bytes += bytes;
        if let ImageSubject::Upload(id) = &request.subject
            && is_whole(request.size)
        {
            self.sizes_of
                .entry(id.clone())
                .or_default()
                .push(request.size);
        }
        let entry = Entry {
            handle,
            original_size,
            is_animated,
            format,
            is_opaque,
            bytes,
            drawn_at: Cell::new(self.tick()),
            options: Cell::new(options),
            first_pixel,
        };
        let is_frame = matches!(request.size, ImageSize::Frame { .. });
        self.entries.insert(request, entry);
        if is_frame {
            self.evict_frames();
        }
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
            is_opaque: entry.is_opaque,
            has_smaller_copies: entry.options.get().mipmap_mode.is_some(),
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

    /// The largest picture of an upload that was made of the original, and in which size.
    pub fn largest_full(&self, upload: &UploadId) -> Option<(ImageSize, Texture)> {
        let edge = |size: ImageSize| match size {
            ImageSize::Full { max_edge_px } => Some(max_edge_px),
            _ => None,
        };
        let sizes = self.sizes_of.get(upload)?.iter();
        let largest = sizes
            .copied()
            .filter(|size| edge(*size).is_some())
            .max_by_key(|size| edge(*size))?;
        let texture = self.get(&ImageRequest {
            subject: ImageSubject::Upload(upload.clone()),
            size: largest,
        })?;
        Some((largest, texture))
    }

    /// How an enlarged picture shows its single pixels: smooth, or with hard edges.
    pub fn set_magnification(&self, request: &ImageRequest, magnification: TextureFilter) {
        if let Some(entry) = self.entries.get(request) {
            entry.set_magnification(magnification);
        }
    }

    /// The same for a picture that is being drawn.
    pub fn set_magnification_of(&self, texture: TextureId, magnification: TextureFilter) {
        let mut entries = self.entries.values();
        if let Some(entry) = entries.find(|entry| entry.handle.id() == texture) {
            entry.set_magnification(magnification);
        }
    }

    /// A picture is about to be drawn with so many of its pixels for one of the screen. Shrunk by
    /// much, fine lines would come and go, so it gets smaller copies of itself, once.
    pub fn shrink(&self, texture: Texture, by: f32) {
        if by < SHRUNK || texture.has_smaller_copies {
            return;
        }
        let mut entries = self.entries.values();
        if let Some(entry) = entries.find(|entry| entry.handle.id() == texture.id) {
            let options = entry.options.get();
            entry.set_options(options.with_mipmap_mode(Some(TextureFilter::Linear)));
        }
    }

    /// Two fields by two that go on in every direction, to be seen behind what is transparent.
    pub fn fields(&self) -> TextureId {
        let fields = self.fields.get_or_init(|| {
            let [one, other] = FIELD_GRAYS.map(Color32::from_gray);
            let pixels = ColorImage::new([2, 2], vec![one, other, other, one]);
            let options = TextureOptions::NEAREST_REPEAT;
            self.ctx.load_texture("fields", pixels, options)
        });
        fields.id()
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
        self.converter.clear();
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

    /// Frames of animations have a share of their own: they come without end.
    fn evict_frames(&mut self) {
        let frames = self.entries.iter();
        let frames = frames.filter(|(request, _)| matches!(request.size, ImageSize::Frame { .. }));
        let mut bytes: usize = frames.clone().map(|(_, entry)| entry.bytes).sum();
        if bytes <= FRAMES_BYTES {
            return;
        }
        let frame_began = self.frame_began.get();
        let mut by_age: Vec<_> = frames
            .map(|(request, entry)| (entry.drawn_at.get(), request.clone(), entry.bytes))
            .filter(|(drawn_at, ..)| *drawn_at < frame_began)
            .collect();
        by_age.sort_by_key(|(drawn_at, ..)| *drawn_at);
        for (_, request, of_frame) in by_age {
            if bytes <= FRAMES_BYTES / 4 * 3 {
                break;
            }
            bytes -= of_frame;
            self.remove(&request);
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

/// Whether the picture shows all of the image as it is, so that it can stand in for others.
const fn is_whole(size: ImageSize) -> bool {
    match size {
        ImageSize::Thumbnail { .. } | ImageSize::Full { .. } => true,
        ImageSize::Tile(_) | ImageSize::Frame { .. } | ImageSize::Metadata => false,
    }
}

#[cfg(test)]
#[path = "texture_store_tests.rs"]
mod tests;

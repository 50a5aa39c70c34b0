//! One image of the grid: what it looks like, what it is called, what its tooltip says.

use std::sync::Arc;

use egui::epaint::RectShape;
use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align2, Color32, CornerRadius, FontId, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, Vec2, pos2,
    vec2,
};
use lucide_icons::Icon;

use crate::domain::{PixelSize, Upload};
use crate::protocol::{GridLayoutChoice, ImageRequest, ImageSize, ImageSubject, WantedImage};
use crate::state::{FileAccess, Gallery, is_hopeless, user_message};
use crate::ui::grid_badges;
use crate::ui::size_class::size_class;
use crate::ui::texture_store::Texture;
use crate::ui::theme::{self, Palette, space};
use crate::ui::view_context::{Urgency, ViewContext};

/// The corner of a tile that takes clicks as on the check circle.
pub(super) const CHECK_AREA: f32 = 34.0;

/// Edge of the square in the middle of a failed tile that does what it offers.
pub(super) const OFFER_AREA: f32 = 36.0;

/// The circle itself.
const CHECK_RADIUS: f32 = 10.0;

/// One position of the grid that is on screen.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of one tile"
)]
pub(super) struct Tile {
    pub position: usize,
    pub rect: Rect,
    pub upload: Option<Arc<Upload>>,
    pub is_selected: bool,
    pub is_hovered: bool,
    /// The keyboard's place, to be shown.
    pub has_ring: bool,
    /// A copy is on this machine.
    pub is_saved: bool,
    pub face: Face,
}

/// What a tile shows.
pub(super) enum Face {
    /// Nothing yet.
    Skeleton,
    /// A picture, of the right size or standing in.
    Picture(Texture),
    /// Why there is none, and what its icon offers.
    Failed(String, Offer),
    /// The server keeps the bytes to itself.
    Locked,
}

/// Up to here a square tile is filled with as many pixels as it has on the screen.
const MOST_ASPECT: f32 = 8.0;

/// What a click on the icon of an image without a picture does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    /// Tries again.
    Retry,
    /// Opens it with another program: no other try would show it here.
    OpenElsewhere,
}

impl Offer {
    /// In words.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Retry => "Click the icon to try again",
            Self::OpenElsewhere => "Click the icon to open it with another program",
        }
    }
}

/// What to ask for so that the image looks right in a tile of this size.
pub(super) fn thumbnail(
    upload: &Arc<Upload>,
    size_points: Vec2,
    pixels_per_point: f32,
    layout: GridLayoutChoice,
) -> WantedImage {
    let aspect = upload.dimensions.map_or(1.0, |size| size.aspect_ratio());
    let aspect = aspect.max(1.0 / aspect.max(0.01));
    let longer = size_points.max_elem() * pixels_per_point;
    let edge_px = match layout {
        // The shorter side fills the tile, so the longer one sticks out; not without end, as a
        // ribbon would be as large as many other pictures.
        GridLayoutChoice::Square => longer * aspect.clamp(1.0, MOST_ASPECT),
        GridLayoutChoice::Whole => longer,
    };
    WantedImage {
        request: ImageRequest {
            subject: ImageSubject::Upload(upload.id.clone()),
            size: ImageSize::Thumbnail {
                edge_px: size_class(edge_px, aspect),
            },
        },
        upload: Some(Arc::clone(upload)),
    }
}

/// What the texture of a thumbnail takes, or takes at most where the shape of the image is not
/// known.
pub(super) fn texture_bytes(wanted: &WantedImage) -> usize {
    match wanted.request.size {
        ImageSize::Thumbnail { edge_px } => {
            let edge_px = u32::from(edge_px);
            let image = wanted.upload.as_ref().and_then(|upload| upload.dimensions);
            let most = PixelSize::new(edge_px, edge_px);
            let size = image.map_or(most, |image| image.fit_within(edge_px));
            usize::try_from(4 * size.area()).unwrap_or(usize::MAX)
        }
        ImageSize::Full { .. }
        | ImageSize::Tile(_)
        | ImageSize::Frame { .. }
        | ImageSize::Metadata => 0,
    }
}

/// What the tile of an image shows now; asks for its picture if that is missing.
pub(super) fn face(
    ui: &Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    upload: &Arc<Upload>,
    size: Vec2,
) -> Face {
    let layout = cx.state.settings.grid_layout;
    let wanted = thumbnail(upload, size, ui.pixels_per_point(), layout);
    if gallery.access == FileAccess::Refused {
        return cx
            .textures
            .any_size(&upload.id)
            .map_or(Face::Locked, Face::Picture);
    }
    if let Some(failure) = gallery.failure(&upload.id) {
        if let Some(texture) = cx.textures.any_size(&upload.id) {
            return Face::Picture(texture);
        }
        let offer = if is_hopeless(failure) {
            Offer::OpenElsewhere
        } else {
            Offer::Retry
        };
        return Face::Failed(user_message::image(failure).headline, offer);
    }
    cx.picture(&wanted, Urgency::Visible)
        .or_else(|| cx.textures.any_size(&upload.id))
        .map_or(Face::Skeleton, Face::Picture)
}

/// All tiles, layer by layer: fewer changes of texture than tile by tile.
pub(super) fn tiles_ui(ui: &Ui, cx: ViewContext<'_>, tiles: &[Tile]) {
    let painter = ui.painter();
    let radius = CornerRadius::same(theme::TILE_RADIUS);
    for tile in tiles {
        if !matches!(tile.face, Face::Picture(_)) {
            painter.rect_filled(tile.rect, radius, cx.palette.skeleton);
        }
    }
    for tile in tiles {
        if let Face::Picture(texture) = &tile.face {
            picture(painter, cx, tile.rect, texture);
        }
    }
    for tile in tiles {
        match &tile.face {
            Face::Failed(reason, offer) => failed(painter, cx.palette, tile, (reason, *offer)),
            Face::Locked => lock(painter, cx.palette, tile.rect),
            Face::Picture(_) | Face::Skeleton => {}
        }
        grid_badges::badges(painter, cx.palette, tile);
        selection(painter, cx.palette, tile);
        if tile.has_ring {
            focus_ring(painter, cx.palette, tile.rect);
        }
    }
}

fn picture(painter: &Painter, cx: ViewContext<'_>, rect: Rect, texture: &Texture) {
    let size_px = texture.size_px;
    let aspect = size_px.aspect_ratio();
    let radius = CornerRadius::same(theme::TILE_RADIUS);
    let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
    let original = vec2(
        texture.original_size.width as f32,
        texture.original_size.height as f32,
    ) / painter.pixels_per_point();
    let is_whole = cx.state.settings.grid_layout == GridLayoutChoice::Whole;
    let is_tiny = original.max_elem() * 2.0 < rect.size().min_elem();
    let (target, uv) = if is_tiny {
        // Blown up, an icon would be a blur.
        painter.rect_filled(rect, radius, cx.palette.skeleton);
        (Rect::from_center_size(rect.center(), original), whole)
    } else if is_whole {
        let fitted = fit(rect, aspect);
        if (fitted.size() - rect.size()).length() > 2.0 {
            painter.rect_filled(rect, radius, cx.palette.skeleton);
        }
        (fitted, whole)
    } else {
        (rect, crop(aspect, rect.aspect_ratio()))
    };
    let radius = if target == rect {
        radius
    } else {
        CornerRadius::ZERO
    };
    painter.add(RectShape::filled(target, radius, Color32::WHITE).with_texture(texture.id, uv));
}

/// The part of a picture that fills a rectangle of another shape.
pub(super) fn crop(picture_aspect: f32, rect_aspect: f32) -> Rect {
    let seen = if picture_aspect > rect_aspect {
        vec2(rect_aspect / picture_aspect, 1.0)
    } else {
        vec2(1.0, picture_aspect / rect_aspect)
    };
    Rect::from_center_size(pos2(0.5, 0.5), seen)
}

fn fit(rect: Rect, aspect: f32) -> Rect {
    let size = if aspect > rect.aspect_ratio() {
        vec2(rect.width(), rect.width() / aspect)
    } else {
        vec2(rect.height() * aspect, rect.height())
    };
    // A difference of less than a pixel is rounding, not a bar.
    if (size - rect.size()).length() < 1.5 {
        rect
    } else {
        Rect::from_center_size(rect.center(), size)
    }
}

fn selection(painter: &Painter, palette: &Palette, tile: &Tile) {
    let radius = CornerRadius::same(theme::TILE_RADIUS);
    if tile.is_selected {
        painter.rect_filled(tile.rect, radius, palette.accent.gamma_multiply(0.14));
        let frame = Stroke::new(3.0, palette.accent);
        painter.rect_stroke(tile.rect, radius, frame, StrokeKind::Inside);
    }
    if !tile.is_selected && !tile.is_hovered {
        return;
    }
    let center = tile.rect.min + Vec2::splat(CHECK_AREA / 2.0);
    if tile.is_selected {
        painter.circle(
            center,
            CHECK_RADIUS,
            palette.accent,
            Stroke::new(1.5, palette.on_accent),
        );
        glyph(painter, center, Icon::Check, 13.0, palette.on_accent);
    } else {
        let ring = Stroke::new(1.5, Color32::WHITE);
        painter.circle(center, CHECK_RADIUS, Palette::SCRIM, ring);
    }
}

/// Two points of accent between a light and a dark line: seen on any picture.
fn focus_ring(painter: &Painter, palette: &Palette, rect: Rect) {
    let radius = CornerRadius::same(theme::TILE_RADIUS + 2);
    let ring = |grown: f32, width: f32, color: Color32| {
        let stroke = Stroke::new(width, color);
        painter.rect_stroke(rect.expand(grown), radius, stroke, StrokeKind::Inside);
    };
    ring(3.0, 2.0, palette.text);
    ring(1.0, 1.0, palette.canvas);
}

pub(super) fn glyph(painter: &Painter, center: Pos2, icon: Icon, size: f32, color: Color32) {
    let text = char::from(icon).to_string();
    painter.text(
        center,
        Align2::CENTER_CENTER,
        text,
        FontId::proportional(size),
        color,
    );
}

fn failed(painter: &Painter, palette: &Palette, tile: &Tile, (reason, offer): (&str, Offer)) {
    let center = tile.rect.center();
    let has_room = tile.rect.height() > 96.0 && tile.rect.width() > 80.0;
    let icon_at = if has_room {
        center - vec2(0.0, 16.0)
    } else {
        center
    };
    let color = if tile.is_hovered {
        palette.text
    } else {
        palette.text_weak
    };
    let icon = match offer {
        Offer::Retry => Icon::RotateCcw,
        Offer::OpenElsewhere => Icon::ExternalLink,
    };
    glyph(painter, icon_at, icon, 18.0, color);
    if !has_room {
        return;
    }
    let mut job = LayoutJob::simple(
        reason.to_owned(),
        FontId::proportional(12.0),
        palette.text_weak,
        tile.rect.width() - 2.0 * space::S,
    );
    job.wrap = TextWrapping {
        max_rows: 2,
        ..job.wrap
    };
    job.halign = egui::Align::Center;
    let galley = painter.layout_job(job);
    painter.galley(center + vec2(0.0, 6.0), galley, palette.text_weak);
}

/// Where a failed tile is clicked for what it offers.
pub(super) fn offer_area(tile: Rect) -> Rect {
    let has_room = tile.height() > 96.0 && tile.width() > 80.0;
    let up = if has_room { 16.0 } else { 0.0 };
    Rect::from_center_size(tile.center() - vec2(0.0, up), Vec2::splat(OFFER_AREA))
}

pub(super) fn lock(painter: &Painter, palette: &Palette, rect: Rect) {
    glyph(painter, rect.center(), Icon::Lock, 18.0, palette.text_weak);
}

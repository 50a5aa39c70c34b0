//! The neighbours of the image in view, in a row below it.
//!
//! It takes a place of its own, so that it covers nothing of the image. The image in view is in its
//! middle, and the wheel looks further without leaving it. Where all images have room the strip
//! stands still, and only its frame moves.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use egui::epaint::RectShape;
use egui::{
    Color32, CornerRadius, Id, MouseWheelUnit, Painter, Rect, Response, Role, Sense, Stroke,
    StrokeKind, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};
use jiff::tz::TimeZone;
use lucide_icons::Icon;

use crate::domain::UploadId;
use crate::state::{Action, Gallery, ViewerStep};
use crate::ui::grid_node;
use crate::ui::grid_tile::{self, Face, Tile, crop, glyph};
use crate::ui::texture_store::Texture;
use crate::ui::theme::{self, Palette};
use crate::ui::view_context::ViewContext;

/// Height of the strip in points.
const HEIGHT: f32 = 84.0;

/// Edge of its pictures in points.
const EDGE: f32 = 64.0;

/// From picture to picture in points.
const PITCH: f32 = EDGE + theme::TILE_GAP;

/// In a window that is lower there is no strip: hardly anything would be left of the image.
const LEAST_HEIGHT: f32 = 3.0 * HEIGHT;

/// A notch of the wheel moves so many pictures.
const PER_NOTCH: f32 = 2.0;

/// Further than so many points the strip does not glide, it is simply there.
const MOST_GLIDE: f32 = 20.0 * PITCH;

/// After this time, in seconds, a third is left of the way.
const GLIDE_SECS: f32 = 0.06;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct FilmStrip {
    /// How many points right of the image in view the middle of the strip is.
    offset: f32,
    /// The strip is on its way back to the image in view.
    glides: bool,
    /// The image in view of the last frame, and where it was.
    focus: Option<(usize, Option<UploadId>)>,
    visible: Range<usize>,
}

impl FilmStrip {
    /// What is left for the image, and where the strip is, if there is room for it.
    pub(super) fn split(pane: Rect) -> (Rect, Option<Rect>) {
        if pane.height() < LEAST_HEIGHT {
            return (pane, None);
        }
        let (view, strip) = pane.split_top_bottom_at_y(pane.bottom() - HEIGHT);
        (view, Some(strip))
    }

    /// How many points of the lower edge it takes in this frame.
    pub(super) fn height(&self) -> f32 {
        if self.visible.is_empty() { 0.0 } else { HEIGHT }
    }

    /// The positions on the strip in this frame.
    pub(super) fn visible(&self) -> Range<usize> {
        self.visible.clone()
    }

    /// Draws the strip, if it has a place.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        cx: ViewContext<'_>,
        gallery: &Gallery,
        strip: Option<Rect>,
    ) {
        let Some(strip) = strip.filter(|_| !gallery.is_empty()) else {
            *self = Self::default();
            return;
        };
        let response = ui.interact(strip, strip_id(), Sense::CLICK);
        self.follow(ui, gallery);
        let standing = standing(strip.width(), gallery.len(), gallery.focus());
        if standing.is_some() {
            self.offset = 0.0;
            self.glides = false;
        } else {
            if response.contains_pointer() {
                self.wheel(ui);
            }
            self.limit(reach(strip.width(), gallery.len(), gallery.focus()));
        }
        let row = Row {
            strip,
            focus: gallery.focus(),
            offset: standing.unwrap_or(self.offset),
        };
        self.visible = row.visible(gallery.len());
        let pointed = response.hover_pos().and_then(|at| row.position(at.x));
        let tiles = self.tiles(ui, cx, gallery, &row, pointed);
        let painter = ui.painter().with_clip_rect(strip);
        painter.rect_filled(strip, 0.0, Palette::STRIP_GROUND);
        for tile in &tiles {
            tile_ui(&painter, cx, tile, row.focus);
        }
        nodes_ui(ui, cx, gallery, &response, &tiles, row.focus);
        if response.clicked()
            && let Some(at) = response.interact_pointer_pos()
            && let Some(position) = row.position(at.x).filter(|it| *it < gallery.len())
        {
            cx.act(Action::StepViewer(ViewerStep::To(position)));
        }
    }

    /// When another image comes into view, the strip glides there.
    fn follow(&mut self, ui: &Ui, gallery: &Gallery) {
        let id = gallery.focused().map(|upload| upload.id.clone());
        let now = (gallery.focus(), id);
        if let Some((position, id)) = &self.focus
            && (*id != now.1 || id.is_none())
            && *position != now.0
        {
            let distance = now.0 as f32 - *position as f32;
            self.offset -= distance * PITCH;
            self.glides = true;
            if self.offset.abs() > MOST_GLIDE || ui.style().animation_time == 0.0 {
                self.offset = 0.0;
            }
        }
        self.focus = Some(now);
        if !self.glides {
            return;
        }
        let secs = ui.input(|input| input.stable_dt).min(0.05);
        self.offset *= (-secs / GLIDE_SECS).exp();
        if self.offset.abs() < 0.5 {
            self.offset = 0.0;
            self.glides = false;
        } else {
            ui.request_repaint_after(Duration::ZERO);
        }
    }

    fn wheel(&mut self, ui: &Ui) {
        let mut points = 0.0;
        ui.input(|input| {
            for event in &input.raw.events {
                if let egui::Event::MouseWheel { unit, delta, .. } = event {
                    let one = match unit {
                        MouseWheelUnit::Point => 1.0,
                        MouseWheelUnit::Line | MouseWheelUnit::Page => PER_NOTCH * PITCH,
                    };
                    points -= (delta.x + delta.y) * one;
                }
            }
        });
        if points != 0.0 {
            self.glides = false;
            self.offset += points;
        }
    }

    /// Also when nobody turns the wheel: there may be fewer images than before, or a wider window.
    fn limit(&mut self, reach: RangeInclusive<f32>) {
        if !self.glides {
            self.offset = self.offset.clamp(*reach.start(), *reach.end());
        }
    }

    fn tiles(
        &self,
        ui: &Ui,
        cx: ViewContext<'_>,
        gallery: &Gallery,
        row: &Row,
        pointed: Option<usize>,
    ) -> Vec<Tile> {
        // The same pictures as in the grid: most of them are here already.
        let size = Vec2::splat(theme::tile_edge(&cx.state.settings));
        let tile = |position: usize| {
            let upload = gallery.upload_at(position);
            let face = upload.as_ref().map_or(Face::Skeleton, |upload| {
                grid_tile::face(ui, cx, gallery, upload, size)
            });
            let copy = upload.as_ref().and_then(|it| gallery.copies().path(&it.id));
            Tile {
                position,
                rect: row.rect(position),
                is_selected: gallery.is_chosen_at(position),
                is_hovered: pointed == Some(position),
                has_ring: false,
                is_saved: copy.is_some(),
                upload,
                face,
            }
        };
        self.visible.clone().map(tile).collect()
    }
}

fn strip_id() -> Id {
    Id::unique("film strip")
}

/// Where all images have room: how far right of the one in view the middle of the strip is.
fn standing(width: f32, len: usize, focus: usize) -> Option<f32> {
    let middle = len.saturating_sub(1) as f32 / 2.0;
    (len as f32 * PITCH <= width).then_some((middle - focus as f32) * PITCH)
}

/// How far the wheel moves the strip away from the image in view, which is in its middle: until
/// the first or the last one is at its edge, so that no more of it is empty than before.
fn reach(width: f32, len: usize, focus: usize) -> RangeInclusive<f32> {
    let half = (width - PITCH) / 2.0;
    let focus = focus as f32 * PITCH;
    let last = len.saturating_sub(1) as f32 * PITCH;
    (half - focus).min(0.0)..=(last - half - focus).max(0.0)
}

/// Where the pictures are.
#[derive(Debug)]
struct Row {
    strip: Rect,
    focus: usize,
    offset: f32,
}

impl Row {
    fn rect(&self, position: usize) -> Rect {
        let from_focus = position as f32 - self.focus as f32;
        let middle = self.strip.center() + vec2(from_focus * PITCH - self.offset, 0.0);
        Rect::from_center_size(middle, Vec2::splat(EDGE))
    }

    /// The position at this height of the window, be it behind the last.
    fn position(&self, x: f32) -> Option<usize> {
        let from_focus = (x - self.strip.center().x + self.offset) / PITCH;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "a window is not a billion pictures wide"
        )]
        let from_focus = from_focus.round() as isize;
        self.focus.checked_add_signed(from_focus)
    }

    fn visible(&self, len: usize) -> Range<usize> {
        let first = self.position(self.strip.left() - EDGE / 2.0).unwrap_or(0);
        let last = self.position(self.strip.right() + EDGE / 2.0);
        let end = last.map_or(0, |last| last + 1).min(len);
        first.min(end)..end
    }
}

fn tile_ui(painter: &Painter, cx: ViewContext<'_>, tile: &Tile, focus: usize) {
    let is_in_view = tile.position == focus;
    let radius = CornerRadius::same(theme::TILE_RADIUS);
    painter.rect_filled(tile.rect, radius, Color32::from_gray(38));
    let weak = Color32::from_gray(165);
    match &tile.face {
        Face::Skeleton => {}
        Face::Picture(texture) => picture(painter, cx, tile.rect, *texture),
        Face::Failed(..) => glyph(painter, tile.rect.center(), Icon::ImageOff, 18.0, weak),
        Face::Locked => glyph(painter, tile.rect.center(), Icon::Lock, 18.0, weak),
    }
    // What is not looked at steps back a little.
    if !is_in_view && !tile.is_hovered {
        painter.rect_filled(tile.rect, radius, Color32::from_black_alpha(70));
    }
    if is_in_view {
        let frame = Stroke::new(3.0, Color32::WHITE);
        let around = tile.rect.expand(2.0);
        let radius = CornerRadius::same(theme::TILE_RADIUS + 2);
        painter.rect_stroke(around, radius, frame, StrokeKind::Inside);
    }
    if tile.is_selected {
        let center = tile.rect.min + Vec2::splat(11.0);
        let ring = Stroke::new(1.5, cx.palette.on_accent);
        painter.circle(center, 8.0, cx.palette.accent, ring);
        glyph(painter, center, Icon::Check, 11.0, cx.palette.on_accent);
    }
}

fn picture(painter: &Painter, cx: ViewContext<'_>, rect: Rect, texture: Texture) {
    let size = texture.original_size;
    let original = vec2(size.width as f32, size.height as f32) / painter.pixels_per_point();
    let (target, uv, radius) = if original.max_elem() < rect.width() / 2.0 {
        // Blown up, an icon would be a blur.
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        let target = Rect::from_center_size(rect.center(), original);
        (target, whole, CornerRadius::ZERO)
    } else {
        let radius = CornerRadius::same(theme::TILE_RADIUS);
        (rect, crop(texture.size_px.aspect_ratio(), 1.0), radius)
    };
    // Most are those of the grid, some are of the whole window.
    let shown = uv.width() * texture.size_px.width as f32;
    let drawn = target.width() * painter.pixels_per_point();
    cx.textures.shrink(texture, shown / drawn.max(1.0));
    painter.add(RectShape::filled(target, radius, Color32::WHITE).with_texture(texture.id, uv));
}

/// The strip for screen readers and tests: a list of which one image is selected, the one in view.
fn nodes_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    strip: &Response,
    tiles: &[Tile],
    focus: usize,
) {
    strip.widget_info(|| WidgetInfo::labeled(Role::ListBox, true, "Film strip"));
    let zone = TimeZone::system();
    let builder = UiBuilder::new()
        .id_salt("film strip")
        .max_rect(strip.rect)
        .accessibility_parent(strip_id());
    let ui = ui.new_child(builder);
    for tile in tiles {
        let id = match &tile.upload {
            Some(upload) => ui.scope_id().with(("picture", upload.id.as_str())),
            None => ui.scope_id().with(("place", tile.position)),
        };
        let response = ui.interact(tile.rect, id, Sense::hover());
        response.widget_info(|| {
            let name = grid_node::accessible_name(gallery, tile, &zone);
            WidgetInfo::labeled(Role::ListBoxOption, true, name)
        });
        let click = egui::accesskit::Action::Click;
        ui.accesskit_node_builder(id, |node| {
            node.set_selected(tile.position == focus);
            node.set_position_in_set(tile.position + 1);
            node.set_size_of_set(gallery.len());
            node.add_action(click);
        });
        if ui.input(|input| input.has_accesskit_action_request(id, click)) {
            cx.act(Action::StepViewer(ViewerStep::To(tile.position)));
        }
        if tile.is_hovered {
            grid_node::tooltip_ui(response, cx, gallery, tile, &zone);
        }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these numbers are exact")]
mod tests {
    use super::*;

    fn row() -> Row {
        Row {
            strip: Rect::from_min_size(pos2(0.0, 500.0), vec2(10.0 * PITCH, HEIGHT)),
            focus: 50,
            offset: 0.0,
        }
    }

    #[test]
    fn the_image_in_view_is_in_the_middle() {
        let row = row();
        assert_eq!(row.rect(50).center(), row.strip.center());
        assert_eq!(row.position(row.strip.center().x), Some(50));
        assert_eq!(row.position(row.strip.center().x + PITCH), Some(51));
        assert_eq!(row.visible(1000), 45..56);
    }

    #[test]
    fn nothing_is_shown_before_the_first_and_behind_the_last() {
        let first = Row { focus: 0, ..row() };
        assert_eq!(first.visible(1000), 0..6);
        assert_eq!(first.position(first.strip.center().x - PITCH), None);
        let last = Row { focus: 51, ..row() };
        assert_eq!(last.visible(52), 46..52);
    }

    #[test]
    fn where_all_have_room_the_strip_stands_still() {
        let width = 10.0 * PITCH;
        let row = |focus| Row {
            focus,
            offset: standing(width, 9, focus).unwrap(),
            ..row()
        };
        assert_eq!(row(0).rect(0), row(8).rect(0));
        assert_eq!(row(0).rect(4).center(), row(0).strip.center());
        assert_eq!(standing(width, 11, 0), None);
    }

    #[test]
    fn the_wheel_ends_where_the_first_or_the_last_is_at_the_edge() {
        let width = 10.0 * PITCH;
        let at_end = Row {
            offset: *reach(width, 100, 50).end(),
            ..row()
        };
        assert!((at_end.rect(99).right() - at_end.strip.right()).abs() < PITCH - EDGE);
        let at_start = Row {
            offset: *reach(width, 100, 50).start(),
            ..row()
        };
        assert!((at_start.rect(0).left() - at_start.strip.left()).abs() < PITCH - EDGE);
        // The first is in the middle already.
        assert_eq!(*reach(width, 100, 0).start(), 0.0);
        assert_eq!(*reach(width, 100, 99).end(), 0.0);
    }

    #[test]
    fn a_low_window_has_no_strip() {
        let low = Rect::from_min_size(pos2(0.0, 0.0), vec2(800.0, 200.0));
        assert_eq!(FilmStrip::split(low), (low, None));
        let usual = Rect::from_min_size(pos2(0.0, 0.0), vec2(800.0, 600.0));
        let (view, strip) = FilmStrip::split(usual);
        assert_eq!(strip.unwrap().height() + view.height(), 600.0);
    }
}

//! The images of the open room, as tiles. Only what is on screen costs anything.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use egui::{Id, Rect, Ui, UiBuilder, WidgetInfo};
use jiff::tz::TimeZone;

use crate::domain::{RoomId, Upload, UploadId};
use crate::protocol::GridLayoutChoice;
use crate::state::user_message::grouped;
use crate::state::{Gallery, SavedFilter};
use crate::ui::dates::DayBreaks;
use crate::ui::grid_anchor::{Held, LeftForSearch};
use crate::ui::grid_band::Band;
use crate::ui::grid_layout::{DayGroup, Geometry, GridLayout, justified_rows};
use crate::ui::grid_mouse::Scene;
use crate::ui::grid_rows::KeptRows;
use crate::ui::grid_scroll::{BAR_WIDTH, Scroller, aims};
use crate::ui::grid_tile::{self, Face, Tile};
use crate::ui::grid_view::{GridView, Way};
use crate::ui::new_images::{NewImages, PILL_HEIGHT, pill_ui};
use crate::ui::pace::Pace;
use crate::ui::theme::{self, space};
use crate::ui::view_context::{Urgency, ViewContext};
use crate::ui::{grid_header, grid_node, grid_rows, grid_states, text};

/// Height of a day's header in points.
const HEADER: f32 = 44.0;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub struct ThumbnailGrid {
    pub(super) layout: GridLayout,
    made_of: Option<LayoutKey>,
    breaks: DayBreaks,
    rows: KeptRows,
    pub(super) visible: Range<usize>,
    pub(super) view: Option<GridView>,
    /// Where to scroll to in the next frame.
    pub(super) wanted_offset: Option<f64>,
    pub(super) held: Option<Held>,
    pub(super) seen_reveal: u64,
    pub(super) column_x: Option<f32>,
    pub(super) is_ring_shown: bool,
    pub(super) band: Option<Band>,
    pub(super) menu_position: Option<usize>,
    scroller: Scroller,
    /// Where the room was left for a search.
    pub(super) left_for_search: Option<LeftForSearch>,
    /// Where other rooms were left.
    left_at: HashMap<RoomId, f64>,
    badge: grid_header::FloatingDate,
    wants_date: bool,
    new_images: NewImages,
    way: Way,
    /// When it moved under the pointer, by egui's clock.
    moved_at: f64,
    pace: Pace,
    /// What the last frame showed: the list may have changed since.
    pub(super) shown: (usize, Vec<Option<UploadId>>),
}

#[derive(Debug, Clone, PartialEq)]
struct LayoutKey {
    room: RoomId,
    version: (u64, u64),
    /// What is looked for; nothing but space is no search.
    search: (String, SavedFilter),
    geometry: Geometry,
    shape: GridLayoutChoice,
    zone: TimeZone,
}

impl LayoutKey {
    /// Whether images came or went and nothing else changed.
    fn differs_in_images_only(&self, other: &Self) -> bool {
        self.version != other.version
            && (self.geometry, self.shape, &self.zone) == (other.geometry, other.shape, &other.zone)
    }
}

/// The one widget of the grid: tiles are not widgets, so that Tab passes all of them at once.
pub(super) fn grid_id() -> Id {
    Id::unique("thumbnail grid")
}

impl ThumbnailGrid {
    /// Draws the grid into all of the room that is left.
    pub fn ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        let pane = ui.available_rect_before_wrap();
        if grid_states::instead_of_tiles_ui(ui, cx, gallery, pane) {
            if gallery.find().is_on() {
                // So that the room is there again as it was when the search ends.
                self.lay_out(cx, gallery, pane);
            }
            // Asks for the first page, and nothing else.
            self.visible = 0..0;
            return;
        }
        self.lay_out(cx, gallery, pane);
        self.reveal(gallery, pane);
        self.scroll_ui(ui, cx, gallery, pane);
    }

    /// Whether the floating date was clicked: somebody wants to go to another.
    pub(super) fn take_date_wish(&mut self) -> bool {
        std::mem::take(&mut self.wants_date)
    }

    /// The positions that were on screen in the last frame.
    pub fn visible(&self) -> Range<usize> {
        self.visible.clone()
    }

    fn lay_out(&mut self, cx: ViewContext<'_>, gallery: &Gallery, pane: Rect) {
        let (settings, find) = (&cx.state.settings, gallery.find());
        let key = LayoutKey {
            room: gallery.room.id.clone(),
            version: gallery.shown_version(),
            search: (find.text().trim().to_owned(), find.filter()),
            geometry: geometry(cx, pane),
            shape: settings.grid_layout,
            zone: TimeZone::system(),
        };
        let is_other_room = match &self.made_of {
            Some(made_of) if *made_of == key => {
                // What was to be held did not change the layout.
                self.held = None;
                return;
            }
            Some(made_of) => made_of.room != key.room,
            None => true,
        };
        if is_other_room {
            self.enter_room(gallery);
        }
        let held = match &self.made_of {
            Some(made_of) if !is_other_room && made_of.search != key.search => {
                self.change_search(gallery, pane)
            }
            Some(made_of) if !is_other_room && made_of.differs_in_images_only(&key) => {
                let held = self.held.take().or_else(|| self.looked_at(gallery));
                held.or_else(|| self.first_visible())
            }
            _ => self.held.take().or_else(|| self.first_visible()),
        };
        let groups = if gallery.find().is_on() {
            // Among thousands of days with one image each, headers would be all there is to see.
            let range = 0..gallery.len();
            vec![DayGroup { day: None, range }]
        } else {
            self.breaks.groups(&gallery.listing, &key.zone)
        };
        self.layout = match key.shape {
            GridLayoutChoice::Square => GridLayout::squares(&groups, key.geometry),
            GridLayoutChoice::Whole if gallery.find().is_on() => {
                let aspects = gallery.shown_of(grid_rows::all_aspects(&gallery.listing));
                GridLayout::justified(&groups, key.geometry, |_all| {
                    Arc::new(justified_rows(&aspects, key.geometry))
                })
            }
            GridLayoutChoice::Whole => self.rows.lay_out(&groups, key.geometry, &gallery.listing),
        };
        self.made_of = Some(key);
        if let Some(held) = held {
            self.keep_in_place(gallery, &held);
        }
    }

    fn enter_room(&mut self, gallery: &Gallery) {
        if let Some(left) = &self.made_of {
            let top = self.scroller.top();
            self.left_at.insert(left.room.clone(), top);
        }
        let left_at = self.left_at.get(&gallery.room.id).copied();
        self.wanted_offset = Some(left_at.unwrap_or(0.0));
        self.breaks.clear();
        self.left_for_search = None;
        self.rows = KeptRows::default();
        self.view = None;
        self.held = None;
        self.band = None;
        self.column_x = None;
        self.is_ring_shown = false;
        self.seen_reveal = gallery.reveal;
    }

    fn scroll_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery, pane: Rect) {
        let down = self.view.map_or(0.0, |view| pane.top() - view.pane.top());
        if let Some(offset) = self.wanted_offset.take() {
            self.scroller.go_to(offset);
        } else if down.abs() > 0.1 {
            let whole = self.first_whole();
            self.scroller.pane_moved(down, whole);
        }
        if let Some(wait) = self.scroller.settle(aims(ui, pane)) {
            ui.request_repaint_after(wait);
        }
        let height = self.layout.height() + f64::from(space::L);
        self.scroller.scroll(ui, pane, height);
        let mut ui = ui.new_child(UiBuilder::new().max_rect(pane));
        ui.shrink_clip_rect(pane);
        let view = GridView {
            pane,
            left: pane.left() + space::M,
            offset: self.scroller.top(),
        };
        self.tiles_ui(&mut ui, cx, gallery, view);
        let id = grid_id().with("scroll bar");
        self.scroller.bar_ui(&ui, cx, id, pane, height);
        if (self.scroller.top() - view.offset).abs() > f64::EPSILON {
            // What was drawn is one frame behind the handle.
            ui.request_repaint_after(std::time::Duration::ZERO);
        }
    }

    fn tiles_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery, view: GridView) {
        if let Some(before) = self.view {
            let scrolled = view.offset - before.offset;
            let moved = scrolled - f64::from(view.pane.top() - before.pane.top());
            if moved.abs() > 0.5 {
                self.moved_at = ui.input(|input| input.time);
            }
            // Where a bar came or went, tiles stay where they were, or go with it.
            if moved.abs() > 0.5 && scrolled.abs() > 0.5 {
                self.way = if scrolled > 0.0 { Way::Down } else { Way::Up };
                self.badge.scrolled(ui);
            }
        }
        self.view = Some(view);
        let rows = self.layout.rows_between(view.heights());
        self.visible = self.layout.positions(rows);
        let response = ui.interact(view.pane, grid_id(), egui::Sense::click_and_drag());
        response.widget_info(|| {
            let name = format!(
                "Images in {}, newest first, {}",
                text::room(&gallery.room),
                grouped(gallery.len())
            );
            WidgetInfo::labeled(egui::Role::ListBox, true, name)
        });
        let hovered = response
            .hover_pos()
            .filter(|_| self.band.is_none())
            .map(|at| view.to_content(at));
        let hovered_tile = hovered.and_then(|(x, y)| self.layout.hit(x, y));
        let tiles = self.collect(ui, cx, gallery, view, hovered_tile);
        self.remember_ids(&tiles);
        let dated = (&self.layout, self.breaks.scale());
        grid_header::headers_ui(ui, cx, gallery, dated, view, response.hover_pos());
        grid_tile::tiles_ui(ui, cx, &tiles);
        self.pace.watch(ui, gallery, &self.visible, &tiles);
        self.nodes_ui(ui, cx, gallery, view, &tiles);
        self.ask_ahead(ui, cx, gallery, view);
        let scene = Scene {
            view,
            tiles: &tiles,
            response: &response,
        };
        self.pointer_ui(ui, cx, gallery, scene);
        let below = self.new_images_ui(ui, cx, gallery, view);
        let dated = (&self.layout, self.breaks.scale());
        self.wants_date |= self.badge.badge_ui(ui, gallery, dated, view, below);
    }

    /// Offers to show what came above; how many points of the upper edge that takes.
    fn new_images_ui(
        &mut self,
        ui: &mut Ui,
        cx: ViewContext<'_>,
        gallery: &Gallery,
        view: GridView,
    ) -> f32 {
        let count = self.new_images.count(gallery, view);
        if count == 0 {
            return 0.0;
        }
        if pill_ui(ui, cx, view, count) {
            self.wanted_offset = Some(0.0);
            ui.memory_mut(|memory| memory.request_focus(grid_id()));
            ui.request_repaint_after(std::time::Duration::ZERO);
        }
        space::S + PILL_HEIGHT
    }

    fn collect(
        &self,
        ui: &Ui,
        cx: ViewContext<'_>,
        gallery: &Gallery,
        view: GridView,
        hovered: Option<usize>,
    ) -> Vec<Tile> {
        let focus = gallery.focus();
        let is_focused = self.is_ring_shown && ui.memory(|memory| memory.has_focus(grid_id()));
        let tile = |position: usize| {
            let rect = view.rect(self.layout.tile(position)?);
            let upload = gallery.upload_at(position);
            let face = upload.as_ref().map_or(Face::Skeleton, |upload| {
                grid_tile::face(ui, cx, gallery, upload, rect.size())
            });
            let is_saved = upload.as_ref().is_some_and(|it| is_saved(gallery, it));
            Some(Tile {
                position,
                rect,
                upload,
                is_selected: gallery.is_chosen_at(position),
                is_hovered: hovered == Some(position),
                has_ring: is_focused && position == focus,
                is_saved,
                face,
            })
        };
        self.visible.clone().filter_map(tile).collect()
    }

    /// Tiles for screen readers and tests: those on screen, and always the one in focus.
    fn nodes_ui(
        &self,
        ui: &mut Ui,
        cx: ViewContext<'_>,
        gallery: &Gallery,
        view: GridView,
        tiles: &[Tile],
    ) {
        let zone = TimeZone::system();
        let focus = gallery.focus();
        let builder = UiBuilder::new()
            .id_salt("tiles")
            .max_rect(view.pane)
            .accessibility_parent(grid_id());
        let ui = ui.new_child(builder);
        // Nobody asked about a tile that was scrolled under the pointer.
        let is_pointing = ui.input(|input| {
            let rested = f64::from(input.pointer.time_since_last_movement());
            input.time - rested > self.moved_at
        });
        let mut active = None;
        for tile in tiles {
            let response = grid_node::node_ui(&ui, cx, gallery, tile, &zone);
            let id = response.id;
            if tile.is_hovered && is_pointing {
                grid_node::tooltip_ui(response, cx, gallery, tile, &zone);
            }
            if tile.position == focus {
                active = Some(id);
            }
        }
        if active.is_none()
            && let Some(span) = self.layout.tile(focus)
        {
            let upload = gallery.upload_at(focus);
            let tile = Tile {
                position: focus,
                rect: view.rect(span),
                is_selected: gallery.is_chosen_at(focus),
                is_hovered: false,
                has_ring: false,
                is_saved: upload.as_ref().is_some_and(|it| is_saved(gallery, it)),
                upload,
                face: Face::Skeleton,
            };
            active = Some(grid_node::node_ui(&ui, cx, gallery, &tile, &zone).id);
        }
        ui.accesskit_node_builder(grid_id(), |node| {
            node.set_multiselectable();
            node.set_size_of_set(gallery.len());
            if let Some(active) = active {
                node.set_active_descendant(active.accesskit_id());
            }
        });
    }

    /// The pictures of the screen that comes next, then of the one before, as far as textures
    /// of the size of those on screen have room.
    fn ask_ahead(&self, ui: &Ui, cx: ViewContext<'_>, gallery: &Gallery, view: GridView) {
        if gallery.access == crate::state::FileAccess::Refused {
            return;
        }
        let way = if view.is_at_top() {
            Way::Down
        } else {
            self.way
        };
        let choice = cx.state.settings.grid_layout;
        // Those on screen were asked for already.
        let room = cx.textures.budget_bytes() / 4 * 3;
        let mut taken = None;
        for (way, urgency) in [(way, Urgency::Ahead), (way.back(), Urgency::Behind)] {
            let rows = self.layout.rows_between(view.heights_ahead(way));
            for position in self.layout.positions(rows) {
                let (Some(upload), Some(tile)) =
                    (gallery.upload_at(position), self.layout.tile(position))
                else {
                    continue;
                };
                let size = egui::vec2(tile.width, tile.height);
                let wanted = grid_tile::thumbnail(&upload, size, ui.pixels_per_point(), choice);
                let bytes = grid_tile::texture_bytes(&wanted);
                let sum = taken.get_or_insert_with(|| bytes * self.visible.len());
                *sum += bytes;
                if *sum > room {
                    return;
                }
                cx.picture(&wanted, urgency);
            }
        }
    }
}

fn is_saved(gallery: &Gallery, upload: &Upload) -> bool {
    gallery.copies().path(&upload.id).is_some()
}

/// What the layout is made of in this pane.
pub(super) fn geometry(cx: ViewContext<'_>, pane: Rect) -> Geometry {
    Geometry {
        width: (pane.width() - space::M - BAR_WIDTH - space::XS).max(40.0),
        edge: theme::tile_edge(&cx.state.settings),
        gap: theme::TILE_GAP,
        header: HEADER,
    }
}

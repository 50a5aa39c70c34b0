//! The images of the open room, as tiles. Only what is on screen costs anything.

use std::collections::HashMap;
use std::ops::Range;

use egui::{EventFilter, Id, Rect, Ui, UiBuilder, WidgetInfo};
use jiff::tz::TimeZone;

use crate::domain::{RoomId, UploadId};
use crate::protocol::GridLayoutChoice;
use crate::state::user_message::grouped;
use crate::state::{Action, BandEnd, Gallery, MoveHow, SelectHow};
use crate::ui::dates::DayBreaks;
use crate::ui::grid_band::Band;
use crate::ui::grid_keys::{self, GridKey, Motion};
use crate::ui::grid_layout::{Geometry, GridLayout, narrow};
use crate::ui::grid_mouse::Scene;
use crate::ui::grid_scroll::{BAR_WIDTH, Scroller};
use crate::ui::grid_tile::{self, Face, Tile};
use crate::ui::grid_view::{GridView, Way};
use crate::ui::theme::{self, space};
use crate::ui::view_context::{Urgency, ViewContext};
use crate::ui::{grid_header, grid_states, text};

/// Height of a day's header in points.
const HEADER: f32 = 44.0;

/// What the keyboard brings into view keeps this distance from the upper edge: the floating
/// date is there.
const REVEAL_MARGIN: f32 = 44.0;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub struct ThumbnailGrid {
    pub(super) layout: GridLayout,
    made_of: Option<LayoutKey>,
    breaks: DayBreaks,
    visible: Range<usize>,
    pub(super) view: Option<GridView>,
    /// Where to scroll to in the next frame.
    pub(super) wanted_offset: Option<f64>,
    pub(super) held: Option<Held>,
    seen_reveal: u64,
    column_x: Option<f32>,
    pub(super) is_ring_shown: bool,
    pub(super) band: Option<Band>,
    pub(super) menu_position: Option<usize>,
    scroller: Scroller,
    /// Where other rooms were left.
    left_at: HashMap<RoomId, f64>,
    badge: grid_header::FloatingDate,
    way: Way,
    /// What the last frame showed: the list may have changed since.
    shown: (usize, Vec<Option<UploadId>>),
}

#[derive(Debug, Clone, PartialEq)]
struct LayoutKey {
    room: RoomId,
    version: u64,
    geometry: Geometry,
    shape: GridLayoutChoice,
    zone: TimeZone,
}

/// An image that stays where it is on screen while the layout changes around it.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub position: usize,
    pub id: Option<UploadId>,
    /// The held point within the tile, from 0 at its upper edge to 1.
    pub fraction: f32,
    /// Points below the upper edge of the pane.
    pub screen_y: f32,
}

/// The one widget of the grid: tiles are not widgets, so that Tab passes all of them at once.
pub(super) fn grid_id() -> Id {
    Id::unique("thumbnail grid")
}

impl ThumbnailGrid {
    /// Draws the grid into all of the room that is left.
    pub fn ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        let pane = ui.available_rect_before_wrap();
        ui.painter().rect_filled(pane, 0.0, cx.palette.canvas);
        if grid_states::instead_of_tiles_ui(ui, cx, gallery, pane) {
            // Asks for the first page, and nothing else.
            self.visible = 0..0;
            return;
        }
        self.lay_out(cx, gallery, pane);
        self.reveal(gallery, pane);
        self.scroll_ui(ui, cx, gallery, pane);
    }

    /// The positions that were on screen in the last frame.
    pub fn visible(&self) -> Range<usize> {
        self.visible.clone()
    }

    /// Takes the keys that belong to the grid. Only called when no dialog, field or viewer is
    /// before it.
    pub fn keys(&mut self, ui: &Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        let id = grid_id();
        // An open menu has the keys.
        if egui::Popup::is_any_open(ui.ctx()) {
            return;
        }
        match ui.memory(|memory| memory.focused()) {
            None => ui.memory_mut(|memory| memory.request_focus(id)),
            Some(focused) if focused == id => {}
            Some(_) => return,
        }
        // Else egui would carry the focus to another widget.
        let filter = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            escape: true,
            tab: false,
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        if gallery.listing.is_empty() || self.layout.len() != gallery.listing.len() {
            return;
        }
        let can_escape = self.band.is_some() || !gallery.selection.is_empty();
        let mut asked = Vec::new();
        ui.input_mut(|input| {
            input.events.retain(|event| {
                let egui::Event::Key {
                    key,
                    pressed: true,
                    modifiers,
                    ..
                } = event
                else {
                    return true;
                };
                match grid_keys::meaning(*key, *modifiers) {
                    Some(GridKey::Escape) if !can_escape => true,
                    Some(asks) => {
                        asked.push(asks);
                        false
                    }
                    None => true,
                }
            });
        });
        let mut focus = gallery.selection.focus();
        for key in asked {
            self.key(ui, cx, key, &mut focus);
        }
    }

    fn key(&mut self, ui: &Ui, cx: ViewContext<'_>, key: GridKey, focus: &mut usize) {
        match key {
            GridKey::Go(motion, how) => self.go(cx, motion, how, focus),
            GridKey::Toggle => {
                self.is_ring_shown = true;
                cx.act(Action::Select {
                    position: *focus,
                    how: SelectHow::Toggle,
                });
            }
            GridKey::Open => cx.act(Action::OpenViewer(*focus)),
            GridKey::Escape if self.band.take().is_some() => {
                cx.act(Action::EndBand(BandEnd::GiveUp));
            }
            GridKey::Escape => cx.act(Action::ClearSelection),
            GridKey::Menu => {
                self.menu_position = Some(*focus);
                egui::Popup::open_id(ui.ctx(), grid_id().with("key menu"));
            }
        }
    }

    fn go(&mut self, cx: ViewContext<'_>, motion: Motion, how: MoveHow, focus: &mut usize) {
        let column_x = match self.column_x {
            Some(x) if motion.is_vertical() => x,
            _ => grid_keys::column_of(&self.layout, *focus),
        };
        let page = self.view.map_or(400.0, |view| view.pane.height());
        let to = grid_keys::target(&self.layout, *focus, motion, column_x, page);
        self.column_x = motion.is_vertical().then_some(column_x);
        self.is_ring_shown = true;
        *focus = to;
        cx.act(Action::MoveFocus { to, how });
    }

    pub(super) fn forget_column(&mut self) {
        self.column_x = None;
    }

    fn lay_out(&mut self, cx: ViewContext<'_>, gallery: &Gallery, pane: Rect) {
        let settings = &cx.state.settings;
        let key = LayoutKey {
            room: gallery.room.id.clone(),
            version: gallery.listing.version(),
            geometry: Geometry {
                width: (pane.width() - space::M - BAR_WIDTH - space::XS).max(40.0),
                edge: settings.tile_edge_points,
                gap: theme::TILE_GAP,
                header: HEADER,
            },
            shape: settings.grid_layout,
            zone: TimeZone::system(),
        };
        let is_other_room = match &self.made_of {
            Some(made_of) if *made_of == key => return,
            Some(made_of) => made_of.room != key.room,
            None => true,
        };
        if is_other_room {
            self.enter_room(gallery);
        }
        let held = self.held.take().or_else(|| self.first_visible());
        let groups = self.breaks.groups(&gallery.listing, &key.zone);
        self.layout = match key.shape {
            GridLayoutChoice::Square => GridLayout::squares(&groups, key.geometry),
            GridLayoutChoice::Whole => {
                GridLayout::justified(&groups, key.geometry, &aspects(gallery))
            }
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
        self.view = None;
        self.held = None;
        self.band = None;
        self.column_x = None;
        self.is_ring_shown = false;
        self.seen_reveal = gallery.reveal;
    }

    /// The image that stays in place when nothing else is held. At the very top nothing is:
    /// what comes in above is what one wants to see there.
    fn first_visible(&self) -> Option<Held> {
        let view = self.view?;
        if view.offset < 1.0 {
            return None;
        }
        let row = self
            .layout
            .row(self.layout.rows_between(view.heights()).start)?;
        self.hold(view, row.range.start, 0.0)
    }

    fn shown_id(&self, position: usize) -> Option<UploadId> {
        let (first, ids) = &self.shown;
        ids.get(position.checked_sub(*first)?)?.clone()
    }

    fn remember_ids(&mut self, tiles: &[Tile]) {
        let (first, ids) = &mut self.shown;
        *first = self.visible.start;
        ids.clear();
        ids.extend(
            tiles
                .iter()
                .map(|tile| tile.upload.as_ref().map(|upload| upload.id.clone())),
        );
    }

    pub(super) fn hold(&self, view: GridView, position: usize, fraction: f32) -> Option<Held> {
        let tile = self.layout.tile(position)?;
        let y = tile.top + f64::from(tile.height * fraction) - view.offset;
        Some(Held {
            position,
            id: self.shown_id(position),
            fraction,
            screen_y: narrow(y),
        })
    }

    fn keep_in_place(&mut self, gallery: &Gallery, held: &Held) {
        let moved_to = held.id.as_ref().and_then(|id| gallery.listing.position(id));
        let position = moved_to.unwrap_or(held.position);
        let position = position.min(self.layout.len().saturating_sub(1));
        let Some(tile) = self.layout.tile(position) else {
            return;
        };
        let y = tile.top + f64::from(tile.height * held.fraction);
        self.wanted_offset = Some((y - f64::from(held.screen_y)).max(0.0));
    }

    fn reveal(&mut self, gallery: &Gallery, pane: Rect) {
        if self.seen_reveal == gallery.reveal {
            return;
        }
        self.seen_reveal = gallery.reveal;
        self.is_ring_shown = true;
        let focus = gallery.selection.focus();
        let (Some(tile), Some(section)) = (self.layout.tile(focus), self.layout.section_of(focus))
        else {
            return;
        };
        let shown = self.wanted_offset.or_else(|| Some(self.view?.offset));
        let offset = shown.unwrap_or(0.0);
        let is_first_row = (tile.top - section.top - f64::from(section.header)).abs() < 1.0;
        let above = if is_first_row {
            section.top
        } else {
            tile.top - f64::from(REVEAL_MARGIN)
        };
        let bottom = tile.top + f64::from(tile.height + space::M);
        let page = f64::from(pane.height());
        if above < offset {
            self.wanted_offset = Some(above.max(0.0));
        } else if bottom > offset + page {
            // A tile higher than the pane is shown from its top.
            self.wanted_offset = Some((bottom - page).min(above).max(0.0));
        }
    }

    fn scroll_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery, pane: Rect) {
        if let Some(offset) = self.wanted_offset.take() {
            self.scroller.go_to(offset);
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
        if let Some(before) = self.view
            && (before.offset - view.offset).abs() > 0.5
        {
            self.way = if view.offset > before.offset {
                Way::Down
            } else {
                Way::Up
            };
            self.badge.scrolled(ui);
        }
        self.view = Some(view);
        let rows = self.layout.rows_between(view.heights());
        self.visible = self.layout.positions(rows);
        let response = ui.interact(view.pane, grid_id(), egui::Sense::click_and_drag());
        response.widget_info(|| {
            let name = format!(
                "Images in {}, newest first, {}",
                text::room(&gallery.room),
                grouped(gallery.listing.len())
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
        grid_header::headers_ui(ui, cx, gallery, &self.layout, view, response.hover_pos());
        grid_tile::tiles_ui(ui, cx, &tiles);
        self.nodes_ui(ui, cx, gallery, view, &tiles);
        self.ask_ahead(ui, cx, gallery, view);
        let scene = Scene {
            view,
            tiles: &tiles,
            response: &response,
        };
        self.pointer_ui(ui, cx, gallery, scene);
        self.badge.badge_ui(ui, gallery, &self.layout, view);
    }

    fn collect(
        &self,
        ui: &Ui,
        cx: ViewContext<'_>,
        gallery: &Gallery,
        view: GridView,
        hovered: Option<usize>,
    ) -> Vec<Tile> {
        let focus = gallery.selection.focus();
        let is_focused = self.is_ring_shown && ui.memory(|memory| memory.has_focus(grid_id()));
        let tile = |position: usize| {
            let rect = view.rect(self.layout.tile(position)?);
            let upload = gallery.upload_at(position);
            let face = upload.as_ref().map_or(Face::Skeleton, |upload| {
                grid_tile::face(ui, cx, gallery, upload, rect.size())
            });
            Some(Tile {
                position,
                rect,
                upload,
                is_selected: gallery
                    .selection
                    .contains_position(position, &gallery.listing),
                is_hovered: hovered == Some(position),
                has_ring: is_focused && position == focus,
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
        let focus = gallery.selection.focus();
        let builder = UiBuilder::new()
            .id_salt("tiles")
            .max_rect(view.pane)
            .accessibility_parent(grid_id());
        let ui = ui.new_child(builder);
        let mut active = None;
        for tile in tiles {
            let id = grid_tile::node_ui(&ui, cx, gallery, tile, &zone);
            if tile.position == focus {
                active = Some(id);
            }
        }
        if active.is_none()
            && let Some(span) = self.layout.tile(focus)
        {
            let tile = Tile {
                position: focus,
                rect: view.rect(span),
                upload: gallery.upload_at(focus),
                is_selected: gallery.selection.contains_position(focus, &gallery.listing),
                is_hovered: false,
                has_ring: false,
                face: Face::Skeleton,
            };
            active = Some(grid_tile::node_ui(&ui, cx, gallery, &tile, &zone));
        }
        ui.accesskit_node_builder(grid_id(), |node| {
            node.set_multiselectable();
            node.set_size_of_set(gallery.listing.len());
            if let Some(active) = active {
                node.set_active_descendant(active.accesskit_id());
            }
        });
    }

    /// The pictures of the screen that comes next.
    fn ask_ahead(&self, ui: &Ui, cx: ViewContext<'_>, gallery: &Gallery, view: GridView) {
        let way = if view.offset < 1.0 {
            Way::Down
        } else {
            self.way
        };
        let heights = view.heights_ahead(way);
        if gallery.access == crate::state::FileAccess::Refused {
            return;
        }
        let positions = self.layout.positions(self.layout.rows_between(heights));
        let choice = cx.state.settings.grid_layout;
        for position in positions {
            let (Some(upload), Some(tile)) =
                (gallery.upload_at(position), self.layout.tile(position))
            else {
                continue;
            };
            let size = egui::vec2(tile.width, tile.height);
            let wanted = grid_tile::thumbnail(&upload, size, ui.pixels_per_point(), choice);
            cx.picture(&wanted, Urgency::Ahead);
        }
    }
}

fn aspects(gallery: &Gallery) -> Vec<f32> {
    /// What a phone takes, for images whose size the server does not tell.
    const USUAL: f32 = 4.0 / 3.0;
    let mut aspects = Vec::with_capacity(gallery.listing.len());
    for page in gallery.listing.pages() {
        match page.uploads {
            Some(uploads) => aspects.extend(uploads.iter().map(|upload| {
                upload
                    .dimensions
                    .map_or(USUAL, |dimensions| dimensions.aspect_ratio())
            })),
            None => aspects.extend(std::iter::repeat_n(USUAL, page.len)),
        }
    }
    aspects
}

//! What the pointer does in the grid.

use egui::{Modifiers, PointerButton, Pos2, Response, Ui};

use crate::state::{Action, BandEnd, Gallery, ImageAction, SelectHow};
use crate::ui::grid_band::Band;
use crate::ui::grid_header;
use crate::ui::grid_menu;
use crate::ui::grid_tile::{self, CHECK_AREA, Face, Offer, Tile};
use crate::ui::grid_view::GridView;
use crate::ui::menu::{self, Opened};
use crate::ui::thumbnail_grid::{ThumbnailGrid, grid_id};
use crate::ui::view_context::ViewContext;

/// What is at a point of the grid.
enum Spot<'a> {
    Check(&'a Tile),
    Offer(&'a Tile, Offer),
    Image(&'a Tile),
    Header(std::ops::Range<usize>),
    Empty,
}

/// What is on screen, and what the pointer did to it.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub view: GridView,
    pub tiles: &'a [Tile],
    pub response: &'a Response,
}

impl ThumbnailGrid {
    pub(super) fn pointer_ui(
        &mut self,
        ui: &Ui,
        cx: ViewContext<'_>,
        gallery: &Gallery,
        scene: Scene<'_>,
    ) {
        let Scene { view, response, .. } = scene;
        let modifiers = ui.input(|input| input.modifiers);
        if let Some(at) = response.interact_pointer_pos() {
            if response.clicked_by(PointerButton::Primary) {
                response.request_focus();
                self.click(cx, gallery, scene, at, modifiers);
            }
            if response.double_clicked_by(PointerButton::Primary)
                && modifiers.is_none()
                && let Spot::Image(tile) = self.spot(scene, at)
            {
                cx.act(Action::OpenViewer(tile.position));
            }
            if response.secondary_clicked() {
                response.request_focus();
                self.aim_menu(cx, scene, at);
            }
        }
        self.drag(ui, cx, scene);
        self.zoom(ui, cx, view, response);
        self.menu_ui(ui, cx, gallery, view, response);
    }

    fn spot<'a>(&self, scene: Scene<'a>, at: Pos2) -> Spot<'a> {
        let Scene { view, tiles, .. } = scene;
        let Some(tile) = tiles.iter().find(|tile| tile.rect.contains(at)) else {
            let (x, y) = view.to_content(at);
            let is_on_words = (0.0..grid_header::CLICK_WIDTH).contains(&x);
            let header = self.layout.header_at(y).filter(|_| is_on_words);
            return header.map_or(Spot::Empty, |section| Spot::Header(section.range.clone()));
        };
        let within = at - tile.rect.min;
        if within.x < CHECK_AREA && within.y < CHECK_AREA {
            Spot::Check(tile)
        } else if let Face::Failed(_, offer) = tile.face
            && grid_tile::offer_area(tile.rect).contains(at)
        {
            Spot::Offer(tile, offer)
        } else {
            Spot::Image(tile)
        }
    }

    fn click(
        &mut self,
        cx: ViewContext<'_>,
        gallery: &Gallery,
        scene: Scene<'_>,
        at: Pos2,
        modifiers: Modifiers,
    ) {
        self.is_ring_shown = false;
        self.forget_column();
        let range_or = |otherwise| match (modifiers.shift, modifiers.command) {
            (true, true) => SelectHow::AddRange,
            (true, false) => SelectHow::Range,
            (false, _) => otherwise,
        };
        let select = |position, how| cx.act(Action::Select { position, how });
        match self.spot(scene, at) {
            Spot::Check(tile) => select(tile.position, range_or(SelectHow::Toggle)),
            Spot::Image(tile) if modifiers.command => {
                select(tile.position, range_or(SelectHow::Toggle));
            }
            Spot::Image(tile) => select(tile.position, range_or(SelectHow::Only)),
            Spot::Offer(tile, Offer::OpenElsewhere) => {
                // What is opened is the one in focus.
                select(tile.position, SelectHow::Only);
                cx.act(Action::OnImage(ImageAction::OpenCopy));
            }
            Spot::Offer(tile, Offer::Retry) => {
                let ids = tile.upload.iter().map(|upload| upload.id.clone());
                cx.act(Action::RetryImages(ids.collect()));
            }
            Spot::Header(range) => cx.act(Action::ToggleRange(range)),
            Spot::Empty if modifiers.is_none() && gallery.has_choice() => {
                cx.act(Action::ClearSelection);
            }
            Spot::Empty => {}
        }
    }

    fn drag(&mut self, ui: &Ui, cx: ViewContext<'_>, scene: Scene<'_>) {
        let Scene {
            view,
            tiles,
            response,
        } = scene;
        let origin = ui.input(|input| input.pointer.press_origin());
        if response.drag_started_by(PointerButton::Primary)
            && let Some(origin) = origin
            && !tiles.iter().any(|tile| tile.rect.contains(origin))
        {
            self.is_ring_shown = false;
            let modifiers = ui.input(|input| input.modifiers);
            self.band = Some(Band::start(cx, view, origin, modifiers));
        }
        let pointer = ui.input(|input| input.pointer.latest_pos());
        if let (Some(band), Some(at)) = (&mut self.band, pointer) {
            let speed = band.stretch(cx, &self.layout, view, at);
            band.band_ui(ui.painter(), cx, view, at);
            if speed != 0.0 {
                let seconds = ui.input(|input| input.stable_dt).min(0.1);
                let furthest = self.layout.height() - f64::from(view.pane.height());
                let offset = view.offset + f64::from(speed * seconds);
                self.wanted_offset = Some(offset.clamp(0.0, furthest.max(0.0)));
                ui.request_repaint_after(std::time::Duration::from_millis(16));
            }
        }
        let is_held = ui.input(|input| input.pointer.primary_down());
        if !is_held && self.band.take().is_some() {
            cx.act(Action::EndBand(BandEnd::Keep));
        }
    }

    /// Ctrl+wheel and pinch: the size of tiles, with the image under the pointer in place.
    fn zoom(&mut self, ui: &Ui, cx: ViewContext<'_>, view: GridView, response: &Response) {
        let zoom = ui.input(|input| input.zoom_delta());
        let Some(at) = response.hover_pos().filter(|_| (zoom - 1.0).abs() > 0.001) else {
            return;
        };
        let (x, y) = view.to_content(at);
        let row = self.layout.rows_between(y..y + 1.0).start;
        let position = self
            .layout
            .hit(x, y)
            .or_else(|| self.layout.nearest_in_row(row, x));
        if let Some(position) = position
            && let Some(held) = self.hold(view, position, 0.5)
        {
            self.held = Some(held);
        }
        cx.act(Action::SetTileEdge(
            crate::ui::theme::tile_edge(&cx.state.settings) * zoom,
        ));
    }

    /// The menu is about the selection; an image outside of it becomes the selection first.
    fn aim_menu(&mut self, cx: ViewContext<'_>, scene: Scene<'_>, at: Pos2) {
        self.menu_position = None;
        let (Spot::Check(tile) | Spot::Image(tile) | Spot::Offer(tile, _)) = self.spot(scene, at)
        else {
            return;
        };
        self.menu_position = Some(tile.position);
        self.is_ring_shown = false;
        if !tile.is_selected {
            cx.act(Action::Select {
                position: tile.position,
                how: SelectHow::Only,
            });
        }
    }

    fn menu_ui(
        &self,
        ui: &Ui,
        cx: ViewContext<'_>,
        gallery: &Gallery,
        view: GridView,
        response: &Response,
    ) {
        let about = |ui: &mut Ui, position, opened| {
            let place = (&self.layout, position);
            grid_menu::image_menu_ui(ui, cx, gallery, place, opened);
        };
        response.context_menu(|ui| match self.menu_position {
            Some(position) => about(ui, position, Opened::ByPointer),
            None => grid_menu::empty_menu_ui(ui, cx, gallery),
        });
        let Some(position) = self.menu_position else {
            return;
        };
        let Some(tile) = self.layout.tile(position) else {
            return;
        };
        menu::key_popup(ui, key_menu_id(), view.rect(tile).center())
            .show(|ui| about(ui, position, Opened::ByKey));
    }
}

/// The menu that a key opens.
pub(super) fn key_menu_id() -> egui::Id {
    grid_id().with("key menu")
}

//! The panes of the window while somebody is signed in.

use egui::{Frame, Id, Margin, Panel, Rect, Ui, UiBuilder};

use crate::state::Gallery;
use crate::ui::account_menu::account_header_ui;
use crate::ui::details_place;
use crate::ui::gallery_bars::gallery_bars_ui;
use crate::ui::root::RootView;
use crate::ui::save_panel::save_panel_ui;
use crate::ui::shortcuts::{Job, key_of};
use crate::ui::slide_show::is_full_screen;
use crate::ui::status_bar::status_bar_ui;
use crate::ui::theme::{self, Palette, space};
use crate::ui::top_bar::top_bar_ui;
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::placeholder_ui;

impl RootView {
    pub(super) fn session_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>) {
        self.totals.update(cx.state.gallery.as_ref());
        let gallery = cx.state.gallery.as_ref();
        let shows_tiles = gallery.is_none_or(Gallery::shows_tiles);
        if gallery.is_none_or(|gallery| !gallery.is_viewer_open) {
            self.viewer.rest(ui);
        }
        if shows_tiles {
            self.compare.rest();
            self.rooms_ui(ui, cx);
        }
        // Who looks at an image on the whole screen wants to see nothing else.
        if shows_tiles || !is_full_screen(ui) {
            self.status_ui(ui, cx);
        }
        match gallery {
            Some(gallery) => self.gallery_ui(ui, cx, gallery),
            None => no_room_ui(ui, cx),
        }
        if self.is_queue_open {
            save_panel_ui(ui, cx, &mut self.is_queue_open);
        }
    }

    fn status_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>) {
        // Below a dark viewer nothing is to dazzle.
        let shows_tiles = cx.state.gallery.as_ref().is_none_or(Gallery::shows_tiles);
        let palette = if shows_tiles {
            cx.palette
        } else {
            &Palette::DARK
        };
        let cx = ViewContext { palette, ..cx };
        let bar = Frame::new()
            .fill(palette.surface)
            .inner_margin(Margin::symmetric(12, 0));
        Panel::bottom("status")
            .frame(bar)
            .exact_size(theme::STATUS_BAR_HEIGHT)
            .resizable(false)
            .show_separator_line(shows_tiles)
            .show(ui, |ui| {
                ui.visuals_mut().clone_from(&theme::visuals(palette));
                status_bar_ui(ui, cx, &self.totals, &mut self.is_queue_open);
            });
    }

    fn rooms_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>) {
        let frame = Frame::new().fill(cx.palette.surface).inner_margin(Margin {
            left: 8,
            right: 8,
            top: 8,
            bottom: 0,
        });
        let opens_menu = self.opens_menu.take();
        // In a narrow window the images keep the larger part.
        let most = (0.4 * ui.ctx().content_rect().width()).min(420.0);
        let panel = Panel::left("rooms")
            .frame(frame)
            .default_size(theme::ROOM_LIST_WIDTH)
            .size_range(most.min(180.0)..=most)
            .resizable(true);
        let response = panel.show(ui, |ui| {
            account_header_ui(ui, cx, opens_menu, &mut self.dialog);
            ui.add_space(space::XS);
            self.rooms.ui(ui, cx);
        });
        self.panes.rooms = response.response.rect;
    }

    fn gallery_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        self.details_ui(ui, cx, gallery);
        // What comes and goes beside the images takes the keyboard from none of their buttons.
        let images = UiBuilder::new().scope_id(Id::unique("images"));
        ui.scope_builder(images, |ui| self.images_ui(ui, cx, gallery));
    }

    fn images_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        if gallery.is_viewer_open {
            egui::CentralPanel::default()
                .frame(Frame::NONE)
                .show(ui, |ui| {
                    self.panes.images = ui.max_rect();
                    if self.images_have_keys(ui, cx) {
                        self.viewer.keys(ui, cx, gallery);
                    }
                    self.viewer.ui(ui, cx, gallery);
                });
            return;
        }
        if gallery.is_comparing() {
            egui::CentralPanel::default()
                .frame(Frame::NONE)
                .show(ui, |ui| {
                    self.panes.images = ui.max_rect();
                    if self.images_have_keys(ui, cx) {
                        self.compare.keys(ui, cx, gallery);
                    }
                    self.compare.ui(ui, cx, gallery);
                });
            return;
        }
        egui::CentralPanel::default()
            .frame(Frame::NONE)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let bar = Frame::new().inner_margin(Margin {
                    left: 16,
                    right: 12,
                    top: 0,
                    bottom: 0,
                });
                let asked = bar.show(ui, |ui| {
                    top_bar_ui(ui, cx, gallery, &self.totals, &self.find_bar)
                });
                match asked.inner {
                    Some(Job::FindImage) if self.find_bar.is_open() => self.find_bar.close(cx),
                    Some(job) => self.perform(ui, cx, job),
                    None => {}
                }
                self.find_bar.ui(ui, cx, gallery, &self.totals);
                ui.scope(|ui| gallery_bars_ui(ui, cx, gallery, &self.totals));
                self.panes.images = ui.available_rect_before_wrap();
                if self.images_have_keys(ui, cx) {
                    self.grid.keys(ui, cx, gallery);
                }
                theme::reset_spacing(ui);
                self.grid.ui(ui, cx, gallery);
                if self.grid.take_date_wish() {
                    self.perform(ui, cx, Job::GoToDate);
                }
            });
    }

    fn details_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        self.panes.details = Rect::NOTHING;
        if !cx.state.settings.is_panel_open || self.viewer.is_slide_show_on() {
            return;
        }
        self.panes.details = details_place::details_ui(ui, cx, gallery);
    }
}

fn no_room_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    egui::CentralPanel::default()
        .frame(Frame::NONE)
        .show(ui, |ui| {
            if cx.state.rooms.is_loaded {
                let title = "No room is open";
                let key = key_of(ui.ctx(), Job::FindRoom);
                let more = format!("Choose one at the left, or press {key} and type its name");
                placeholder_ui(ui, cx.palette, lucide_icons::Icon::Images, title, &more);
            }
        });
}

//! One image, large.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use egui::{CursorIcon, Id, Pos2, Rect, Response, Sense, Ui, Vec2, ViewportCommand, WidgetInfo};
use jiff::tz::TimeZone;

use crate::domain::{PixelSize, Upload, UploadId, safe_display_name};
use crate::protocol::{DoubleClickChoice, SlideInterval, ViewerChoices};
use crate::state::{Action, Gallery, ViewerStep};
use crate::ui::film_strip::FilmStrip;
use crate::ui::menu::{self, Opened};
use crate::ui::pan_zoom::{self, PanZoom, Pane, ZoomStep};
use crate::ui::slide_show::{Sight, SlideShow, is_full_screen};
use crate::ui::texture_store::Texture;
use crate::ui::theme::Palette;
use crate::ui::view_context::ViewContext;
use crate::ui::view_gestures::{Gesture, Notches, gestures, offer_grab};
use crate::ui::view_turn::{Turn, Turning};
use crate::ui::viewer_animation::Player;
use crate::ui::viewer_bar::FOOT;
use crate::ui::viewer_controls::{BAR, Controls, Scene};
use crate::ui::viewer_image::may_be_transparent;
use crate::ui::viewer_pace::Pace;
use crate::ui::viewer_pictures::Way;
use crate::ui::{image_menu, viewer_keys, viewer_pictures, viewer_states};

/// In a lower pane the bar at the top would take more than an eighth from the image.
const LEAST_HEIGHT: f32 = 8.0 * BAR;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub struct Viewer {
    pub(super) zoom: PanZoom,
    /// Zoom and place stay from image to image.
    pub(super) is_zoom_kept: bool,
    /// How the view of images is turned until the viewer is left.
    turns: HashMap<UploadId, Turn>,
    pub(super) slides: SlideShow,
    strip: FilmStrip,
    shown: Option<UploadId>,
    pub(super) controls: Controls,
    notches: Notches,
    /// View and image of the last frame: what keys act upon.
    pub(super) stage: Option<Stage>,
    pub(super) animation: Player,
    pub(super) pace: Pace,
    way: Way,
}

/// The image's place in the window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stage {
    pub view: Rect,
    pub pixels_per_point: f32,
    pub pane: Pane,
    /// The whole window.
    window: Rect,
}

/// What keys and buttons ask of the viewer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Wish {
    /// Another zoom about the middle.
    Zoom(ZoomStep),
    /// The same about the pointer.
    ZoomAtPointer(ZoomStep),
    /// The view turned further.
    Turn(Turning),
    /// Zoom and place kept from image to image, or no longer.
    KeepZoom,
    /// The film strip, or none.
    FilmStrip,
    /// The slide show begins, rests or goes on.
    SlideShow,
    /// It ends.
    EndSlideShow,
    /// It goes on after this time.
    SlideInterval(SlideInterval),
    /// Another ground behind what is transparent.
    Backdrop,
    /// The whole screen, or the window.
    FullScreen,
}

pub(super) fn viewer_id() -> Id {
    Id::unique("viewer")
}

/// The menu that a key opens.
pub(super) fn key_menu_id() -> Id {
    viewer_id().with("key menu")
}

impl Viewer {
    /// Draws the image in focus into all of the room that is left.
    pub fn ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        let pane = ui.available_rect_before_wrap();
        ui.painter().rect_filled(pane, 0.0, Palette::VIEWER_GROUND);
        let has_strip = cx.state.settings.viewer.is_film_strip_shown && !self.slides.is_on();
        let (view, strip) = if has_strip {
            FilmStrip::split(pane)
        } else {
            (pane, None)
        };
        let room = self.room_for_image(ui, pane, view);
        let response = ui.interact(room, viewer_id(), Sense::click_and_drag());
        let upload = gallery.focused();
        self.turn_to(ui, upload.as_deref());
        let mut texture = None;
        let turn = self.turn();
        if let Some(upload) = &upload {
            let full = viewer_pictures::full_size(ui, upload);
            texture = viewer_pictures::picture(cx, gallery, upload, &full);
            let size = viewer_pictures::size_of(upload, texture);
            // Where there is only an error, nothing can be looked at closer or turned.
            let is_there = texture.is_some() || gallery.failure(&upload.id).is_none();
            let size = size.filter(|_| is_there);
            self.set_stage(ui, room, size.map(|size| turn.size_px(size)));
            self.pointer_ui(ui, cx, &response);
            if let (Some(stage), Some((picture, is_full))) = (self.stage, texture) {
                let full = is_full.then_some((&full, picture));
                self.image_ui(ui, cx, (gallery, upload), stage, (picture, full));
            }
        } else {
            self.stage = None;
        }
        name_node(&response, gallery, upload.as_deref());
        menus_ui(ui, cx, &response);
        let failure = upload.as_ref().and_then(|it| gallery.failure(&it.id));
        let stand_in = texture.map(|(texture, _)| texture);
        if let (Some(upload), Some(failure)) = (&upload, failure) {
            viewer_states::trouble_ui(ui, cx, &upload.id, failure, view, stand_in);
        }
        viewer_pictures::ask_neighbours(ui, cx, gallery, &mut self.way);
        let sight = match texture {
            _ if failure.is_some() => Sight::Complete,
            Some((_, true)) => Sight::Complete,
            Some((_, false)) | None => Sight::Partial,
        };
        if sight == Sight::Complete {
            self.pace.shown();
        } else {
            let id = viewer_id().with(("coming", gallery.focus()));
            let (_, below_bar) = view.split_top_bottom_at_y(view.top() + BAR);
            viewer_states::coming_ui(ui, id, below_bar, stand_in);
        }
        self.slides.advance(ui, cx, gallery, sight);
        self.strip.ui(ui, cx, gallery, strip);
        let texture = texture.map(|(texture, _)| texture);
        self.controls_ui(ui, cx, gallery, (view, texture));
        if !self.slides.is_on() {
            self.animation.control_ui(ui, view, self.controls.seen());
        }
        if self.controls.are_hidden() && response.hovered() && is_full_screen(ui) {
            ui.set_cursor_icon(CursorIcon::None);
        }
    }

    /// Takes the keys that belong to the viewer.
    pub fn keys(&mut self, ui: &Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        viewer_keys::keys(self, ui, cx, gallery);
    }

    /// The viewer is not open: what was meant for one visit of it ends.
    pub fn rest(&mut self, ui: &Ui) {
        if self.shown.take().is_some() {
            self.turns.clear();
            self.stage = None;
        }
        self.slides.end(ui);
    }

    /// Whether one image after the other is shown by itself.
    pub const fn is_slide_show_on(&self) -> bool {
        self.slides.is_on()
    }

    /// How many points of the lower edge the film strip and the buttons take.
    pub(super) fn foot(&self) -> f32 {
        self.strip.height() + FOOT
    }

    /// The positions that are on screen, be it as small pictures.
    pub fn visible(&self, gallery: &Gallery) -> Range<usize> {
        let focus = gallery.focus();
        let on_strip = self.strip.visible();
        if on_strip.contains(&focus) {
            on_strip
        } else {
            focus..(focus + 1).min(gallery.len())
        }
    }

    fn turn_to(&mut self, ui: &Ui, upload: Option<&Upload>) {
        let id = upload.map(|upload| &upload.id);
        if self.shown.as_ref() != id {
            if !self.is_zoom_kept || self.shown.is_none() {
                self.zoom.fit();
            }
            self.shown = id.cloned();
            self.animation = Player::default();
            self.pace.turned(ui.input(|input| input.time));
        }
    }

    /// How the view of the image is turned.
    pub(super) fn turn(&self) -> Turn {
        let turn = self.shown.as_ref().and_then(|id| self.turns.get(id));
        turn.copied().unwrap_or_default()
    }

    /// What is left for the image of the view, which is the pane without the film strip. In a
    /// window the bar at the top has a place of its own, or each step by keys, which shows the bar,
    /// would hide the heads of people. On the whole screen, in a slide show and in a low window the
    /// image has all of it, and the bar lies over it for a moment.
    fn room_for_image(&self, ui: &Ui, pane: Rect, view: Rect) -> Rect {
        if is_full_screen(ui) || self.slides.is_on() || pane.height() < LEAST_HEIGHT {
            return view;
        }
        let (_, below_bar) = view.split_top_bottom_at_y(view.top() + BAR);
        below_bar
    }

    /// Where an image of this size is seen. The film strip and the panel take their room from the
    /// view, but they do not move what one looks at.
    fn set_stage(&mut self, ui: &Ui, view: Rect, size: Option<PixelSize>) {
        let (window, pixels_per_point) = (ui.ctx().content_rect(), ui.pixels_per_point());
        if let Some(before) = self.stage
            && before.window == window
            && before.view != view
        {
            let moved = (view.center() - before.view.center()) * pixels_per_point;
            self.zoom.hold(moved, before.pane);
        }
        self.stage = size.map(|size| Stage {
            view,
            pixels_per_point,
            pane: Pane::new(view.size(), pixels_per_point, size),
            window,
        });
    }

    /// Does what keys and buttons ask for.
    pub(super) fn grant(&mut self, ui: &Ui, cx: ViewContext<'_>, gallery: &Gallery, wish: Wish) {
        let choices = cx.state.settings.viewer;
        let set = |choices: ViewerChoices| cx.act(Action::SetViewer(choices));
        match wish {
            Wish::Zoom(step) => self.apply(step, None),
            Wish::ZoomAtPointer(step) => {
                let pointer = ui.input(|input| input.pointer.hover_pos());
                self.apply(step, pointer);
            }
            Wish::Turn(turning) => self.turn_by(cx, turning),
            Wish::KeepZoom => self.is_zoom_kept = !self.is_zoom_kept,
            Wish::FilmStrip => set(ViewerChoices {
                is_film_strip_shown: !choices.is_film_strip_shown,
                ..choices
            }),
            Wish::SlideShow => self.slides.toggle(ui, cx, gallery),
            Wish::EndSlideShow => self.slides.end(ui),
            Wish::SlideInterval(slide_interval) => set(ViewerChoices {
                slide_interval,
                ..choices
            }),
            Wish::Backdrop => set(ViewerChoices {
                backdrop: choices.backdrop.next(),
                ..choices
            }),
            Wish::FullScreen => toggle_full_screen(ui),
        }
    }

    /// Leaves what was entered last: the slide show, the full screen, the viewer.
    pub(super) fn escape(&mut self, ui: &Ui, cx: ViewContext<'_>) {
        if self.slides.is_on() {
            self.slides.end(ui);
        } else if is_full_screen(ui) {
            ui.send_viewport_cmd(ViewportCommand::Fullscreen(false));
        } else {
            cx.act(Action::CloseViewer);
        }
    }

    /// Changes the zoom; `at` is a point of the window that stays in place.
    fn apply(&mut self, step: ZoomStep, at: Option<Pos2>) {
        let Some(stage) = self.stage else { return };
        let at = at.map_or(Vec2::ZERO, |at| {
            pan_zoom::from_middle(stage.view, stage.pixels_per_point, at)
        });
        self.zoom.apply(step, at, stage.pane);
    }

    /// Turns the view; what is in its middle stays there.
    fn turn_by(&mut self, cx: ViewContext<'_>, turning: Turning) {
        let (Some(id), Some(stage)) = (self.shown.clone(), self.stage) else {
            return;
        };
        let before = self.turn();
        let after = before.then(turning);
        let middle = before.to_image(self.zoom.center(stage.pane));
        self.zoom.center_on(after.to_view(middle));
        self.turns.insert(id, after);
        cx.act(Action::TurnedView);
    }

    fn pointer_ui(&mut self, ui: &Ui, cx: ViewContext<'_>, response: &Response) {
        let stage = self.stage;
        let wheel = cx.state.settings.viewer.wheel;
        if stage.is_some_and(|stage| self.zoom.is_cut(stage.pane)) {
            offer_grab(ui, response);
        }
        for gesture in gestures(ui, response, wheel, &mut self.notches) {
            match gesture {
                Gesture::Zoom(step, at) => self.apply(step, Some(at)),
                Gesture::Pan(points) => {
                    if let Some(stage) = stage {
                        self.zoom.pan(points * stage.pixels_per_point, stage.pane);
                    }
                }
                Gesture::DoubleClick(at) => match cx.state.settings.viewer.double_click {
                    DoubleClickChoice::Zoom => self.apply(ZoomStep::Toggle, Some(at)),
                    DoubleClickChoice::FullScreen => toggle_full_screen(ui),
                },
                Gesture::Step(by) => cx.act(Action::StepViewer(ViewerStep::By(by))),
                Gesture::Back => cx.act(Action::CloseViewer),
            }
        }
    }

    fn controls_ui(
        &mut self,
        ui: &mut Ui,
        cx: ViewContext<'_>,
        gallery: &Gallery,
        (view, texture): (Rect, Option<Texture>),
    ) {
        let scene = Scene {
            view,
            scale: self.stage.map(|stage| self.zoom.scale(stage.pane)),
            is_zoom_kept: self.is_zoom_kept,
            slides: self.slides.pace(),
            may_be_transparent: texture.is_some_and(may_be_transparent),
        };
        let wish = self.controls.controls_ui(ui, cx, gallery, scene);
        if let Some(wish) = wish {
            self.grant(ui, cx, gallery, wish);
            ui.request_repaint_after(Duration::ZERO);
        }
    }
}

/// The menu of the image, at the pointer or in the middle.
fn menus_ui(ui: &Ui, cx: ViewContext<'_>, response: &Response) {
    response.context_menu(|ui| image_menu::viewer_menu_ui(ui, cx, Opened::ByPointer));
    menu::key_popup(ui, key_menu_id(), response.rect.center())
        .show(|ui| image_menu::viewer_menu_ui(ui, cx, Opened::ByKey));
}

fn toggle_full_screen(ui: &Ui) {
    let is_full = is_full_screen(ui);
    ui.send_viewport_cmd(ViewportCommand::Fullscreen(!is_full));
}

fn name_node(response: &Response, gallery: &Gallery, upload: Option<&Upload>) {
    response.widget_info(|| {
        let place = format!("{} of {}", gallery.focus() + 1, gallery.len());
        let name = match upload {
            Some(upload) => {
                let time = upload.uploaded_at.map_or_else(String::new, |time| {
                    let spoken = crate::ui::dates::spoken_time(time, &TimeZone::system());
                    format!(", {spoken}")
                });
                format!("{}{time}, {place}", safe_display_name(&upload.name))
            }
            None => format!("Image {place}, loading"),
        };
        WidgetInfo::labeled(egui::Role::Image, true, name)
    });
}

/// One image on, or back.
pub(super) fn step(cx: ViewContext<'_>, by: isize) {
    cx.act(Action::StepViewer(ViewerStep::By(by)));
}

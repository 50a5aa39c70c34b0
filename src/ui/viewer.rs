//! One image, large.

use egui::epaint::RectShape;
use egui::{Color32, CursorIcon, Id, PointerButton, Rect, Response, Sense, Ui, Vec2, WidgetInfo};
use jiff::tz::TimeZone;

use crate::domain::{Upload, UploadId, safe_display_name};
use crate::state::{Action, Gallery, ViewerStep};
use crate::ui::pan_zoom::{self, PanZoom, Pane};
use crate::ui::texture_store::Texture;
use crate::ui::theme::Palette;
use crate::ui::view_context::ViewContext;
use crate::ui::viewer_controls::Controls;
use crate::ui::{image_menu, viewer_keys, viewer_pictures, viewer_states};

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub struct Viewer {
    pub(super) zoom: PanZoom,
    shown: Option<UploadId>,
    controls: Controls,
    /// Since when there is nothing to show, in seconds of egui's clock.
    blank_since: Option<f64>,
    /// View and image of the last frame: what keys act upon.
    pub(super) stage: Option<Stage>,
}

/// The image's place in the window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stage {
    pub view: Rect,
    pub pixels_per_point: f32,
    pub pane: Pane,
}

pub(super) fn viewer_id() -> Id {
    Id::unique("viewer")
}

impl Viewer {
    /// Draws the image in focus into all of the room that is left.
    pub fn ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        let view = ui.available_rect_before_wrap();
        ui.painter().rect_filled(view, 0.0, Palette::VIEWER_GROUND);
        let response = ui.interact(view, viewer_id(), Sense::click_and_drag());
        let upload = gallery.focused();
        self.turn_to(upload.as_deref());
        let mut texture = None;
        if let Some(upload) = &upload {
            let full = viewer_pictures::full_size(ui, upload);
            texture = viewer_pictures::picture(cx, gallery, upload, &full);
            self.stage = viewer_pictures::size_of(upload, texture).map(|size| Stage {
                view,
                pixels_per_point: ui.pixels_per_point(),
                pane: Pane::new(view.size(), ui.pixels_per_point(), size),
            });
            self.pointer_ui(ui, cx, &response);
            if let (Some(stage), Some((texture, is_full))) = (self.stage, texture) {
                if is_full {
                    let magnification = self.zoom.magnification(stage.pane);
                    cx.textures.set_magnification(&full.request, magnification);
                }
                self.image_ui(ui, stage, texture);
            }
        } else {
            self.stage = None;
        }
        name_node(&response, gallery, upload.as_deref());
        response.context_menu(|ui| image_menu::viewer_menu_ui(ui, cx));
        let failure = upload.as_ref().and_then(|it| gallery.failure(&it.id));
        if let (Some(upload), Some(failure)) = (&upload, failure) {
            let stand_in = texture.map(|(texture, _)| texture);
            viewer_states::trouble_ui(ui, cx, &upload.id, failure, view, stand_in);
        }
        if texture.is_none() && failure.is_none() {
            viewer_states::spinner_ui(ui, view, &mut self.blank_since);
        } else {
            self.blank_since = None;
        }
        viewer_pictures::ask_neighbours(ui, cx, gallery);
        let scale = self.stage.map(|stage| self.zoom.scale(stage.pane));
        let asked = self.controls.controls_ui(ui, cx, gallery, view, scale);
        if let Some(asked) = asked {
            self.apply(asked, None);
        }
    }

    /// Takes the keys that belong to the viewer.
    pub fn keys(&mut self, ui: &Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        viewer_keys::keys(self, ui, cx, gallery);
    }

    fn turn_to(&mut self, upload: Option<&Upload>) {
        let id = upload.map(|upload| &upload.id);
        if self.shown.as_ref() != id {
            self.shown = id.cloned();
            self.zoom.fit();
            self.blank_since = None;
        }
    }

    /// Changes the zoom; `at` is a point of the window that stays in place.
    pub(super) fn apply(&mut self, zoom: ZoomStep, at: Option<egui::Pos2>) {
        let Some(stage) = self.stage else { return };
        let at = at.map_or(Vec2::ZERO, |at| {
            pan_zoom::from_middle(stage.view, stage.pixels_per_point, at)
        });
        match zoom {
            ZoomStep::By(factor) => self.zoom.zoom_by(factor, at, stage.pane),
            ZoomStep::To(scale) => self.zoom.zoom_to(scale, at, stage.pane),
            ZoomStep::Fit => self.zoom.fit(),
            ZoomStep::FitWidth => self.zoom.fit_width(stage.pane),
            ZoomStep::Toggle => self.zoom.toggle(at, stage.pane),
        }
    }

    fn pointer_ui(&mut self, ui: &Ui, cx: ViewContext<'_>, response: &Response) {
        let Some(stage) = self.stage else { return };
        if let Some(at) = response.hover_pos() {
            self.wheel(ui, stage, at);
        }
        if response.double_clicked_by(PointerButton::Primary)
            && let Some(at) = response.interact_pointer_pos()
        {
            self.apply(ZoomStep::Toggle, Some(at));
        }
        if response.dragged_by(PointerButton::Primary) || response.dragged_by(PointerButton::Middle)
        {
            let by = response.drag_delta() * stage.pixels_per_point;
            self.zoom.pan(by, stage.pane);
            ui.set_cursor_icon(CursorIcon::Grabbing);
        } else if response.hovered() && self.zoom.is_cut(stage.pane) {
            ui.set_cursor_icon(CursorIcon::Grab);
        }
        if response.clicked_by(PointerButton::Extra1) {
            cx.act(Action::CloseViewer);
        }
    }

    /// The wheel zooms; with Ctrl or Shift it moves the image, as do two fingers.
    fn wheel(&mut self, ui: &Ui, stage: Stage, at: egui::Pos2) {
        let pinch = ui.input(|input| input.multi_touch().map(|touch| touch.zoom_delta));
        let (notches, points) = ui.input(|input| {
            let mut notches = 0.0;
            let mut points = Vec2::ZERO;
            for event in &input.raw.events {
                let egui::Event::MouseWheel {
                    unit,
                    delta,
                    modifiers,
                    ..
                } = event
                else {
                    continue;
                };
                match unit {
                    egui::MouseWheelUnit::Point if !modifiers.command => points += *delta,
                    egui::MouseWheelUnit::Point => notches += delta.y / 50.0,
                    _ if modifiers.shift => points += Vec2::new(delta.y + delta.x, 0.0) * 50.0,
                    _ if modifiers.command => points.y += delta.y * 50.0,
                    _ => notches += delta.y,
                }
            }
            (notches, points)
        });
        if notches != 0.0 {
            self.apply(ZoomStep::By(pan_zoom::WHEEL_STEP.powf(notches)), Some(at));
        }
        if let Some(pinch) = pinch
            && (pinch - 1.0).abs() > 0.001
        {
            self.apply(ZoomStep::By(pinch), Some(at));
        }
        if points != Vec2::ZERO {
            self.zoom.pan(points * stage.pixels_per_point, stage.pane);
        }
    }

    fn image_ui(&self, ui: &Ui, stage: Stage, texture: Texture) {
        let rect = self
            .zoom
            .image_rect(stage.view, stage.pixels_per_point, stage.pane);
        let painter = ui.painter().with_clip_rect(stage.view);
        if may_be_transparent(texture.format) {
            viewer_states::checkerboard(&painter, rect.intersect(stage.view));
        }
        let uv = Rect::from_min_max(egui::Pos2::ZERO, egui::pos2(1.0, 1.0));
        painter.add(RectShape::filled(rect, 0.0, Color32::WHITE).with_texture(texture.id, uv));
    }
}

/// How to change the zoom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ZoomStep {
    /// By this factor.
    By(f32),
    /// To this scale.
    To(f32),
    /// The whole image.
    Fit,
    /// As wide as the window.
    FitWidth,
    /// Between the whole image and 100 %.
    Toggle,
}

fn may_be_transparent(format: &str) -> bool {
    !matches!(format, "JPEG" | "BMP" | "PNM" | "HDR")
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

//! Draws the image of the viewer: as a whole, as a frame of what moves, or in tiles where one
//! looks closer; turned as the person has it.

use std::sync::Arc;
use std::time::Duration;

use egui::Ui;

use crate::domain::Upload;
use crate::protocol::WantedImage;
use crate::state::Gallery;
use crate::ui::texture_store::Texture;
use crate::ui::view_context::ViewContext;
use crate::ui::viewer::{Stage, Viewer};
use crate::ui::viewer_tiles::{Look, Patch};
use crate::ui::{viewer_states, viewer_tiles};

/// So long an image stays in view before more than a picture of its whole is decoded, in seconds.
const SHARPEN_AFTER: f64 = 0.25;

impl Viewer {
    /// Draws what is there of the image: `full` is what was asked for to fill the window, when
    /// that is it and not a stand-in.
    pub(super) fn image_ui(
        &mut self,
        ui: &Ui,
        cx: ViewContext<'_>,
        (gallery, upload): (&Gallery, &Arc<Upload>),
        stage: Stage,
        (picture, full): (Texture, Option<(&WantedImage, Texture)>),
    ) {
        let patches = match full {
            Some(full) => self.patches(ui, cx, (gallery, upload), stage, full),
            None => vec![Patch::whole(picture.id)],
        };
        let turn = self.turn();
        let rect = self
            .zoom
            .image_rect(stage.view, stage.pixels_per_point, stage.pane);
        let painter = ui.painter().with_clip_rect(stage.view);
        if may_be_transparent(picture.format) {
            let backdrop = cx.state.settings.viewer.backdrop;
            viewer_states::backdrop(&painter, rect.intersect(stage.view), backdrop);
        }
        viewer_tiles::draw(&painter, rect, &patches, |at| turn.to_view(at));
    }

    /// What shows the image: a frame of what moves, the picture of the whole, or tiles where one
    /// looks closer.
    fn patches(
        &mut self,
        ui: &Ui,
        cx: ViewContext<'_>,
        (gallery, upload): (&Gallery, &Arc<Upload>),
        stage: Stage,
        full: (&WantedImage, Texture),
    ) -> Vec<Patch> {
        let (_, whole) = full;
        let magnification = self.zoom.magnification(stage.pane);
        let closer = (full, self.zoom.scale(stage.pane));
        if let Some(frame) = self.animation.frame(ui, cx, gallery, upload, closer) {
            cx.textures.set_magnification_of(frame.id, magnification);
            return vec![Patch::whole(frame.id)];
        }
        let turn = self.turn();
        let rect = self
            .zoom
            .image_rect(stage.view, stage.pixels_per_point, stage.pane);
        let look = Look {
            scale: self.zoom.scale(stage.pane),
            visible: viewer_tiles::visible_part(stage.view, rect, |at| turn.to_image(at)),
            magnification,
            asks: gallery.has_parts(&upload.id) && self.may_sharpen(ui, stage),
            n_images: 1,
        };
        viewer_tiles::patches(cx, upload, whole, look)
    }

    /// Whether all pixels may be decoded: at once where one looks closer, and else when one stays
    /// at an image, so that stepping fast never pays for it.
    fn may_sharpen(&self, ui: &Ui, stage: Stage) -> bool {
        let is_closer = self.zoom.scale(stage.pane) > stage.pane.fit() * 1.01;
        let stayed = ui.input(|input| input.time) - self.pace.turned_at();
        if is_closer || stayed >= SHARPEN_AFTER {
            return true;
        }
        ui.request_repaint_after(Duration::from_secs_f64(SHARPEN_AFTER - stayed));
        false
    }
}

/// Whether something may be seen through an image of this format.
pub(super) fn may_be_transparent(format: &str) -> bool {
    !matches!(format, "JPEG" | "BMP" | "PNM" | "HDR")
}

//! Draws the image of the viewer: as a whole, as a frame of what moves, or in tiles where one
//! looks closer; turned as the person has it.

use std::sync::Arc;
use std::time::Duration;

use egui::Ui;

use crate::domain::{PixelSize, Upload};
use crate::protocol::{ImageSize, WantedImage};
use crate::state::Gallery;
use crate::ui::texture_store::Texture;
use crate::ui::view_context::ViewContext;
use crate::ui::viewer::{Stage, Viewer};
use crate::ui::viewer_pictures::full_size;
use crate::ui::viewer_tiles::{Look, Patch};
use crate::ui::{viewer_states, viewer_tiles};

/// So long an image stays in view before more than a picture of its whole is decoded, in seconds.
pub(super) const SHARPEN_AFTER: f64 = 0.25;

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
        let patches = if let Some(full) = full {
            self.patches(ui, cx, (gallery, upload), stage, full)
        } else {
            self.ask_early(ui, cx, (gallery, upload), stage, picture);
            viewer_tiles::shrink(cx, picture, self.zoom.scale(stage.pane));
            vec![Patch::whole(picture.id)]
        };
        let turn = self.turn();
        let rect = self
            .zoom
            .image_rect(stage.view, stage.pixels_per_point, stage.pane);
        let painter = ui.painter().with_clip_rect(stage.view);
        if may_be_transparent(picture) {
            viewer_states::backdrop(cx, &painter, rect.intersect(stage.view));
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
            viewer_tiles::shrink(cx, frame, self.zoom.scale(stage.pane));
            return vec![Patch::whole(frame.id)];
        }
        let look = self.look(ui, (gallery, upload), stage);
        viewer_tiles::patches(cx, upload, whole, look)
    }

    fn look(&self, ui: &Ui, (gallery, upload): (&Gallery, &Arc<Upload>), stage: Stage) -> Look {
        let turn = self.turn();
        let rect = self
            .zoom
            .image_rect(stage.view, stage.pixels_per_point, stage.pane);
        Look {
            scale: self.zoom.scale(stage.pane),
            visible: viewer_tiles::visible_part(stage.view, rect, |at| turn.to_image(at)),
            magnification: self.zoom.magnification(stage.pane),
            asks: gallery.has_parts(&upload.id) && self.may_sharpen(ui, stage),
            n_images: 1,
        }
    }

    /// While a small picture stands in for what fills the window: where one looks closer than
    /// that will do, the parts are asked for together with it and not only when it is there.
    fn ask_early(
        &self,
        ui: &Ui,
        cx: ViewContext<'_>,
        (gallery, upload): (&Gallery, &Arc<Upload>),
        stage: Stage,
        stand_in: Texture,
    ) {
        let image = stand_in.original_size;
        let is_known = upload.dimensions.map(PixelSize::area) == Some(image.area());
        let ImageSize::Full { max_edge_px } = full_size(ui, upload).request.size else {
            return;
        };
        let look = self.look(ui, (gallery, upload), stage);
        let comes = image.fit_within(max_edge_px);
        if is_known
            && !stand_in.is_animated
            && viewer_tiles::is_too_coarse(comes, stand_in, look.scale)
        {
            viewer_tiles::needed(cx, upload, stand_in, look);
        }
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

/// Whether something may be seen through the image of this picture. Of what moves another frame
/// may have holes.
pub(super) const fn may_be_transparent(picture: Texture) -> bool {
    !picture.is_opaque || picture.is_animated
}

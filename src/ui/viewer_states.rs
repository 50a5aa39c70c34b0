//! What the viewer shows behind an image, and instead of one.

use egui::{
    Color32, Id, Mesh, Painter, Pos2, Rect, RichText, Role, Sense, Spinner, Ui, UiBuilder, Vec2,
    WidgetInfo, vec2,
};
use lucide_icons::Icon;

use crate::domain::UploadId;
use crate::protocol::{Backdrop, DownloadError, ImageFailure};
use crate::state::user_message::{self, UserMessage};
use crate::state::{Action, is_hopeless};
use crate::ui::texture_store::Texture;
use crate::ui::theme::{self, Palette, space};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::is_late;

/// Edge of the spinner on a picture, in points.
const SMALL_SPINNER: f32 = 16.0;

/// Edge of a field behind transparency, in points.
const FIELD: f32 = 10.0;

/// Why there is no picture, and a way out.
pub(super) fn trouble_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    id: &UploadId,
    failure: &ImageFailure,
    view: Rect,
    stand_in: Option<Texture>,
) {
    let UserMessage { headline, advice } = user_message::image(failure);
    let retry = Action::RetryImages(vec![id.clone()]);
    let icon = if *failure == ImageFailure::Download(DownloadError::Forbidden) {
        Icon::Lock
    } else {
        Icon::ImageOff
    };
    let width = 420.0_f32.min(view.width() - 4.0 * space::M);
    // Over a stand-in the message lies on a card at the lower edge.
    let middle = if stand_in.is_none() {
        Rect::from_center_size(view.center(), vec2(width, 190.0))
    } else {
        let up = 150.0_f32.min(0.5 * view.height());
        let center = view.center_bottom() - vec2(0.0, up);
        Rect::from_center_size(center, vec2(width, 150.0))
    };
    if stand_in.is_some() {
        ui.painter().rect_filled(
            middle.expand(space::M),
            egui::CornerRadius::same(theme::RADIUS),
            Color32::from_black_alpha(215),
        );
    }
    let layout = egui::Layout::top_down(egui::Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(middle).layout(layout), |ui| {
        let weak = Color32::from_gray(190);
        ui.label(theme::icon(icon, 32.0).color(weak));
        let headline = RichText::new(headline).size(17.0).strong();
        ui.label(headline.color(Color32::WHITE));
        ui.label(RichText::new(advice).color(weak));
        ui.add_space(space::XS);
        if !is_hopeless(failure) && ui.button("Try again").clicked() {
            cx.act(retry);
        }
    });
}

/// Says that the picture of an image comes, but not at once: flipping through images must not
/// flicker. In the middle of `area` where there is nothing, and in its upper right corner where
/// something stands in.
pub(super) fn coming_ui(ui: &Ui, id: Id, area: Rect, stand_in: Option<Texture>) {
    if !is_late(ui, id) {
        return;
    }
    let (center, edge) = if stand_in.is_some() {
        let inset = space::M + SMALL_SPINNER;
        (area.right_top() + vec2(-inset, inset), SMALL_SPINNER)
    } else {
        (area.center(), 32.0)
    };
    let rect = Rect::from_center_size(center, Vec2::splat(edge));
    if stand_in.is_some() {
        // To be seen on whatever the image shows.
        ui.painter().circle_filled(center, edge, Palette::SCRIM);
    }
    Spinner::new()
        .color(Color32::from_gray(200))
        .paint_at(ui, rect);
    let response = ui.interact(rect, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, "Loading"));
}

/// What is seen where an image is transparent.
pub(super) fn backdrop(cx: ViewContext<'_>, painter: &Painter, rect: Rect) {
    if !rect.is_positive() {
        return;
    }
    let plain = |gray| {
        painter.rect_filled(rect, 0.0, Color32::from_gray(gray));
    };
    match cx.state.settings.viewer.backdrop {
        Backdrop::Checkerboard => {
            // One shape, whatever the size of the screen.
            let pairs = rect.size() / (2.0 * FIELD);
            let mut mesh = Mesh::with_texture(cx.textures.fields());
            let uv = Rect::from_min_size(Pos2::ZERO, pairs);
            mesh.add_rect_with_uv(rect, uv, Color32::WHITE);
            painter.add(mesh);
        }
        // Not that of the viewer: where the image ends can be seen.
        Backdrop::Dark => plain(32),
        Backdrop::Light => plain(245),
    }
}

//! What the viewer shows behind an image, and instead of one.

use std::time::Duration;

use egui::{Color32, Painter, Rect, RichText, Spinner, Ui, UiBuilder, Vec2, vec2};
use lucide_icons::Icon;

use crate::domain::UploadId;
use crate::protocol::{Backdrop, DownloadError, ImageFailure};
use crate::state::user_message::{self, UserMessage};
use crate::state::{Action, is_hopeless};
use crate::ui::texture_store::Texture;
use crate::ui::theme::{self, space};
use crate::ui::view_context::ViewContext;

/// Flipping through images must not flicker: so long there is no spinner, in seconds.
const SPINNER_AFTER: f64 = 0.2;

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

/// A spinner, but not at once.
pub(super) fn spinner_ui(ui: &Ui, view: Rect, blank_since: &mut Option<f64>) {
    let now = ui.input(|input| input.time);
    let since = *blank_since.get_or_insert(now);
    let waited = now - since;
    if waited < SPINNER_AFTER {
        ui.request_repaint_after(Duration::from_secs_f64(SPINNER_AFTER - waited));
        return;
    }
    let rect = Rect::from_center_size(view.center(), Vec2::splat(32.0));
    Spinner::new()
        .color(Color32::from_gray(200))
        .paint_at(ui, rect);
}

/// What is seen where an image is transparent.
pub(super) fn backdrop(painter: &Painter, rect: Rect, backdrop: Backdrop) {
    match backdrop {
        Backdrop::Checkerboard => checkerboard(painter, rect),
        // Not that of the viewer: where the image ends can be seen.
        Backdrop::Dark => plain(painter, rect, Color32::from_gray(32)),
        Backdrop::Light => plain(painter, rect, Color32::from_gray(245)),
    }
}

fn plain(painter: &Painter, rect: Rect, color: Color32) {
    if rect.is_positive() {
        painter.rect_filled(rect, 0.0, color);
    }
}

/// Quiet fields that show what is transparent.
fn checkerboard(painter: &Painter, rect: Rect) {
    if !rect.is_positive() {
        return;
    }
    painter.rect_filled(rect, 0.0, Color32::from_gray(58));
    let painter = painter.with_clip_rect(rect.intersect(painter.clip_rect()));
    let mut y = rect.top();
    let mut is_odd = false;
    while y < rect.bottom() {
        let mut x = rect.left() + if is_odd { FIELD } else { 0.0 };
        while x < rect.right() {
            let field = Rect::from_min_size(egui::pos2(x, y), Vec2::splat(FIELD));
            painter.rect_filled(field, 0.0, Color32::from_gray(72));
            x += 2.0 * FIELD;
        }
        y += FIELD;
        is_odd = !is_odd;
    }
}

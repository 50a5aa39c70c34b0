//! The bar below the image: zoom, turns and ways to look; or the slide show's own.

use egui::{Align, Button, CornerRadius, Layout, Rect, Ui, UiBuilder, WidgetInfo, pos2, vec2};
use lucide_icons::Icon;

use crate::protocol::{Backdrop, SlideInterval};
use crate::ui::bar_buttons::{Bar, BarButton, Look};
use crate::ui::pan_zoom::{self, KEY_STEP, ZoomStep};
use crate::ui::slide_show::{Pace, is_full_screen};
use crate::ui::theme::{self, Palette, space};
use crate::ui::view_context::ViewContext;
use crate::ui::view_turn::Turning;
use crate::ui::viewer::Wish;
use crate::ui::viewer_controls::{BUTTON, Scene, button_ui, focus_ring};

/// Width of the button that says how large the image is, in points.
const PERCENT: f32 = 76.0;

/// Width of the buttons that say seconds, in points.
const SECONDS: f32 = 52.0;

/// What the bar takes of the lower edge, in points.
pub(super) const FOOT: f32 = BUTTON + space::S + space::M;

/// From button to button in points.
const PITCH: f32 = BUTTON + space::XS;

/// Draws the bar; answers where it is and what it asks for.
pub(super) fn bottom_bar_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    scene: Scene,
) -> (Option<Rect>, Option<Wish>) {
    if let Some(pace) = scene.slides {
        let one = SECONDS + space::XS;
        let room = scene.view.width() - 2.0 * space::M - 2.0 * space::S - 2.0 * PITCH;
        // In the narrowest windows the time is chosen before.
        let all = SlideInterval::ALL;
        let intervals: &[SlideInterval] = if room < all.len() as f32 * one {
            &[]
        } else {
            &all
        };
        let width = 2.0 * PITCH + intervals.len() as f32 * one;
        return bar_ui(ui, scene.view, width, |ui| {
            slides_ui(ui, cx, pace, intervals)
        });
    }
    let needed = 3.0 * PITCH + PERCENT + space::XS;
    let room = scene.view.width() - 2.0 * space::M - 2.0 * space::S - needed;
    let more = Bar::new(ui, Look::OnPicture, more(ui, cx, scene), room);
    let is_shown = scene.scale.is_some();
    let more = more.disabling(|wish| matches!(wish, Wish::Turn(_)) && !is_shown);
    bar_ui(ui, scene.view, needed + more.width(), |ui| {
        let zoom = ui.add_enabled_ui(is_shown, |ui| zoom_ui(ui, scene.scale));
        let zoom = zoom.inner;
        let more = more.ui(ui);
        zoom.or(more)
    })
}

fn bar_ui(
    ui: &mut Ui,
    view: Rect,
    width: f32,
    buttons: impl FnOnce(&mut Ui) -> Option<Wish>,
) -> (Option<Rect>, Option<Wish>) {
    let size = vec2(width - space::XS + 2.0 * space::S, BUTTON + space::S);
    let center = pos2(view.center().x, view.bottom() - space::M - size.y / 2.0);
    let bar = Rect::from_center_size(center, size);
    ui.painter()
        .rect_filled(bar, CornerRadius::same(22), Palette::SCRIM);
    let inner = bar.shrink2(vec2(space::S, space::XS));
    let layout = Layout::left_to_right(Align::Center);
    let builder = UiBuilder::new().max_rect(inner).layout(layout);
    let asked = ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        buttons(ui)
    });
    (Some(bar), asked.inner)
}

fn zoom_ui(ui: &mut Ui, scale: Option<f32>) -> Option<Wish> {
    let mut asked = None;
    if button_ui(ui, Icon::ZoomOut, "Zoom out (-)") {
        asked = Some(ZoomStep::By(1.0 / KEY_STEP));
    }
    let percent = scale.map_or_else(|| "–".to_owned(), pan_zoom::percent);
    let label = Button::new(percent).min_size(vec2(PERCENT, BUTTON));
    let label = ui.add(label).on_hover_text("Actual size (1)");
    focus_ring(ui, &label, theme::RADIUS);
    if label.clicked() {
        asked = Some(ZoomStep::To(1.0));
    }
    if button_ui(ui, Icon::ZoomIn, "Zoom in (+)") {
        asked = Some(ZoomStep::By(KEY_STEP));
    }
    if button_ui(ui, Icon::Maximize, "Whole image (0)") {
        asked = Some(ZoomStep::Fit);
    }
    asked.map(Wish::Zoom)
}

/// The buttons beside those of the zoom, the most wanted first.
fn more(ui: &Ui, cx: ViewContext<'_>, scene: Scene) -> Vec<BarButton<Wish>> {
    let choices = cx.state.settings.viewer;
    let mut more = Vec::new();
    let mut add = |icon, name, key: &str, is_on, wish| {
        let rank = u8::try_from(more.len()).unwrap_or(u8::MAX);
        more.push(BarButton {
            icon,
            name,
            key: key.to_owned(),
            is_on,
            rank,
            wish,
        });
    };
    let (has_strip, is_kept) = (choices.is_film_strip_shown, scene.is_zoom_kept);
    let lock = if is_kept { Icon::Lock } else { Icon::LockOpen };
    let strip = Icon::GalleryThumbnails;
    let right = Wish::Turn(Turning::Right);
    add(Icon::RotateCw, "Rotate", "R", None, right);
    add(strip, "Film strip", "T", Some(has_strip), Wish::FilmStrip);
    add(Icon::Play, "Slide show", "P", None, Wish::SlideShow);
    add(lock, "Keep the zoom", "L", Some(is_kept), Wish::KeepZoom);
    if scene.may_be_transparent {
        let name = match choices.backdrop {
            Backdrop::Checkerboard => "Behind the image: fields",
            Backdrop::Dark => "Behind the image: dark",
            Backdrop::Light => "Behind the image: light",
        };
        add(Icon::Grid2x2, name, "B", None, Wish::Backdrop);
    }
    // The icons are named by their line, not by where the image goes.
    let (across, down) = (Icon::FlipVertical2, Icon::FlipHorizontal2);
    let flip = Wish::Turn(Turning::FlipHorizontally);
    add(across, "Flip left to right", "H", None, flip);
    let flip = Wish::Turn(Turning::FlipVertically);
    add(down, "Flip upside down", "V", None, flip);
    let (icon, name) = if is_full_screen(ui) {
        (Icon::Shrink, "Leave full screen")
    } else {
        (Icon::Expand, "Full screen")
    };
    add(icon, name, "F", None, Wish::FullScreen);
    more
}

fn slides_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    pace: Pace,
    intervals: &[SlideInterval],
) -> Option<Wish> {
    let mut asked = None;
    let (icon, name) = match pace {
        Pace::Paused => (Icon::Play, "Go on (P)"),
        Pace::Running => (Icon::Pause, "Pause (P)"),
    };
    if button_ui(ui, icon, name) {
        asked = Some(Wish::SlideShow);
    }
    let chosen = cx.state.settings.viewer.slide_interval;
    for interval in intervals.iter().copied() {
        let is_on = interval == chosen;
        let mut button = Button::new(format!("{} s", interval.secs()));
        if is_on {
            button = button.fill(egui::Color32::from_white_alpha(64));
        }
        let response = ui.add(button.min_size(vec2(SECONDS, BUTTON)));
        response.widget_info(|| {
            let name = format!("{} seconds for each image", interval.secs());
            WidgetInfo::selected(egui::Role::Button, true, is_on, name)
        });
        focus_ring(ui, &response, theme::RADIUS);
        if response.clicked() {
            asked = Some(Wish::SlideInterval(interval));
        }
    }
    if button_ui(ui, Icon::X, "End the slide show (Esc)") {
        asked = Some(Wish::EndSlideShow);
    }
    asked
}

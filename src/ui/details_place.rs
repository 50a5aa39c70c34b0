//! Where the details are. Where there is little room they leave the images as much as these need,
//! or lie over them.

use std::ops::RangeInclusive;

use egui::{Align2, Area, Frame, Id, Layout, Margin, Order, Panel, Rect, Ui, Vec2, vec2};
use lucide_icons::Icon;

use crate::state::{Action, Gallery};
use crate::ui::details_panel::details_panel_ui;
use crate::ui::shortcuts::{Job, key_of};
use crate::ui::theme::{self, space};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::icon_button_ui;

/// Beside an image the bar of the viewer has room for its zoom, and the image for itself.
const LEAST_IMAGE: f32 = 240.0;

/// Below this the longest words of the panel are cut.
const LEAST_PANEL: f32 = 200.0;

/// Lower than this, neither tiles nor details below them would show a whole row.
const LEAST_HEIGHT: f32 = 380.0;

/// What is seen of the image beside details that lie over it.
const STRIP: f32 = 40.0;

/// The panel and its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// At the right; this wide at first, and within these bounds.
    Beside(f32, RangeInclusive<f32>),
    /// Below the images; the same of its height.
    Below(f32, RangeInclusive<f32>),
    /// Over the images, this wide.
    Over(f32),
}

/// How images are shown beside the details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Images {
    Tiles,
    /// One, or a few to be compared.
    Large,
}

impl Place {
    /// Of a window with such images.
    pub(super) fn of(window: Vec2, images: Images) -> Self {
        let Vec2 { x, y } = window;
        let usual = theme::PANEL_WIDTH;
        if x >= theme::NARROW_WINDOW {
            return Self::Beside(usual, 220.0..=520.0);
        }
        if images == Images::Tiles {
            // The list of rooms is beside the tiles already.
            if y < LEAST_HEIGHT {
                return Self::Over(usual.min(x - STRIP));
            }
            let height = (y - theme::TOP_BAR_HEIGHT - theme::STATUS_BAR_HEIGHT) * 0.45;
            return Self::Below(height.min(usual), 96.0..=height);
        }
        if y > 1.2 * x {
            return Self::Below((0.4 * y).min(usual), 96.0..=0.5 * y);
        }
        if x >= LEAST_IMAGE + LEAST_PANEL {
            let most = x - LEAST_IMAGE;
            return Self::Beside((0.38 * x).clamp(LEAST_PANEL, usual), LEAST_PANEL..=most);
        }
        Self::Over(usual.min(x - STRIP))
    }
}

/// Draws the details where there is room for them; answers where that is.
pub(super) fn details_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) -> Rect {
    let images = if gallery.shows_tiles() {
        Images::Tiles
    } else {
        Images::Large
    };
    let frame = Frame::new()
        .fill(cx.palette.surface)
        .inner_margin(Margin::same(12));
    let (panel, bounds) = match Place::of(ui.ctx().content_rect().size(), images) {
        Place::Beside(width, bounds) => (Panel::right("details").default_size(width), bounds),
        Place::Below(height, bounds) => {
            (Panel::bottom("details below").default_size(height), bounds)
        }
        Place::Over(width) => return over_ui(ui, cx, gallery, frame, width),
    };
    let panel = panel.frame(frame).size_range(bounds).resizable(true);
    let response = panel.show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        details_panel_ui(ui, cx, gallery);
    });
    response.response.rect
}

fn over_ui(ui: &Ui, cx: ViewContext<'_>, gallery: &Gallery, frame: Frame, width: f32) -> Rect {
    let room = ui.available_rect_before_wrap();
    let size = vec2(width.min(room.width()), room.height());
    let at = Align2::RIGHT_TOP.align_size_within_rect(size, room);
    let area = Area::new(Id::unique("details over"))
        .order(Order::Middle)
        .fixed_pos(at.min)
        .constrain_to(room)
        .accessible_name("Details");
    area.show(ui.ctx(), |ui| {
        ui.set_max_size(size);
        frame.shadow(cx.palette.shadow()).show(ui, |ui| {
            ui.set_min_size(size - Vec2::splat(2.0 * space::M));
            ui.set_max_size(size - Vec2::splat(2.0 * space::M));
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.with_layout(Layout::right_to_left(egui::Align::Min), |ui| {
                let key = key_of(ui.ctx(), Job::TogglePanel);
                let close = icon_button_ui(ui, cx.palette, Icon::X, "Hide details", &key);
                if close.clicked() {
                    cx.act(Action::TogglePanel);
                }
            });
            details_panel_ui(ui, cx, gallery);
        });
    });
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(x: f32, y: f32, images: Images) -> Place {
        Place::of(vec2(x, y), images)
    }

    #[test]
    fn in_a_usual_window_they_are_beside_the_images() {
        for images in [Images::Tiles, Images::Large] {
            let place = of(1280.0, 800.0, images);
            assert!(matches!(place, Place::Beside(width, _) if width > 290.0));
        }
    }

    #[test]
    fn beside_an_image_they_leave_it_the_larger_part() {
        for x in [700.0_f32, 600.0, 480.0] {
            let Place::Beside(width, bounds) = of(x, 500.0, Images::Large) else {
                panic!("{x}");
            };
            assert!(width < 0.45 * x && bounds.contains(&width), "{x}: {width}");
        }
    }

    #[test]
    fn below_tiles_and_below_an_image_in_a_high_window_they_take_less_than_half() {
        for (x, y, images) in [
            (700.0, 500.0, Images::Tiles),
            (480.0, 400.0, Images::Tiles),
            (400.0, 700.0, Images::Large),
        ] {
            let Place::Below(height, bounds) = of(x, y, images) else {
                panic!("{x} × {y}");
            };
            assert!(height < 0.46 * y && bounds.contains(&height));
        }
    }

    #[test]
    fn in_the_smallest_window_they_lie_over_the_images_and_leave_a_strip_of_them() {
        for images in [Images::Tiles, Images::Large] {
            assert_eq!(of(240.0, 200.0, images), Place::Over(200.0));
        }
    }
}

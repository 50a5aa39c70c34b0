//! Which part of an image is seen, and how large. Pure.

use egui::{Pos2, Rect, TextureFilter, Vec2};

use crate::domain::PixelSize;

/// How much one notch of the wheel zooms.
pub(super) const WHEEL_STEP: f32 = 1.3;

/// How much one press of a zoom key or button zooms.
pub(super) const KEY_STEP: f32 = 1.5;

/// Twenty device pixels for each of the image: beyond, there is nothing more to see.
const MAX_SCALE: f32 = 20.0;

/// From here on single pixels are shown with hard edges.
const SHARP_SCALE: f32 = 2.0;

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

/// What is looked at through what. All lengths are device pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pane {
    /// Size of the view.
    pub view: Vec2,
    /// Size of the image at 100 %.
    pub image: Vec2,
}

/// How large the image is shown.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Zoom {
    /// As large as fits, whatever the size of the window; never above 100 %.
    Fit,
    /// Exactly as wide as the view.
    FitWidth,
    /// Device pixels for each pixel of the image.
    Scale(f32),
}

/// See the [module documentation](self).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PanZoom {
    zoom: Zoom,
    /// The point of the image in the middle of the view, from 0 to 1 along each side.
    center: Vec2,
}

impl Default for PanZoom {
    fn default() -> Self {
        Self {
            zoom: Zoom::Fit,
            center: Vec2::splat(0.5),
        }
    }
}

impl Pane {
    /// A view of `view` points of an image.
    pub(super) fn new(view: Vec2, pixels_per_point: f32, image: PixelSize) -> Self {
        Self {
            view: (view * pixels_per_point).max(Vec2::splat(1.0)),
            image: Vec2::new(image.width as f32, image.height as f32).max(Vec2::splat(1.0)),
        }
    }

    /// The scale at which everything fits; never above 100 %.
    pub(super) fn fit(&self) -> f32 {
        (self.view / self.image).min_elem().min(1.0)
    }

    fn min_scale(&self) -> f32 {
        self.fit() / 2.0
    }
}

impl PanZoom {
    /// Device pixels for each pixel of the image.
    pub(super) fn scale(&self, pane: Pane) -> f32 {
        match self.zoom {
            Zoom::Fit => pane.fit(),
            Zoom::FitWidth => (pane.view.x / pane.image.x).min(MAX_SCALE),
            Zoom::Scale(scale) => scale.clamp(pane.min_scale(), MAX_SCALE),
        }
    }

    /// Changes the zoom; what is at `at` (device pixels from the middle) stays there.
    pub(super) fn apply(&mut self, step: ZoomStep, at: Vec2, pane: Pane) {
        match step {
            ZoomStep::By(factor) => self.zoom_by(factor, at, pane),
            ZoomStep::To(scale) => self.zoom_to(scale, at, pane),
            ZoomStep::Fit => self.fit(),
            ZoomStep::FitWidth => self.fit_width(pane),
            ZoomStep::Toggle => self.toggle(at, pane),
        }
    }

    /// The point of the image in the middle of the view, from 0 to 1 along each side.
    pub(super) fn center(&self, pane: Pane) -> Vec2 {
        self.clamped_center(pane)
    }

    /// Puts this point of the image into the middle, as far as no empty space shows.
    pub(super) fn center_on(&mut self, center: Vec2) {
        self.center = center;
    }

    /// The middle of the view is elsewhere in the window now, so many device pixels away: what
    /// is larger than the view stays where it is.
    pub(super) fn hold(&mut self, moved: Vec2, pane: Pane) {
        if self.zoom != Zoom::Fit {
            let size = pane.image * self.scale(pane);
            self.center = self.clamped_center(pane) + moved / size;
        }
    }

    /// Whether the image follows the window's size.
    pub(super) fn is_fitted(&self) -> bool {
        self.zoom == Zoom::Fit
    }

    /// Smooth, or single pixels with hard edges for somebody who looks that closely.
    pub(super) fn magnification(&self, pane: Pane) -> TextureFilter {
        if self.scale(pane) > SHARP_SCALE {
            TextureFilter::Nearest
        } else {
            TextureFilter::Linear
        }
    }

    /// Back to the whole image.
    pub(super) fn fit(&mut self) {
        *self = Self::default();
    }

    /// As wide as the view, from the top.
    pub(super) fn fit_width(&mut self, pane: Pane) {
        self.zoom = Zoom::FitWidth;
        self.center = Vec2::new(0.5, 0.0);
        self.center = self.clamped_center(pane);
    }

    /// Zooms by a factor; the pixel at `at` (device pixels from the middle) stays there.
    pub(super) fn zoom_by(&mut self, factor: f32, at: Vec2, pane: Pane) {
        self.zoom_to(self.scale(pane) * factor, at, pane);
    }

    /// Zooms to a scale; the pixel at `at` stays there.
    pub(super) fn zoom_to(&mut self, scale: f32, at: Vec2, pane: Pane) {
        let before = self.scale(pane);
        let scale = scale.clamp(pane.min_scale(), MAX_SCALE);
        let center_px = self.clamped_center(pane) * pane.image;
        let fixed_px = center_px + at / before;
        self.zoom = Zoom::Scale(scale);
        self.center = (fixed_px - at / scale) / pane.image;
        self.center = self.clamped_center(pane);
    }

    /// Between the whole image and 100 % with the pixel at `at` in place.
    pub(super) fn toggle(&mut self, at: Vec2, pane: Pane) {
        let is_whole = (self.scale(pane) - pane.fit()).abs() < 0.001;
        if !is_whole {
            self.fit();
        } else if pane.fit() < 0.999 {
            self.zoom_to(1.0, at, pane);
        } else {
            // An image smaller than the window is at 100 % already: look closer.
            self.zoom_to(2.0, at, pane);
        }
    }

    /// Moves the image by device pixels. Answers whether it moved at all.
    pub(super) fn pan(&mut self, by: Vec2, pane: Pane) -> bool {
        let before = self.clamped_center(pane);
        self.center = before - by / (pane.image * self.scale(pane));
        self.center = self.clamped_center(pane);
        let moved = (self.center - before) * pane.image * self.scale(pane);
        moved.length() > 0.5
    }

    /// Whether some of the image is outside the view in this direction or the opposite one.
    pub(super) fn is_cut_along(&self, way: Vec2, pane: Pane) -> bool {
        let beyond = pane.image * self.scale(pane) - pane.view;
        (beyond.x > 1.0 && way.x != 0.0) || (beyond.y > 1.0 && way.y != 0.0)
    }

    /// Whether some of the image is outside the view.
    pub(super) fn is_cut(&self, pane: Pane) -> bool {
        self.is_cut_along(Vec2::splat(1.0), pane)
    }

    /// Where the image is drawn, in points, on whole device pixels.
    pub(super) fn image_rect(&self, view: Rect, pixels_per_point: f32, pane: Pane) -> Rect {
        let size = pane.image * self.scale(pane);
        let middle = view.center().to_vec2() * pixels_per_point;
        let min = middle - self.clamped_center(pane) * size;
        let min = (min.round() / pixels_per_point).to_pos2();
        Rect::from_min_size(min, size / pixels_per_point)
    }

    /// An image that fits is in the middle; a larger one leaves no empty space at its edges.
    fn clamped_center(&self, pane: Pane) -> Vec2 {
        let half = pane.view / (pane.image * self.scale(pane)) / 2.0;
        let clamp = |center: f32, half: f32| {
            if half >= 0.5 {
                0.5
            } else {
                center.clamp(half, 1.0 - half)
            }
        };
        Vec2::new(clamp(self.center.x, half.x), clamp(self.center.y, half.y))
    }
}

/// Device pixels from the middle of the view to a point of the window.
pub(super) fn from_middle(view: Rect, pixels_per_point: f32, at: Pos2) -> Vec2 {
    (at - view.center()) * pixels_per_point
}

/// "100 %", "33 %", "1,250 %".
pub(super) fn percent(scale: f32) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a scale is between 0 and 20"
    )]
    let percent = (scale * 100.0).round() as usize;
    format!("{} %", crate::state::user_message::grouped(percent))
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these numbers are exact")]
mod tests {
    use super::*;

    const PANE: Pane = Pane {
        view: Vec2::new(800.0, 600.0),
        image: Vec2::new(4000.0, 2000.0),
    };

    fn pixel_at(view: &PanZoom, at: Vec2) -> Vec2 {
        view.clamped_center(PANE) * PANE.image + at / view.scale(PANE)
    }

    #[test]
    fn fitting_shows_everything_and_never_enlarges() {
        assert_eq!(PanZoom::default().scale(PANE), 0.2);
        let small = Pane {
            view: PANE.view,
            image: Vec2::new(40.0, 30.0),
        };
        assert_eq!(PanZoom::default().scale(small), 1.0);
    }

    #[test]
    fn zooming_keeps_the_pixel_under_the_pointer() {
        let mut view = PanZoom::default();
        let at = Vec2::new(120.0, -45.0);
        view.zoom_to(1.0, Vec2::ZERO, PANE);
        for factor in [WHEEL_STEP, 2.0, 1.0 / WHEEL_STEP] {
            let before = pixel_at(&view, at);
            view.zoom_by(factor, at, PANE);
            assert!((pixel_at(&view, at) - before).length() < 0.1);
        }
    }

    #[test]
    fn zoom_has_a_floor_and_a_ceiling() {
        let mut view = PanZoom::default();
        for _ in 0..50 {
            view.zoom_by(KEY_STEP, Vec2::ZERO, PANE);
        }
        assert_eq!(view.scale(PANE), 20.0);
        for _ in 0..50 {
            view.zoom_by(1.0 / KEY_STEP, Vec2::ZERO, PANE);
        }
        assert_eq!(view.scale(PANE), 0.1);
    }

    #[test]
    fn panning_stops_at_the_edges() {
        let mut view = PanZoom::default();
        assert!(!view.pan(Vec2::new(50.0, 0.0), PANE));
        view.zoom_to(1.0, Vec2::ZERO, PANE);
        assert!(view.pan(Vec2::new(50.0, 20.0), PANE));
        assert!(view.pan(Vec2::new(1e6, 1e6), PANE));
        let rect = view.image_rect(Rect::from_min_size(Pos2::ZERO, PANE.view), 1.0, PANE);
        assert_eq!(rect.min, Pos2::ZERO);
        assert!(!view.pan(Vec2::new(50.0, 0.0), PANE));
    }

    #[test]
    fn an_image_that_fits_is_in_the_middle() {
        let view = PanZoom::default();
        let rect = view.image_rect(Rect::from_min_size(Pos2::ZERO, PANE.view), 1.0, PANE);
        assert_eq!(
            rect,
            Rect::from_min_size(Pos2::new(0.0, 100.0), Vec2::new(800.0, 400.0))
        );
    }

    #[test]
    fn a_hundred_percent_is_one_device_pixel_for_each_of_the_image() {
        let mut view = PanZoom::default();
        let pane = Pane::new(Vec2::new(400.0, 300.0), 2.0, PixelSize::new(4000, 2000));
        view.zoom_to(1.0, Vec2::ZERO, pane);
        let rect = view.image_rect(
            Rect::from_min_size(Pos2::ZERO, Vec2::new(400.0, 300.0)),
            2.0,
            pane,
        );
        assert_eq!(rect.width(), 2000.0);
    }

    #[test]
    fn toggling_goes_to_a_hundred_percent_and_back() {
        let mut view = PanZoom::default();
        view.toggle(Vec2::new(10.0, 10.0), PANE);
        assert_eq!(view.scale(PANE), 1.0);
        view.toggle(Vec2::ZERO, PANE);
        assert!(view.is_fitted());
    }

    #[test]
    fn a_tall_screenshot_fills_the_width_from_its_top() {
        let tall = Pane {
            view: Vec2::new(800.0, 600.0),
            image: Vec2::new(1080.0, 20_000.0),
        };
        let mut view = PanZoom::default();
        view.fit_width(tall);
        let rect = view.image_rect(Rect::from_min_size(Pos2::ZERO, tall.view), 1.0, tall);
        assert_eq!(rect.min, Pos2::ZERO);
        assert!((rect.width() - 800.0).abs() < 0.01);
    }

    #[test]
    fn an_image_stays_where_it_is_when_an_edge_of_the_view_moves() {
        let mut zoom = PanZoom::default();
        zoom.zoom_to(1.0, Vec2::new(100.0, 50.0), PANE);
        let before = Rect::from_min_size(Pos2::ZERO, PANE.view);
        let at = zoom.image_rect(before, 1.0, PANE).min;
        // A row of 100 points comes in below.
        let after = Rect::from_min_size(Pos2::ZERO, PANE.view - Vec2::new(0.0, 100.0));
        zoom.hold(after.center() - before.center(), PANE);
        let lower = Pane {
            view: after.size(),
            ..PANE
        };
        assert_eq!(zoom.image_rect(after, 1.0, lower).min, at);
    }

    #[test]
    fn percentages_read_as_people_write_them() {
        assert_eq!(percent(0.333), "33 %");
        assert_eq!(percent(12.5), "1,250 %");
    }
}

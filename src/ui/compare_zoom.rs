//! The zoom of several images side by side, which act as one. Pure.

use egui::Vec2;

use crate::domain::UploadId;
use crate::ui::pan_zoom::{PanZoom, Pane, ZoomStep};

/// How one of them is looked at.
#[derive(Debug, Clone)]
pub(super) struct Lens {
    id: UploadId,
    pub zoom: PanZoom,
    /// What is looked at through what, as far as that is known.
    pub pane: Option<Pane>,
    /// How far it was moved against the others while it was loose, in parts of the image.
    offset: Vec2,
    /// Its scale when it became loose.
    loosened_at: Option<f32>,
}

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct LinkedZoom {
    lenses: Vec<Lens>,
    is_loose: bool,
}

impl LinkedZoom {
    /// The comparison was left: the next one begins with whole images.
    pub(super) fn rest(&mut self) {
        *self = Self::default();
    }

    /// Follows the images that are compared; those that stay keep their zoom.
    pub(super) fn follow(&mut self, ids: &[&UploadId]) {
        if self
            .lenses
            .iter()
            .map(|lens| &lens.id)
            .eq(ids.iter().copied())
        {
            return;
        }
        let mut before = std::mem::take(&mut self.lenses);
        let is_other = !before.iter().any(|lens| ids.contains(&&lens.id));
        if is_other {
            self.is_loose = false;
        }
        let lens = |id: &&UploadId| {
            let kept = before.iter().position(|lens| lens.id == **id);
            kept.map_or_else(
                || Lens {
                    id: (*id).clone(),
                    zoom: PanZoom::default(),
                    pane: None,
                    offset: Vec2::ZERO,
                    loosened_at: None,
                },
                |index| before.swap_remove(index),
            )
        };
        self.lenses = ids.iter().map(lens).collect();
    }

    /// How this one is looked at.
    pub(super) fn lens(&self, index: usize) -> Option<&Lens> {
        self.lenses.get(index)
    }

    /// Where this one is seen now, and how large it is.
    pub(super) fn set_pane(&mut self, index: usize, pane: Option<Pane>) {
        if let Some(lens) = self.lenses.get_mut(index) {
            lens.pane = pane;
        }
    }

    /// Whether they act as one.
    pub(super) const fn is_locked(&self) -> bool {
        !self.is_loose
    }

    /// Each for itself, or all as one: then all are looked at as this one is. Where they were only
    /// moved against each other meanwhile that stays: so pictures that were not taken from quite
    /// the same place are laid over each other.
    pub(super) fn toggle_lock(&mut self, index: usize) {
        self.is_loose = !self.is_loose;
        if self.is_loose {
            for lens in &mut self.lenses {
                lens.loosened_at = lens.scale();
            }
            return;
        }
        if self.has_one_zoom() {
            self.keep_offsets();
        } else {
            self.bring_to(index);
        }
    }

    /// Whether all were zoomed alike since they are loose, or are as large as each other.
    fn has_one_zoom(&self) -> bool {
        let known = || self.lenses.iter().filter(|lens| lens.pane.is_some());
        let factor = |lens: &Lens| Some(lens.scale()? / lens.loosened_at?);
        are_alike(known().map(factor)) || are_alike(known().map(Lens::scale))
    }

    /// The zoom and the place of this one for all.
    fn bring_to(&mut self, index: usize) {
        let Some(lens) = self.lenses.get(index) else {
            return;
        };
        let Some(scale) = lens.scale() else { return };
        let step = if lens.zoom.is_fitted() {
            ZoomStep::Fit
        } else {
            ZoomStep::To(scale)
        };
        for lens in &mut self.lenses {
            lens.offset = Vec2::ZERO;
        }
        self.apply(index, step, Vec2::ZERO);
    }

    fn keep_offsets(&mut self) {
        let first = self.lenses.iter().find_map(Lens::center);
        for lens in &mut self.lenses {
            if let (Some(center), Some(first)) = (lens.center(), first) {
                lens.offset = center - first;
            }
        }
    }

    /// Zooms; `at` (device pixels from the middle of the view of this one) stays in place.
    pub(super) fn apply(&mut self, index: usize, step: ZoomStep, at: Vec2) {
        let Some((lens, pane)) = self.known(index) else {
            return;
        };
        lens.zoom.apply(step, at, pane);
        let step = match step {
            // What it came to is the same for all.
            ZoomStep::Toggle if lens.zoom.is_fitted() => ZoomStep::Fit,
            ZoomStep::Toggle => ZoomStep::To(lens.zoom.scale(pane)),
            other => other,
        };
        if self.is_loose {
            return;
        }
        for (other, lens) in self.lenses.iter_mut().enumerate() {
            if let Some(pane) = lens.pane.filter(|_| other != index) {
                lens.zoom.apply(step, Vec2::ZERO, pane);
            }
            if step == ZoomStep::Fit {
                lens.offset = Vec2::ZERO;
            }
        }
        self.align_to(index);
    }

    /// Moves by device pixels of this one. Answers whether it moved.
    pub(super) fn pan(&mut self, index: usize, by: Vec2) -> bool {
        let Some((lens, pane)) = self.known(index) else {
            return false;
        };
        let has_moved = lens.zoom.pan(by, pane);
        if !self.is_loose {
            self.align_to(index);
        }
        has_moved
    }

    fn known(&mut self, index: usize) -> Option<(&mut Lens, Pane)> {
        let lens = self.lenses.get_mut(index)?;
        let pane = lens.pane?;
        Some((lens, pane))
    }

    /// All others look at the same part of their image as this one.
    fn align_to(&mut self, index: usize) {
        let Some(lens) = self.lenses.get(index) else {
            return;
        };
        let Some(center) = lens.center().map(|center| center - lens.offset) else {
            return;
        };
        for (other, lens) in self.lenses.iter_mut().enumerate() {
            if other != index {
                lens.zoom.center_on(center + lens.offset);
            }
        }
    }
}

/// Whether these are known and one number, as far as anybody sees.
fn are_alike(mut numbers: impl Iterator<Item = Option<f32>>) -> bool {
    let Some(first) = numbers.next().flatten() else {
        return false;
    };
    numbers.all(|number| number.is_some_and(|number| (number / first - 1.0).abs() < 0.01))
}

impl Lens {
    fn scale(&self) -> Option<f32> {
        Some(self.zoom.scale(self.pane?))
    }

    fn center(&self) -> Option<Vec2> {
        Some(self.zoom.center(self.pane?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: Pane = Pane {
        view: Vec2::new(500.0, 500.0),
        image: Vec2::new(4000.0, 4000.0),
    };
    const SMALL: Pane = Pane {
        view: Vec2::new(500.0, 500.0),
        image: Vec2::new(2000.0, 2000.0),
    };

    fn two() -> LinkedZoom {
        let ids = [UploadId::from("a"), UploadId::from("b")];
        let mut zoom = LinkedZoom::default();
        zoom.follow(&ids.iter().collect::<Vec<_>>());
        zoom.set_pane(0, Some(LARGE));
        zoom.set_pane(1, Some(SMALL));
        zoom
    }

    fn center(zoom: &LinkedZoom, index: usize) -> Vec2 {
        zoom.lens(index).unwrap().center().unwrap()
    }

    fn scale(zoom: &LinkedZoom, index: usize) -> f32 {
        let lens = zoom.lens(index).unwrap();
        lens.zoom.scale(lens.pane.unwrap())
    }

    #[test]
    fn all_look_at_the_same_part_and_zoom_by_the_same_factor() {
        let mut zoom = two();
        zoom.apply(0, ZoomStep::By(4.0), Vec2::new(100.0, -50.0));
        assert_eq!(center(&zoom, 0), center(&zoom, 1));
        assert_ne!(center(&zoom, 0), Vec2::splat(0.5));
        assert!((scale(&zoom, 0) - 0.5).abs() < 0.001);
        assert!((scale(&zoom, 1) - 1.0).abs() < 0.001);
        zoom.pan(1, Vec2::new(30.0, 0.0));
        assert_eq!(center(&zoom, 0), center(&zoom, 1));
        zoom.apply(1, ZoomStep::To(1.0), Vec2::ZERO);
        assert!((scale(&zoom, 0) - 1.0).abs() < 0.001);
        zoom.apply(0, ZoomStep::Toggle, Vec2::ZERO);
        assert!(zoom.lenses.iter().all(|lens| lens.zoom.is_fitted()));
    }

    #[test]
    fn what_was_moved_while_they_were_loose_stays_moved_when_they_are_locked_again() {
        let mut zoom = two();
        zoom.apply(0, ZoomStep::By(8.0), Vec2::ZERO);
        zoom.toggle_lock(0);
        zoom.pan(1, Vec2::new(-100.0, 0.0));
        assert_eq!(center(&zoom, 0), Vec2::splat(0.5));
        let apart = center(&zoom, 1) - center(&zoom, 0);
        assert!(apart.x > 0.01);
        zoom.toggle_lock(0);
        assert!(zoom.is_locked());
        zoom.pan(0, Vec2::new(50.0, 20.0));
        let still = center(&zoom, 1) - center(&zoom, 0);
        assert!((still - apart).length() < 0.001);
        zoom.apply(0, ZoomStep::Fit, Vec2::ZERO);
        zoom.apply(0, ZoomStep::By(8.0), Vec2::ZERO);
        assert_eq!(center(&zoom, 0), center(&zoom, 1));
    }

    #[test]
    fn what_was_zoomed_while_they_were_loose_is_for_all_when_they_are_locked_again() {
        let mut zoom = two();
        zoom.toggle_lock(1);
        zoom.apply(1, ZoomStep::To(2.0), Vec2::new(60.0, 40.0));
        assert!(zoom.lens(0).unwrap().zoom.is_fitted());
        zoom.toggle_lock(1);
        assert!((scale(&zoom, 0) - 2.0).abs() < 0.001);
        assert_eq!(center(&zoom, 0), center(&zoom, 1));
        assert_ne!(center(&zoom, 0), Vec2::splat(0.5));
        zoom.toggle_lock(0);
        zoom.apply(0, ZoomStep::Fit, Vec2::ZERO);
        zoom.toggle_lock(0);
        assert!(zoom.lenses.iter().all(|lens| lens.zoom.is_fitted()));
    }

    #[test]
    fn locking_what_nobody_zoomed_changes_nothing() {
        let mut zoom = two();
        // The same part of both, in another size of each.
        zoom.apply(0, ZoomStep::By(4.0), Vec2::new(100.0, -50.0));
        let before = [0, 1].map(|index| (scale(&zoom, index), center(&zoom, index)));
        zoom.toggle_lock(0);
        zoom.toggle_lock(0);
        assert_eq!(
            [0, 1].map(|index| (scale(&zoom, index), center(&zoom, index))),
            before
        );
    }

    #[test]
    fn one_that_is_taken_out_leaves_the_others_as_they_are() {
        let mut zoom = two();
        zoom.apply(1, ZoomStep::To(2.0), Vec2::new(50.0, 50.0));
        let before = center(&zoom, 1);
        let left = UploadId::from("b");
        zoom.follow(&[&left]);
        assert_eq!(center(&zoom, 0), before);
        zoom.toggle_lock(0);
        let other = UploadId::from("c");
        zoom.follow(&[&other]);
        assert!(zoom.is_locked(), "other images begin anew");
    }
}

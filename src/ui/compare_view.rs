//! A few images side by side, with one zoom for all.

use std::time::Duration;

use egui::{Key, Modifiers, Rect, Response, Ui, Vec2, ViewportCommand, vec2};

use crate::protocol::WheelChoice;
use crate::state::{Action, Gallery, MoveHow, SelectHow};
use crate::ui::compare_bar::{self, BarWish};
use crate::ui::compare_pane::{
    Place, Seen, frame_ui, instead_ui, look, marks, pane_id, pane_ui, picture_rect, picture_ui,
};
use crate::ui::compare_zoom::LinkedZoom;
use crate::ui::pan_zoom::{self, Pane, ZoomStep};
use crate::ui::slide_show::is_full_screen;
use crate::ui::theme::Palette;
use crate::ui::view_context::ViewContext;
use crate::ui::view_gestures::{Gesture, Notches, gestures, offer_grab};
use crate::ui::viewer_controls::{BAR, on_picture};
use crate::ui::viewer_keys::{PAN_POINTS, Pressed, take, way_of, zoom_of};

/// Between the images, in points.
const GAP: f32 = 2.0;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct CompareView {
    zoom: LinkedZoom,
    notches: Notches,
    /// Where the pictures were in the last frame.
    areas: Vec<Rect>,
}

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Asked {
    /// The image beside.
    Arrow(Vec2),
    /// Another part of the images.
    Move(Vec2),
    Zoom(ZoomStep),
    ToggleAtPointer,
    Lock,
    Choose,
    Drop,
    Open,
    Escape,
    Leave,
}

impl CompareView {
    /// Nothing is compared any longer.
    pub(super) fn rest(&mut self) {
        self.zoom.rest();
    }

    /// Takes the keys that belong to it.
    pub(super) fn keys(&mut self, ui: &Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        let compared = gallery.compared();
        let active = active(gallery, compared.iter().map(|(position, _)| *position));
        let Some((position, upload)) = compared.get(active) else {
            return;
        };
        let position = *position;
        for Pressed { asked, .. } in take(ui, pane_id(&upload.id), meaning) {
            match asked {
                Asked::Arrow(way) => self.arrow(ui, cx, gallery, (active, way)),
                Asked::Move(way) => {
                    let by = -way * PAN_POINTS * ui.pixels_per_point();
                    self.zoom.pan(active, by);
                }
                Asked::Zoom(step) => self.zoom.apply(active, step, Vec2::ZERO),
                Asked::ToggleAtPointer => self.toggle_at_pointer(ui, active),
                Asked::Lock => self.zoom.toggle_lock(active),
                Asked::Choose => {
                    let how = SelectHow::Toggle;
                    cx.act(Action::Select { position, how });
                }
                Asked::Drop => cx.act(Action::DropCompared(upload.id.clone())),
                Asked::Open => cx.act(Action::OpenViewer(position)),
                Asked::Escape if is_full_screen(ui) => {
                    ui.send_viewport_cmd(ViewportCommand::Fullscreen(false));
                }
                Asked::Escape | Asked::Leave => cx.act(Action::LeaveComparison),
            }
        }
    }

    /// Draws the images into all of the room that is left.
    pub(super) fn ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        let all = ui.available_rect_before_wrap();
        ui.painter().rect_filled(all, 0.0, Palette::VIEWER_GROUND);
        let compared = gallery.compared();
        let ids: Vec<_> = compared.iter().map(|(_, upload)| &upload.id).collect();
        self.zoom.follow(&ids);
        let active = active(gallery, compared.iter().map(|(position, _)| *position));
        let (bar, rest) = all.split_top_bottom_at_y(all.top() + BAR);
        let rects = places(rest, compared.len());
        let seen = compared.into_iter();
        let seen = seen.map(|one| look(ui, cx, gallery, one));
        let seen: Vec<Seen> = seen.collect();
        self.areas = rects.iter().copied().map(picture_rect).collect();
        for (index, (seen, area)) in seen.iter().zip(&self.areas).enumerate() {
            let pane = |size| Pane::new(area.size(), ui.pixels_per_point(), size);
            self.zoom.set_pane(index, seen.size.map(pane));
        }
        let marks = marks(&seen);
        let n_images = seen.len();
        ui.scope(|ui| {
            on_picture(ui);
            self.bar_ui(ui, cx, n_images, (bar, active));
            for (index, seen) in seen.iter().enumerate() {
                let (Some(rect), Some(marks)) = (rects.get(index), marks.get(index)) else {
                    continue;
                };
                let place = Place {
                    rect: *rect,
                    is_active: index == active,
                    marks: *marks,
                };
                let response = pane_ui(ui, cx, gallery, seen, place);
                self.pointer_ui(ui, cx, seen, (&response, index, active));
                if let Some(lens) = self.zoom.lens(index) {
                    picture_ui(ui, cx, seen, (lens, n_images), *rect);
                }
                instead_ui(ui, cx, gallery, seen, *rect);
                frame_ui(ui, place);
            }
        });
    }

    fn pointer_ui(
        &mut self,
        ui: &Ui,
        cx: ViewContext<'_>,
        seen: &Seen,
        (response, index, active): (&Response, usize, usize),
    ) {
        if index != active && (response.clicked() || response.gained_focus()) {
            activate(ui, cx, seen.position, response.id);
        }
        let pixels_per_point = ui.pixels_per_point();
        let lens = self.zoom.lens(index);
        let is_cut = lens.and_then(|lens| Some(lens.zoom.is_cut(lens.pane?)));
        if is_cut == Some(true) {
            offer_grab(ui, response);
        }
        let wheel = WheelChoice::Zoom;
        for gesture in gestures(ui, response, wheel, &mut self.notches) {
            match gesture {
                Gesture::DoubleClick(_) => cx.act(Action::OpenViewer(seen.position)),
                Gesture::Zoom(step, at) => {
                    let at = pan_zoom::from_middle(response.rect, pixels_per_point, at);
                    self.zoom.apply(index, step, at);
                }
                Gesture::Pan(points) => {
                    self.zoom.pan(index, points * pixels_per_point);
                }
                Gesture::Step(_) => {}
                Gesture::Back => cx.act(Action::LeaveComparison),
            }
            // The others follow, and those before this one were drawn already.
            ui.request_repaint_after(Duration::ZERO);
        }
    }

    fn bar_ui(
        &mut self,
        ui: &mut Ui,
        cx: ViewContext<'_>,
        count: usize,
        (bar, active): (Rect, usize),
    ) {
        let lens = self.zoom.lens(active);
        let scale = lens.and_then(|lens| Some(lens.zoom.scale(lens.pane?)));
        let about = compare_bar::About {
            count,
            scale,
            is_locked: self.zoom.is_locked(),
        };
        match compare_bar::bar_ui(ui, bar, about) {
            Some(BarWish::Back) => cx.act(Action::LeaveComparison),
            Some(BarWish::Zoom(step)) => self.zoom.apply(active, step, Vec2::ZERO),
            Some(BarWish::Lock) => self.zoom.toggle_lock(active),
            Some(BarWish::Save) => cx.act(Action::SaveSelected),
            Some(BarWish::Details) => cx.act(Action::TogglePanel),
            None => {}
        }
    }

    /// An arrow goes to the image beside.
    fn arrow(&self, ui: &Ui, cx: ViewContext<'_>, gallery: &Gallery, (active, way): (usize, Vec2)) {
        let Some(next) = beside(&self.areas, active, way) else {
            return;
        };
        if let Some((position, upload)) = gallery.compared().get(next) {
            activate(ui, cx, *position, pane_id(&upload.id));
        }
    }

    fn toggle_at_pointer(&mut self, ui: &Ui, active: usize) {
        let pointer = ui.input(|input| input.pointer.hover_pos());
        let under = pointer.and_then(|at| {
            let mut areas = self.areas.iter().enumerate();
            let (index, area) = areas.find(|(_, area)| area.contains(at))?;
            let at = pan_zoom::from_middle(*area, ui.pixels_per_point(), at);
            Some((index, at))
        });
        let (index, at) = under.unwrap_or((active, Vec2::ZERO));
        self.zoom.apply(index, ZoomStep::Toggle, at);
    }
}

fn meaning(key: Key, modifiers: Modifiers) -> Option<Asked> {
    if modifiers.alt {
        return None;
    }
    if let Some(zoom) = zoom_of(key, modifiers) {
        return Some(Asked::Zoom(zoom));
    }
    if modifiers.command {
        return match key {
            Key::Space => Some(Asked::Choose),
            _ => way_of(key).map(Asked::Move),
        };
    }
    if let Some(way) = way_of(key) {
        return Some(Asked::Arrow(way));
    }
    Some(match key {
        Key::Z => Asked::ToggleAtPointer,
        Key::L => Asked::Lock,
        Key::X if modifiers.shift => Asked::Drop,
        Key::X | Key::Space => Asked::Choose,
        Key::Enter => Asked::Open,
        Key::Escape => Asked::Escape,
        Key::C | Key::Backspace => Asked::Leave,
        _ => return None,
    })
}

/// The image of the keyboard: the one in focus.
fn active(gallery: &Gallery, mut positions: impl Iterator<Item = usize>) -> usize {
    let focus = gallery.focus();
    positions
        .position(|position| position == focus)
        .unwrap_or_default()
}

fn activate(ui: &Ui, cx: ViewContext<'_>, position: usize, pane: egui::Id) {
    ui.memory_mut(|memory| memory.request_focus(pane));
    let (to, how) = (position, MoveHow::FocusOnly);
    cx.act(Action::MoveFocus { to, how });
}

/// Side by side while that leaves them wide enough; four in two rows.
fn places(all: Rect, count: usize) -> Vec<Rect> {
    let (columns, rows) = match count {
        0 => return Vec::new(),
        1 => (1, 1),
        2 | 3 if all.width() < all.height() => (1, count),
        2 | 3 => (count, 1),
        _ => (2, count.div_ceil(2)),
    };
    let size = vec2(
        (all.width() - GAP * (columns - 1) as f32) / columns as f32,
        (all.height() - GAP * (rows - 1) as f32) / rows as f32,
    );
    let place = |index: usize| {
        let at = vec2((index % columns) as f32, (index / columns) as f32);
        Rect::from_min_size(all.min + at * (size + Vec2::splat(GAP)), size)
    };
    (0..count).map(place).collect()
}

/// The nearest in this direction.
fn beside(areas: &[Rect], from: usize, way: Vec2) -> Option<usize> {
    let middle = areas.get(from)?.center();
    let distance = |area: &Rect| {
        let to = area.center() - middle;
        (to.dot(way) > 1.0 && (to - way * to.dot(way)).length() < 1.0).then(|| to.length())
    };
    let reachable = areas.iter().enumerate();
    let reachable = reachable.filter_map(|(index, area)| Some((index, distance(area)?)));
    let nearest = reachable.min_by(|(_, one), (_, other)| one.total_cmp(other));
    nearest.map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::pos2;

    fn wide() -> Rect {
        Rect::from_min_size(pos2(0.0, 0.0), vec2(1000.0, 600.0))
    }

    #[test]
    fn two_and_three_are_side_by_side_and_four_in_two_rows() {
        let tops = |count| {
            places(wide(), count)
                .iter()
                .map(|it| it.top() > 1.0)
                .collect()
        };
        let side_by_side: Vec<bool> = tops(3);
        assert_eq!(side_by_side, [false; 3]);
        let two_rows: Vec<bool> = tops(4);
        assert_eq!(two_rows, [false, false, true, true]);
        let tall = Rect::from_min_size(pos2(0.0, 0.0), vec2(400.0, 900.0));
        let below: Vec<f32> = places(tall, 2).iter().map(Rect::left).collect();
        assert_eq!(below, [0.0, 0.0]);
    }

    #[test]
    fn they_fill_the_room_and_do_not_overlap() {
        for count in 2..=4 {
            let places = places(wide(), count);
            let area: f32 = places.iter().map(Rect::area).sum();
            assert!(area > 0.99 * wide().area(), "{count}");
            for (index, place) in places.iter().enumerate() {
                assert!(wide().expand(0.01).contains_rect(*place));
                let mut others = places.iter().skip(index + 1);
                assert!(others.all(|other| !place.shrink(0.5).intersects(*other)));
            }
        }
    }

    #[test]
    fn arrows_go_to_the_image_beside() {
        let areas = places(wide(), 4);
        assert_eq!(beside(&areas, 0, Vec2::RIGHT), Some(1));
        assert_eq!(beside(&areas, 0, Vec2::DOWN), Some(2));
        assert_eq!(beside(&areas, 3, Vec2::UP), Some(1));
        assert_eq!(beside(&areas, 0, Vec2::LEFT), None);
    }

    #[test]
    fn x_chooses_and_with_shift_it_takes_out() {
        assert_eq!(meaning(Key::X, Modifiers::NONE), Some(Asked::Choose));
        assert_eq!(meaning(Key::X, Modifiers::SHIFT), Some(Asked::Drop));
        assert_eq!(meaning(Key::S, Modifiers::COMMAND), None);
        assert_eq!(meaning(Key::C, Modifiers::COMMAND), None);
    }
}

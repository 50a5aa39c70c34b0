//! What pointer, wheel and fingers do to an image that is shown large.

use egui::{
    CursorIcon, Event, InputState, MouseWheelUnit, PointerButton, Pos2, Response, Ui, Vec2,
};

use crate::protocol::WheelChoice;
use crate::ui::pan_zoom::{WHEEL_STEP, ZoomStep};

/// A touchpad that zooms (with Ctrl) moves so many points for what a notch of a wheel is.
const POINTS_PER_NOTCH: f32 = 50.0;

/// What a gesture asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Gesture {
    /// Zoom; what is at this place of the window stays there.
    Zoom(ZoomStep, Pos2),
    /// Move the image by so many points.
    Pan(Vec2),
    /// What a double click at this place of the window means.
    DoubleClick(Pos2),
    /// Go on by so many images.
    Step(isize),
    /// Leave.
    Back,
}

/// Parts of a notch that fine wheels send, until they are a whole one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Notches(f32);

impl Notches {
    /// Takes in some; answers how many whole ones there are.
    fn add(&mut self, notches: f32) -> isize {
        if notches * self.0 < 0.0 {
            self.0 = 0.0;
        }
        let sum = self.0 + notches;
        self.0 = sum.fract();
        #[expect(
            clippy::cast_possible_truncation,
            reason = "nobody turns a wheel by a billion notches"
        )]
        let whole = sum.trunc() as isize;
        whole
    }
}

/// What the person did to the image under `response` in this frame.
pub(super) fn gestures(
    ui: &Ui,
    response: &Response,
    wheel: WheelChoice,
    notches: &mut Notches,
) -> Vec<Gesture> {
    let mut gestures = Vec::new();
    if let Some(at) = response.hover_pos() {
        wheel_gestures(ui, at, wheel, notches, &mut gestures);
    }
    if response.double_clicked_by(PointerButton::Primary)
        && let Some(at) = response.interact_pointer_pos()
    {
        gestures.push(Gesture::DoubleClick(at));
    }
    if response.dragged_by(PointerButton::Primary) || response.dragged_by(PointerButton::Middle) {
        gestures.push(Gesture::Pan(response.drag_delta()));
        ui.set_cursor_icon(CursorIcon::Grabbing);
    }
    if response.clicked_by(PointerButton::Extra1) {
        gestures.push(Gesture::Back);
    }
    gestures
}

/// The pointer over an image that is larger than the view: it can be dragged.
pub(super) fn offer_grab(ui: &Ui, response: &Response) {
    if response.hovered() && !response.dragged() {
        ui.set_cursor_icon(CursorIcon::Grab);
    }
}

/// The wheel zooms, or goes to the next image; with Ctrl or Shift it moves the image, as do two
/// fingers. Where the wheel goes on, it zooms with Ctrl.
fn wheel_gestures(
    ui: &Ui,
    at: Pos2,
    wheel: WheelChoice,
    fine: &mut Notches,
    gestures: &mut Vec<Gesture>,
) {
    let steps = wheel == WheelChoice::Step;
    let (mut zoomed, mut stepped, mut points) = (0.0, 0.0, Vec2::ZERO);
    ui.input(|input| {
        for event in &input.raw.events {
            let Event::MouseWheel {
                unit,
                delta,
                modifiers,
                ..
            } = event
            else {
                continue;
            };
            match unit {
                MouseWheelUnit::Point if modifiers.command => zoomed += delta.y / POINTS_PER_NOTCH,
                MouseWheelUnit::Point => points += *delta,
                _ if modifiers.shift => points.x += (delta.y + delta.x) * POINTS_PER_NOTCH,
                _ if modifiers.command && steps => zoomed += delta.y,
                _ if modifiers.command => points.y += delta.y * POINTS_PER_NOTCH,
                _ if steps => stepped -= delta.y,
                _ => zoomed += delta.y,
            }
        }
    });
    if zoomed != 0.0 {
        gestures.push(Gesture::Zoom(ZoomStep::By(WHEEL_STEP.powf(zoomed)), at));
    }
    let pinch = ui.input(pinched);
    if (pinch - 1.0).abs() > 0.001 {
        gestures.push(Gesture::Zoom(ZoomStep::By(pinch), at));
    }
    if points != Vec2::ZERO {
        gestures.push(Gesture::Pan(points));
    }
    let by = fine.add(stepped);
    if by != 0 {
        gestures.push(Gesture::Step(by));
    }
}

/// By how much two fingers zoomed, on a screen or on a touchpad. Not what egui makes of the wheel
/// with Ctrl, which has its own meaning here.
fn pinched(input: &InputState) -> f32 {
    let on_screen = input.multi_touch().map(|touch| touch.zoom_delta);
    let on_pad = input.raw.events.iter().filter_map(|event| match event {
        Event::Zoom(factor) => Some(*factor),
        _ => None,
    });
    on_screen.unwrap_or(1.0) * on_pad.product::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fine_wheel_goes_on_by_whole_notches_and_forgets_the_rest_when_it_turns_back() {
        let mut notches = Notches::default();
        let steps: Vec<isize> = [0.5, 0.25, 0.5, 1.0].map(|by| notches.add(by)).into();
        assert_eq!(steps, [0, 0, 1, 1]);
        assert_eq!(notches.add(-0.75), 0);
        assert_eq!(notches.add(-0.25), -1);
        assert_eq!(notches.add(-3.0), -3);
    }
}

//! Keys of the viewer.

use egui::{EventFilter, Key, Modifiers, Pos2, Ui, Vec2};

use crate::state::{Action, Gallery, SelectHow, ViewerStep};
use crate::ui::pan_zoom::KEY_STEP;
use crate::ui::view_context::ViewContext;
use crate::ui::viewer::{Viewer, ZoomStep, step, viewer_id};
use crate::ui::viewer_animation::AnimationStep;

/// How far one press of an arrow moves an image that is cut off, in points.
const PAN_POINTS: f32 = 80.0;

/// What a key asks the viewer for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Asked {
    Arrow(Vec2),
    Step(ViewerStep),
    Zoom(ZoomStep),
    ToggleAtPointer,
    Animation(AnimationStep),
    Choose,
    Close,
}

pub(super) fn keys(viewer: &mut Viewer, ui: &Ui, cx: ViewContext<'_>, gallery: &Gallery) {
    // An open menu has the keys.
    if egui::Popup::is_any_open(ui.ctx()) {
        return;
    }
    let focused = ui.memory(|memory| memory.focused());
    let is_on_a_button = focused.is_some_and(|id| id != viewer_id());
    if focused.is_none() {
        ui.memory_mut(|memory| memory.request_focus(viewer_id()));
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        escape: true,
        tab: false,
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(viewer_id(), filter));
    let mut asked = Vec::new();
    let mut held = Vec::new();
    ui.input_mut(|input| {
        input.events.retain(|event| {
            let egui::Event::Key {
                key,
                pressed: true,
                modifiers,
                repeat,
                ..
            } = event
            else {
                return true;
            };
            // Space presses the button that has the focus.
            if is_on_a_button && *key == Key::Space && modifiers.is_none() {
                return true;
            }
            match meaning(*key, *modifiers) {
                Some(asks) => {
                    let asks_of = if *repeat { &mut held } else { &mut asked };
                    asks_of.push(asks);
                    false
                }
                None => true,
            }
        });
    });
    let pointer = ui.input(|input| input.pointer.hover_pos());
    // A key that is held turns the page when there is something to see.
    let now = ui.input(|input| input.time);
    held.retain(|asks| !turns_page(viewer, *asks) || viewer.pace.may_turn(now));
    asked.append(&mut held);
    for asks in asked {
        perform(viewer, cx, gallery, asks, pointer);
    }
}

/// Whether it asks for another image.
fn turns_page(viewer: &Viewer, asks: Asked) -> bool {
    match asks {
        Asked::Step(_) => true,
        Asked::Arrow(_) => viewer
            .stage
            .is_none_or(|stage| !viewer.zoom.is_cut(stage.pane)),
        _ => false,
    }
}

fn meaning(key: Key, modifiers: Modifiers) -> Option<Asked> {
    if modifiers.alt {
        return None;
    }
    if modifiers.command {
        return match key {
            Key::Plus | Key::Equals => Some(Asked::Zoom(ZoomStep::By(KEY_STEP))),
            Key::Minus => Some(Asked::Zoom(ZoomStep::By(1.0 / KEY_STEP))),
            Key::Num0 => Some(Asked::Zoom(ZoomStep::Fit)),
            Key::Space => Some(Asked::Choose),
            _ => None,
        };
    }
    Some(match key {
        Key::ArrowRight => Asked::Arrow(Vec2::RIGHT),
        Key::ArrowLeft => Asked::Arrow(Vec2::LEFT),
        Key::ArrowDown => Asked::Arrow(Vec2::DOWN),
        Key::ArrowUp => Asked::Arrow(Vec2::UP),
        Key::Home => Asked::Step(ViewerStep::First),
        Key::End => Asked::Step(ViewerStep::Last),
        Key::PageDown => Asked::Step(ViewerStep::By(10)),
        Key::PageUp => Asked::Step(ViewerStep::By(-10)),
        Key::Space => Asked::Step(ViewerStep::By(1)),
        Key::Plus | Key::Equals => Asked::Zoom(ZoomStep::By(KEY_STEP)),
        Key::Minus => Asked::Zoom(ZoomStep::By(1.0 / KEY_STEP)),
        Key::Num0 => Asked::Zoom(ZoomStep::Fit),
        Key::Num1 => Asked::Zoom(ZoomStep::To(1.0)),
        Key::Num2 => Asked::Zoom(ZoomStep::To(2.0)),
        Key::W => Asked::Zoom(ZoomStep::FitWidth),
        Key::Z => Asked::ToggleAtPointer,
        Key::K => Asked::Animation(AnimationStep::Toggle),
        Key::Comma => Asked::Animation(AnimationStep::Back),
        Key::Period => Asked::Animation(AnimationStep::On),
        Key::X => Asked::Choose,
        Key::Escape | Key::Backspace => Asked::Close,
        _ => return None,
    })
}

fn perform(
    viewer: &mut Viewer,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    asked: Asked,
    pointer: Option<Pos2>,
) {
    match asked {
        Asked::Arrow(direction) => arrow(viewer, cx, direction),
        Asked::Step(to) => cx.act(Action::StepViewer(to)),
        Asked::Zoom(zoom) => viewer.apply(zoom, None),
        Asked::ToggleAtPointer => viewer.apply(ZoomStep::Toggle, pointer),
        Asked::Animation(step) => viewer.animation.apply(step),
        Asked::Choose => cx.act(Action::Select {
            position: gallery.focus(),
            how: SelectHow::Toggle,
        }),
        Asked::Close => cx.act(Action::CloseViewer),
    }
}

/// An arrow moves an image that is cut off; at its edge, and otherwise, it turns the page.
fn arrow(viewer: &mut Viewer, cx: ViewContext<'_>, direction: Vec2) {
    if let Some(stage) = viewer.stage
        && viewer.zoom.is_cut(stage.pane)
    {
        let by = -direction * PAN_POINTS * stage.pixels_per_point;
        if viewer.zoom.pan(by, stage.pane) {
            return;
        }
    }
    if direction.x > 0.0 {
        step(cx, 1);
    } else if direction.x < 0.0 {
        step(cx, -1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_app_are_left_to_it() {
        assert_eq!(meaning(Key::S, Modifiers::COMMAND), None);
        assert_eq!(meaning(Key::I, Modifiers::NONE), None);
        assert_eq!(meaning(Key::Enter, Modifiers::ALT), None);
        assert_eq!(meaning(Key::ArrowLeft, Modifiers::ALT), None);
    }

    #[test]
    fn space_goes_on_and_with_ctrl_it_chooses() {
        let next = Asked::Step(ViewerStep::By(1));
        assert_eq!(meaning(Key::Space, Modifiers::NONE), Some(next));
        assert_eq!(meaning(Key::Space, Modifiers::COMMAND), Some(Asked::Choose));
    }
}

//! Keys of the viewer.

use egui::{EventFilter, Id, Key, Modifiers, Ui, Vec2, vec2};

use crate::state::{Action, Gallery, SelectHow, ViewerStep};
use crate::ui::pan_zoom::{KEY_STEP, ZoomStep};
use crate::ui::view_context::ViewContext;
use crate::ui::view_turn::Turning;
use crate::ui::viewer::{Stage, Viewer, Wish, key_menu_id, step, viewer_id};
use crate::ui::viewer_animation::AnimationStep;

/// How far one press of an arrow moves an image that is cut off, in points.
pub(super) const PAN_POINTS: f32 = 80.0;

/// How much of the view Page Down moves: a line or two of the page before stays in sight.
const PAGE: f32 = 0.9;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Asked {
    Arrow(Vec2),
    /// Another part of the image.
    Move(Vec2),
    /// Down or up.
    Page(f32),
    Step(ViewerStep),
    /// The next image, or a slide show rests or goes on.
    Space,
    Wish(Wish),
    Animation(AnimationStep),
    Choose,
    /// The menu of the image.
    Menu,
    /// Leave what was entered last.
    Escape,
    Close,
}

pub(super) fn keys(viewer: &mut Viewer, ui: &Ui, cx: ViewContext<'_>, gallery: &Gallery) {
    let now = ui.input(|input| input.time);
    for Pressed { asked, is_held } in take(ui, viewer_id(), meaning) {
        viewer.controls.wake();
        // A key that is held turns the page when there is something to see.
        if !is_held || !turns_page(viewer, asked) || viewer.pace.may_turn(now) {
            let pressed = Pressed { asked, is_held };
            perform(viewer, ui, cx, gallery, pressed);
        }
    }
}

/// Whether it asks for another image, and does not read on in one that is cut off.
fn turns_page(viewer: &Viewer, asked: Asked) -> bool {
    match asked {
        Asked::Step(_) => true,
        Asked::Space => !viewer.slides.is_on(),
        Asked::Arrow(way) => !moves_first(viewer, way),
        Asked::Page(_) => !reads_on(viewer, Vec2::DOWN),
        _ => false,
    }
}

/// Whether the image is longer than the view in this direction or the opposite one, so that a key
/// moves it first.
fn reads_on(viewer: &Viewer, way: Vec2) -> bool {
    let is_cut = |stage: Stage| viewer.zoom.is_cut_along(way, stage.pane);
    viewer.stage.is_some_and(is_cut)
}

/// Whether an arrow moves the image before it goes on. Not sideways where the zoom is kept from
/// image to image: the same part of the next one is what is wanted then.
fn moves_first(viewer: &Viewer, way: Vec2) -> bool {
    reads_on(viewer, way) && !(viewer.is_zoom_kept && way.x != 0.0)
}

/// What a key asks for.
pub(super) struct Pressed<T> {
    pub asked: T,
    /// It was pressed before, and is still down.
    pub is_held: bool,
}

/// Takes the keys that mean something out of the input. When nothing has the keyboard, the
/// widget `home` gets it; the arrows do not lead away from there.
pub(super) fn take<T>(
    ui: &Ui,
    home: Id,
    meaning: impl Fn(Key, Modifiers) -> Option<T>,
) -> Vec<Pressed<T>> {
    let mut asked = Vec::new();
    // An open menu has the keys.
    if egui::Popup::is_any_open(ui.ctx()) {
        return asked;
    }
    let focused = ui.memory(|memory| memory.focused());
    let is_on_a_button = focused.is_some_and(|id| id != home);
    if focused.is_none() {
        ui.memory_mut(|memory| memory.request_focus(home));
    }
    let filter = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        escape: true,
        tab: false,
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(home, filter));
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
            // Space and Enter press the button that has the focus.
            let presses = matches!(key, Key::Space | Key::Enter) && modifiers.is_none();
            if is_on_a_button && presses {
                return true;
            }
            match meaning(*key, *modifiers) {
                Some(asks) => {
                    asked.push(Pressed {
                        asked: asks,
                        is_held: *repeat,
                    });
                    false
                }
                None => true,
            }
        });
    });
    asked
}

fn meaning(key: Key, modifiers: Modifiers) -> Option<Asked> {
    if modifiers.alt {
        return None;
    }
    if let Some(zoom) = zoom_of(key, modifiers) {
        return Some(Asked::Wish(Wish::Zoom(zoom)));
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
        Key::Home => Asked::Step(ViewerStep::First),
        Key::End => Asked::Step(ViewerStep::Last),
        Key::PageDown => Asked::Page(1.0),
        Key::PageUp => Asked::Page(-1.0),
        Key::Space => Asked::Space,
        Key::Z => Asked::Wish(Wish::ZoomAtPointer(ZoomStep::Toggle)),
        Key::R if modifiers.shift => Asked::Wish(Wish::Turn(Turning::Left)),
        Key::R => Asked::Wish(Wish::Turn(Turning::Right)),
        Key::H => Asked::Wish(Wish::Turn(Turning::FlipHorizontally)),
        Key::V => Asked::Wish(Wish::Turn(Turning::FlipVertically)),
        Key::L => Asked::Wish(Wish::KeepZoom),
        Key::T => Asked::Wish(Wish::FilmStrip),
        Key::P => Asked::Wish(Wish::SlideShow),
        Key::B => Asked::Wish(Wish::Backdrop),
        Key::K => Asked::Animation(AnimationStep::Toggle),
        Key::Comma => Asked::Animation(AnimationStep::Back),
        Key::Period => Asked::Animation(AnimationStep::On),
        Key::X => Asked::Choose,
        Key::F10 if modifiers.shift => Asked::Menu,
        Key::Menu => Asked::Menu,
        Key::Escape => Asked::Escape,
        Key::Backspace => Asked::Close,
        _ => return None,
    })
}

/// Where an arrow points.
pub(super) const fn way_of(key: Key) -> Option<Vec2> {
    Some(match key {
        Key::ArrowRight => Vec2::RIGHT,
        Key::ArrowLeft => Vec2::LEFT,
        Key::ArrowDown => Vec2::DOWN,
        Key::ArrowUp => Vec2::UP,
        _ => return None,
    })
}

/// The zoom that a key asks for, for one image and for several.
pub(super) fn zoom_of(key: Key, modifiers: Modifiers) -> Option<ZoomStep> {
    Some(match key {
        Key::Plus | Key::Equals => ZoomStep::By(KEY_STEP),
        Key::Minus => ZoomStep::By(1.0 / KEY_STEP),
        Key::Num0 => ZoomStep::Fit,
        _ if modifiers.command => return None,
        Key::Num1 => ZoomStep::To(1.0),
        Key::Num2 => ZoomStep::To(2.0),
        Key::W => ZoomStep::FitWidth,
        _ => return None,
    })
}

fn perform(
    viewer: &mut Viewer,
    ui: &Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    Pressed { asked, is_held }: Pressed<Asked>,
) {
    match asked {
        // Whoever reads with a key held down stops at the edge: another press goes on.
        Asked::Arrow(way) if moves_first(viewer, way) => {
            if !pan(viewer, way * PAN_POINTS) && !is_held {
                turn_page(cx, way);
            }
        }
        Asked::Arrow(way) => turn_page(cx, way),
        Asked::Move(way) => {
            pan(viewer, way * PAN_POINTS);
        }
        Asked::Page(down) if reads_on(viewer, Vec2::DOWN) => {
            let height = viewer.stage.map_or(0.0, |stage| stage.view.height());
            if !pan(viewer, vec2(0.0, down * PAGE * height)) && !is_held {
                step(cx, if down > 0.0 { 1 } else { -1 });
            }
        }
        // Of images that are seen whole, it passes over ten.
        Asked::Page(down) => step(cx, if down > 0.0 { 10 } else { -10 }),
        Asked::Step(to) => cx.act(Action::StepViewer(to)),
        Asked::Space if viewer.slides.is_on() => viewer.grant(ui, cx, gallery, Wish::SlideShow),
        Asked::Space => step(cx, 1),
        Asked::Wish(wish) => viewer.grant(ui, cx, gallery, wish),
        Asked::Animation(step) => viewer.animation.apply(step),
        Asked::Choose => cx.act(Action::Select {
            position: gallery.focus(),
            how: SelectHow::Toggle,
        }),
        Asked::Menu => egui::Popup::open_id(ui.ctx(), key_menu_id()),
        Asked::Escape => viewer.escape(ui, cx),
        Asked::Close => cx.act(Action::CloseViewer),
    }
}

/// Looks so many points further; whether there was more to see.
fn pan(viewer: &mut Viewer, by: Vec2) -> bool {
    let Some(stage) = viewer.stage else {
        return false;
    };
    viewer.zoom.pan(-by * stage.pixels_per_point, stage.pane)
}

fn turn_page(cx: ViewContext<'_>, way: Vec2) {
    if way.x > 0.0 {
        step(cx, 1);
    } else if way.x < 0.0 {
        step(cx, -1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_app_are_left_to_it() {
        assert_eq!(meaning(Key::S, Modifiers::COMMAND), None);
        assert_eq!(meaning(Key::R, Modifiers::COMMAND), None);
        assert_eq!(meaning(Key::I, Modifiers::NONE), None);
        assert_eq!(meaning(Key::Enter, Modifiers::ALT), None);
        assert_eq!(meaning(Key::ArrowLeft, Modifiers::ALT), None);
    }

    #[test]
    fn space_goes_on_and_with_ctrl_it_chooses() {
        assert_eq!(meaning(Key::Space, Modifiers::NONE), Some(Asked::Space));
        assert_eq!(meaning(Key::Space, Modifiers::COMMAND), Some(Asked::Choose));
    }

    #[test]
    fn with_ctrl_an_arrow_only_moves_and_with_alt_it_does_nothing() {
        let (none, ctrl) = (Modifiers::NONE, Modifiers::COMMAND);
        let right = Vec2::RIGHT;
        assert_eq!(meaning(Key::ArrowRight, none), Some(Asked::Arrow(right)));
        assert_eq!(meaning(Key::ArrowRight, ctrl), Some(Asked::Move(right)));
        assert_eq!(meaning(Key::ArrowRight, Modifiers::ALT | ctrl), None);
    }

    #[test]
    fn r_turns_to_the_right_and_with_shift_back() {
        let turn = |turning| Some(Asked::Wish(Wish::Turn(turning)));
        assert_eq!(meaning(Key::R, Modifiers::NONE), turn(Turning::Right));
        assert_eq!(meaning(Key::R, Modifiers::SHIFT), turn(Turning::Left));
    }
}

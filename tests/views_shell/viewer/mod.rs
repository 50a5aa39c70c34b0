//! One image, large: turning it, going on with the same zoom, film strip and slide show.

mod controls;
mod film_strip;
mod full_screen;
mod slide_show;
mod stepping;
mod turning;

use egui::{Key, Modifiers, Pos2, Rect, Role, TextureId, Vec2, ViewportId, pos2, vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};
use salon::state::{Action, Gallery};

use crate::scenes::signed_in;
use crate::shell::{Shell, harness};

/// The viewer with an image of the room, whose picture is there.
pub(super) fn viewer_at(n: usize, shell: Shell) -> Harness<'static, Shell> {
    let mut shell = shell;
    shell.state.on_action(Action::OpenViewer(n));
    let mut harness = harness(shell);
    answer_all(&mut harness);
    wake(&mut harness);
    harness
}

/// The pointer moves: the controls are on screen.
pub(super) fn wake(harness: &mut Harness<'_, Shell>) {
    for x in [200.0, 210.0] {
        harness.hover_at(pos2(x, 300.0));
        harness.step();
    }
}

pub(super) fn viewer() -> Harness<'static, Shell> {
    viewer_at(5, signed_in(300))
}

/// Every picture comes that is asked for, until nothing is missing.
pub(super) fn answer_all(harness: &mut Harness<'_, Shell>) {
    let mut rounds = 0;
    loop {
        harness.run_steps(2);
        if harness.state_mut().answer(|_| true) == 0 {
            return;
        }
        rounds += 1;
        assert!(rounds < 10, "there is no end of what is missing");
    }
}

pub(super) fn gallery<'a>(harness: &'a Harness<'_, Shell>) -> &'a Gallery {
    harness.state().state.gallery.as_ref().unwrap()
}

/// Where the picture of an image is drawn large, and which corners of it are at the corners of
/// that, clockwise from the upper left. Of an image that is looked at closely only some parts are
/// drawn: where the others are follows from one of them.
pub(super) fn drawn(harness: &Harness<'_, Shell>, n: usize) -> Option<(Rect, Vec<Pos2>)> {
    let texture: TextureId = harness.state().texture(n)?.id;
    let shapes = &harness.output().shapes;
    let mut meshes = shapes.iter().filter_map(|clipped| match &clipped.shape {
        egui::Shape::Mesh(mesh) if mesh.texture_id == texture => Some(mesh),
        _ => None,
    });
    let mesh = meshes.next()?;
    let [first, second, _, last] = mesh.vertices.first_chunk().unwrap();
    // From a point of the picture to the window, along the two sides of the part.
    let (across, down) = (second.uv - first.uv, last.uv - first.uv);
    let to_window = |uv: Pos2| {
        let from = uv - first.uv;
        let along = |side: Vec2| from.dot(side) / side.length_sq();
        let at = first.pos
            + along(across) * (second.pos - first.pos)
            + along(down) * (last.pos - first.pos);
        // Parts differ by what numbers of 24 bits cannot tell.
        (at.to_vec2() * 32.0).round().to_pos2() / 32.0
    };
    let corners = [
        pos2(0.0, 0.0),
        pos2(1.0, 0.0),
        pos2(1.0, 1.0),
        pos2(0.0, 1.0),
    ];
    let rect = Rect::from_points(&corners.map(to_window));
    let around = [
        rect.left_top(),
        rect.right_top(),
        rect.right_bottom(),
        rect.left_bottom(),
    ];
    let of_picture = |at: Pos2| {
        let is_there = |uv: &Pos2| to_window(*uv).distance(at) < 0.5;
        corners.into_iter().find(is_there).unwrap()
    };
    Some((rect, around.map(of_picture).to_vec()))
}

pub(super) fn rect(harness: &Harness<'_, Shell>, n: usize) -> Rect {
    drawn(harness, n).unwrap().0
}

/// The one node of this role whose name begins so.
pub(super) fn named<'a>(harness: &'a Harness<'_, Shell>, role: Role, name: &str) -> Node<'a> {
    let begins = |node: &Node<'_>| {
        let label = node.accesskit_node().label();
        label.is_some_and(|label| label.starts_with(name))
    };
    let mut found = harness.get_all_by_role(role).filter(begins);
    let first = found.next();
    assert!(first.is_some(), "{name} is not there");
    assert!(found.next().is_none(), "{name} is there twice");
    first.unwrap()
}

/// Turns the wheel over a place.
pub(super) fn wheel(harness: &mut Harness<'_, Shell>, at: Pos2, notches: f32) {
    harness.hover_at(at);
    harness.step();
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta: vec2(0.0, notches),
        phase: egui::TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Wheel,
    });
    harness.run_steps(2);
}

/// Which point of a picture is at a place of the window, from 0 to 1 along each side.
pub(super) fn part_at(picture: Rect, at: Pos2) -> Vec2 {
    (at - picture.min) / picture.size()
}

pub(super) fn choices(harness: &Harness<'_, Shell>) -> salon::protocol::ViewerChoices {
    harness.state().state.settings.viewer
}

/// The window fills the screen now.
pub(super) fn fill_screen(harness: &mut Harness<'_, Shell>) {
    window(harness).fullscreen = Some(true);
    harness.run_steps(2);
}

pub(super) fn window<'a>(harness: &'a mut Harness<'_, Shell>) -> &'a mut egui::ViewportInfo {
    let viewports = &mut harness.input_mut().viewports;
    viewports.entry(ViewportId::ROOT).or_default()
}

/// What the window was told about the whole screen in the last frame.
pub(super) fn asked_for_full_screen(harness: &Harness<'_, Shell>) -> Option<bool> {
    let outputs = harness.output().viewport_output.values();
    let mut commands = outputs.flat_map(|output| &output.commands);
    commands.find_map(|command| match command {
        egui::ViewportCommand::Fullscreen(is_full) => Some(*is_full),
        _ => None,
    })
}

/// Presses a key; what the window is told about the whole screen then.
pub(super) fn full_screen_after(harness: &mut Harness<'_, Shell>, key: Key) -> Option<bool> {
    harness.key_down(key);
    harness.step();
    let asked = asked_for_full_screen(harness);
    harness.key_up(key);
    harness.step();
    asked
}

pub(super) fn click_at(harness: &mut Harness<'_, Shell>, at: Pos2) {
    harness.hover_at(at);
    harness.step();
    for pressed in [true, false] {
        harness.event(egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        harness.step();
    }
    harness.run_steps(2);
}

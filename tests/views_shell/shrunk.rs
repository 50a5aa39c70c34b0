//! Pictures that are drawn much smaller than they are: their fine lines stay.

use egui::Key;
use egui_kittest::Harness;
use salon::domain::PixelSize;
use salon::state::Action;

use super::press;
use super::scenes::{choose, signed_in};
use super::shell::{Shell, harness};
use super::viewer::{answer_all, rect, viewer_at, wheel};

/// A room whose pictures come as large as a window of 1280 × 800 asks for them.
fn room() -> Shell {
    let mut shell = signed_in(300);
    shell.picture_px = PixelSize::new(1152, 864);
    shell
}

/// Whether the picture is shrunk by smaller copies of it, and not by passing over some of it.
fn is_smooth(harness: &Harness<'_, Shell>, n: usize) -> bool {
    harness.state().texture(n).unwrap().has_smaller_copies
}

#[test]
fn three_pictures_side_by_side_are_shrunk_smoothly() {
    let mut shell = room();
    choose(&mut shell, &[2, 4, 6]);
    let mut harness = harness(shell);
    press(&mut harness, Key::C);
    answer_all(&mut harness);
    for n in [2, 4, 6] {
        assert!(rect(&harness, n).width() < 1152.0 / 2.0);
        assert!(is_smooth(&harness, n), "{n}");
    }
}

#[test]
fn a_picture_of_the_size_of_the_window_is_shown_as_it_is_until_one_looks_from_afar() {
    let mut harness = viewer_at(5, room());
    assert!(!is_smooth(&harness, 5));
    let middle = rect(&harness, 5).center();
    wheel(&mut harness, middle, -2.0);
    assert!(rect(&harness, 5).width() < 1152.0 / 1.5);
    assert!(is_smooth(&harness, 5));
    // And it stays so: nothing is made twice.
    wheel(&mut harness, middle, 4.0);
    assert!(is_smooth(&harness, 5));
}

#[test]
fn on_the_film_strip_the_pictures_of_the_grid_are_shrunk_smoothly() {
    let mut harness = harness(room());
    answer_all(&mut harness);
    assert!(!is_smooth(&harness, 9), "the grid shows them as they are");
    harness.state_mut().state.on_action(Action::OpenViewer(5));
    answer_all(&mut harness);
    press(&mut harness, Key::T);
    answer_all(&mut harness);
    assert!(is_smooth(&harness, 9));
}

//! From the grid into the viewer, on in it, and back.

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use salon::protocol::{ImageRequest, ImageSize, ImageSubject, WantedImage};

use crate::app::{App, harness, picture};
use crate::gestures::{Button, click, key, press, rect_of};

#[test]
fn a_double_click_opens_and_the_next_image_is_the_next_tile() {
    let mut harness = harness();
    let at = rect_of(&harness, 4).center();
    harness.hover_at(at);
    harness.step();
    for button in [Button::Down, Button::Up, Button::Down, Button::Up] {
        press(&mut harness, at, &button, Modifiers::NONE);
    }
    harness.run_steps(3);
    assert!(harness.state().gallery().is_viewer_open);
    key(&mut harness, Key::ArrowRight, Modifiers::NONE);
    assert_eq!(harness.state().focus(), 5);
    harness.get_by_label_contains(", 6 of 243");
}

#[test]
fn enter_opens_and_the_focus_returns_to_the_last_image_seen() {
    let mut harness = harness();
    click(&mut harness, 0, Modifiers::NONE);
    key(&mut harness, Key::Enter, Modifiers::NONE);
    assert!(harness.state().gallery().is_viewer_open);
    for _ in 0..4 {
        key(&mut harness, Key::PageDown, Modifiers::NONE);
    }
    key(&mut harness, Key::Escape, Modifiers::NONE);
    assert!(!harness.state().gallery().is_viewer_open);
    assert_eq!(harness.state().focus(), 40);
    assert!(harness.state().grid.visible().contains(&40));
    let tile = rect_of(&harness, 40);
    assert!(tile.top() >= 0.0 && tile.bottom() <= 1200.0, "{tile:?}");
}

#[test]
fn the_viewer_takes_its_image_first_and_its_neighbours_next() {
    let mut harness = harness();
    click(&mut harness, 5, Modifiers::NONE);
    key(&mut harness, Key::Enter, Modifiers::NONE);
    harness.run_steps(8);
    let wanted: Vec<&str> = harness
        .state()
        .missing
        .iter()
        .filter(|wanted| matches!(wanted.request.size, ImageSize::Full { .. }))
        .filter_map(|wanted| Some(wanted.upload.as_ref()?.id.as_str()))
        .collect();
    assert_eq!(wanted, ["id5", "id6", "id7", "id4"]);

    // The other way round when one steps back.
    key(&mut harness, Key::ArrowLeft, Modifiers::NONE);
    let wanted = full_requests(harness.state());
    let ids: Vec<String> = wanted.iter().map(id_of).collect();
    assert_eq!(ids, ["id4", "id3", "id2", "id5"]);
}

fn id_of(request: &ImageRequest) -> String {
    match &request.subject {
        ImageSubject::Upload(id) => id.to_string(),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn full_requests(app: &App) -> Vec<ImageRequest> {
    let is_full = |wanted: &&WantedImage| matches!(wanted.request.size, ImageSize::Full { .. });
    let wanted = app.missing.iter().filter(is_full);
    wanted.map(|wanted| wanted.request.clone()).collect()
}

#[test]
fn in_the_viewer_x_chooses() {
    let mut harness = harness();
    click(&mut harness, 5, Modifiers::NONE);
    key(&mut harness, Key::Enter, Modifiers::NONE);
    key(&mut harness, Key::Space, Modifiers::NONE);
    key(&mut harness, Key::X, Modifiers::NONE);
    assert_eq!(harness.state().chosen(), [5, 6]);
}

#[test]
fn zoomed_in_an_arrow_moves_the_image_and_at_its_edge_turns_the_page() {
    let mut harness = harness();
    click(&mut harness, 5, Modifiers::NONE);
    key(&mut harness, Key::Enter, Modifiers::NONE);
    let max_edge_px = 2048;
    picture(
        harness.state_mut(),
        5,
        ImageSize::Full { max_edge_px },
        1000,
    );
    harness.run_steps(8);
    key(&mut harness, Key::Num2, Modifiers::NONE);
    key(&mut harness, Key::ArrowRight, Modifiers::NONE);
    assert_eq!(harness.state().focus(), 5);
    for _ in 0..20 {
        key(&mut harness, Key::ArrowRight, Modifiers::NONE);
        if harness.state().focus() != 5 {
            break;
        }
    }
    assert_eq!(harness.state().focus(), 6);
}

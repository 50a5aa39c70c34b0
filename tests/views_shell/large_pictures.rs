//! Pictures with more pixels than the window: what they take, and that they are sharp.

use std::time::Duration;

use egui::{Key, Modifiers, TextureId};
use egui_kittest::Harness;
use salon::domain::{PixelSize, Upload};
use salon::protocol::{Event, ImageSize, Metadata, Playback};
use salon::state::Action;

use super::press;
use super::scenes::{list_these, signed_in, upload};
use super::shell::{Shell, harness_of};

/// In the window of a usual graphics card.
fn harness(size: [f32; 2], shell: Shell) -> Harness<'static, Shell> {
    let mut harness = harness_of(size, shell);
    harness.input_mut().max_texture_side = Some(16_384);
    harness.run_steps(2);
    harness
}

/// Everything that is asked for comes with all of its pixels, until nothing is missing.
fn answer_all(harness: &mut Harness<'_, Shell>, format: &'static str) {
    for _ in 0..20 {
        harness.run_steps(2);
        if harness.state_mut().answer_in_full(format) == 0 {
            return;
        }
    }
    harness.run_steps(2);
}

fn zoom_in(harness: &mut Harness<'_, Shell>) {
    press(harness, Key::Plus);
}

#[test]
fn four_large_photographs_beside_each_other_take_no_more_than_textures_may() {
    let of_24_megapixels = |n: usize| Upload {
        dimensions: Some(PixelSize::new(6000, 4000)),
        ..upload(n)
    };
    let mut shell = signed_in(0);
    list_these(&mut shell, (0..4).map(of_24_megapixels).collect());
    shell.state.on_action(Action::SelectAll);
    let mut harness = harness([3840.0, 2160.0], shell);
    press(&mut harness, Key::C);
    let mut n_sharp = 0;
    for _ in 0..8 {
        answer_all(&mut harness, "JPEG");
        let (taken, budget) = harness.state().texture_bytes();
        assert!(taken <= budget, "{} of {} MB", taken >> 20, budget >> 20);
        n_sharp += usize::from(taken > 64 << 20);
        zoom_in(&mut harness);
    }
    assert!(n_sharp > 0, "nothing was shown in tiles");
}

const MOVING: PixelSize = PixelSize::new(3840, 2160);

/// The viewer with a film of 33 megabytes a frame, whose first frames are there.
fn moving() -> Harness<'static, Shell> {
    let mut shell = signed_in(0);
    let large = Upload {
        dimensions: Some(MOVING),
        media_type: "image/gif".to_owned(),
        ..upload(0)
    };
    list_these(&mut shell, vec![large]);
    shell.state.on_action(Action::OpenViewer(0));
    let mut harness = harness([1280.0, 800.0], shell);
    let metadata = Metadata {
        playback: Some(Playback {
            delays: vec![Duration::from_secs(1000); 40],
            n_plays: None,
        }),
        ..Metadata::default()
    };
    answer_all(&mut harness, "GIF");
    harness.state_mut().state.on_event(Event::MetadataRead {
        upload: upload(0).id,
        metadata: Box::new(metadata),
    });
    answer_all(&mut harness, "GIF");
    harness
}

fn is_drawn(harness: &Harness<'_, Shell>, texture: TextureId) -> bool {
    harness.output().shapes.iter().any(
        |clipped| matches!(&clipped.shape, egui::Shape::Mesh(mesh) if mesh.texture_id == texture),
    )
}

fn whole_frame(harness: &Harness<'_, Shell>, index: u32) -> Option<TextureId> {
    let size = ImageSize::Frame {
        index,
        max_edge_px: MOVING.width,
    };
    Some(harness.state().texture_in(0, size)?.id)
}

/// Long enough for what is asked for where one stays.
fn rest(harness: &mut Harness<'_, Shell>) {
    harness.run_steps(30);
    answer_all(harness, "GIF");
}

#[test]
fn a_frame_stays_until_the_next_one_is_there() {
    let mut harness = moving();
    press(&mut harness, Key::Num1);
    press(&mut harness, Key::K);
    rest(&mut harness);
    let before = drawn(&harness);
    // The last one, which nobody fetched ahead.
    press(&mut harness, Key::Comma);
    harness.run_steps(2);
    assert_eq!(drawn(&harness), before, "and not the first one of all");
    answer_all(&mut harness, "GIF");
    harness.run_steps(2);
    assert_ne!(drawn(&harness), before);
}

/// The textures of all meshes on screen.
fn drawn(harness: &Harness<'_, Shell>) -> Vec<TextureId> {
    let shapes = harness.output().shapes.iter();
    let textures = shapes.filter_map(|clipped| match &clipped.shape {
        egui::Shape::Mesh(mesh) => Some(mesh.texture_id),
        _ => None,
    });
    textures.collect()
}

#[test]
fn a_frame_that_rests_is_sharp_where_one_looks_closer() {
    let mut harness = moving();
    press(&mut harness, Key::Num1);
    answer_all(&mut harness, "GIF");
    assert_eq!(whole_frame(&harness, 0), None, "while it plays");
    press(&mut harness, Key::K);
    rest(&mut harness);
    let whole = whole_frame(&harness, 0).expect("it rests, closer");
    harness.run_steps(2);
    assert!(is_drawn(&harness, whole));
    // The next one, too.
    press(&mut harness, Key::Period);
    rest(&mut harness);
    let next = whole_frame(&harness, 1).expect("the next one");
    harness.run_steps(2);
    assert!(is_drawn(&harness, next) && !is_drawn(&harness, whole));
    // As a whole it has enough pixels.
    press(&mut harness, Key::Num0);
    press(&mut harness, Key::Period);
    rest(&mut harness);
    assert_eq!(whole_frame(&harness, 2), None, "as a whole");
    // It plays on.
    harness.key_press_modifiers(Modifiers::NONE, Key::K);
    harness.run_steps(2);
    assert!(!is_drawn(&harness, next));
}

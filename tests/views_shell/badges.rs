//! The signs on tiles say what is known of the file.

use egui_kittest::Harness;
use lucide_icons::Icon;
use salon::domain::Upload;

use super::scenes::{list_these, signed_in, upload};
use super::shell::{Shell, harness};

fn badges(harness: &Harness<'_, Shell>) -> usize {
    let play = String::from(char::from(Icon::Play));
    let shapes = harness.output().shapes.iter();
    let is_badge = |shape: &egui::Shape| match shape {
        egui::Shape::Text(text) => text.galley.text() == play,
        _ => false,
    };
    shapes.filter(|clipped| is_badge(&clipped.shape)).count()
}

/// The harness answers this format with a picture that is one of several.
const MOVING: &str = "GIF";
const STILL: &str = "PNG";

/// A room with a GIF whose picture has come.
fn gif(file: &'static str) -> Harness<'static, Shell> {
    let gif = Upload {
        name: "still.gif".to_owned(),
        media_type: "image/gif".to_owned(),
        ..upload(0)
    };
    let mut shell = signed_in(0);
    list_these(&mut shell, vec![gif]);
    let mut harness = harness(shell);
    assert!(harness.state_mut().answer_in_full(file) > 0);
    harness.run_steps(3);
    harness
}

#[test]
fn a_gif_has_the_sign_of_what_moves_only_where_its_file_does() {
    assert_eq!(badges(&gif(MOVING)), 1);
    assert_eq!(badges(&gif(STILL)), 0);
}

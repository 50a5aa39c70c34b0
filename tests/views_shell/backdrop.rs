//! What is behind transparent images.

use egui::epaint::Mesh;
use egui::{Rect, Shape};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use salon::domain::{PixelSize, Upload};
use salon::protocol::Backdrop;
use salon::state::Action;

use super::scenes::{list_these, signed_in, upload};
use super::shell::{Shell, harness_of};
use super::viewer::{answer_all, rect};

/// A large screen that an image of these bytes fills.
fn large_screen(picture_byte: u8) -> Harness<'static, Shell> {
    let mut shell = signed_in(0);
    shell.picture_byte = picture_byte;
    let image = Upload {
        dimensions: Some(PixelSize::new(8000, 4500)),
        ..upload(0)
    };
    list_these(&mut shell, vec![image]);
    shell.state.on_action(Action::OpenViewer(0));
    let mut harness = harness_of([3840.0, 2160.0], shell);
    answer_all(&mut harness);
    harness
}

/// The meshes that repeat a texture over all of this place.
fn repeated(harness: &Harness<'_, Shell>, place: Rect) -> Vec<Mesh> {
    let shapes = harness.output().shapes.iter();
    let meshes = shapes.filter_map(|clipped| match &clipped.shape {
        Shape::Mesh(mesh) => Some(Mesh::clone(mesh)),
        _ => None,
    });
    let is_repeated = |mesh: &Mesh| mesh.vertices.iter().any(|vertex| vertex.uv.x > 2.0);
    meshes
        .filter(is_repeated)
        .filter(|mesh| mesh.calc_bounds().expand(1.0).contains_rect(place))
        .collect()
}

#[test]
fn the_fields_are_one_shape_however_large_the_screen_is() {
    let harness = large_screen(200);
    let image = rect(&harness, 0);
    assert!(image.width() > 3000.0);
    let fields = repeated(&harness, image);
    assert_eq!(fields.len(), 1);
    let right = fields.first().unwrap().vertices.iter();
    let pairs = right.map(|vertex| vertex.uv.x).fold(0.0, f32::max);
    let field = image.width() / pairs / 2.0;
    assert!((field - 10.0).abs() < 0.1, "{field} points");
    assert!(harness.output().shapes.len() < 1000);
}

#[test]
fn behind_an_image_without_a_hole_there_is_nothing() {
    let harness = large_screen(255);
    assert!(repeated(&harness, rect(&harness, 0)).is_empty());
    assert!(
        harness
            .query_by_label_contains("Behind the image")
            .is_none()
    );
}

#[test]
fn one_colour_is_behind_it_when_that_is_liked_better() {
    let mut harness = large_screen(200);
    let mut viewer = harness.state().state.settings.viewer;
    viewer.backdrop = Backdrop::Light;
    let state = &mut harness.state_mut().state;
    state.on_action(Action::SetViewer(viewer));
    harness.run_steps(2);
    assert!(repeated(&harness, rect(&harness, 0)).is_empty());
}

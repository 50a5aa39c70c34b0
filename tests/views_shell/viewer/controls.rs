//! The controls over the image, and what they change.

use egui::{Key, Role, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use salon::domain::Upload;
use salon::protocol::{
    Backdrop, Event, ImageError, ImageFailure, ImageRequest, ImageSize, ImageSubject,
};
use salon::state::{Action, NoticeLevel};

use super::{answer_all, choices, viewer, wake};
use crate::scenes::{list_these, signed_in, upload};
use crate::shell::{Shell, harness, harness_of};
use crate::{click, press};

#[test]
fn controls_leave_after_three_seconds_but_not_while_the_keyboard_is_in_them() {
    let mut harness = viewer();
    let button = "Rotate (R)";
    assert!(harness.query_by_label(button).is_some());
    harness.run_steps(7);
    assert!(harness.query_by_label(button).is_some(), "two seconds");
    harness.run_steps(8);
    assert!(harness.query_by_label(button).is_none(), "four seconds");
    harness.hover_at(pos2(600.0, 400.0));
    harness.run_steps(2);
    harness.get_by_label(button).focus();
    harness.run_steps(30);
    assert!(harness.query_by_label(button).is_some());
}

#[test]
fn b_changes_what_is_behind_transparent_images_and_is_remembered() {
    let mut harness = viewer();
    let mut seen = vec![choices(&harness).backdrop];
    for _ in 0..3 {
        press(&mut harness, Key::B);
        seen.push(choices(&harness).backdrop);
    }
    let (fields, dark, light) = (Backdrop::Checkerboard, Backdrop::Dark, Backdrop::Light);
    assert_eq!(seen, [fields, dark, light, fields]);
    click(&mut harness, "Behind the image: fields (B)");
    assert_eq!(choices(&harness).backdrop, dark);
}

#[test]
fn the_details_come_and_go_and_their_button_keeps_the_keyboard() {
    for size in [[1200.0, 800.0], [700.0, 600.0]] {
        let mut shell = signed_in(20);
        shell.state.on_action(Action::OpenViewer(3));
        let mut harness = harness_of(size, shell);
        answer_all(&mut harness);
        wake(&mut harness);
        let is_open = |harness: &Harness<'_, Shell>| harness.state().state.settings.is_panel_open;
        let was_open = is_open(&harness);
        harness.get_by_label("Details (I)").focus();
        harness.run_steps(2);
        for times in 1..4 {
            press(&mut harness, Key::Enter);
            answer_all(&mut harness);
            assert_eq!(is_open(&harness), was_open ^ (times % 2 == 1));
            let button = harness.get_by_label("Details (I)");
            assert!(button.is_focused(), "{size:?}, {times}");
        }
    }
}

#[test]
fn where_nothing_can_be_shown_nothing_can_be_zoomed_or_turned() {
    let without_size = Upload {
        dimensions: None,
        ..upload(1)
    };
    for failed in [upload(1), without_size] {
        let mut shell = signed_in(0);
        list_these(&mut shell, vec![upload(0), failed, upload(2)]);
        shell.state.on_action(Action::OpenViewer(0));
        // Before its neighbour is shown: that fetches it, too.
        fail(&mut shell, 1);
        let mut harness = harness(shell);
        answer_all(&mut harness);
        press(&mut harness, Key::ArrowRight);
        wake(&mut harness);
        harness.get_by_label("The image is damaged");
        let tools = [
            "Zoom in (+)",
            "Zoom out (-)",
            "Whole image (0)",
            "Rotate (R)",
            "–",
        ];
        for tool in tools {
            let node = harness.get_by_label(tool);
            assert!(node.accesskit_node().is_disabled(), "{tool}");
        }
        assert!(
            !harness
                .get_by_label("Film strip (T)")
                .accesskit_node()
                .is_disabled()
        );
        press(&mut harness, Key::R);
        let has_turned = |action: &Action| matches!(action, Action::TurnedView);
        assert!(!harness.state().has(has_turned));
        press(&mut harness, Key::ArrowRight);
        answer_all(&mut harness);
        wake(&mut harness);
        let rotate = harness.get_by_label("Rotate (R)");
        assert!(!rotate.accesskit_node().is_disabled());
    }
}

/// No picture of it can be made.
fn fail(shell: &mut Shell, n: usize) {
    let request = ImageRequest {
        subject: ImageSubject::Upload(upload(n).id),
        size: ImageSize::Thumbnail { edge_px: 256 },
    };
    let error = ImageFailure::Decode(ImageError::Corrupt("a marker".to_owned()));
    shell.state.on_event(Event::ImageFailed { request, error });
}

#[test]
fn a_narrow_viewer_keeps_the_buttons_that_matter_most() {
    let mut shell = signed_in(20);
    shell.state.on_action(Action::OpenViewer(3));
    let mut harness = harness_of([420.0, 600.0], shell);
    answer_all(&mut harness);
    wake(&mut harness);
    let view = harness.ctx.content_rect();
    harness.get_by_label("Whole image (0)");
    assert!(harness.query_by_label("Flip upside down (V)").is_none());
    for button in harness.get_all_by_role(Role::Button) {
        assert!(view.expand(1.0).contains_rect(button.rect()), "{button:?}");
    }
}

#[test]
fn a_notice_of_the_viewer_is_information_and_no_warning() {
    let mut harness = viewer();
    press(&mut harness, Key::R);
    let mut notices = harness.state().state.notices.iter();
    assert!(notices.all(|notice| notice.level == NoticeLevel::Info));
}

//! The controls over the image, and what they change.

use egui::{Key, Role, pos2};
use egui_kittest::kittest::Queryable as _;
use salon::protocol::Backdrop;
use salon::state::{Action, NoticeLevel};

use super::{answer_all, choices, viewer, wake};
use crate::scenes::signed_in;
use crate::shell::harness_of;
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

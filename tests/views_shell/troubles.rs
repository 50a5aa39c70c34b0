//! What is offered where something did not work: only what can help.

use egui::{Key, OutputCommand, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use salon::protocol::{
    ClientError, DownloadError, Event, ImageError, ImageFailure, ImageRequest, ImageSize,
    ImageSubject, OpenTarget,
};
use salon::state::{Action, ImageAction};

use super::scenes::{signed_in, upload};
use super::shell::{Shell, harness};
use super::viewer::{click_at, gallery};
use super::{click, press};

fn fails(shell: &mut Shell, n: usize, error: ImageFailure) {
    let request = ImageRequest {
        subject: ImageSubject::Upload(upload(n).id),
        size: ImageSize::Thumbnail { edge_px: 256 },
    };
    shell.state.on_event(Event::ImageFailed { request, error });
}

fn no_decoder() -> ImageFailure {
    ImageFailure::Decode(ImageError::NoDecoder {
        format: "HEIC".to_owned(),
    })
}

const fn timed_out() -> ImageFailure {
    ImageFailure::Download(DownloadError::Client(ClientError::TimedOut))
}

/// Image 1 is in a format without a decoder and 2 is damaged, and for these the server was slow.
fn with_failures(slow: &[usize]) -> Harness<'static, Shell> {
    let mut shell = signed_in(300);
    fails(&mut shell, 1, no_decoder());
    let damaged = ImageError::Corrupt("a marker".to_owned());
    fails(&mut shell, 2, ImageFailure::Decode(damaged));
    for n in slow {
        fails(&mut shell, *n, timed_out());
    }
    harness(shell)
}

fn retries(action: &Action) -> bool {
    matches!(action, Action::RetryImages(_) | Action::RetryAllFailed)
}

#[test]
fn an_image_that_no_other_try_would_show_offers_another_program() {
    let mut harness = with_failures(&[]);
    let tile = harness.get_by_label_contains("IMG_2.jpg").rect();
    click_at(&mut harness, tile.center() - egui::vec2(0.0, 16.0));
    assert!(!harness.state().has(retries));
    let opens = |action: &Action| matches!(action, Action::OnImage(ImageAction::OpenCopy));
    assert!(harness.state().has(opens));
    assert_eq!(gallery(&harness).focus(), 2, "and it is this one");
}

#[test]
fn one_that_may_come_is_tried_again() {
    let mut harness = with_failures(&[4]);
    let tile = harness.get_by_label_contains("IMG_4.jpg").rect();
    click_at(&mut harness, tile.center() - egui::vec2(0.0, 16.0));
    let id = upload(4).id;
    let retries =
        |action: &Action| matches!(action, Action::RetryImages(ids) if *ids == [id.clone()]);
    assert!(harness.state().has(retries));
}

#[test]
fn the_bar_above_the_grid_retries_only_what_may_come() {
    let mut harness = with_failures(&[4]);
    harness.get_by_label_contains("3 images could not be shown");
    click(&mut harness, "Retry 1");
    assert_eq!(gallery(&harness).failed_count(), 2);
    harness.get_by_label_contains("2 images cannot be shown");
    assert!(harness.query_by_label_contains("Retry").is_none());
}

#[test]
fn what_cannot_be_shown_can_be_saved_from_the_bar() {
    let mut harness = with_failures(&[]);
    click(&mut harness, "Save 2…");
    assert_eq!(gallery(&harness).chosen_count(), 2);
    for n in [1, 2] {
        assert!(gallery(&harness).is_chosen_at(n));
    }
    harness.get_by_label_contains("Save 2 images of");
}

/// No browser opened this address.
fn unopened(address: &str) -> Harness<'static, Shell> {
    let mut shell = signed_in(300);
    let target = OpenTarget::Web(address.to_owned());
    shell.state.on_event(Event::OpenFailed(target));
    harness(shell)
}

#[test]
fn a_link_that_no_browser_opened_can_be_copied() {
    let mut harness = unopened("https://chat.example.org/channel/general");
    harness.get_by_label("No browser opened the address");
    harness
        .get_by_role_and_label(Role::Button, "Copy link")
        .click();
    let mut copied = None;
    for _ in 0..3 {
        harness.step();
        let commands = &harness.output().platform_output.commands;
        let mut texts = commands.iter().filter_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        copied = copied.or_else(|| texts.next_back());
    }
    assert_eq!(
        copied.as_deref(),
        Some("https://chat.example.org/channel/general")
    );
    harness.run_steps(2);
    harness.get_by_label("Link copied");
    let notice = harness.query_by_label("No browser opened the address");
    assert!(notice.is_none(), "it has served its purpose");
}

#[test]
fn the_message_about_it_can_be_put_away_with_mouse_and_keyboard() {
    let mut harness = unopened("https://chat.example.org/channel/general");
    click(&mut harness, "Close");
    assert!(
        harness
            .query_by_label("No browser opened the address")
            .is_none()
    );
    let mut harness = unopened("https://chat.example.org/channel/general");
    harness.get_by_role_and_label(Role::Button, "Close").focus();
    harness.run_steps(2);
    press(&mut harness, Key::Enter);
    assert!(
        harness
            .query_by_label("No browser opened the address")
            .is_none()
    );
}

//! Short messages: how long they stay, and where.

use std::time::Duration;

use egui::{Key, Rect, Vec2, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use salon::protocol::{Event, OpenTarget};
use salon::state::{Action, NoticeLevel, NoticeOffer, user_message};

use super::press;
use super::scenes::{self, signed_in};
use super::shell::{Shell, harness, harness_of};

const BRIEF: &str = "File name copied";
const LONG: &str = "No browser opened the address";

/// On the card of a save with failures.
const SAVE: &str = "See failures";

/// A room with one of each.
fn with_messages() -> Shell {
    let mut shell = signed_in(300);
    shell.state.on_action(Action::Copied("File name"));
    push_warning(&mut shell);
    shell
}

fn push_warning(shell: &mut Shell) {
    let link = "https://x.org".to_owned();
    let message = user_message::open_failed(&OpenTarget::Web(link.clone()));
    let offer = Some(NoticeOffer::CopyLink(link));
    let notices = &mut shell.state.notices;
    notices.push(NoticeLevel::Warning, message, offer);
}

/// A save has just ended, with a failure.
fn with_ended_save() -> Shell {
    let mut shell = signed_in(300);
    scenes::start_save(&mut shell);
    end_save(&mut shell);
    shell
}

fn end_save(shell: &mut Shell) {
    let job = shell.state.saves.jobs.last().unwrap().id;
    let report = Box::new(scenes::report());
    shell.state.on_event(Event::SaveFinished { job, report });
}

/// Whether the window is to be drawn again though nothing happens.
fn asks_for_a_frame(harness: &Harness<'_, Shell>) -> bool {
    let outputs = harness.output().viewport_output.values();
    let mut delays = outputs.map(|output| output.repaint_delay);
    delays.any(|delay| delay < Duration::MAX)
}

/// Time goes by, and nobody touches anything. Each step is a quarter of a second.
fn wait_secs(harness: &mut Harness<'_, Shell>, secs: usize) {
    harness.run_steps(secs * 4);
}

/// The same until the window asks for no frame; what it shows then stays there for ever.
fn wait_for_rest(harness: &mut Harness<'_, Shell>) {
    let mut steps = 0;
    while asks_for_a_frame(harness) {
        harness.step();
        steps += 1;
        assert!(steps < 400, "the window never comes to rest");
    }
}

/// Somebody looks again after a time in which nothing was drawn.
fn come_back_after(harness: &mut Harness<'_, Shell>, secs: f64) {
    let now = harness.ctx.input(|input| input.time);
    harness.input_mut().time = Some(now + secs);
    harness.input_mut().focused = true;
    harness.step();
    harness.input_mut().time = None;
}

fn is_there(harness: &Harness<'_, Shell>, words: &str) -> bool {
    harness.query_by_label(words).is_some()
}

#[test]
fn a_brief_message_goes_by_itself_and_a_warning_after_a_while() {
    let mut harness = harness(with_messages());
    assert!(is_there(&harness, BRIEF) && is_there(&harness, LONG));
    wait_secs(&mut harness, 10);
    assert!(!is_there(&harness, BRIEF) && is_there(&harness, LONG));
    wait_secs(&mut harness, 25);
    assert!(!is_there(&harness, LONG));
}

#[test]
fn nothing_that_went_stays_drawn() {
    let mut harness = harness(with_messages());
    wait_for_rest(&mut harness);
    assert!(!is_there(&harness, BRIEF) && !is_there(&harness, LONG));
}

#[test]
fn a_save_that_ended_does_not_stay_drawn_either() {
    let mut harness = harness(with_ended_save());
    assert!(is_there(&harness, SAVE));
    wait_for_rest(&mut harness);
    assert!(!is_there(&harness, SAVE));
}

#[test]
fn the_pointer_holds_a_message() {
    let mut harness = harness(with_messages());
    let at = harness.get_by_label(LONG).rect().center();
    harness.hover_at(at);
    wait_secs(&mut harness, 40);
    assert!(is_there(&harness, LONG));
    harness.hover_at(pos2(20.0, 780.0));
    wait_secs(&mut harness, 5);
    assert!(!is_there(&harness, LONG));
}

#[test]
fn the_keyboard_holds_a_message() {
    let mut harness = harness(with_messages());
    harness.get_by_label("Copy link").focus();
    wait_secs(&mut harness, 40);
    assert!(is_there(&harness, LONG));
    // What goes does not take the keyboard of another with it.
    assert!(!is_there(&harness, BRIEF));
    assert!(harness.get_by_label("Copy link").is_focused());
}

#[test]
fn a_warning_waits_for_somebody_who_looks() {
    let mut harness = harness(with_messages());
    harness.input_mut().focused = false;
    wait_secs(&mut harness, 60);
    assert!(is_there(&harness, LONG));
    wait_for_rest(&mut harness);
    come_back_after(&mut harness, 600.0);
    wait_secs(&mut harness, 20);
    assert!(is_there(&harness, LONG));
    wait_secs(&mut harness, 15);
    assert!(!is_there(&harness, LONG));
}

#[test]
fn so_does_a_save_with_failures() {
    let mut harness = harness(with_ended_save());
    harness.input_mut().focused = false;
    wait_for_rest(&mut harness);
    come_back_after(&mut harness, 600.0);
    wait_secs(&mut harness, 20);
    assert!(is_there(&harness, SAVE));
    wait_secs(&mut harness, 15);
    assert!(!is_there(&harness, SAVE));
}

#[test]
fn a_save_whose_end_was_seen_in_the_queue_is_not_told_once_more() {
    let mut shell = signed_in(300);
    scenes::start_save(&mut shell);
    let mut harness = harness(shell);
    harness.get_by_label_contains("311 of 1,243").click();
    harness.run_steps(5);
    end_save(harness.state_mut());
    harness.run_steps(5);
    press(&mut harness, Key::Escape);
    assert!(!is_there(&harness, "Stop"), "the queue is closed");
    assert!(!is_there(&harness, SAVE));
    wait_for_rest(&mut harness);
}

fn message(harness: &Harness<'_, Shell>) -> Rect {
    let words = harness.get_by_label(LONG).rect();
    words.union(harness.get_by_label("Copy link").rect())
}

#[test]
fn messages_do_not_lie_over_the_details() {
    for size in [[1280.0, 800.0], [760.0, 500.0], [700.0, 500.0]] {
        for is_large in [false, true] {
            let mut shell = signed_in(300);
            shell.state.on_action(Action::TogglePanel);
            if is_large {
                shell.state.on_action(Action::OpenViewer(5));
            }
            push_warning(&mut shell);
            let mut harness = harness_of(size, shell);
            harness.run_steps(4);
            let window = Rect::from_min_size(pos2(0.0, 0.0), Vec2::from(size));
            let message = message(&harness);
            assert!(window.contains_rect(message), "{size:?}: {message:?}");
            for of_panel in ["Posted", "Room", "Size"] {
                let row = harness.query_by_label(of_panel).map(|row| row.rect());
                let row = row.filter(|row| window.contains_rect(*row));
                let is_over = row.is_some_and(|row| row.intersects(message));
                assert!(!is_over, "{size:?} {is_large} {of_panel}: {message:?}");
            }
            let posted = harness.get_by_label("Posted").rect();
            let is_beside = message.right() < posted.left() || message.bottom() < posted.top();
            assert!(is_beside, "{size:?} {is_large}: {message:?} {posted:?}");
        }
    }
}

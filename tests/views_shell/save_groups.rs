//! Several saves of one room in the queue.

use egui::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use salon::protocol::{Event, SaveActivity};
use salon::state::Action;

use super::click;
use super::scenes::{self, report, signed_in};
use super::shell::harness;

#[test]
fn saves_of_one_room_in_a_row_name_it_once_and_each_tells_it_to_those_who_listen() {
    let mut shell = signed_in(300);
    for _ in 0..3 {
        scenes::start_save(&mut shell);
        let job = shell.state.saves.jobs.last().unwrap().id;
        let report = Box::new(report());
        shell.state.on_event(Event::SaveFinished { job, report });
    }
    shell.state.on_action(Action::ClearSelection);
    let mut harness = harness(shell);
    let chip = harness.get_all_by_role(Role::Button).find_map(|node| {
        let label = node.accesskit_node().label()?;
        label.starts_with("2 images saved").then_some(label)
    });
    click(&mut harness, &chip.unwrap());
    harness.run_steps(2);
    let named = harness.query_all_by_label("#team-offsite");
    assert_eq!(named.count(), 1);
    let spoken = harness.query_all_by_label("#team-offsite, /home/ana/Pictures");
    assert_eq!(spoken.count(), 2);
    // Nor is the room beside the bytes of each.
    assert!(harness.query_by_label("team-offsite · 2 MB").is_none());
    assert_eq!(harness.query_all_by_label("2 MB").count(), 3);
}

#[test]
fn a_save_of_its_own_names_its_room() {
    let mut shell = signed_in(300);
    scenes::start_save(&mut shell);
    scenes::advance_save(&mut shell, SaveActivity::Running);
    let mut harness = harness(shell);
    harness.get_by_label_contains("311 of 1,243").click();
    harness.run_steps(5);
    harness.get_by_label("#team-offsite");
}

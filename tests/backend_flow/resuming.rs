//! Saves that rest: paused, cut off by the end of the program, tried again.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use salon::domain::{Room, SaveJobId};
use salon::protocol::{
    Command, Event, Generation, SaveActivity, SaveChoices, SaveOrder, SaveSelection, UnfinishedSave,
};

use crate::second_start::{again, restored};
use crate::support::scripted_server::{Behaviour, PASSWORD, ScriptedServer, png};
use crate::support::{JOB, TestBackend, names_in};
use crate::*;

pub(crate) async fn activity(backend: &mut TestBackend, wanted: SaveActivity) {
    let is_it = |event: &Event| match event {
        Event::SaveAdvanced { progress, .. } => (progress.activity == wanted).then_some(()),
        _ => None,
    };
    backend.until("an activity", is_it).await;
}

async fn left_saves(backend: &mut TestBackend) -> Vec<UnfinishedSave> {
    let told = |event: &Event| match event {
        Event::SavesRestored(saves) => Some(saves.clone()),
        _ => None,
    };
    if let Some(saves) = backend.passed.iter().find_map(told) {
        return saves;
    }
    backend.until("the saves of earlier runs", told).await
}

/// What is in the folder is, byte for byte, what the server has, each once.
pub(crate) fn assert_all_there(folder: &Path, server: &ScriptedServer) {
    let world = server.world();
    let wanted: HashSet<Vec<u8>> = world.images.iter().map(|it| it.bytes.to_vec()).collect();
    let names = names_in(folder);
    assert_eq!(names.len(), wanted.len(), "{names:?}");
    let read = |name: &String| std::fs::read(folder.join(name)).unwrap();
    assert_eq!(names.iter().map(read).collect::<HashSet<_>>(), wanted);
}

pub(crate) fn files_asked(server: &ScriptedServer) -> usize {
    server.asked("/file-upload/")
}

pub(crate) fn order(
    room: &Room,
    folder: &Path,
    selection: SaveSelection,
    choices: SaveChoices,
) -> SaveOrder {
    SaveOrder {
        room: Box::new(room.clone()),
        selection,
        folder: folder.to_path_buf(),
        choices,
    }
}

#[tokio::test]
async fn a_paused_save_asks_for_nothing_and_goes_on_where_it_was() {
    let server = gated(30, 6);
    let (mut backend, room, listing) = listed(&server).await;
    let folder = save(&backend, &room, whole_room(&listing));
    saved_count(&mut backend, 6).await;
    backend.send(Command::PauseSave(JOB));
    activity(&mut backend, SaveActivity::Paused).await;
    let asked = files_asked(&server);
    server.gate.add_permits(100);
    // Another save has its turn meanwhile.
    let other = SaveJobId(2);
    let one = SaveSelection::Uploads(uploads(&listing)[..1].to_vec());
    let elsewhere = backend.path().join("elsewhere");
    let order = order(&room, &elsewhere, one, SaveChoices::default());
    backend.send(Command::StartSave {
        job: other,
        order: Box::new(order),
    });
    assert_eq!(backend.saved().await.saved.len(), 1);
    assert_eq!(files_asked(&server), asked + 1);
    backend.send(Command::ResumeSaves(vec![JOB]));
    let report = backend.saved().await;
    assert_eq!(report.saved.len(), 30, "{:?}", report.failed);
    assert_all_there(&folder, &server);
    // What was complete was not asked for again.
    assert!(files_asked(&server) <= asked + 1 + 24);
}

#[tokio::test]
async fn what_the_end_of_the_program_cut_off_goes_on_with_one_command() {
    let server = gated(250, 20);
    let (mut backend, room, listing) = listed(&server).await;
    let folder = save(&backend, &room, whole_room(&listing));
    saved_count(&mut backend, 20).await;
    backend.close();
    server.gate.add_permits(1_000);
    let asked = files_asked(&server);
    let mut backend = again(backend, &server);
    // The window forgets what it heard before it knows of the session.
    restored(&mut backend).await;
    let is_early =
        |event: &Event| matches!(event, Event::SavesRestored(_) | Event::SavedRoomsKnown(_));
    assert!(!backend.passed.iter().any(is_early));
    let left = left_saves(&mut backend).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].job, JOB);
    assert_eq!(left[0].room.title, room.title);
    assert_eq!(left[0].folder, folder);
    assert_eq!(left[0].saved_count, 20);
    assert_eq!(left[0].total_count, 250);
    backend.send(Command::ResumeSaves(vec![JOB]));
    let report = backend.saved().await;
    assert_eq!(report.saved.len(), 230, "{:?}", report.failed);
    assert_eq!(report.already_there.len(), 20);
    assert_all_there(&folder, &server);
    assert!(files_asked(&server) <= asked + 230);
    backend.close();
    let mut backend = again(backend, &server);
    assert_eq!(left_saves(&mut backend).await, []);
}

#[tokio::test]
async fn a_selection_is_resumed_as_it_was_chosen() {
    let server = gated(30, 2);
    let (mut backend, room, listing) = listed(&server).await;
    let chosen: Vec<_> = uploads(&listing).into_iter().step_by(5).collect();
    let folder = backend.path().join("chosen");
    let choices = SaveChoices {
        template: "{n} {name}".to_owned(),
        ..SaveChoices::default()
    };
    let selection = SaveSelection::Uploads(chosen);
    let order = order(&room, &folder, selection, choices);
    backend.send(Command::StartSave {
        job: JOB,
        order: Box::new(order),
    });
    saved_count(&mut backend, 2).await;
    backend.close();
    server.gate.add_permits(1_000);
    let mut backend = again(backend, &server);
    assert_eq!(left_saves(&mut backend).await[0].total_count, 6);
    backend.send(Command::ResumeSaves(vec![JOB]));
    backend.saved().await;
    let names = [
        "0001 picture 25.png",
        "0002 picture 20.png",
        "0003 picture 15.png",
        "0004 picture 10.png",
        "0005 picture 5.png",
        "0006 picture 0.png",
    ];
    let mut found = names_in(&folder);
    found.sort();
    assert_eq!(found, names);
}

#[tokio::test]
async fn signing_out_keeps_what_is_still_to_be_saved() {
    let server = gated(20, 5);
    let (mut backend, room, listing) = listed(&server).await;
    let folder = save(&backend, &room, whole_room(&listing));
    saved_count(&mut backend, 5).await;
    backend.send(Command::SignOut);
    signed_out(&mut backend).await;
    // Nothing else of the account is left.
    for path in walk(backend.path()) {
        let bytes = std::fs::read(&path).unwrap();
        let has = |text: &str| {
            bytes
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        assert!(!has("Paula Poster"), "{}", path.display());
    }
    server.gate.add_permits(100);
    backend.drain();
    backend.passed.clear();
    backend.log_in(&server.url(), PASSWORD, None);
    backend.session_started().await;
    let left = left_saves(&mut backend).await;
    assert_eq!(left.len(), 1, "{left:?}");
    backend.send(Command::ResumeSaves(vec![left[0].job]));
    let report = backend.saved().await;
    assert_eq!(report.saved.len() + report.already_there.len(), 20);
    assert_eq!(report.already_there.len(), 5);
    assert_all_there(&folder, &server);
}

#[tokio::test]
async fn signing_out_can_forget_that_as_well() {
    let server = gated(20, 5);
    let (mut backend, room, listing) = listed(&server).await;
    let folder = save(&backend, &room, whole_room(&listing));
    saved_count(&mut backend, 5).await;
    backend.send(Command::SignOutAndForget);
    signed_out(&mut backend).await;
    let left = walk(backend.path());
    let left: Vec<_> = left.iter().filter(|it| !it.starts_with(&folder)).collect();
    assert_eq!(left, Vec::<&PathBuf>::new());
    assert_eq!(names_in(&folder).len(), 5);
}

#[tokio::test]
async fn a_second_program_does_not_offer_what_the_first_one_saves() {
    let server = gated(10, 3);
    let (mut backend, room, listing) = listed(&server).await;
    save(&backend, &room, whole_room(&listing));
    saved_count(&mut backend, 3).await;
    let mut other = TestBackend::on(backend.path(), Arc::clone(&backend.store));
    other.send(Command::ResumeSession {
        account: account(&server),
        generation: Generation(1),
    });
    restored(&mut other).await;
    other.rooms().await;
    let offered =
        other.passed(|event| matches!(event, Event::SavesRestored(saves) if !saves.is_empty()));
    assert_eq!(offered, 0);
    server.gate.add_permits(100);
    assert_eq!(backend.saved().await.saved.len(), 10);
}

#[tokio::test]
async fn what_failed_is_tried_again_and_then_forgotten() {
    let server = ScriptedServer::start(8);
    server.world().images[2].behaviour = Behaviour::Html;
    let (mut backend, room, listing) = listed(&server).await;
    let folder = save(&backend, &room, whole_room(&listing));
    assert_eq!(backend.saved().await.failed.len(), 1);
    backend.close();
    let mut backend = again(backend, &server);
    let left = left_saves(&mut backend).await;
    assert_eq!((left[0].saved_count, left[0].failed_count), (7, 1));
    server.world().images[2].behaviour = Behaviour::Good;
    backend.send(Command::RetrySave(JOB));
    let report = backend.saved().await;
    assert_eq!((report.saved.len(), report.failed.len()), (1, 0));
    assert_all_there(&folder, &server);
    backend.close();
    let mut backend = again(backend, &server);
    assert_eq!(left_saves(&mut backend).await, []);
}

#[tokio::test]
async fn a_retry_in_the_same_run_counts_what_was_saved_before() {
    let server = ScriptedServer::start(8);
    server.world().images[2].behaviour = Behaviour::Html;
    let (mut backend, room, listing) = listed(&server).await;
    let chosen = SaveSelection::Uploads(uploads(&listing));
    save(&backend, &room, chosen);
    assert_eq!(backend.saved().await.failed.len(), 1);
    server.world().images[2].behaviour = Behaviour::Good;
    let asked = files_asked(&server);
    backend.send(Command::RetrySave(JOB));
    let report = backend.saved().await;
    assert_eq!(report.failed, []);
    assert_eq!(report.saved.len(), 8);
    assert_eq!(files_asked(&server), asked + 1);
}

#[tokio::test]
async fn a_save_that_is_forgotten_leaves_no_part_behind() {
    let server = ScriptedServer::start(6);
    {
        let mut world = server.world();
        world.images[1].bytes = png(200, 200, 1);
        world.images[1].behaviour = Behaviour::StallsAfter(30_000);
    }
    let (mut backend, room, listing) = listed(&server).await;
    let folder = save(&backend, &room, whole_room(&listing));
    saved_count(&mut backend, 5).await;
    backend.close();
    assert_eq!(names_in(&folder).len(), 6, "five files and a part");
    let mut backend = again(backend, &server);
    let left = left_saves(&mut backend).await;
    backend.send(Command::ForgetSave(left[0].job));
    backend.close();
    assert_eq!(names_in(&folder).len(), 5);
    let mut backend = again(backend, &server);
    assert_eq!(left_saves(&mut backend).await, []);
}

/// How many threads of this program save.
#[cfg(target_os = "linux")]
fn saver_count() -> usize {
    let threads = std::fs::read_dir("/proc/self/task").unwrap().flatten();
    let name = |thread: std::fs::DirEntry| std::fs::read_to_string(thread.path().join("comm"));
    let names = threads.filter_map(|thread| name(thread).ok());
    names.filter(|name| name.trim() == "salon-saver").count()
}

#[tokio::test]
async fn hundreds_of_saves_begin_with_one_command_and_only_the_first_has_a_thread() {
    let server = gated(3, 0);
    let (mut backend, room, listing) = listed(&server).await;
    let root = backend.path().to_path_buf();
    let one = |number: u64| {
        let folder = root.join(number.to_string());
        let selection = SaveSelection::Uploads(uploads(&listing)[..1].to_vec());
        let order = order(&room, &folder, selection, SaveChoices::default());
        (SaveJobId(number), order)
    };
    let numbers = 1..=200;
    backend.send(Command::StartSaves(numbers.clone().map(one).collect()));
    activity(&mut backend, SaveActivity::Running).await;
    // Other tests of this program save as well.
    #[cfg(target_os = "linux")]
    assert!(saver_count() < 100, "{}", saver_count());
    // One that waits can be taken off the queue, and another rests.
    backend.send(Command::CancelSave(SaveJobId(150)));
    let finished = |event: &Event| match event {
        Event::SaveFinished { job, report } => Some((*job, report.is_cancelled)),
        _ => None,
    };
    let end = backend.until("the end of one that waits", finished).await;
    assert_eq!(end, (SaveJobId(150), true));
    backend.send(Command::PauseSave(SaveJobId(20)));
    activity(&mut backend, SaveActivity::Paused).await;
    server.gate.add_permits(1_000);
    let mut order = Vec::new();
    for _ in 0..198 {
        order.push(backend.until("the end of a save", finished).await.0.0);
    }
    // The next one begins while the end of one is told, so that two may change places.
    order.sort_unstable();
    let wanted = numbers.filter(|number| ![20, 150].contains(number));
    assert_eq!(order, wanted.collect::<Vec<_>>());
    backend.send(Command::ResumeSaves(vec![SaveJobId(20)]));
    let end = backend.until("the one that rested", finished).await;
    assert_eq!(end, (SaveJobId(20), false));
}

#[tokio::test]
async fn saves_that_wait_for_their_turn_are_offered_after_the_end_of_the_program() {
    let server = gated(5, 0);
    let (mut backend, room, listing) = listed(&server).await;
    let root = backend.path().to_path_buf();
    let one = |number: u64| {
        let folder = root.join(number.to_string());
        let order = order(&room, &folder, whole_room(&listing), SaveChoices::default());
        (SaveJobId(number), order)
    };
    backend.send(Command::StartSaves((1..=30).map(one).collect()));
    activity(&mut backend, SaveActivity::Running).await;
    backend.close();
    server.gate.add_permits(1_000);
    let mut backend = again(backend, &server);
    let left = left_saves(&mut backend).await;
    let jobs: Vec<_> = left.iter().map(|save| save.job).collect();
    assert_eq!(jobs, (1..=30).map(SaveJobId).collect::<Vec<_>>());
    backend.send(Command::ResumeSaves(jobs));
    for _ in 0..30 {
        assert_eq!(backend.saved().await.saved.len(), 5);
    }
}

//! Saves that rest: paused, cut off by the end of the program, tried again, brought up to date.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use salon::domain::{Room, SaveJobId};
use salon::protocol::{
    ClashRule, Command, Event, Generation, SaveActivity, SaveChoices, SaveFailure, SaveOrder,
    SaveReport, SaveSelection, SaveSurvey, SavedUntil, StorageError, SurveyError, UnfinishedSave,
};
use tokio::sync::Semaphore;

use crate::second_start::{again, restored};
use crate::support::scripted_server::{Behaviour, Image, PASSWORD, ScriptedServer, png};
use crate::support::{JOB, TestBackend, names_in};
use crate::*;

/// A server that gives so many files, and then waits.
fn gated(image_count: usize, files: usize) -> ScriptedServer {
    let mut server = ScriptedServer::start(image_count);
    server.gate = Arc::new(Semaphore::new(files));
    server.stop();
    server.listen();
    server
}

async fn saved_count(backend: &mut TestBackend, count: usize) {
    let is_there = |event: &Event| match event {
        Event::SaveAdvanced { progress, .. } => (progress.saved_count == count).then_some(()),
        _ => None,
    };
    backend.until("some files", is_there).await;
}

async fn activity(backend: &mut TestBackend, wanted: SaveActivity) {
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
fn assert_all_there(folder: &Path, server: &ScriptedServer) {
    let world = server.world();
    let wanted: HashSet<Vec<u8>> = world.images.iter().map(|it| it.bytes.to_vec()).collect();
    let names = names_in(folder);
    assert_eq!(names.len(), wanted.len(), "{names:?}");
    let read = |name: &String| std::fs::read(folder.join(name)).unwrap();
    assert_eq!(names.iter().map(read).collect::<HashSet<_>>(), wanted);
}

fn files_asked(server: &ScriptedServer) -> usize {
    server.asked("/file-upload/")
}

fn order(room: &Room, folder: &Path, selection: SaveSelection, choices: SaveChoices) -> SaveOrder {
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
    let signed_out = |event: &Event| matches!(event, Event::SignedOut { .. }).then_some(());
    backend.until("the end of the session", signed_out).await;
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
    let signed_out = |event: &Event| matches!(event, Event::SignedOut { .. }).then_some(());
    backend.until("the end of the session", signed_out).await;
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

/// How far rooms were saved.
async fn saved_rooms(backend: &mut TestBackend) -> Vec<SavedUntil> {
    let known = |event: &Event| match event {
        Event::SavedRoomsKnown(rooms) if !rooms.is_empty() => Some(rooms.clone()),
        _ => None,
    };
    match backend.passed.iter().find_map(known) {
        Some(rooms) => rooms,
        None => backend.until("the room that was saved", known).await,
    }
}

#[tokio::test]
async fn how_a_room_was_saved_is_told_with_how_far() {
    let server = ScriptedServer::start(4);
    let (mut backend, room, listing) = listed(&server).await;
    let choices = SaveChoices {
        template: "{date}/{name}".to_owned(),
        strips_position: true,
        ..SaveChoices::default()
    };
    let folder = backend.path().join("publish");
    let order = order(&room, &folder, whole_room(&listing), choices.clone());
    backend.send(Command::StartSave {
        job: JOB,
        order: Box::new(order),
    });
    backend.saved().await;
    let rooms = saved_rooms(&mut backend).await;
    assert_eq!(rooms[0].choices.as_ref(), Some(&choices));
    backend.close();
    let mut backend = again(backend, &server);
    let rooms = saved_rooms(&mut backend).await;
    assert_eq!(rooms[0].choices, Some(choices));
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_behind_a_link_is_told_as_it_is_written_down() {
    let server = ScriptedServer::start(4);
    let (mut backend, room, listing) = listed(&server).await;
    let root = std::fs::canonicalize(backend.path()).unwrap();
    std::fs::create_dir(root.join("disk")).unwrap();
    std::os::unix::fs::symlink(root.join("disk"), root.join("link")).unwrap();
    let typed = root.join("link/room");
    let order = order(&room, &typed, whole_room(&listing), SaveChoices::default());
    backend.send(Command::StartSave {
        job: JOB,
        order: Box::new(order),
    });
    let found = |event: &Event| match event {
        Event::SaveFolderFound { job: JOB, folder } => Some(folder.clone()),
        _ => None,
    };
    let folder = backend.until("the folder", found).await;
    assert_eq!(folder, root.join("disk/room"));
    assert_eq!(saved_rooms(&mut backend).await[0].folder, folder);
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

async fn update(
    backend: &mut TestBackend,
    room: &Room,
    folder: &Path,
    listing: &Listing,
) -> SaveReport {
    let selection = SaveSelection::News {
        listing: Arc::new(listing.clone()),
    };
    let order = order(room, folder, selection, SaveChoices::default());
    backend.send(Command::StartSave {
        job: SaveJobId(7),
        order: Box::new(order),
    });
    backend.saved().await
}

#[tokio::test]
async fn an_update_brings_what_is_new_and_repairs_what_has_lost_its_end() {
    let server = ScriptedServer::start(450);
    for (index, image) in server.world().images.iter_mut().enumerate() {
        // Three days apart, so that only a few are as new as a draft may be.
        image.millis = 1_700_000_000_000 - i64::try_from(index).unwrap() * 3 * 86_400_000;
    }
    let (mut backend, room, listing) = listed(&server).await;
    let folder = save(&backend, &room, whole_room(&listing));
    assert_eq!(backend.saved().await.saved.len(), 450);
    let rooms = saved_rooms(&mut backend).await;
    assert_eq!(rooms[0].choices, Some(SaveChoices::default()));
    assert_eq!(rooms[0].room, room.id);
    assert_eq!(rooms[0].until.as_millisecond(), 1_700_000_000_000);
    let broken = folder.join("picture 440.png");
    let file = std::fs::File::options().write(true).open(&broken).unwrap();
    file.set_len(40).unwrap();
    let mut new = Image::new(999);
    new.id = "newcomer".to_owned();
    new.millis = 1_700_000_000_000 + 60_000;
    server.world().images.insert(0, new);
    let asked = files_asked(&server);
    let listings = server.asked("rooms.images");
    let report = update(&mut backend, &room, &folder, &listing).await;
    assert_eq!(report.saved.len(), 2, "{:?}", report.failed);
    assert_eq!(report.repaired_count, 1);
    assert_eq!(files_asked(&server), asked + 2);
    assert_all_there(&folder, &server);
    assert!(
        server.asked("rooms.images") > listings,
        "the newest were not asked for"
    );
    // A file that the person has deleted is not news.
    std::fs::remove_file(folder.join("picture 300.png")).unwrap();
    let report = update(&mut backend, &room, &folder, &listing).await;
    assert_eq!(report.saved.len(), 0);
    assert_eq!(files_asked(&server), asked + 2);
}

#[tokio::test]
async fn a_name_that_is_taken_is_asked_about_once() {
    let server = ScriptedServer::start(10);
    let (mut backend, room, listing) = listed(&server).await;
    let folder = backend.path().join("asked");
    std::fs::create_dir(&folder).unwrap();
    for name in ["picture 2.png", "PICTURE 5.PNG"] {
        std::fs::write(folder.join(name), "somebody's own").unwrap();
    }
    let choices = SaveChoices {
        on_clash: ClashRule::Ask,
        ..SaveChoices::default()
    };
    let order = order(&room, &folder, whole_room(&listing), choices);
    backend.send(Command::StartSave {
        job: JOB,
        order: Box::new(order),
    });
    let asks = |event: &Event| match event {
        Event::SaveAsks { path, .. } => Some(path.clone()),
        _ => None,
    };
    let asked = backend.until("the question", asks).await;
    assert!(asked.ends_with("picture 2.png"), "{}", asked.display());
    activity(&mut backend, SaveActivity::Asking).await;
    backend.send(Command::AnswerClash {
        job: JOB,
        rule: ClashRule::Skip,
    });
    let report = backend.saved().await;
    assert_eq!(report.left_out_count, 2);
    assert_eq!(report.saved.len(), 8);
    assert_eq!(
        backend.passed(|event| asks(event).is_some()),
        0,
        "asked twice"
    );
    let own = std::fs::read(folder.join("picture 2.png")).unwrap();
    assert_eq!(own, b"somebody's own");
}

async fn survey(
    backend: &mut TestBackend,
    order: SaveOrder,
) -> Result<Box<SaveSurvey>, SurveyError> {
    backend.send(Command::SurveySave {
        survey: 3,
        order: Box::new(order),
    });
    let answer = |event: &Event| match event {
        Event::SaveSurveyed { survey: 3, result } => Some(result.clone()),
        _ => None,
    };
    backend.until("the survey", answer).await
}

#[tokio::test]
async fn a_survey_says_what_a_save_would_do_and_does_nothing() {
    let server = ScriptedServer::start(12);
    let (mut backend, room, listing) = listed(&server).await;
    let folder = backend.path().join("surveyed");
    let with = |template: &str| SaveChoices {
        template: template.to_owned(),
        ..SaveChoices::default()
    };
    let plain = order(
        &room,
        &folder,
        whole_room(&listing),
        with("{date}/{user} {name}"),
    );
    let seen = survey(&mut backend, plain).await.unwrap();
    assert_eq!((seen.count, seen.there_count, seen.clash_count), (12, 0, 0));
    assert_eq!(seen.bytes, seen.missing_bytes);
    assert_eq!(seen.examples.len(), 3);
    assert!(
        seen.examples[0].ends_with("poster picture 0.png"),
        "{:?}",
        seen.examples
    );
    assert!(seen.free.is_some());
    assert!(!seen.is_partial);
    assert!(!folder.exists());
    let same = order(&room, &folder, whole_room(&listing), with("{room}"));
    assert_eq!(survey(&mut backend, same).await.unwrap().clash_count, 11);
    let wrong = order(&room, &folder, whole_room(&listing), with("{nmae}"));
    let error = survey(&mut backend, wrong).await.unwrap_err();
    assert!(
        matches!(&error, SurveyError::Template(text) if text.contains("name")),
        "{error:?}"
    );
    let nowhere = Path::new("/proc/nowhere/below");
    let nowhere = order(&room, nowhere, whole_room(&listing), SaveChoices::default());
    let error = survey(&mut backend, nowhere).await.unwrap_err();
    assert!(matches!(error, SurveyError::Storage(_)), "{error:?}");
    let first = SaveSelection::Uploads(uploads(&listing)[..4].to_vec());
    let job = order(&room, &folder, first, SaveChoices::default());
    backend.send(Command::StartSave {
        job: JOB,
        order: Box::new(job),
    });
    backend.saved().await;
    std::fs::write(folder.join("picture 7.png"), "another").unwrap();
    let all = order(&room, &folder, whole_room(&listing), SaveChoices::default());
    let seen = survey(&mut backend, all).await.unwrap();
    assert_eq!((seen.there_count, seen.taken_count), (4, 1));
}

#[tokio::test]
async fn a_folder_that_is_gone_is_not_made_again_by_an_update() {
    let server = ScriptedServer::start(5);
    let (mut backend, room, listing) = listed(&server).await;
    let folder = save(&backend, &room, whole_room(&listing));
    assert_eq!(backend.saved().await.saved.len(), 5);
    // As where a disk was unplugged.
    let aside = backend.path().join("aside");
    std::fs::rename(&folder, &aside).unwrap();
    let report = update(&mut backend, &room, &folder, &listing).await;
    assert!(
        matches!(
            report.stopped_by,
            Some(SaveFailure::Storage(StorageError::FolderGone { .. }))
        ),
        "{:?}",
        report.stopped_by
    );
    assert!(!folder.exists());
    std::fs::rename(&aside, &folder).unwrap();
    backend.send(Command::RetrySave(SaveJobId(7)));
    let report = backend.saved().await;
    assert_eq!(report.stopped_by, None);
    assert_eq!(report.failed, []);
}

#[tokio::test]
async fn images_of_one_name_are_all_saved_whatever_is_done_about_files_of_others() {
    for rule in [ClashRule::Skip, ClashRule::Overwrite, ClashRule::Ask] {
        let server = ScriptedServer::start(6);
        for (index, image) in server.world().images.iter_mut().enumerate() {
            let name = ["image.png", "IMAGE.PNG"][index % 2];
            name.clone_into(&mut image.name);
        }
        let (mut backend, room, listing) = listed(&server).await;
        let folder = backend.path().join("same");
        let choices = SaveChoices {
            on_clash: rule,
            ..SaveChoices::default()
        };
        // One after the other, as after a pause: each run finds what the one before has saved.
        for (index, upload) in uploads(&listing).into_iter().enumerate() {
            let one = SaveSelection::Uploads(vec![upload]);
            let order = order(&room, &folder, one, choices.clone());
            let job = SaveJobId(10 + index as u64);
            let order = Box::new(order);
            backend.send(Command::StartSave { job, order });
            let report = backend.saved().await;
            assert_eq!(
                (report.saved.len(), report.left_out_count),
                (1, 0),
                "{rule:?}"
            );
        }
        assert_all_there(&folder, &server);
        // And all at once.
        let folder = backend.path().join("at once");
        let order = order(&room, &folder, whole_room(&listing), choices);
        let order = Box::new(order);
        backend.send(Command::StartSave { job: JOB, order });
        assert_eq!(backend.saved().await.saved.len(), 6, "{rule:?}");
        assert_all_there(&folder, &server);
    }
}

#[tokio::test]
async fn a_server_without_its_storage_leaves_no_room_saved() {
    let server = ScriptedServer::start(4);
    for image in &mut server.world().images {
        image.behaviour = Behaviour::Missing;
    }
    let (mut backend, room, listing) = listed(&server).await;
    save(&backend, &room, whole_room(&listing));
    assert_eq!(backend.saved().await.failed.len(), 4);
    let is_known =
        |event: &Event| matches!(event, Event::SavedRoomsKnown(rooms) if !rooms.is_empty());
    assert_eq!(backend.passed(is_known), 0);
}

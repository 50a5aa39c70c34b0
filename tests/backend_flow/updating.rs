//! Rooms that were saved before: how they were, what is new in them, and names that are taken.

use std::path::Path;
use std::sync::Arc;

use salon::domain::{Room, SaveJobId};
use salon::protocol::{
    ClashRule, Command, Event, SaveActivity, SaveChoices, SaveOrder, SaveReport, SaveSelection,
    SaveSurvey, SavedUntil, SurveyError,
};

use crate::resuming::{activity, assert_all_there, files_asked, order};
use crate::second_start::again;
use crate::support::scripted_server::{Behaviour, Image, ScriptedServer};
use crate::support::{JOB, TestBackend};
use crate::*;

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
    assert_folder_gone(report.stopped_by.as_ref());
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

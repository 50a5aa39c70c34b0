//! Saves that are not over, and what is left of an account when one signs out.

use std::path::{Path, PathBuf};

use super::*;
use crate::domain::{Person, Room, RoomKind, SaveJobId};
use crate::storage::{
    ClashRule, SaveChoices, SaveCounts, SaveScope, SavedFile, StoredSave, keep_only_saves,
};

fn kept_room() -> Room {
    Room {
        is_team: true,
        discussion_of: Some(RoomId::from("parent")),
        slug: Some("photos".to_owned()),
        is_encrypted: true,
        ..Room::new(room(), RoomKind::PrivateGroup, "Les photos d'été")
    }
}

fn save(job: u64, scope: SaveScope) -> StoredSave {
    StoredSave {
        job: SaveJobId(job),
        room: kept_room(),
        folder: PathBuf::from("/pictures/été"),
        choices: SaveChoices {
            template: "{date}/{name}".to_owned(),
            on_clash: ClashRule::Ask,
            has_page: true,
            ..SaveChoices::default()
        },
        scope,
        counts: SaveCounts::default(),
    }
}

fn saved_file() -> SavedFile {
    SavedFile {
        upload: UploadId::from("u1"),
        room: room(),
        folder: PathBuf::from("/pictures/été"),
        path: PathBuf::from("/pictures/été/a.png"),
        size: ByteCount(12),
        posted_at: None,
        saved_at: Timestamp::UNIX_EPOCH,
        xxh3: Some(7),
        sha256: None,
    }
}

#[test]
fn a_save_is_kept_as_it_was_ordered_until_it_is_forgotten() {
    let machine = Machine::new();
    let library = machine.open();
    let chosen = ["z", "a", "m"].map(UploadId::from).to_vec();
    let first = save(1_700_000_000_000_000, SaveScope::Uploads(chosen));
    let except = vec![UploadId::from("b")];
    let second = save(1_700_000_000_000_001, SaveScope::AllBut(except));
    let third = save(1_700_000_000_000_002, SaveScope::News);
    for save in [&second, &first, &third] {
        library.keep_save(save.clone()).unwrap();
    }
    let counts = SaveCounts {
        saved: 311,
        failed: 2,
        total: 1_243,
    };
    library.keep_save_counts(second.job, counts);
    library.keep_save_counts(SaveJobId(5), counts);
    library.close();
    let library = machine.open();
    let second = StoredSave { counts, ..second };
    assert_eq!(
        library.unfinished_saves(),
        [first.clone(), second, third.clone()]
    );
    library
        .forget_save(SaveJobId(1_700_000_000_000_001))
        .unwrap();
    assert_eq!(library.unfinished_saves(), [first, third]);
}

#[test]
fn a_save_of_a_later_version_hides_none_of_the_others() {
    let machine = Machine::new();
    let library = machine.open();
    let known = save(2, SaveScope::News);
    library.keep_save(save(1, SaveScope::News)).unwrap();
    library.keep_save(known.clone()).unwrap();
    let connection = rusqlite::Connection::open(library.path()).unwrap();
    let sql = "UPDATE save_jobs SET spec = replace(spec, '\"News\"', '\"Albums\"') WHERE job = 1";
    assert_eq!(connection.execute(sql, []).unwrap(), 1);
    assert_eq!(library.unfinished_saves(), [known]);
    assert_eq!(machine.told(), []);
}

#[test]
fn one_program_at_a_time_offers_what_is_left() {
    let machine = Machine::new();
    let (one, other) = (machine.open(), machine.open());
    let lock = one.lock_saves().unwrap();
    assert!(other.lock_saves().is_none());
    drop(lock);
    assert!(other.lock_saves().is_some());
}

#[test]
fn what_was_saved_and_is_to_be_saved_outlives_signing_out_and_nothing_else_does() {
    let machine = Machine::new();
    let library = machine.open();
    let server = Server::with(300);
    server.read_all(&library, &mut Listing::default());
    let stranger = Person {
        id: UserId::from("paula"),
        username: Some("paula".to_owned()),
        name: Some("Paula Poster".to_owned()),
    };
    library.keep_people(vec![stranger]);
    library.keep_rooms(vec![kept_room()]);
    library.record_saved(saved_file());
    library.keep_save(save(3, SaveScope::News)).unwrap();
    library.flush();
    let path = library.path().to_path_buf();
    library.close();
    keep_only_saves(&machine.dirs(), &account()).unwrap();
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let has = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
        assert!(!has(b"Paula"), "a name is left");
    }
    let library = machine.open();
    assert!(stored(&library).is_none());
    assert_eq!(library.rooms(), []);
    assert_eq!(library.people().len(), 0);
    assert_eq!(library.copies_of(&UploadId::from("u1")), [saved_file()]);
    assert_eq!(library.unfinished_saves(), [save(3, SaveScope::News)]);
    // It goes on being a library.
    server.read_all(&library, &mut Listing::default());
    assert_eq!(ids(&stored(&library).unwrap()), server.ids());
    assert_eq!(machine.told(), []);
}

#[test]
fn where_nothing_was_saved_nothing_is_left() {
    let machine = Machine::new();
    let library = machine.open();
    library.keep_rooms(vec![kept_room()]);
    library.flush();
    let path = library.path().to_path_buf();
    library.close();
    keep_only_saves(&machine.dirs(), &account()).unwrap();
    assert!(!path.exists());
    assert!(!Path::exists(path.parent().unwrap()));
    keep_only_saves(&machine.dirs(), &account()).unwrap();
}

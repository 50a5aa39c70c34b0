//! The ledger of saved files.

use std::path::{Path, PathBuf};

use super::*;
use crate::storage::{SaveChoices, SavedFile, SavedUntil, plain_path};

fn saved(upload: &str, path: impl Into<PathBuf>) -> SavedFile {
    SavedFile {
        upload: UploadId::from(upload),
        room: room(),
        folder: PathBuf::from("/pictures/room"),
        path: path.into(),
        size: ByteCount(1_234_567),
        posted_at: Some(Timestamp::from_millisecond(1_700_000_000_123).unwrap()),
        saved_at: Timestamp::from_millisecond(1_750_000_000_456).unwrap(),
        xxh3: Some(u128::MAX - 7),
        sha256: Some(std::array::from_fn(|n| u8::try_from(n).unwrap())),
    }
}

/// Written down at once.
fn record(library: &Library, file: &SavedFile) {
    library.record_saved(file.clone());
    library.flush();
}

/// The same upload in another folder, a second later.
fn copied_elsewhere(first: &SavedFile) -> SavedFile {
    SavedFile {
        folder: PathBuf::from("/elsewhere"),
        saved_at: first.saved_at + jiff::SignedDuration::from_secs(1),
        ..saved(first.upload.as_str(), "/elsewhere/a.png")
    }
}

#[test]
fn a_row_is_there_when_it_is_written_and_after_a_restart() {
    let machine = Machine::new();
    let library = machine.open();
    let file = saved("u1", "/pictures/room/a.png");
    record(&library, &file);
    let rows = vec![file.clone()];
    assert_eq!(library.copies_of(&file.upload), rows);
    drop(library);
    let library = machine.open();
    assert_eq!(library.saved_at_path(&file.path), rows);
    assert_eq!(library.saved_in(&room(), &file.folder), rows);
    assert_eq!(library.copies_of(&UploadId::from("u2")), []);
    assert_eq!(library.saved_at_path(Path::new("/pictures/room/b.png")), []);
    assert_eq!(library.saved_in(&room(), Path::new("/pictures")), []);
}

#[test]
fn a_path_has_rows_of_one_content_and_an_upload_as_many_as_it_has_copies() {
    let machine = Machine::new();
    let library = machine.open();
    let first = saved("u1", "/pictures/room/a.png");
    record(&library, &first);
    let second = SavedFile {
        posted_at: None,
        ..copied_elsewhere(&first)
    };
    record(&library, &second);
    assert_eq!(library.copies_of(&first.upload), [second, first.clone()]);
    let twin = saved("u2", first.path.clone());
    record(&library, &twin);
    assert_eq!(library.saved_at_path(&first.path), [first.clone(), twin]);
    let other = SavedFile {
        xxh3: Some(9),
        sha256: None,
        ..saved("u3", first.path.clone())
    };
    record(&library, &other);
    assert_eq!(library.saved_at_path(&first.path), [other]);
    assert_eq!(library.copies_of(&first.upload).len(), 1);
}

#[cfg(unix)]
#[test]
fn a_path_that_is_no_text_comes_back_as_it_was() {
    use std::os::unix::ffi::OsStrExt as _;
    let machine = Machine::new();
    let library = machine.open();
    let name = std::ffi::OsStr::from_bytes(b"/pict\xffures/'\n.png");
    let file = saved("u1", name);
    record(&library, &file);
    assert_eq!(library.saved_at_path(&file.path), [file]);
}

#[test]
fn how_far_a_room_was_saved_is_known_for_each_folder() {
    let machine = Machine::new();
    let library = machine.open();
    let mark = |seconds| SavedUntil {
        room: room(),
        folder: PathBuf::from("/pictures/room"),
        until: Timestamp::from_second(seconds).unwrap(),
        choices: None,
    };
    assert_eq!(library.saved_until(&room(), &mark(0).folder), None);
    library.record_saved_until(mark(5)).unwrap();
    library.record_saved_until(mark(7)).unwrap();
    let until = library.saved_until(&room(), &mark(0).folder);
    assert_eq!(until, Some(mark(7).until));
    assert_eq!(library.saved_until(&room(), Path::new("/other")), None);
}

#[test]
fn how_a_room_was_saved_into_a_folder_is_known_after_a_restart() {
    let machine = Machine::new();
    let library = machine.open();
    let choices = SaveChoices {
        template: "{date}/{name}".to_owned(),
        strips_position: true,
        ..SaveChoices::default()
    };
    let mark = SavedUntil {
        room: room(),
        folder: PathBuf::from("/pictures/room"),
        until: Timestamp::from_second(5).unwrap(),
        choices: Some(choices),
    };
    library.record_saved_until(mark.clone()).unwrap();
    library.close();
    let library = machine.open();
    assert_eq!(library.saved_rooms(), [mark]);
}

#[test]
fn a_path_of_windows_without_links_is_the_one_that_people_write() {
    let plain = |path| plain_path(Path::new(path)).to_str().unwrap();
    assert_eq!(plain(r"\\?\C:\Pictures"), r"C:\Pictures");
    assert_eq!(plain(r"\\?\UNC\server\share"), r"\\?\UNC\server\share");
    assert_eq!(plain("/pictures"), "/pictures");
    let mark = SavedUntil {
        room: room(),
        folder: PathBuf::from(r"\\?\C:\Pictures"),
        until: Timestamp::UNIX_EPOCH,
        choices: None,
    };
    assert!(mark.is_in(Path::new(r"C:\Pictures")));
    assert!(!mark.is_in(Path::new(r"C:\Other")));
}

#[test]
fn a_mark_of_a_version_that_knew_no_choices_stays_without_them() {
    let machine = Machine::new();
    let library = machine.open();
    let path = library.path().to_path_buf();
    library.close();
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .execute_batch(
            "DROP TABLE save_jobs; ALTER TABLE saved_rooms DROP COLUMN choices;
             PRAGMA user_version = 2;
             INSERT INTO saved_rooms VALUES ('r', '/pictures/room', 5000);",
        )
        .unwrap();
    drop(connection);
    let marks = machine.open().saved_rooms();
    assert_eq!(marks.len(), 1);
    assert_eq!(marks[0].until, Timestamp::from_second(5).unwrap());
    assert_eq!(marks[0].choices, None);
}

#[test]
fn a_library_of_the_first_version_gets_its_ledger_and_keeps_what_it_has() {
    let machine = Machine::new();
    let library = machine.open();
    let server = Server::with(300);
    server.read_all(&library, &mut Listing::default());
    library.flush();
    let path = library.path().to_path_buf();
    library.close();
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .execute_batch("DROP TABLE saved_files; DROP TABLE saved_rooms; DROP TABLE save_jobs; PRAGMA user_version = 1;")
        .unwrap();
    drop(connection);
    let library = machine.open();
    assert_eq!(ids(&stored(&library).unwrap()), server.ids());
    let file = saved("u1", "/pictures/room/a.png");
    record(&library, &file);
    assert_eq!(library.copies_of(&file.upload), [file]);
    assert_eq!(machine.told(), []);
}

#[test]
fn what_is_known_of_a_content_stays_known_and_another_content_is_told_apart() {
    let machine = Machine::new();
    let library = machine.open();
    let known = saved("u1", "/pictures/room/a.png");
    library.record_saved(known.clone());
    library.record_saved(SavedFile {
        sha256: None,
        ..known.clone()
    });
    library.flush();
    assert_eq!(library.copies_of(&known.upload), [known]);
    // As an older version wrote it.
    let older = SavedFile {
        xxh3: None,
        ..saved("u2", "/pictures/room/b.png")
    };
    library.record_saved(older.clone());
    library.record_saved(SavedFile {
        sha256: None,
        ..saved("u3", older.path.clone())
    });
    library.flush();
    assert_eq!(library.copies_of(&older.upload), []);
    assert_eq!(library.copies_of(&UploadId::from("u3")).len(), 1);
}

#[test]
fn two_processes_write_into_one_ledger() {
    let machine = Machine::new();
    let (one, other) = (machine.open(), machine.open());
    for n in 0..20 {
        let library = if n % 2 == 0 { &one } else { &other };
        let file = saved(&format!("u{n}"), format!("/pictures/room/{n}.png"));
        library.record_saved(file);
        library.flush();
    }
    assert_eq!(one.saved_in(&room(), Path::new("/pictures/room")).len(), 20);
    one.close();
    one.record_saved(saved("late", "/pictures/late.png"));
    let path = Path::new("/pictures/late.png");
    assert_eq!(other.saved_at_path(path), [], "after it was closed");
}

#[test]
fn the_copies_of_a_room_are_found_in_all_folders_the_latest_first() {
    let machine = Machine::new();
    let library = machine.open();
    let first = saved("u1", "/pictures/room/a.png");
    record(&library, &first);
    let second = SavedFile {
        size: ByteCount(7),
        ..copied_elsewhere(&first)
    };
    record(&library, &second);
    let other = SavedFile {
        room: RoomId::from("another room"),
        ..saved("u2", "/pictures/other/b.png")
    };
    library.record_saved(other);
    library.flush();
    let copies = library.copies_in_room(&room());
    let paths = copies
        .iter()
        .map(|copy| (&copy.upload, &copy.path, copy.size));
    assert_eq!(
        paths.collect::<Vec<_>>(),
        [
            (&second.upload, &second.path, ByteCount(7)),
            (&first.upload, &first.path, first.size)
        ]
    );
    library.close();
    assert_eq!(library.copies_in_room(&room()), []);
}

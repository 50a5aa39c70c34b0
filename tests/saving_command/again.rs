//! A room saved whole, and saved again: what is there is known, what is new is found.

use std::fs::{self, File};

use jiff::Timestamp;
use salon::demo_server::{Fault, FaultKind, NewImage};

use crate::room::{assert_whole, three};
use crate::salon_command::{Bench, ROOM, contents, image, json_lines};

#[test]
fn a_room_is_saved_whole_with_its_times_and_a_second_run_fetches_nothing() {
    let bench = Bench::new(&three());
    let saved = bench.save(&[]);
    saved.assert_code(0);
    assert_whole(&bench);
    assert_eq!(saved.count("saved"), 3);
    let plan = &saved.events[0];
    assert_eq!(plan["count"], 3);
    assert_eq!(plan["missingBytes"], 753_000);
    let modified = fs::metadata(bench.folder().join("a.png")).unwrap();
    let modified = Timestamp::try_from(modified.modified().unwrap()).unwrap();
    assert_eq!(modified.as_second(), 1_700_000_000);
    let fetches = bench.fetches();
    let again = bench.save(&[]);
    again.assert_code(0);
    assert_eq!((again.count("there"), again.count("saved")), (3, 0));
    assert_eq!(again.events[0]["thereCount"], 3);
    assert_eq!(bench.fetches(), fetches);
    assert_whole(&bench);
}

#[test]
fn the_text_for_people_says_what_there_is_and_what_was_done() {
    let bench = Bench::new(&three());
    let folder = bench.folder();
    let arguments = [
        "save",
        "--room",
        "#corpus",
        "--to",
        folder.to_str().unwrap(),
    ];
    let output = bench.salon(&arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("3 images, 753 kB; 0 there already, 753 kB to fetch"),
        "{text}"
    );
    assert!(text.contains("3 images saved, 753 kB"), "{text}");
    assert!(text.contains("saved: ") && text.contains("c.png"), "{text}");
}

#[test]
fn what_lost_its_end_is_repaired_and_what_a_person_changed_is_kept() {
    let bench = Bench::new(&three());
    bench.save(&[]).assert_code(0);
    let path = bench.folder().join("b.png");
    let file = File::options().write(true).open(&path).unwrap();
    file.set_len(123_456).unwrap();
    drop(file);
    fs::remove_file(bench.folder().join("c.png")).unwrap();
    let mut edited = image(1, 50_000);
    edited.extend(b"edited");
    fs::write(bench.folder().join("a.png"), &edited).unwrap();
    let again = bench.save(&[]);
    again.assert_code(0);
    assert_eq!((again.count("repaired"), again.count("saved")), (1, 2));
    let mut there = contents(&bench.folder());
    assert_eq!(there.remove("a.png"), Some(edited));
    let copy = there.remove("a (2).png").unwrap();
    there.insert("a.png".to_owned(), copy);
    assert_eq!(there, contents(bench.source.path()));
}

#[test]
fn without_its_memory_it_knows_the_files_again() {
    let bench = Bench::new(&three());
    bench.save(&[]).assert_code(0);
    fs::remove_dir_all(bench.machine.path().join("data")).unwrap();
    let fetches = bench.fetches();
    for _ in 0..2 {
        let again = bench.save(&[]);
        again.assert_code(0);
        assert_eq!(again.count("there"), 3);
    }
    assert_eq!(bench.fetches(), fetches);
    // The right content under another time is found once it was fetched, and known from then on.
    fs::remove_dir_all(bench.machine.path().join("data")).unwrap();
    let file = File::options()
        .append(true)
        .open(bench.folder().join("c.png"));
    let now = Timestamp::now();
    file.unwrap().set_modified(now.into()).unwrap();
    bench.save(&[]).assert_code(0);
    assert_eq!(bench.fetches(), fetches + 1);
    bench.save(&[]).assert_code(0);
    assert_eq!(bench.fetches(), fetches + 1);
    assert_whole(&bench);
}

#[test]
fn since_last_looks_only_at_what_is_new() {
    let bench = Bench::new(&three());
    bench.save(&["--since", "last"]).assert_code(0);
    let room = bench.admin().room_id(ROOM).unwrap();
    bench.admin().post_images(&room, 1, &NewImage::default());
    let again = bench.save(&["--since", "last"]);
    again.assert_code(0);
    assert_eq!(again.count("saved"), 1);
    assert!(bench.folder().join("posted.jpg").exists());
    let none = bench.save(&["--since", "2099-01-01"]);
    none.assert_code(0);
    assert_eq!(none.events[0]["count"], 0);
    let third = bench.save(&["--since", "last"]);
    assert_eq!((third.count("saved"), third.count("there")), (0, 1));
}

#[test]
fn a_save_with_a_gap_does_not_count_as_the_last() {
    let bench = Bench::new(&three());
    let id = bench.id_of("c.png");
    bench
        .faults()
        .arm(Fault::on("/file-upload", FaultKind::Forbidden).of_upload(&id));
    bench.save(&[]).assert_code(1);
    bench.faults().clear();
    bench.save(&["--since", "last"]).assert_code(0);
    assert_whole(&bench);
}

#[test]
fn rooms_and_images_are_listed_for_people_and_for_scripts() {
    let bench = Bench::new(&three());
    let rooms = json_lines(&bench.salon(&["rooms", "--json"]));
    assert!(rooms.iter().any(|room| room["name"] == ROOM), "{rooms:?}");
    let text = bench.salon(&["rooms"]);
    assert!(String::from_utf8_lossy(&text.stdout).contains("corpus\tchannel\t"));
    let images = json_lines(&bench.salon(&["images", "--room", ROOM, "--json"]));
    let names: Vec<_> = images
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["a.png", "b.png", "c.png"]);
    assert_eq!(images[0]["size"], 50_000);
    assert!(
        images.iter().all(|it| it["username"].is_string()),
        "{images:?}"
    );
    let text = bench.salon(&["images", "--room", ROOM]);
    assert!(String::from_utf8_lossy(&text.stdout).contains("\t50 kB\ta.png\t"));
}

#[test]
fn a_library_that_cannot_be_used_costs_no_file() {
    let bench = Bench::new(&three());
    bench.save(&[]).assert_code(0);
    let libraries = bench.machine.path().join("data/data/library");
    let account = fs::read_dir(libraries).unwrap().next().unwrap().unwrap();
    let path = account.path().join("library.sqlite");
    let other = rusqlite::Connection::open(&path).unwrap();
    other
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;")
        .unwrap();
    fs::remove_file(bench.folder().join("b.png")).unwrap();
    let locked = bench.save(&[]);
    locked.assert_code(0);
    assert_eq!((locked.count("there"), locked.count("saved")), (2, 1));
    assert!(
        locked.errors.contains("Another program uses the file"),
        "{locked:#?}"
    );
    drop(other);
    bench.save(&[]).assert_code(0);
    fs::write(&path, b"no library at all".repeat(1_000)).unwrap();
    let damaged = bench.save(&[]);
    damaged.assert_code(0);
    assert_eq!(damaged.count("there"), 3);
    assert!(damaged.errors.contains("damaged"), "{damaged:#?}");
    assert_whole(&bench);
}

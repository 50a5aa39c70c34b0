//! `salon save`, as a person and a script use it: the real program, real files, real HTTP.
#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests, which share more than each of them needs"
)]

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use salon::demo_server::{DemoOptions, DemoServer, NewImage};
use salon::demo_server::{Fault, FaultKind};

#[path = "support/salon_command.rs"]
mod salon_command;

use salon_command::{Bench, ROOM, Saved, contents, image, json_lines};

fn three() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a.png", image(1, 50_000)),
        ("b.png", image(2, 700_000)),
        ("c.png", image(3, 3_000)),
    ]
}

/// The room is in the folder, and nothing else.
fn assert_whole(bench: &Bench) {
    assert_eq!(contents(&bench.folder()), contents(bench.source.path()));
}

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
fn one_file_that_fails_is_told_with_its_reason_and_leaves_no_trace() {
    let bench = Bench::new(&three());
    let id = bench.id_of("b.png");
    for (kind, words) in [
        (FaultKind::NotFound, "Deleted on the server"),
        (FaultKind::Forbidden, "No access to this file"),
        (FaultKind::Unauthorized, "No access to this file"),
        (FaultKind::HtmlPage, ""),
        (FaultKind::EmptyBody, ""),
        (FaultKind::ShortBody, ""),
    ] {
        bench.faults().clear();
        let fault = Fault::on("/file-upload", kind.clone()).of_upload(&id);
        bench.faults().arm(fault);
        let saved = bench.save(&[]);
        saved.assert_code(1);
        let [reason] = saved.reasons()[..] else {
            panic!("{kind:?}: {saved:#?}");
        };
        assert!(reason.contains(words), "{kind:?}: {reason}");
        let names: Vec<_> = contents(&bench.folder()).into_keys().collect();
        assert_eq!(names, ["a.png", "c.png"], "{kind:?}");
    }
    bench.faults().clear();
    bench.save(&[]).assert_code(0);
    assert_whole(&bench);
}

#[test]
fn a_room_that_refuses_every_file_is_not_asked_for_all_of_them() {
    let names: Vec<_> = (0..60).map(|n| format!("{n}.png")).collect();
    let files = names.iter().map(|name| (name.as_str(), image(1, 1_000)));
    let bench = Bench::new(&files.collect::<Vec<_>>());
    bench
        .faults()
        .arm(Fault::on("/file-upload", FaultKind::Forbidden));
    let refused = bench.save(&[]);
    refused.assert_code(6);
    assert!(refused.errors.contains("Join the room"), "{refused:#?}");
    assert!(bench.fetches() < 40, "{}", bench.fetches());
    assert!(contents(&bench.folder()).is_empty());
}

#[test]
fn what_goes_wrong_by_chance_costs_nothing_but_time() {
    for kind in [
        FaultKind::CutOff,
        FaultKind::ShortBody,
        FaultKind::StallAfter(300_000),
        FaultKind::StallAfter(0),
        FaultKind::Gzip,
        FaultKind::InternalError,
        FaultKind::BadGateway,
        FaultKind::EmptyBody,
    ] {
        let bench = Bench::new(&three());
        let id = bench.id_of("b.png");
        let fault = Fault::on("/file-upload", kind.clone()).of_upload(&id);
        bench.faults().arm(fault.times(2));
        let saved = bench.save(&["--stall-timeout", "0.4"]);
        assert_eq!(saved.code, Some(0), "{kind:?}: {saved:#?}");
        assert_whole(&bench);
    }
}

#[test]
fn a_connection_that_breaks_again_and_again_goes_on_where_it_broke() {
    use salon::demo_server::{Quirks, Ranges, Storage};
    for (ranges, storage) in [
        (Ranges::Rfc, Storage::GridFs),
        (Ranges::Legacy, Storage::FileSystem),
    ] {
        let quirks = Quirks {
            limiter: None,
            ranges,
            storage,
            ..Quirks::default()
        };
        let bench = Bench::with(&three(), quirks);
        let id = bench.id_of("b.png");
        // Each brings half of the rest: 700,000 bytes would never come from the start.
        let fault = Fault::on("/file-upload", FaultKind::CutOff).of_upload(&id);
        bench.faults().arm(fault.times(5));
        bench.save(&[]).assert_code(0);
        assert_whole(&bench);
        let requests = bench.admin().requests();
        let resumed = requests.iter().filter(|it| it.status == 206);
        assert!(resumed.count() >= 4, "{ranges:?}");
    }
}

#[test]
fn a_server_without_ranges_sends_the_file_again() {
    use salon::demo_server::{Quirks, Storage};
    let quirks = Quirks {
        limiter: None,
        storage: Storage::Webdav,
        ..Quirks::default()
    };
    let bench = Bench::with(&three(), quirks);
    let id = bench.id_of("b.png");
    let fault = Fault::on("/file-upload", FaultKind::CutOff).of_upload(&id);
    bench.faults().arm(fault.times(1));
    bench.save(&[]).assert_code(0);
    assert_whole(&bench);
}

#[test]
fn a_server_that_asks_for_a_pause_gets_it() {
    let wait = Duration::from_secs(1);
    for kind in [FaultKind::RateLimited { wait }, FaultKind::Busy { wait }] {
        let bench = Bench::new(&three());
        bench.faults().arm(Fault::on("/file-upload", kind).times(3));
        let saved = bench.save(&[]);
        saved.assert_code(0);
        assert!(saved.count("waiting") > 0, "{saved:#?}");
        assert_whole(&bench);
        let requests = bench.admin().requests();
        let files: Vec<_> = requests
            .iter()
            .filter(|it| it.path.starts_with("/file-upload/"))
            .collect();
        let refused: Vec<_> = files.iter().filter(|it| it.status >= 400).collect();
        let first = refused.first().unwrap().at_millis;
        let early = files.iter().filter(|it| {
            it.status == 200 && it.at_millis > first + 200 && it.at_millis < first + 900
        });
        assert_eq!(early.count(), 0, "it was not left alone");
    }
}

#[test]
fn a_token_that_dies_in_the_middle_ends_it_and_the_next_one_goes_on() {
    let names: Vec<_> = (0..12).map(|n| format!("{n}.png")).collect();
    let files = names.iter().enumerate();
    let files: Vec<_> = files
        .map(|(n, name)| (name.as_str(), image(n as u64, 100_000)))
        .collect();
    let mut bench = Bench::new(&files);
    let throttle = FaultKind::Throttle {
        piece_bytes: 10_000,
        pause: Duration::from_millis(40),
    };
    bench.faults().arm(Fault::on("/file-upload", throttle));
    let child = bench
        .save_command(&[])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until("a file is there", || {
        names.iter().any(|name| bench.folder().join(name).exists())
    });
    bench.admin().revoke_tokens("ana");
    let ended = Saved::of(&child.wait_with_output().unwrap());
    ended.assert_code(3);
    assert!(ended.count("saved") < 12);
    (bench.user, bench.token) = bench.admin().make_personal_access_token("ana").unwrap();
    bench.faults().clear();
    let next = bench.save(&[]);
    next.assert_code(0);
    assert_eq!(next.count("there"), ended.count("saved"));
    assert_whole(&bench);
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_cleanly_and_the_next_run_goes_on_from_there_wherever_the_bytes_are_by_then() {
    use salon::demo_server::{Ranges, Storage};
    let expires = Duration::from_mins(2);
    for (storage, ranges) in [
        (Storage::GridFs, Ranges::Rfc),
        (Storage::FileSystem, Ranges::Legacy),
        (Storage::S3 { expires }, Ranges::Rfc),
        (Storage::Webdav, Ranges::Rfc),
    ] {
        let bench = Bench::new(&three());
        let id = bench.id_of("b.png");
        let stall = Fault::on("/file-upload", FaultKind::StallAfter(600_000));
        bench.faults().arm(stall.of_upload(&id));
        let child = bench
            .save_command(&[])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_until("a file is under way", || has_part(&bench.folder(), 200_000));
        let mut interrupt = Command::new("kill");
        interrupt.args(["-INT", &child.id().to_string()]);
        assert!(interrupt.status().unwrap().success());
        let stopped = Saved::of(&child.wait_with_output().unwrap());
        stopped.assert_code(130);
        assert!(stopped.errors.contains("goes on from here"), "{stopped:#?}");
        assert!(
            has_part(&bench.folder(), 200_000),
            "what came was thrown away"
        );
        bench.faults().clear();
        bench.admin().change_quirks(|quirks| {
            quirks.storage = storage;
            quirks.ranges = ranges;
        });
        bench.save(&[]).assert_code(0);
        assert_whole(&bench);
        let requests = bench.admin().requests();
        let is_resumed = requests.iter().any(|it| it.status == 206);
        let is_here = matches!(storage, Storage::GridFs | Storage::FileSystem);
        assert_eq!(is_resumed, is_here, "{storage:?}");
    }
}

#[test]
fn two_processes_save_into_one_folder_and_each_file_is_there_once() {
    for has_one_memory in [true, false] {
        let bench = Bench::new(&three());
        let throttle = FaultKind::Throttle {
            piece_bytes: 50_000,
            pause: Duration::from_millis(10),
        };
        bench.faults().arm(Fault::on("/file-upload", throttle));
        let folder = bench.folder();
        let arguments = [
            "save",
            "--room",
            ROOM,
            "--to",
            folder.to_str().unwrap(),
            "--json",
        ];
        let start = |data: &str| {
            let data = bench.machine.path().join(data);
            let mut command = bench.command_of(&data, &arguments);
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
            command.spawn().unwrap()
        };
        let other = if has_one_memory { "data" } else { "other" };
        let children = [start("data"), start(other)];
        for child in children {
            Saved::of(&child.wait_with_output().unwrap()).assert_code(0);
        }
        assert_whole(&bench);
        if has_one_memory {
            assert_eq!(bench.fetches(), 3, "something was fetched twice");
        }
    }
}

#[test]
fn names_that_clash_or_are_too_long_are_saved_as_every_system_takes_them() {
    let emoji = format!("{}.png", "🌄".repeat(62));
    let files = [
        ("image.png", image(1, 2_000)),
        ("IMAGE.PNG", image(2, 2_000)),
        (emoji.as_str(), image(3, 2_000)),
    ];
    let bench = Bench::new(&files);
    for _ in 0..2 {
        bench.save(&[]).assert_code(0);
        let there = contents(&bench.folder());
        let names: Vec<_> = there.keys().map(String::as_str).collect();
        assert_eq!(names.len(), 3, "{names:?}");
        let numbered = names.iter().filter(|name| name.contains(" (2)"));
        assert_eq!(numbered.count(), 1, "{names:?}");
        assert!(names.iter().all(|name| name.len() <= 240), "{names:?}");
        let mut bytes: Vec<_> = there.values().collect();
        bytes.sort();
        let mut expected: Vec<_> = files.iter().map(|(_, bytes)| bytes).collect();
        expected.sort();
        assert_eq!(bytes, expected);
    }
}

#[test]
fn a_name_that_is_taken_is_numbered_left_or_overwritten_as_asked() {
    for (choice, expected) in [
        ("number", vec!["a (2).png", "a.png"]),
        ("skip", vec!["a.png"]),
        ("overwrite", vec!["a.png"]),
    ] {
        let bench = Bench::new(&[("a.png", image(1, 2_000))]);
        fs::create_dir(bench.folder()).unwrap();
        fs::write(bench.folder().join("a.png"), b"mine").unwrap();
        let saved = bench.save(&["--on-clash", choice]);
        saved.assert_code(0);
        let there = contents(&bench.folder());
        assert_eq!(there.keys().collect::<Vec<_>>(), expected, "{choice}");
        let is_mine = there["a.png"] == b"mine";
        assert_eq!(is_mine, choice != "overwrite");
        assert_eq!(saved.count("nameTaken"), usize::from(choice == "skip"));
    }
}

#[test]
fn files_of_the_room_never_overwrite_each_other() {
    let bench = Bench::new(&three());
    let room = bench.admin().room_id(ROOM).unwrap();
    for seconds in [1, 2, 3] {
        let image = NewImage {
            at_millis: Some(1_600_000_000_000 + seconds * 1_000),
            ..NewImage::default()
        };
        bench.admin().post_images(&room, 1, &image);
    }
    for _ in 0..2 {
        bench.save(&["--on-clash", "overwrite"]).assert_code(0);
        assert_eq!(contents(&bench.folder()).len(), 6);
    }
}

#[test]
fn who_cannot_sign_in_or_reach_the_server_is_told_apart() {
    let bench = Bench::new(&three());
    let folder = bench.folder();
    let save = ["save", "--room", ROOM, "--to", folder.to_str().unwrap()];
    let mut wrong = bench.command(&save);
    let wrong = wrong.env("SALON_TOKEN", "wrong").output().unwrap();
    assert_eq!(wrong.status.code(), Some(3), "{wrong:?}");
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("SALON_USER_ID"));
    let program = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_salon"));
        command
            .args(save)
            .arg("--data-dir")
            .arg(bench.machine.path());
        command
            .env_remove("SALON_TOKEN")
            .env_remove("SALON_USER_ID");
        command
    };
    let nobody = program().output().unwrap();
    assert_eq!(nobody.status.code(), Some(3), "{nobody:?}");
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("Sign in with Salon's window"));
    let away = program()
        .args(["--server", "http://127.0.0.1:9/", "--patience", "0.1"])
        .env("SALON_TOKEN", "t")
        .env("SALON_USER_ID", "u")
        .output()
        .unwrap();
    assert_eq!(away.status.code(), Some(4), "{away:?}");
    let plain = program()
        .args(["--server", "http://chat.example.org/"])
        .env("SALON_TOKEN", "t")
        .output()
        .unwrap();
    assert_eq!(plain.status.code(), Some(2), "{plain:?}");
    let no_room = bench.salon(&["images", "--room", "nowhere at all"]);
    assert_eq!(no_room.status.code(), Some(6), "{no_room:?}");
    let usage = bench.salon(&["save", "--room", ROOM]);
    assert_eq!(usage.status.code(), Some(2));
    assert!(!folder.exists());
}

#[test]
fn a_server_that_goes_away_ends_it_and_what_came_is_kept() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let bench = Bench::new(&[("b.png", image(2, 700_000))]);
    let options = DemoOptions {
        images: Some(bench.source.path().to_path_buf()),
        ..DemoOptions::default()
    };
    let server = runtime.block_on(DemoServer::start(options)).unwrap();
    let (user, token) = server.admin().make_personal_access_token("ana").unwrap();
    let throttle = FaultKind::Throttle {
        piece_bytes: 20_000,
        pause: Duration::from_millis(20),
    };
    server.faults().arm(Fault::on("/file-upload", throttle));
    let folder = bench.folder();
    let child = Command::new(env!("CARGO_BIN_EXE_salon"))
        .args([
            "save",
            "--room",
            ROOM,
            "--to",
            folder.to_str().unwrap(),
            "--json",
        ])
        .args(["--patience", "0.3", "--server", &server.base_url()])
        .arg("--data-dir")
        .arg(bench.machine.path().join("data"))
        .env("SALON_USER_ID", user)
        .env("SALON_TOKEN", token)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until("a file is under way", || {
        bench.folder().exists() && has_part(&folder, 0)
    });
    drop(server);
    runtime.shutdown_background();
    Saved::of(&child.wait_with_output().unwrap()).assert_code(4);
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
fn a_folder_that_goes_away_and_comes_back_loses_nothing() {
    let bench = Bench::new(&three());
    let throttle = FaultKind::Throttle {
        piece_bytes: 20_000,
        pause: Duration::from_millis(20),
    };
    bench.faults().arm(Fault::on("/file-upload", throttle));
    let child = bench
        .save_command(&[])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until("a file is there", || bench.folder().join("c.png").exists());
    let elsewhere = bench.machine.path().join("unplugged");
    fs::rename(bench.folder(), &elsewhere).unwrap();
    let gone = Saved::of(&child.wait_with_output().unwrap());
    gone.assert_code(5);
    assert!(gone.errors.contains("The folder is gone"), "{gone:#?}");
    assert!(!bench.folder().exists(), "it was made anew");
    fs::rename(&elsewhere, bench.folder()).unwrap();
    bench.faults().clear();
    let next = bench.save(&[]);
    next.assert_code(0);
    assert_eq!(next.count("there"), gone.count("saved"));
    assert_whole(&bench);
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

/// A real disk of its own, in a mount namespace of the program's own: read-only, or too small.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_read_only_or_too_small_is_told_before_anything_is_fetched() {
    for (options, words) in [("ro", "cannot be written to"), ("size=600k", "do not fit")] {
        let bench = Bench::new(&three());
        let saved = on_a_disk_of_its_own(&bench, options, "exec \"$@\"");
        saved.assert_code(5);
        assert!(saved.errors.contains(words), "{saved:#?}");
        assert_eq!(bench.fetches(), 0);
    }
}

/// Somebody else fills the disk while a file is under way.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_up_ends_it_and_what_was_saved_is_whole() {
    let bench = Bench::new(&three());
    let throttle = FaultKind::Throttle {
        piece_bytes: 20_000,
        pause: Duration::from_millis(40),
    };
    let id = bench.id_of("b.png");
    bench
        .faults()
        .arm(Fault::on("/file-upload", throttle).of_upload(&id));
    let script = "\"$@\" & pid=$!
        until [ -f \"$folder/a.png\" ] && [ -f \"$folder/c.png\" ]; do sleep 0.01; done
        head -c 2000000 /dev/zero > \"$folder/other\" 2> /dev/null || true
        code=0; wait $pid || code=$?
        cd \"$folder\"; sha256sum a.png c.png >&2; ls -A >&2; exit $code";
    let saved = on_a_disk_of_its_own(&bench, "size=1m", script);
    saved.assert_code(5);
    assert!(saved.errors.contains("The disk is full"), "{saved:#?}");
    let left = saved.errors.lines().rev().take(3).collect::<Vec<_>>();
    assert_eq!(left, ["other", "c.png", "a.png"], "{saved:#?}");
    let hashes = saved.events.iter().filter_map(|it| it["sha256"].as_str());
    let hashes: Vec<_> = hashes.collect();
    assert_eq!(hashes.len(), 2, "{saved:#?}");
    for hash in hashes {
        assert!(saved.errors.contains(hash), "{saved:#?}");
    }
}

/// Saves on a small file system that nobody else sees, by a script that has the command as its
/// arguments.
#[cfg(target_os = "linux")]
fn on_a_disk_of_its_own(bench: &Bench, options: &str, script: &str) -> Saved {
    use std::os::unix::fs::MetadataExt as _;
    let folder = bench.folder();
    fs::create_dir(&folder).unwrap();
    let command = bench.save_command(&[]);
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let mut own = Command::new("unshare");
    if !is_root {
        own.arg("--map-root-user");
    }
    own.args(["--mount", "--", "sh", "-ec"])
        .arg(format!(
            "folder=$2; mount -t tmpfs -o \"$1\" salon-test \"$folder\"; shift 2; {script}"
        ))
        .args(["sh", options])
        .arg(folder)
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        own.env(name, value.unwrap());
    }
    Saved::of(&own.output().unwrap())
}

/// Whether a file is under way, of which at least so many bytes are there.
fn has_part(folder: &Path, at_least: usize) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with(".salon-resume-")
        })
        .filter_map(|entry| entry.metadata().ok())
        .any(|part| part.len() >= at_least as u64)
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: it never came to that");
        std::thread::sleep(Duration::from_millis(5));
    }
}

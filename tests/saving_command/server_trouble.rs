//! What a server and the way to it can do to a save.

use std::process::Command;
use std::time::Duration;

use salon::demo_server::{Fault, FaultKind};

use crate::room::{assert_whole, has_part, slowly, three, wait_until};
use crate::salon_command::{Bench, ROOM, Saved, contents, image};

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
    // More than are begun before the first one has its name: four, then eight at a time.
    let names: Vec<_> = (0..40).map(|n| format!("{n}.png")).collect();
    let files = names.iter().enumerate();
    let files: Vec<_> = files
        .map(|(n, name)| (name.as_str(), image(n as u64, 100_000)))
        .collect();
    let mut bench = Bench::new(&files);
    bench.faults().arm(slowly(10_000, 150));
    let child = bench.start_save(&[]);
    wait_until("a file is there", || {
        names.iter().any(|name| bench.folder().join(name).exists())
    });
    bench.admin().revoke_tokens("ana");
    let ended = Saved::of(&child.wait_with_output().unwrap());
    ended.assert_code(3);
    assert!(ended.count("saved") < names.len());
    (bench.user, bench.token) = bench.admin().make_personal_access_token("ana").unwrap();
    bench.faults().clear();
    let next = bench.save(&[]);
    next.assert_code(0);
    assert_eq!(next.count("there"), ended.count("saved"));
    assert_whole(&bench);
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
    let bench = Bench::new(&[("b.png", image(2, 700_000))]);
    bench.faults().arm(slowly(20_000, 20));
    let folder = bench.folder();
    let child = bench.start_save(&["--patience", "0.3"]);
    wait_until("a file is under way", || {
        folder.exists() && has_part(&folder, 0)
    });
    drop(bench.server);
    Saved::of(&child.wait_with_output().unwrap()).assert_code(4);
}

//! Saves that are stopped, and two at a time.

use std::process::Stdio;
use std::time::Duration;

use salon::demo_server::{Fault, FaultKind};

use crate::room::{assert_whole, slowly, three, wait_until};
use crate::salon_command::{Bench, ROOM, Saved};

#[cfg(unix)]
#[test]
fn ctrl_c_stops_cleanly_and_the_next_run_goes_on_from_there_wherever_the_bytes_are_by_then() {
    use std::process::Command;

    use salon::demo_server::{Ranges, Storage};

    use crate::room::has_part;

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
        let child = bench.start_save(&[]);
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
        bench.faults().arm(slowly(50_000, 10));
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

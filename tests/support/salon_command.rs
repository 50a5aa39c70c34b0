//! The real program against a demo server whose room holds the files of a folder.

mod demo;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use jiff::{SignedDuration, Timestamp};
use salon::demo_server::{Admin, DemoOptions, Faults, LibraryChoice, Quirks};
use serde_json::Value;
use tempfile::TempDir;

use demo::Server;

/// The room of the files.
pub const ROOM: &str = "corpus";

/// A server, an account on it, and a machine that runs the program.
pub struct Bench {
    pub source: TempDir,
    pub machine: TempDir,
    pub user: String,
    pub token: String,
    pub(crate) server: Server,
}

impl Bench {
    /// A server without a limit of calls, with these files, the first one the newest.
    pub fn new(files: &[(&str, Vec<u8>)]) -> Self {
        let quirks = Quirks {
            limiter: None,
            ..Quirks::default()
        };
        Self::with(files, quirks)
    }

    pub fn with(files: &[(&str, Vec<u8>)], quirks: Quirks) -> Self {
        let source = tempfile::tempdir().unwrap();
        for (index, (name, bytes)) in files.iter().enumerate() {
            let path = source.path().join(name);
            fs::write(&path, bytes).unwrap();
            let file = fs::File::options().append(true).open(&path).unwrap();
            let age = SignedDuration::from_mins(i64::try_from(index).unwrap());
            let posted = Timestamp::from_second(1_700_000_000).unwrap() - age;
            file.set_modified(posted.into()).unwrap();
        }
        let options = DemoOptions {
            library: LibraryChoice::Small,
            images: Some(source.path().to_path_buf()),
            quirks,
            ..DemoOptions::default()
        };
        let server = Server::start(options);
        let (user, token) = server
            .demo
            .admin()
            .make_personal_access_token("ana")
            .unwrap();
        Self {
            source,
            machine: tempfile::tempdir().unwrap(),
            user,
            token,
            server,
        }
    }

    pub fn admin(&self) -> Admin {
        self.server.demo.admin()
    }

    pub fn faults(&self) -> Faults {
        self.server.demo.faults()
    }

    /// The upload that this file is.
    pub fn id_of(&self, name: &str) -> String {
        let output = self.salon(&["images", "--room", ROOM, "--json"]);
        let lines = json_lines(&output);
        let line = lines.iter().find(|line| line["name"] == name);
        line.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// The folder that is saved into.
    pub fn folder(&self) -> PathBuf {
        self.machine.path().join("pictures")
    }

    /// The program, signed in, on this machine.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_of(&self.machine.path().join("data"), arguments)
    }

    /// The same with another memory.
    pub fn command_of(&self, data: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_salon"));
        command
            .args(arguments)
            .args(["--server", &self.server.demo.base_url(), "--data-dir"])
            .arg(data)
            .env("SALON_USER_ID", &self.user)
            .env("SALON_TOKEN", &self.token)
            .stdin(Stdio::null());
        command
    }

    pub fn salon(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// `salon save` of the room, with more arguments.
    pub fn save_command(&self, more: &[&str]) -> Command {
        let folder = self.folder();
        let mut arguments = vec!["save", "--room", ROOM, "--to", folder.to_str().unwrap()];
        arguments.extend(more);
        arguments.push("--json");
        self.command(&arguments)
    }

    pub fn save(&self, more: &[&str]) -> Saved {
        Saved::of(&self.save_command(more).output().unwrap())
    }

    /// The same while it runs.
    pub fn start_save(&self, more: &[&str]) -> Child {
        let mut command = self.save_command(more);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// How often the bytes of uploads were asked for.
    pub fn fetches(&self) -> usize {
        let requests = self.admin().requests();
        let files = requests
            .iter()
            .filter(|it| it.path.starts_with("/file-upload/"));
        files.count()
    }
}

/// What a run said.
#[derive(Debug)]
pub struct Saved {
    pub code: Option<i32>,
    pub events: Vec<Value>,
    pub errors: String,
}

impl Saved {
    pub fn of(output: &Output) -> Self {
        Self {
            code: output.status.code(),
            events: json_lines(output),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub fn count(&self, event: &str) -> usize {
        let events = self.events.iter().filter(|it| it["event"] == event);
        events.count()
    }

    /// The reasons of what failed.
    pub fn reasons(&self) -> Vec<&str> {
        let failed = self.events.iter().filter(|it| it["event"] == "failed");
        failed.map(|it| it["reason"].as_str().unwrap()).collect()
    }

    /// Fails with all that was said.
    pub fn assert_code(&self, code: i32) {
        assert_eq!(self.code, Some(code), "{self:#?}");
    }
}

pub fn json_lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    // The last line of a program that was killed may be cut off.
    let lines = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    lines.collect()
}

/// Every file of a folder, hidden ones too, by name.
pub fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// Bytes that begin like a PNG and go on like nothing else.
pub fn image(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    fastrand::Rng::with_seed(seed).fill(&mut bytes);
    let magic = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    for (byte, magic) in bytes.iter_mut().zip(magic) {
        *byte = *magic;
    }
    bytes
}

//! Files that cannot be used, and programs that end in the middle.

use std::fs;
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use rusqlite::Connection;

use super::*;
use crate::domain::PageIndex;

/// A machine whose library knows a room of 3,000 images.
fn used() -> (Machine, Server) {
    let machine = Machine::new();
    let library = machine.open();
    let server = Server::with(3_000);
    server.read_all(&library, &mut Listing::default());
    library.flush();
    library.close();
    (machine, server)
}

fn path(machine: &Machine) -> std::path::PathBuf {
    super::super::folder_of(&machine.dirs(), &account()).join(super::super::FILE)
}

/// A library that was just made works.
fn assert_works(library: &Library) {
    let server = Server::with(120);
    server.read_all(library, &mut Listing::default());
    assert_eq!(ids(&stored(library).unwrap()), server.ids());
}

#[test]
fn garbage_is_set_aside_and_told() {
    let (machine, _) = used();
    fs::write(path(&machine), b"this is not a library at all".repeat(400)).unwrap();
    let library = machine.open();
    let told = machine.told();
    let [StorageError::LibraryDamaged { path: aside }] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert!(fs::read(aside).unwrap().starts_with(b"this is not"));
    assert_works(&library);
}

#[test]
fn damage_inside_is_found_when_it_is_read_and_set_aside_then() {
    let (machine, _) = used();
    let mut bytes = fs::read(path(&machine)).unwrap();
    let (start, end) = (bytes.len() / 4, bytes.len());
    bytes[start..end].fill(0xa5);
    fs::write(path(&machine), &bytes).unwrap();
    let library = machine.open();
    assert!(stored(&library).is_none());
    library.flush();
    let told = machine.told();
    assert!(
        matches!(told.as_slice(), [StorageError::LibraryDamaged { .. }]),
        "{told:?}"
    );
    assert_works(&library);
    assert_eq!(machine.told().len(), 1);
}

#[test]
fn a_file_of_a_newer_version_is_set_aside_whole() {
    let (machine, server) = used();
    let connection = Connection::open(path(&machine)).unwrap();
    connection.pragma_update(None, "user_version", 999).unwrap();
    drop(connection);
    let library = machine.open();
    let told = machine.told();
    let [StorageError::LibraryTooNew { path: aside }] = told.as_slice() else {
        panic!("{told:?}");
    };
    let connection = Connection::open(aside).unwrap();
    let count = connection
        .query_row("SELECT count(*) FROM uploads", [], |row| {
            row.get::<_, i64>(0)
        })
        .unwrap();
    assert_eq!(usize::try_from(count).unwrap(), server.numbers.len());
    assert_works(&library);
}

#[test]
fn a_file_that_another_program_keeps_to_itself_is_told_and_left_alone() {
    let (machine, server) = used();
    let other = Connection::open(path(&machine)).unwrap();
    other
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;")
        .unwrap();
    let error = machine.try_open().unwrap_err();
    let path = path(&machine);
    assert_eq!(error, StorageError::LibraryInUse { path });
    drop(other);
    assert_eq!(ids(&stored(&machine.open()).unwrap()), server.ids());
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let machine = Machine::new();
    fs::write(machine.dirs().data, b"a file where a folder should be").unwrap();
    let error = machine.try_open().unwrap_err();
    assert!(matches!(error, StorageError::Io { .. }), "{error:?}");
}

#[test]
fn two_windows_share_a_library() {
    let machine = Machine::new();
    let (one, other) = (machine.open(), machine.open());
    let server = Server::with(900);
    let (mut first, mut second) = (Listing::default(), Listing::default());
    for index in 0..9 {
        let page = ListingWindow::Page(PageIndex(index));
        server.read(&one, &mut first, page);
        server.read(&other, &mut second, page);
    }
    one.flush();
    other.flush();
    assert_eq!(ids(&stored(&one).unwrap()), server.ids());
    assert_eq!(ids(&stored(&other).unwrap()), server.ids());
    assert_eq!(machine.told(), []);
}

#[test]
fn reading_waits_for_no_writing() {
    let (machine, server) = used();
    let library = machine.open();
    let writing = Connection::open(path(&machine)).unwrap();
    writing.execute_batch("BEGIN IMMEDIATE").unwrap();
    server.read(
        &library,
        &mut Listing::default(),
        ListingWindow::Page(PageIndex(0)),
    );
    let (done, wait) = sync_channel(1);
    std::thread::Builder::new()
        .spawn(move || {
            let listing = library.listing(&room(), 0..3, &AtomicBool::new(false));
            done.send(listing.map(|listing| listing.known_count()))
                .unwrap();
            writing.execute_batch("ROLLBACK").unwrap();
        })
        .unwrap();
    assert_eq!(wait.recv_timeout(Duration::from_secs(10)), Ok(Some(300)));
}

/// A process that is killed while it writes leaves a library that opens, and in which every
/// page is whole. The process is this test itself, in another role.
#[test]
fn what_was_written_before_a_kill_is_whole() {
    const TEST: &str = "storage::library::tests::trouble::what_was_written_before_a_kill_is_whole";
    const FOLDER: &str = "SALON_TEST_LIBRARY";
    if let Some(folder) = std::env::var_os(FOLDER) {
        write_for_ever(&Dirs::under(std::path::Path::new(&folder)));
    }
    let machine = Machine::new();
    for kill_after_batches in 1..=3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([TEST, "--exact", "--nocapture", "--test-threads=1"])
            .env(FOLDER, machine.folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // The harness writes a line of its own; what is counted is the sign of each batch.
        let mut output = child.stdout.take().unwrap();
        let (mut batches, mut byte) = (0, [0]);
        while batches < kill_after_batches && output.read(&mut byte).unwrap() == 1 {
            batches += usize::from(byte == *b"#");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(batches, kill_after_batches);
        let listing = stored(&machine.open()).unwrap();
        assert!(listing.known_count() >= 1_000, "{}", listing.known_count());
        let newest = listing.total().unwrap();
        let numbers = (0..u32::try_from(newest).unwrap()).rev();
        let all: Vec<UploadId> = numbers.map(|number| upload(number).id).collect();
        for page in listing.pages() {
            if !page.is_known() {
                continue;
            }
            let ids: Vec<UploadId> = page.ids().collect();
            assert_eq!(ids, all[page.start..page.start + page.len]);
        }
    }
    assert_eq!(machine.told(), []);
}

/// Reads a room anew and anew while images are posted, and gives a sign for each thousand.
fn write_for_ever(dirs: &Dirs) -> ! {
    let library = Library::open(dirs, &account(), |_| {}).unwrap();
    let mut server = Server::with(1_000);
    loop {
        server.read_all(&library, &mut Listing::default());
        library.flush();
        print!("#");
        std::io::stdout().flush().unwrap();
        server.post();
    }
}

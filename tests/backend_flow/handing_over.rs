//! Copies for other programs, with a desktop that writes down what it is asked to open.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use salon::demo_server::{Fault, FaultKind, LibraryChoice};
use salon::domain::{ByteCount, Upload};
use salon::imaging::ImageError;
use salon::protocol::{
    Command, CopyTrouble, Errand, ErrandEnd, ErrandId, Event, ImageFailure, StorageError,
};

use crate::child_process::{assert_passed, this_test};
use crate::support::TestBackend;
use crate::whole_visit::{asked, demo, open_room};
use crate::{signed_out, uploads};

/// Where the desktop writes to; only the child has it.
const OPENED: &str = "SALON_TEST_OPENED";

/// Everything that may open files on a Linux desktop is this script.
fn desktop(folder: &Path, script: &str) {
    for name in ["xdg-open", "gio", "gnome-open", "kde-open", "wslview"] {
        let path = folder.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// `true` in the parent, where all is done.
fn ran_on_a_desktop(test: &str, script: &str) -> bool {
    if std::env::var_os(OPENED).is_some() {
        return false;
    }
    let folder = tempfile::tempdir().unwrap();
    desktop(folder.path(), script);
    let child = this_test(&format!("handing_over::{test}"))
        .env(OPENED, folder.path().join("opened"))
        .env("PATH", format!("{}:/usr/bin:/bin", folder.path().display()))
        .output();
    assert_passed(&child.unwrap());
    true
}

async fn opened(backend: &mut TestBackend, errand: Errand) -> Result<(), CopyTrouble> {
    let id = ErrandId(1);
    backend.send(Command::StartErrand { id, errand });
    backend
        .until("the end of it", |event| match event {
            Event::ErrandEnded { end, .. } => match &**end {
                ErrandEnd::CopyOpened(opened) => Some(opened.clone()),
                _ => None,
            },
            _ => None,
        })
        .await
}

/// How many batches of copies are on the disk.
fn batches(backend: &TestBackend) -> usize {
    let inside = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    };
    let runs = inside(&backend.path().join("cache").join("handed-over"));
    runs.iter().map(|run| inside(run).len()).sum()
}

/// Copies are removed in the background.
pub(crate) async fn until_batches_are(backend: &TestBackend, count: usize) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while batches(backend) != count {
        let left = batches(backend);
        assert!(Instant::now() < deadline, "{left} batches, not {count}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_program_gets_a_copy_that_it_cannot_change() {
    let test = "another_program_gets_a_copy_that_it_cannot_change";
    if ran_on_a_desktop(test, r#"printf '%s' "$*" >"$SALON_TEST_OPENED""#) {
        return;
    }
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, _, listing) = open_room(&demo, "photography").await;
    let upload = uploads(&listing).into_iter().next().unwrap();
    let size = upload.size.unwrap().0;
    let name = upload.name.clone();
    let end = opened(&mut backend, Errand::OpenCopy(upload)).await;
    assert_eq!(end, Ok(()));
    let asked = fs::read_to_string(std::env::var_os(OPENED).unwrap()).unwrap();
    let path = PathBuf::from(asked.strip_prefix("open ").unwrap_or(&asked));
    assert_eq!(path.file_name().unwrap().to_str(), Some(name.as_str()));
    let copy = path.metadata().unwrap();
    assert_eq!((copy.len(), copy.permissions().readonly()), (size, true));
    backend.close();
    assert!(!path.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_program_for_it_that_is_said() {
    let test = "without_a_program_for_it_that_is_said";
    if ran_on_a_desktop(test, "exit 3") {
        return;
    }
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, _, listing) = open_room(&demo, "photography").await;
    let upload = uploads(&listing).into_iter().next().unwrap();
    let end = opened(&mut backend, Errand::OpenCopy(upload)).await;
    assert_eq!(end, Err(CopyTrouble::NoProgram));
    until_batches_are(&backend, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_that_were_opened_stay_until_somebody_signs_out() {
    let test = "copies_that_were_opened_stay_until_somebody_signs_out";
    if ran_on_a_desktop(test, "exit 0") {
        return;
    }
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, _, listing) = open_room(&demo, "photography").await;
    for upload in uploads(&listing).into_iter().take(2) {
        let end = opened(&mut backend, Errand::OpenCopy(upload)).await;
        assert_eq!(end, Ok(()));
    }
    assert_eq!(batches(&backend), 2);
    backend.send(Command::SignOut);
    signed_out(&mut backend).await;
    until_batches_are(&backend, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_given_up_leaves_nothing() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, _, listing) = open_room(&demo, "photography").await;
    let listed = uploads(&listing);
    let stall = Fault::on("/file-upload", FaultKind::Stall).of_upload(listed[1].id.as_str());
    demo.faults().arm(stall);
    let id = ErrandId(1);
    let errand = Errand::CopyFiles(listed.into_iter().take(2).collect());
    backend.send(Command::StartErrand { id, errand });
    let first = |event: &Event| matches!(event, Event::ErrandAdvanced { .. }).then_some(());
    backend.until("the first file", first).await;
    assert_eq!(batches(&backend), 1);
    backend.send(Command::StopErrand(id));
    until_batches_are(&backend, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_the_disk_has_room_for_is_not_begun() {
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, _, listing) = open_room(&demo, "photography").await;
    let mut upload = Upload::clone(&uploads(&listing)[0]);
    upload.size = Some(ByteCount(1 << 60));
    demo.admin().clear_requests();
    let id = ErrandId(1);
    let errand = Errand::CopyFiles(vec![Arc::new(upload)]);
    backend.send(Command::StartErrand { id, errand });
    let is_said = backend
        .until("the end of it", |event| match event {
            Event::ErrandEnded { end, .. } => Some(matches!(
                &**end,
                ErrandEnd::FilesCopied(Err(CopyTrouble::Storage(StorageError::DiskFull { .. })))
            )),
            _ => None,
        })
        .await;
    assert!(is_said);
    assert_eq!(asked(&demo, "/file-upload"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stranger_names_a_program_is_opened_as_the_image_it_is_or_not_at_all() {
    let test = "what_a_stranger_names_a_program_is_opened_as_the_image_it_is_or_not_at_all";
    if ran_on_a_desktop(test, r#"printf '%s' "$*" >"$SALON_TEST_OPENED""#) {
        return;
    }
    let asked = || fs::read_to_string(std::env::var_os(OPENED).unwrap());
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, _, listing) = open_room(&demo, "formats").await;
    let listed = uploads(&listing);
    let named = |name: &str| listed.iter().find(|one| one.name == name).unwrap();
    for (content, refused) in [
        (
            "random.jpg",
            CopyTrouble::Image(ImageFailure::Decode(ImageError::NotAnImage)),
        ),
        ("drawing.svg", CopyTrouble::MayRunScripts),
    ] {
        for name in [content, "holiday.desktop", "holiday.exe"] {
            let mut upload = Upload::clone(named(content));
            name.clone_into(&mut upload.name);
            "application/octet-stream".clone_into(&mut upload.media_type);
            let end = opened(&mut backend, Errand::OpenCopy(Arc::new(upload))).await;
            assert_eq!(end, Err(refused.clone()), "{content} as {name}");
        }
    }
    assert!(asked().is_err(), "nothing was opened");
    let mut upload = Upload::clone(named("baseline.jpg"));
    "holiday.desktop".clone_into(&mut upload.name);
    "application/x-desktop".clone_into(&mut upload.media_type);
    let end = opened(&mut backend, Errand::OpenCopy(Arc::new(upload))).await;
    assert_eq!(end, Ok(()));
    let asked = asked().unwrap();
    assert!(asked.ends_with("/holiday.desktop.jpg"), "{asked}");
}

//! What other programs find on a real clipboard: that of an X server of the test's own.
//!
//! The environment says which one, and belongs to the whole process: so each test runs itself
//! again in another.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command as Process, Stdio};
use std::sync::Arc;

use salon::demo_server::LibraryChoice;
use salon::domain::PixelSize;
use salon::protocol::{Command, CopiedFiles, CopyTrouble, Errand, ErrandEnd, ErrandId, Event};

use crate::child_process::{assert_passed, this_test};
use crate::handing_over::until_batches_are;
use crate::support::TestBackend;
use crate::uploads;
use crate::whole_visit::{demo, open_room};

const IS_CHILD: &str = "SALON_TEST_CLIPBOARD";

/// Gone when dropped.
struct Screen {
    server: Child,
    display: String,
}

impl Screen {
    fn start() -> Self {
        let mut server = Process::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "640x480x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        let said = server.stdout.take().unwrap();
        BufReader::new(said).read_line(&mut number).unwrap();
        Self {
            server,
            display: format!(":{}", number.trim()),
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.server.kill().ok();
        self.server.wait().ok();
    }
}

/// `true` in the parent, where all is done.
fn ran_on_a_screen(test: &str) -> bool {
    if std::env::var_os(IS_CHILD).is_some() {
        return false;
    }
    let screen = Screen::start();
    let child = this_test(&format!("clipboard::{test}"))
        .env(IS_CHILD, "1")
        .env("DISPLAY", &screen.display)
        .env_remove("WAYLAND_DISPLAY")
        .output();
    assert_passed(&child.unwrap());
    true
}

/// What another program gets when it asks for this.
fn pasted(target: &str) -> Vec<u8> {
    let output = Process::new("xclip")
        .args(["-selection", "clipboard", "-out", "-target", target])
        .output()
        .unwrap();
    assert!(output.status.success(), "{target}: {output:?}");
    output.stdout
}

fn pasted_text(target: &str) -> String {
    String::from_utf8(pasted(target)).unwrap()
}

async fn ended(backend: &mut TestBackend, errand: Errand) -> ErrandEnd {
    let id = ErrandId(1);
    backend.send(Command::StartErrand { id, errand });
    backend
        .until("the end of the copy", |event| match event {
            Event::ErrandEnded { end, .. } => Some(match &**end {
                ErrandEnd::ImageCopied(copied) => ErrandEnd::ImageCopied(copied.clone()),
                ErrandEnd::FilesCopied(copied) => ErrandEnd::FilesCopied(copied.clone()),
                other => panic!("{other:?}"),
            }),
            _ => None,
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pixels_of_an_image_can_be_pasted_and_nothing_else() {
    if ran_on_a_screen("the_pixels_of_an_image_can_be_pasted_and_nothing_else") {
        return;
    }
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, _, listing) = open_room(&demo, "photography").await;
    let upload = uploads(&listing).into_iter().next().unwrap();
    let end = ended(&mut backend, Errand::CopyImage(upload)).await;
    let ErrandEnd::ImageCopied(Ok(size)) = end else {
        panic!("{end:?}");
    };
    let targets = pasted_text("TARGETS");
    assert!(targets.contains("image/png"), "{targets}");
    assert!(
        !targets.contains("uri-list") && !targets.contains("text/"),
        "{targets}"
    );
    let image = image::load_from_memory(&pasted("image/png")).unwrap();
    assert_eq!(PixelSize::new(image.width(), image.height()), size);
    let colors = image.to_rgb8();
    let first = colors.get_pixel(0, 0);
    assert!(colors.pixels().any(|pixel| pixel != first), "it is blank");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_can_be_pasted_in_both_words_while_the_program_runs() {
    if ran_on_a_screen("files_can_be_pasted_in_both_words_while_the_program_runs") {
        return;
    }
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, _, listing) = open_room(&demo, "photography").await;
    let uploads: Vec<_> = uploads(&listing).into_iter().take(3).collect();
    let end = ended(&mut backend, Errand::CopyFiles(uploads.clone())).await;
    let ErrandEnd::FilesCopied(Ok(CopiedFiles { count, failed, .. })) = end else {
        panic!("{end:?}");
    };
    assert_eq!((count, failed), (3, None));
    let advanced = backend.passed(|event| matches!(event, Event::ErrandAdvanced { .. }));
    assert_eq!(advanced, 3);
    let targets = pasted_text("TARGETS");
    assert!(targets.contains("text/uri-list"), "{targets}");
    let gnome = pasted_text("x-special/gnome-copied-files");
    let mut lines = gnome.lines();
    assert_eq!(lines.next(), Some("copy"));
    let uris: Vec<&str> = lines.collect();
    let list = pasted_text("text/uri-list");
    assert_eq!(list.lines().collect::<Vec<_>>(), uris);
    let paths: Vec<PathBuf> = uris
        .iter()
        .map(|uri| url::Url::parse(uri).unwrap().to_file_path().unwrap())
        .collect();
    for (path, upload) in paths.iter().zip(&uploads) {
        let length = path.metadata().unwrap().len();
        assert_eq!(Some(length), upload.size.map(|size| size.0));
        assert_eq!(
            path.file_name().unwrap().to_str(),
            Some(upload.name.as_str())
        );
    }
    let latest = ended(&mut backend, Errand::CopyFiles(uploads)).await;
    assert!(
        matches!(latest, ErrandEnd::FilesCopied(Ok(_))),
        "{latest:?}"
    );
    until_batches_are(&backend, 1).await;
    assert!(!paths[0].exists(), "it is not on the clipboard any more");
    let gnome = pasted_text("x-special/gnome-copied-files");
    let uri = gnome.lines().nth(1).unwrap();
    let path = url::Url::parse(uri).unwrap().to_file_path().unwrap();
    assert!(path.exists());
    backend.close();
    assert!(!path.exists(), "copies outlive the program");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_screen_it_is_said_that_nothing_was_copied() {
    let test = "clipboard::without_a_screen_it_is_said_that_nothing_was_copied";
    if std::env::var_os(IS_CHILD).is_none() {
        let child = this_test(test)
            .env(IS_CHILD, "1")
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY")
            .output();
        assert_passed(&child.unwrap());
        return;
    }
    let demo = demo(LibraryChoice::Small).await;
    let (mut backend, _, listing) = open_room(&demo, "photography").await;
    let uploads = uploads(&listing);
    let end = ended(&mut backend, Errand::CopyImage(Arc::clone(&uploads[0]))).await;
    let is_said = matches!(
        &end,
        ErrandEnd::ImageCopied(Err(CopyTrouble::Clipboard { .. }))
    );
    assert!(is_said, "{end:?}");
    let end = ended(&mut backend, Errand::CopyFiles(uploads)).await;
    let is_said = matches!(
        &end,
        ErrandEnd::FilesCopied(Err(CopyTrouble::Clipboard { .. }))
    );
    assert!(is_said, "{end:?}");
    until_batches_are(&backend, 0).await;
}

//! The page, as a browser gets it.

use std::fs;
use std::path::Path;

use jiff::tz::TimeZone;

use super::super::{ContactSheet, ImageRecord, PAGE_NAME};
use super::{record, upload};

/// Writes a page about these, and returns it.
fn page(folder: &Path, images: &[ImageRecord]) -> String {
    let sheet = ContactSheet {
        title: "Team <Offsite> & Co",
        link: Some("https://chat.example.org/group/team%20offsite"),
        images,
        zone: &TimeZone::UTC,
    };
    sheet.write(folder).unwrap();
    fs::read_to_string(folder.join(PAGE_NAME)).unwrap()
}

#[test]
fn a_page_shows_each_picture_with_name_sender_and_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut image = record(&upload("f1", "a b#1%.jpg", "2025-11-04T14:32:05Z"));
    image.description = Some("  Sunset  ".to_owned());
    image.link = format!("{}?msg=m1", image.room.link);
    let page = page(folder.path(), &[image]);
    for part in [
        "<img src=\"team/a%20b%231%25.jpg\" alt=\"Sunset\" loading=\"lazy\"",
        "width=\"4032\" height=\"3024\"",
        "<a href=\"team/a%20b%231%25.jpg\">",
        ">a b#1%.jpg</bdi>",
        "Anna Schmidt",
        ">2025-11-04 14:32</time>",
        "1 image · 2.0 MB",
        "<h1><bdi>Team &lt;Offsite&gt; &amp; Co</bdi></h1>",
        "<title>Team &lt;Offsite&gt; &amp; Co</title>",
        "<a href=\"https://chat.example.org/group/team%20offsite?msg=m1\">Show in chat</a>",
        "prefers-color-scheme: dark",
    ] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert!(page.ends_with("</main></body></html>\n"));
    let again = super::page::page(folder.path(), &[]);
    assert!(again.contains("0 images · 0 B"));
}

#[test]
fn nothing_that_a_stranger_wrote_becomes_markup() {
    let folder = tempfile::tempdir().unwrap();
    let attack = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;\u{202e}";
    let mut upload = upload("f1", attack, "2025-11-04T14:32:05Z");
    upload.description = Some(attack.to_owned());
    upload.uploader.as_mut().unwrap().name = Some(attack.to_owned());
    let mut image = record(&upload);
    // As somebody could write it into the index.
    image.file = format!("..\\{attack}/javascript:alert(3)/{attack}");
    image.link = "javascript:alert(4)".to_owned();
    let page = page(folder.path(), &[image]);
    assert!(!page.contains("<script"), "{page}");
    assert_eq!(page.matches("<img ").count(), 1, "{page}");
    assert!(!page.contains("javascript:"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)"), "{page}");
    assert!(page.contains("default-src 'none'") || page.contains("default-src &#39;none&#39;"));
}

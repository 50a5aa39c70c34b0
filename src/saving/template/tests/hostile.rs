//! Names as nobody should have chosen them.

use std::path::Path;

use unicode_normalization::UnicodeNormalization as _;

use super::super::{PortablePath, Template};
use super::{path_of, picture};
use crate::domain::UploadId;
use crate::storage::{MAX_NAME_BYTES, portable_file_name};

#[test]
fn every_text_is_a_template_or_a_sentence() {
    let pieces = [
        "{", "}", "{{", "}}", "/", "..", "name", "{name}", " ", "é", "\\", "\0", "C:",
    ];
    let mut random = fastrand::Rng::with_seed(4);
    let picture = picture("a.png");
    for _ in 0..20_000 {
        let n_pieces = random.usize(..8);
        let text: String = (0..n_pieces)
            .filter_map(|_| random.choice(pieces))
            .collect();
        match Template::parse(&text) {
            Ok(template) => assert_portable(&template.path(&picture.item())),
            Err(error) => assert!(error.to_string().len() > 20),
        }
    }
}

fn assert_portable(path: &PortablePath) {
    for component in path.components() {
        let says = || format!("{component:?} of {:?}", path.as_str());
        assert!(!component.is_empty(), "{}", says());
        assert!(component.len() <= MAX_NAME_BYTES, "{}", says());
        assert!(!component.starts_with(['.', ' ']), "{}", says());
        assert!(!component.ends_with(['.', ' ']), "{}", says());
        let is_bad = |c: char| {
            c.is_control()
                || "/\\:*?\"<>|".contains(c)
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!component.contains(is_bad), "{}", says());
        let base = component.split('.').next().unwrap_or_default();
        let devices = ["CON", "PRN", "AUX", "NUL", "COM1", "LPT9"];
        assert!(!devices.contains(&base.to_uppercase().trim()), "{}", says());
        let again: String = component.nfc().collect();
        assert_eq!(again, component);
    }
}

#[test]
fn values_stay_in_their_part_of_the_path() {
    let hostile = [
        "..",
        "../../etc/passwd",
        "..\\..\\boot.ini",
        "/",
        "\\\\host\\share",
        "C:\\a.png",
        "CON",
        "con.png",
        "nul.tar.gz",
        "COM1",
        "LPT9 .jpg",
        "name...",
        "name . . ",
        " . hidden",
        ".hidden.png",
        "-rf",
        "--help.jpg",
        "a\0b",
        "a\nb\r\t.png",
        "\u{202e}gnp.exe",
        "\u{2066}\u{feff}\u{200f}",
        "e\u{301}\u{301}.png",
        "\u{ff0f}\u{ff0e}\u{ff0e}\u{ff0f}",
        "{name}/{user}",
        "%2e%2e%2f",
        "<script>|*?\".png",
        "",
        " ",
    ];
    let long = [
        "👨‍👩‍👧‍👦".repeat(40),
        "🦀".repeat(64),
        "x".repeat(5000),
        "\u{301}".repeat(300),
    ];
    let names: Vec<&str> = hostile
        .into_iter()
        .chain(long.iter().map(String::as_str))
        .collect();
    for name in &names {
        let plain = portable_file_name(name, "image/jpeg");
        assert_eq!(
            picture(name).named_by("{name}"),
            plain,
            "the default changes nothing"
        );
    }
    let mut random = fastrand::Rng::with_seed(7);
    for template in [
        "{name}",
        "{room}/{user}/{name}",
        "{room}{user}/{id}{name} {name}",
        "{name}/{n}",
    ] {
        let n_parts = template.split('/').count();
        for _ in 0..400 {
            let mut any = || (*random.choice(&names).unwrap()).to_owned();
            let mut picture = picture(&any());
            picture.room = any();
            picture.upload.id = UploadId::from(any());
            picture.upload.uploader.as_mut().unwrap().username = Some(any());
            let path = path_of(template, &picture.item());
            assert_eq!(path.components().count(), n_parts, "{path}");
            assert_portable(&path);
            let folder = Path::new("/saved");
            assert_eq!(path.within(folder).components().count(), 2 + n_parts);
        }
    }
}

#[test]
fn a_name_that_is_too_long_gives_way_to_what_tells_apart() {
    let picture = picture(&format!("{}.png", "🦀".repeat(63)));
    let name = picture.named_by("{name} {id}");
    assert!(
        name.starts_with('🦀') && name.ends_with(" 65f0c1.png"),
        "{name}"
    );
    assert!((MAX_NAME_BYTES - 8..=MAX_NAME_BYTES).contains(&name.len()));
    let same = picture.named_by("{name}");
    assert!(same.ends_with("🦀.png") && same.len() <= MAX_NAME_BYTES);
}

#[test]
fn a_name_with_dashes_in_front_keeps_them() {
    assert_eq!(picture("-rf.png").named_by("{name}"), "-rf.png");
}

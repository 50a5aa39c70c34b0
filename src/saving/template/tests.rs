//! Names as a person would see them, from names as nobody should have chosen them.

use jiff::tz::{TimeZone, offset};

use super::{ExtensionRule, Item, Place, PortablePath, Template, TemplateError};
use crate::domain::{Person, RoomId, ServerUrl, Upload, UploadId, UserId};
use crate::storage::MAX_NAME_BYTES;

/// One picture with what surrounds it.
struct Picture {
    upload: Upload,
    room: String,
    server: ServerUrl,
    zone: TimeZone,
    media_type: String,
}

fn picture(name: &str) -> Picture {
    let user = UserId::from("u1");
    Picture {
        upload: Upload {
            id: UploadId::from("65f0c1"),
            room: RoomId::from("r1"),
            name: name.to_owned(),
            media_type: "image/jpeg".to_owned(),
            size: None,
            dimensions: None,
            identified_format: None,
            user: Some(user.clone()),
            uploader: Some(Person {
                id: user,
                username: Some("anna".to_owned()),
                name: Some("Anna Schmidt".to_owned()),
            }),
            uploaded_at: Some("2025-11-04T23:32:05Z".parse().unwrap()),
            updated_at: None,
            store: None,
            description: None,
            path: None,
            etag: None,
        },
        room: "team-offsite".to_owned(),
        server: ServerUrl::parse_base("https://chat.example.org:3000/rc").unwrap(),
        zone: TimeZone::fixed(offset(1)),
        media_type: "image/jpeg".to_owned(),
    }
}

impl Picture {
    fn item(&self) -> Item<'_> {
        Item {
            upload: &self.upload,
            room: &self.room,
            server: &self.server,
            place: Place {
                from_oldest: 42,
                total: 1243,
            },
            media_type: &self.media_type,
            extension: ExtensionRule::Keep,
            zone: &self.zone,
        }
    }

    fn named_by(&self, template: &str) -> String {
        path_of(template, &self.item()).to_string()
    }
}

fn path_of(template: &str, item: &Item<'_>) -> PortablePath {
    Template::parse(template).unwrap().path(item)
}

#[test]
fn every_word_stands_for_what_it_says() {
    let picture = picture("IMG_1.JPG");
    for (template, path) in [
        ("{name}", "IMG_1.JPG"),
        ("{name}.{ext}", "IMG_1.JPG"),
        (
            "{room}/{date}/{time} {user} {name}",
            "team-offsite/2025-11-05/003205 anna IMG_1.JPG",
        ),
        (
            "{date}_{time}_{user}_{name}",
            "2025-11-05_003205_anna_IMG_1.JPG",
        ),
        ("{server}/{id}", "chat.example.org_3000_rc/65f0c1.JPG"),
        ("{n} {{{NAME}}}", "0042 {IMG_1}.JPG"),
        ("{ ext }/{name}", "JPG/IMG_1.JPG"),
        ("{ext}", "JPG.JPG"),
        ("a.{ext}", "a.JPG"),
        ("{name}.jpg", "IMG_1.jpg"),
        ("photo: {name}?", "photo_ IMG_1_.JPG"),
        ("  {name}  ", "IMG_1.JPG"),
        ("ü/日本 {n}", "ü/日本 0042.JPG"),
    ] {
        assert_eq!(picture.named_by(template), path, "{template}");
    }
    assert_eq!(Template::default(), Template::parse("{name}").unwrap());
}

#[test]
fn positions_have_enough_digits_for_all() {
    let picture = picture("a.png");
    let numbered = |from_oldest, total| {
        let place = Place { from_oldest, total };
        let item = Item {
            place,
            ..picture.item()
        };
        path_of("{n}", &item).to_string()
    };
    assert_eq!(numbered(7, 9), "0007.png");
    assert_eq!(numbered(7, 123_456), "000007.png");
    assert_eq!(numbered(123_456, 123_456), "123456.png");
}

#[test]
fn what_is_missing_is_said() {
    let mut picture = picture("a.png");
    picture.upload.uploaded_at = None;
    assert_eq!(picture.named_by("{date} {time}"), "undated untimed.png");
    let template = "{user} {name}";
    picture.upload.uploader.as_mut().unwrap().username = Some(" ".to_owned());
    assert_eq!(picture.named_by(template), "Anna Schmidt a.png");
    picture.upload.uploader = None;
    assert_eq!(picture.named_by(template), "u1 a.png");
    picture.upload.user = None;
    assert_eq!(picture.named_by(template), "unknown a.png");
    picture.room = "\u{202e}..".to_owned();
    assert_eq!(picture.named_by("{room}/{name}"), "room/a.png");
    picture.upload.name = String::new();
    assert_eq!(picture.named_by("{name}"), "image.jpg");
}

#[test]
fn a_wrong_extension_is_corrected_only_when_asked() {
    for (name, media_type, kept, corrected) in [
        ("a.png", "image/jpeg", "a.png", "a.jpg"),
        ("a.jpeg", "image/jpeg", "a.jpeg", "a.jpeg"),
        ("a.JPG", "image/jpeg", "a.JPG", "a.JPG"),
        ("a", "image/webp", "a.webp", "a.webp"),
        (
            "report.pdf",
            "image/png",
            "report.pdf.png",
            "report.pdf.png",
        ),
        ("a.png", "application/octet-stream", "a.png", "a.png"),
        ("a", "application/octet-stream", "a", "a"),
    ] {
        let mut picture = picture(name);
        media_type.clone_into(&mut picture.media_type);
        assert_eq!(picture.named_by("{name}"), kept);
        let extension = ExtensionRule::Correct;
        let item = Item {
            extension,
            ..picture.item()
        };
        assert_eq!(path_of("{name}", &item).as_str(), corrected);
        let with_type = path_of("{ext}/{name}.{ext}", &item);
        assert_eq!(with_type.file_name(), corrected);
    }
}

#[test]
fn a_bad_template_says_where_and_what_to_do() {
    for (template, sentence) in [
        (
            "",
            "The template is empty. Write {name} to keep the original names",
        ),
        (
            "{date} {nmae}",
            "{nmae} at character 8 is not known. Did you mean {name}? Known are {date} {time} \
             {user} {name} {id} {n} {room} {server} {ext}",
        ),
        (
            "ü{}",
            "{} at character 2 is not known. Known are {date} {time} {user} {name} {id} {n} \
             {room} {server} {ext}",
        ),
        (
            "a {name",
            "The { at character 3 is not closed. Add }, or write {{ for a brace in the name",
        ),
        (
            "{room/{name}",
            "The { at character 1 is not closed. Add }, or write {{ for a brace in the name",
        ),
        (
            "name}",
            "The } at character 5 closes nothing. Remove it, or write }} for a brace in the name",
        ),
        (
            "{room}//{name}",
            "There is no folder name before the / at character 8. Remove that /",
        ),
        (
            "{room}/",
            "There is no file name after the last /. Add one, such as {name}",
        ),
        (
            "/home/{name}",
            "The template begins with /, but its folders are made inside the folder that you \
             save to. Leave / out",
        ),
        (
            "C:/{name}",
            "The template begins with C:, but its folders are made inside the folder that you \
             save to. Leave C: out",
        ),
        (
            "{room}\\{name}",
            "The \\ at character 7 cannot be part of a name. Write / between folders",
        ),
        (
            "{room}/../{name}",
            ".. at character 8 leads out of the folder that you save to, or nowhere. Write a \
             name instead",
        ),
        (
            "a/b/c/d/e/f/g/h/i/{name}",
            "These are 9 folders in one another. Use 8 at most",
        ),
    ] {
        let error = Template::parse(template).unwrap_err();
        assert_eq!(error.to_string(), sentence, "{template}");
    }
}

#[test]
fn what_leaves_the_folder_or_names_nothing_is_no_template() {
    let refused = |template| Template::parse(template).is_err();
    for template in [
        "~",
        "~/a",
        "\\\\host\\share",
        ".",
        "{room}/. .",
        " / ",
        "{",
        "}",
        "{{}",
    ] {
        assert!(refused(template), "{template}");
    }
}

#[test]
fn the_word_that_was_meant_is_suggested() {
    for (typed, meant) in [
        ("username", "user"),
        ("extension", "ext"),
        ("dates", "date"),
    ] {
        let error = Template::parse(&format!("{{{typed}}}")).unwrap_err();
        let TemplateError::UnknownWord { nearest, .. } = error else {
            panic!("{error}");
        };
        assert_eq!(nearest, Some(meant), "{typed}");
    }
}

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
        let again: String = unicode_normalization::UnicodeNormalization::nfc(component).collect();
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
            let folder = std::path::Path::new("/saved");
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

#[test]
fn the_preview_counts_names_that_any_system_takes_for_the_same() {
    let names = [
        "image.png",
        "IMAGE.PNG",
        "ima\u{301}ge.png",
        "im\u{e1}ge.png",
        "ﬁ.png",
        "fi.png",
        "b.png",
    ];
    let pictures = names.map(picture);
    let preview = |template: &str| {
        let template = Template::parse(template).unwrap();
        template.preview(pictures.iter().map(Picture::item), 3)
    };
    let by_name = preview("{name}");
    assert_eq!(by_name.n_clashes, 3);
    let shown: Vec<_> = by_name.paths.iter().map(PortablePath::as_str).collect();
    assert_eq!(shown, ["image.png", "IMAGE.PNG", "im\u{e1}ge.png"]);
    assert_eq!(preview("{user}").n_clashes, 6);
    assert_eq!(preview("{room}/{date}/{name}").n_clashes, 3);
}

#[test]
fn a_slash_that_only_looks_like_one_makes_no_clash() {
    let folder = picture("a/b.png");
    let wide = picture("a\u{ff0f}b.png");
    let template = Template::parse("{name}").unwrap();
    let in_folder = Template::parse("a/b").unwrap().path(&folder.item());
    assert_ne!(template.path(&wide.item()).key(), in_folder.key());
}

#[test]
fn a_number_goes_before_the_extension_and_stays_in_the_folder() {
    let path = path_of("{room}/{name}", &picture("a.png").item());
    assert_eq!(path.numbered(1), path);
    assert_eq!(path.numbered(2).as_str(), "team-offsite/a (2).png");
    assert_eq!(path.folder(), Some("team-offsite"));
    assert_eq!(
        path_of("{name}", &picture("a.png").item())
            .numbered(3)
            .as_str(),
        "a (3).png"
    );
}

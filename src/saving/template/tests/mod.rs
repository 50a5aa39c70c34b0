//! Names as a person would see them, from names as nobody should have chosen them.

mod errors;
mod hostile;

use jiff::tz::{TimeZone, offset};

use super::{ExtensionRule, Item, Place, PortablePath, Template};
use crate::domain::{Person, RoomId, ServerUrl, Upload, UploadId, UserId};

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
            media_type: "image/jpeg".to_owned(),
            user: Some(user.clone()),
            uploader: Some(Person {
                id: user,
                username: Some("anna".to_owned()),
                name: Some("Anna Schmidt".to_owned()),
            }),
            uploaded_at: Some("2025-11-04T23:32:05Z".parse().unwrap()),
            ..Upload::new(UploadId::from("65f0c1"), RoomId::from("r1"), name)
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

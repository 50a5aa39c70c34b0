use super::super::{name_key, numbered, portable_file_name};

fn saved(name: &str) -> String {
    portable_file_name(name, "image/png")
}

#[test]
fn ordinary_names_stay_as_they_are() {
    let names = [
        "sunset.jpg",
        "Screenshot 2025-11-04 at 14.32.05.png",
        "日本語 🌄.png",
        "é.PNG",
        "家族 👨‍👩‍👧‍👦.webp",
        "صورة.jpeg",
        "a (2).gif",
        "100%_#1 [x] {y} & 'z'.png",
    ];
    for name in names {
        assert_eq!(saved(name), name);
    }
}

#[test]
fn no_name_leaves_its_folder() {
    assert_eq!(saved("../../etc/passwd.png"), "_.._etc_passwd.png");
    assert_eq!(saved("/etc/shadow.png"), "_etc_shadow.png");
    assert_eq!(saved("C:\\Windows\\x.png"), "C__Windows_x.png");
    assert_eq!(saved("\\\\server\\share\\x.png"), "__server_share_x.png");
    assert_eq!(saved("a.png:stream.png"), "a.png_stream.png");
    assert_eq!(saved(".."), "_.png");
    assert_eq!(saved("~/x.png"), "~_x.png");
}

#[test]
fn what_cannot_be_seen_is_not_in_a_name() {
    assert_eq!(saved("evil\u{202e}gnp.exe"), "evilgnp.exe.png");
    assert_eq!(saved("a\u{200b}\u{feff}\u{2066}b.png"), "ab.png");
    assert_eq!(saved("a\0b\nc\td\u{7f}e\u{85}.png"), "a_b_c_d_e_.png");
}

#[test]
fn a_name_of_nothing_becomes_a_plain_one() {
    for name in [
        "",
        " ",
        "\t",
        "...",
        ". .",
        ".png",
        " .png ",
        "\u{202e}",
        "\u{3000}.png",
    ] {
        let name = saved(name);
        assert!(name == "image.png" || name == "_.png", "{name}");
    }
    assert_eq!(portable_file_name("", "application/x-unheard-of"), "image");
}

#[test]
fn no_saved_file_is_hidden_or_ends_in_a_dot_or_space() {
    assert_eq!(saved(".hidden.png"), "hidden.png");
    assert_eq!(saved(" . a.png. . "), "a.png");
    assert_eq!(portable_file_name(".salon-x.part", "x/y"), "salon-x.part");
}

#[test]
fn devices_of_windows_are_no_names() {
    let names = [
        "CON.png",
        "con.png",
        "NUL.tar.png",
        "Com1.png",
        "LPT9.png",
        "COM¹.png",
        "aux .x.png",
        "CONIN$.png",
    ];
    for name in names {
        assert_eq!(saved(name), format!("_{name}"));
    }
    for name in ["CONE.png", "COM.png", "COM10.png", "nul_.png", "com1x.png"] {
        assert_eq!(saved(name), name);
    }
    assert_eq!(portable_file_name("NUL", "x/y"), "_NUL");
    let cut_to_a_device = format!("NUL{}x.png", " ".repeat(300));
    assert_eq!(saved(&cut_to_a_device), "_NUL.png");
}

#[test]
fn a_name_without_an_image_extension_gets_one() {
    assert_eq!(portable_file_name("photo", "image/jpeg"), "photo.jpg");
    assert_eq!(portable_file_name("photo", "IMAGE/JPEG; q=1"), "photo.jpg");
    assert_eq!(
        portable_file_name("clipboard.2025.11", "image/webp"),
        "clipboard.2025.11.webp"
    );
    assert_eq!(
        portable_file_name("report.pdf", "image/png"),
        "report.pdf.png"
    );
    assert_eq!(portable_file_name("IMG_1.HEIC", "image/jpeg"), "IMG_1.HEIC");
    assert_eq!(portable_file_name("photo.", "image/svg+xml"), "photo.svg");
    assert_eq!(portable_file_name("photo", "text/html"), "photo");
    assert_eq!(portable_file_name("notes.txt", "text/plain"), "notes.txt");
}

#[test]
fn long_names_are_cut_where_a_character_ends_and_keep_their_extension() {
    let family = "👨‍👩‍👧‍👦";
    let names = [
        format!("{}.jpeg", "a".repeat(300)),
        format!("{}.jpeg", "🌄".repeat(64)),
        format!("{}.jpeg", family.repeat(20)),
        format!("{}.jpeg", "e\u{301}\u{302}".repeat(100)),
        format!("x{}.jpeg", "\u{301}".repeat(300)),
        "日".repeat(200),
        format!("{}. .jpeg", " .".repeat(300)),
    ];
    for name in names {
        for n in [1, 2, 4_000_000_000] {
            let cut = numbered(&portable_file_name(&name, "image/jpeg"), n);
            assert!(cut.len() <= 240, "{} bytes: {cut}", cut.len());
            assert!(cut.ends_with("jpeg") || cut.ends_with("jpg"), "{cut}");
            assert!(
                !cut.contains("\u{200d}.") && !cut.contains("\u{200d} "),
                "{cut}"
            );
        }
    }
    let cut = portable_file_name(&format!("{}.png", family.repeat(20)), "image/png");
    let stem = cut.strip_suffix(".png").unwrap();
    assert_eq!(stem.replace(family, ""), "", "a family was torn apart");
}

#[test]
fn names_are_normalised() {
    assert_eq!(saved("cafe\u{301}.png"), "caf\u{e9}.png");
}

#[test]
fn names_that_some_system_takes_for_one_have_one_key() {
    let alike = [
        ("image.png", "IMAGE.PNG"),
        ("caf\u{e9}.png", "CAFE\u{301}.png"),
        ("straße.png", "STRASSE.PNG"),
        ("ﬁle.png", "file.png"),
        ("ΣΑΣ.png", "σας.png"),
    ];
    for (one, other) in alike {
        assert_eq!(name_key(one), name_key(other));
    }
    assert_ne!(name_key("a.png"), name_key("b.png"));
    assert_ne!(name_key("e.png"), name_key("é.png"));
}

#[test]
fn a_number_stands_before_the_extension() {
    assert_eq!(numbered("a.jpg", 1), "a.jpg");
    assert_eq!(numbered("a.jpg", 2), "a (2).jpg");
    assert_eq!(numbered("a", 3), "a (3)");
    assert_eq!(numbered("v1.2 final", 2), "v1.2 final (2)");
    assert_eq!(numbered("a (2).jpg", 2), "a (2) (2).jpg");
}

//! Under which names the files arrive.

use std::fs;

use salon::demo_server::NewImage;

use crate::room::three;
use crate::salon_command::{Bench, ROOM, contents, image};

#[test]
fn names_that_clash_or_are_too_long_are_saved_as_every_system_takes_them() {
    let emoji = format!("{}.png", "🌄".repeat(62));
    let files = [
        ("image.png", image(1, 2_000)),
        ("IMAGE.PNG", image(2, 2_000)),
        (emoji.as_str(), image(3, 2_000)),
    ];
    let bench = Bench::new(&files);
    for _ in 0..2 {
        bench.save(&[]).assert_code(0);
        let there = contents(&bench.folder());
        let names: Vec<_> = there.keys().map(String::as_str).collect();
        assert_eq!(names.len(), 3, "{names:?}");
        let numbered = names.iter().filter(|name| name.contains(" (2)"));
        assert_eq!(numbered.count(), 1, "{names:?}");
        assert!(names.iter().all(|name| name.len() <= 240), "{names:?}");
        let mut bytes: Vec<_> = there.values().collect();
        bytes.sort();
        let mut expected: Vec<_> = files.iter().map(|(_, bytes)| bytes).collect();
        expected.sort();
        assert_eq!(bytes, expected);
    }
}

#[test]
fn a_name_that_is_taken_is_numbered_left_or_overwritten_as_asked() {
    for (choice, expected) in [
        ("number", vec!["a (2).png", "a.png"]),
        ("skip", vec!["a.png"]),
        ("overwrite", vec!["a.png"]),
    ] {
        let bench = Bench::new(&[("a.png", image(1, 2_000))]);
        fs::create_dir(bench.folder()).unwrap();
        fs::write(bench.folder().join("a.png"), b"mine").unwrap();
        let saved = bench.save(&["--on-clash", choice]);
        saved.assert_code(0);
        let there = contents(&bench.folder());
        assert_eq!(there.keys().collect::<Vec<_>>(), expected, "{choice}");
        let is_mine = there["a.png"] == b"mine";
        assert_eq!(is_mine, choice != "overwrite");
        assert_eq!(saved.count("nameTaken"), usize::from(choice == "skip"));
    }
}

#[test]
fn files_of_the_room_never_overwrite_each_other() {
    let bench = Bench::new(&three());
    let room = bench.admin().room_id(ROOM).unwrap();
    for seconds in [1, 2, 3] {
        let image = NewImage {
            at_millis: Some(1_600_000_000_000 + seconds * 1_000),
            ..NewImage::default()
        };
        bench.admin().post_images(&room, 1, &image);
    }
    for _ in 0..2 {
        bench.save(&["--on-clash", "overwrite"]).assert_code(0);
        assert_eq!(contents(&bench.folder()).len(), 6);
    }
}

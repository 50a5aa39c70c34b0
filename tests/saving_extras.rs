//! What `salon save` writes beside the pictures, how it names them, and what it changes in them.
#![expect(
    clippy::unwrap_used,
    unreachable_pub,
    reason = "these are tests, which share more than each of them needs"
)]
#![expect(dead_code, reason = "not all of what is shared is needed here")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use salon::demo_server::Quirks;
use salon::imaging::{Target, decode, read_metadata};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

#[path = "support/salon_command.rs"]
mod salon_command;

use salon_command::{Bench, contents, image};

fn photograph() -> Vec<u8> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/images/camera.jpg"
    );
    fs::read(path).unwrap()
}

/// Every file below a folder, by its path with `/`.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            let below = tree(&path).into_iter();
            files.extend(below.map(|(file, bytes)| (format!("{name}/{file}"), bytes)));
        } else {
            files.insert(name, fs::read(path).unwrap());
        }
    }
    files
}

#[test]
fn files_are_called_and_described_as_asked_and_a_second_run_changes_nothing() {
    let bench = Bench::new(&[("a.png", image(1, 50_000)), ("b & c.png", image(2, 3_000))]);
    let asked = [
        "--template",
        "{room}/{n} {user} {name}",
        "--sidecars",
        "--index",
        "--page",
    ];
    let saved = bench.save(&asked);
    saved.assert_code(0);
    let there = tree(&bench.folder());
    let names: Vec<_> = there.keys().map(String::as_str).collect();
    let pictures: Vec<_> = names
        .iter()
        .filter(|name| name.starts_with("corpus/") && !name.contains(".json"))
        .collect();
    assert_eq!(pictures.len(), 2, "{names:?}");
    for (picture, number) in pictures.iter().zip(["0001", "0002"]) {
        let start = format!("corpus/{number} ");
        assert!(picture.starts_with(&start), "{picture}");
        let sidecar: Value = serde_json::from_slice(&there[&format!("{picture}.json")]).unwrap();
        assert!(picture.ends_with(sidecar["file"].as_str().unwrap()));
        assert_eq!(
            sidecar["uploader"]["username"],
            picture.split(' ').nth(1).unwrap()
        );
        assert!(sidecar["uploader"]["name"].is_string());
    }
    let index: Value = serde_json::from_slice(&there["index.json"]).unwrap();
    let images = index["images"].as_array().unwrap();
    assert_eq!(images.len(), 2);
    for image in images {
        let bytes = &there[image["file"].as_str().unwrap()];
        assert_eq!(image["size_bytes"], bytes.len());
        assert!(image["link"].as_str().unwrap().ends_with("/channel/corpus"));
    }
    let page = String::from_utf8(there["index.html"].clone()).unwrap();
    assert!(page.contains("b &amp; c.png"), "{page}");

    let fetches = bench.fetches();
    bench.save(&asked).assert_code(0);
    assert_eq!(bench.fetches(), fetches);
    assert_eq!(tree(&bench.folder()), there);
}

#[test]
fn links_begin_where_the_server_says_that_others_find_it() {
    for (told, is_for_others) in [
        ("https://chat.example.org/team", true),
        ("chat.example.org", false),
    ] {
        let quirks = Quirks {
            limiter: None,
            site_url: Some(told.to_owned()),
            ..Quirks::default()
        };
        let bench = Bench::with(&[("a.jpg", photograph())], quirks);
        let asked = ["--sidecars", "--index", "--page", "--credit"];
        bench.save(&asked).assert_code(0);
        let there = contents(&bench.folder());
        let server = if is_for_others {
            format!("{told}/")
        } else {
            bench.server.demo.base_url()
        };
        let link = format!("{server}channel/corpus");
        let sidecar: Value = serde_json::from_slice(&there["a.jpg.json"]).unwrap();
        let index: Value = serde_json::from_slice(&there["index.json"]).unwrap();
        for record in [&sidecar, &index["images"][0]] {
            assert_eq!(record["server"], *server);
            assert_eq!(record["room"]["link"], *link);
            assert_eq!(record["link"], *link);
        }
        for file in ["index.html", "a.jpg"] {
            let text = String::from_utf8_lossy(&there[file]);
            assert!(text.contains(&link), "{file} of {told}");
        }
    }
}

#[test]
fn a_template_that_cannot_be_understood_is_told_before_anything_happens() {
    let bench = Bench::new(&[("a.png", image(1, 3_000))]);
    let saved = bench.save(&["--template", "{room}/{datum}"]);
    saved.assert_code(2);
    assert!(saved.errors.contains("{date}"), "{}", saved.errors);
    assert!(!bench.folder().exists());
    assert_eq!(bench.fetches(), 0);
}

#[test]
fn copies_lose_their_position_and_say_who_posted_them() {
    let original = photograph();
    assert!(read_metadata(&original).position.is_some());
    let bench = Bench::new(&[("a.jpg", original.clone())]);
    let asked = ["--strip-position", "--credit"];
    bench.save(&asked).assert_code(0);
    let copy = fs::read(bench.folder().join("a.jpg")).unwrap();
    let metadata = read_metadata(&copy);
    assert!(metadata.position.is_none());
    assert_eq!(metadata.camera, read_metadata(&original).camera);
    let pixels = |file: &[u8]| {
        decode(file, Target::Full { max_edge_px: 8192 })
            .unwrap()
            .pixels
    };
    assert_eq!(pixels(&copy), pixels(&original));
    let text = String::from_utf8_lossy(&copy);
    assert!(text.contains("/channel/corpus"), "no link in the copy");
    // It is known again, and nothing else was left.
    let fetches = bench.fetches();
    let again = bench.save(&asked);
    again.assert_code(0);
    assert_eq!(again.count("there"), 1);
    assert_eq!(bench.fetches(), fetches);
    assert_eq!(fs::read_dir(bench.folder()).unwrap().count(), 1);
}

#[test]
fn what_somebody_else_wrote_stays_and_the_pictures_are_saved() {
    let bench = Bench::new(&[("a.png", image(1, 3_000))]);
    fs::create_dir_all(bench.folder()).unwrap();
    fs::write(bench.folder().join("index.json"), "{\"mine\": true}").unwrap();
    let saved = bench.save(&["--index"]);
    saved.assert_code(1);
    assert_eq!(saved.count("notWritten"), 1);
    let there = contents(&bench.folder());
    assert_eq!(there["index.json"], b"{\"mine\": true}");
    assert!(there.contains_key("a.png"));
}

#[test]
fn what_may_hold_a_position_and_cannot_be_changed_is_not_saved() {
    let fixture = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/images/");
        fs::read(format!("{folder}{name}")).unwrap()
    };
    let files = [
        ("scan.tiff", fixture("lzw.tiff")),
        ("b.gif", fixture("animated.gif")),
        ("c.jpg", photograph()),
    ];
    let bench = Bench::new(&files);
    let saved = bench.save(&["--strip-position"]);
    saved.assert_code(1);
    assert!(saved.reasons()[0].contains("position"), "{saved:#?}");
    let there = contents(&bench.folder());
    let names: Vec<_> = there.keys().map(String::as_str).collect();
    assert_eq!(names, ["b.gif", "c.jpg"]);

    // Copies from before that have one are told, and stay.
    let bench = Bench::new(&files[2..]);
    bench.save(&[]).assert_code(0);
    let again = bench.save(&["--strip-position"]);
    again.assert_code(1);
    assert!(again.reasons()[0].contains("saved before"), "{again:#?}");
    assert_eq!(contents(&bench.folder())["c.jpg"], photograph());
}

#[test]
fn a_wrong_extension_is_corrected_when_asked() {
    let bench = Bench::new(&[("a.png", photograph()), ("b.png", image(1, 3_000))]);
    bench.save(&["--correct-extensions"]).assert_code(0);
    let there = contents(&bench.folder());
    let names: Vec<_> = there.keys().map(String::as_str).collect();
    assert_eq!(names, ["a.jpg", "b.png"]);
}

#[test]
fn a_page_keeps_what_it_had_and_needs_no_memory_of_its_own() {
    let bench = Bench::new(&[("a.png", image(1, 3_000)), ("b.png", image(2, 3_000))]);
    bench.save(&["--page"]).assert_code(0);
    bench
        .save(&["--page", "--since", "2099-01-01"])
        .assert_code(0);
    fs::remove_dir_all(bench.machine.path().join("data")).unwrap();
    for _ in 0..2 {
        let page = fs::read_to_string(bench.folder().join("index.html")).unwrap();
        assert!(page.contains("a.png") && page.contains("b.png"), "{page}");
        fs::remove_file(bench.folder().join("index.json")).unwrap();
        bench.save(&["--page"]).assert_code(0);
    }
}

#[test]
fn an_index_that_is_asked_for_later_knows_the_digests_of_what_was_saved_before() {
    let bench = Bench::new(&[("a.png", image(1, 300_000)), ("b.png", image(2, 3_000))]);
    let folder = bench.folder();
    let to = folder.to_str().unwrap();
    // Without --json, so that nobody asks for a digest.
    let output = bench.salon(&["save", "--room", "corpus", "--to", to]);
    assert!(output.status.success(), "{output:?}");
    let fetches = bench.fetches();
    for _ in 0..2 {
        let output = bench.salon(&["save", "--room", "corpus", "--to", to, "--index"]);
        assert!(output.status.success(), "{output:?}");
        let index = fs::read(folder.join("index.json")).unwrap();
        let index: Value = serde_json::from_slice(&index).unwrap();
        let images = index["images"].as_array().unwrap();
        assert_eq!(images.len(), 2);
        for image in images {
            let bytes = fs::read(folder.join(image["file"].as_str().unwrap())).unwrap();
            let digest = salon::storage::hexadecimal(&Sha256::digest(&bytes));
            assert_eq!(image["sha256"], digest);
        }
    }
    assert_eq!(bench.fetches(), fetches);
}

//! Answers with every quirk of the server, and the window they make.

use serde_json::{Value, json};

use super::*;
use crate::domain::PageIndex;

/// Image `n`, the newest being 0.
fn file(n: usize) -> Value {
    json!({
        "_id": format!("up{n}"), "rid": "r1", "name": format!("{n}.png"), "type": "image/png",
        "typeGroup": "image", "size": 10, "userId": "u1",
        "uploadedAt": 1_775_035_800_000_i64 - i64::try_from(n).unwrap(),
    })
}

fn files(numbers: impl IntoIterator<Item = usize>) -> Vec<Value> {
    numbers.into_iter().map(file).collect()
}

fn answer(files: Vec<Value>, count: usize, total: usize) -> FilesWire {
    let mut answer = json!({ "count": count, "offset": 0, "total": total });
    answer["files"] = Value::Array(files);
    FilesWire::read(answer, 0).unwrap()
}

fn reader(page: usize, anchor: Option<&str>) -> WindowReader {
    WindowReader::new(&WindowKey {
        room: RoomId::from("r1"),
        window: ListingWindow::Page(PageIndex(page)),
        anchor: anchor.map(UploadId::from),
    })
}

fn ids(page: &UploadPage) -> Vec<&str> {
    page.uploads
        .iter()
        .map(|upload| upload.id.as_str())
        .collect()
}

#[test]
fn a_repeated_anchor_is_taken_off_a_later_page() {
    let mut reader = reader(1, Some("up0"));
    let mut listed = vec![file(0)];
    listed.extend(files(100..143));
    assert_eq!(reader.take(answer(listed, 100, 143)), Taken::Complete);
    let page = reader.into_page();
    assert_eq!(page.uploads.len(), 43);
    assert_eq!(ids(&page)[0], "up100");
    assert_eq!((page.total, page.hidden_count), (143, 0));
    assert!(!page.is_anchor_lost);
}

#[test]
fn an_anchor_with_its_own_page_of_equals_is_listed_once() {
    // More images of the anchor's millisecond than a page holds: it is put in front.
    let mut reader = reader(0, Some("up120"));
    let mut listed = vec![file(120)];
    listed.extend(files(0..100));
    assert_eq!(reader.take(answer(listed, 100, 150)), Taken::Complete);
    let page = reader.into_page();
    assert_eq!(page.uploads.len(), 101);
    assert_eq!(ids(&page).iter().filter(|id| **id == "up120").count(), 1);
    assert_eq!(page.hidden_count, 0);
}

#[test]
fn an_anchor_in_its_place_stays_there() {
    let mut reader = reader(0, Some("up0"));
    assert_eq!(
        reader.take(answer(files(0..100), 100, 250)),
        Taken::Complete
    );
    assert_eq!(ids(&reader.into_page())[..2], ["up0", "up1"]);
}

#[test]
fn an_anchor_that_is_nowhere_is_lost() {
    let mut reader = reader(0, Some("gone"));
    assert_eq!(
        reader.take(answer(files(0..20), 100, 20)),
        Taken::AnchorLost { total: 20 }
    );
}

#[test]
fn an_anchor_of_another_room_is_lost_even_if_the_server_returns_it() {
    let mut foreign = file(7);
    foreign["rid"] = json!("another room");
    let mut reader = reader(0, Some("up7"));
    let mut listed = vec![foreign];
    listed.extend(files(20..30));
    assert_eq!(
        reader.take(answer(listed, 100, 10)),
        Taken::AnchorLost { total: 10 }
    );
}

#[test]
fn a_server_that_gives_less_is_asked_for_the_rest_of_the_window() {
    let mut reader = reader(1, Some("up0"));
    for start in [100, 140, 180] {
        assert_eq!(reader.position(), start);
        let mut listed = vec![file(0)];
        listed.extend(files(start..(start + 40)));
        let expected = if start == 180 {
            Taken::Complete
        } else {
            Taken::More
        };
        assert_eq!(reader.take(answer(listed, 40, 900)), expected);
    }
    let page = reader.into_page();
    assert_eq!(page.uploads.len(), 100);
    assert_eq!(*ids(&page).last().unwrap(), "up199");
}

#[test]
fn a_list_that_changes_within_a_window_is_noticed() {
    let mut reader = reader(0, None);
    assert_eq!(reader.take(answer(files(0..50), 50, 90)), Taken::More);
    assert_eq!(
        reader.take(answer(files(51..90), 50, 89)),
        Taken::TotalChanged
    );
    assert_eq!(reader.position(), 50);
}

#[test]
fn drafts_hidden_files_and_what_is_no_image_are_counted_and_not_listed() {
    let mut listed = files(0..6);
    listed[0]["expiresAt"] = json!("2026-04-02T09:30:00.000Z");
    listed[1]["_hidden"] = json!(true);
    listed[2]["typeGroup"] = json!("thumb");
    listed[3] = json!({ "name": "without an id" });
    listed[4] = json!("no document at all");
    let mut reader = reader(0, None);
    assert_eq!(reader.take(answer(listed, 100, 6)), Taken::Complete);
    let page = reader.into_page();
    assert_eq!(ids(&page), ["up5"]);
    assert_eq!(page.hidden_count, 5);
}

#[test]
fn an_anchor_that_was_hidden_since_still_holds_the_list() {
    let mut anchor = file(0);
    anchor["_hidden"] = json!(true);
    let mut listed = vec![anchor];
    listed.extend(files(1..31));
    let mut reader = reader(0, Some("up0"));
    assert_eq!(reader.take(answer(listed, 100, 30)), Taken::Complete);
    let page = reader.into_page();
    assert_eq!((page.uploads.len(), page.hidden_count), (30, 0));
}

#[test]
fn an_image_that_an_answer_repeats_is_listed_once() {
    let mut reader = reader(0, None);
    let listed = files([0, 1, 1, 2]);
    assert_eq!(reader.take(answer(listed, 100, 4)), Taken::Complete);
    assert_eq!(ids(&reader.into_page()), ["up0", "up1", "up2"]);
}

#[test]
fn an_answer_without_any_progress_ends_the_window() {
    let mut reader = reader(0, None);
    assert_eq!(reader.take(answer(vec![], 100, 12)), Taken::Complete);
    assert_eq!(reader.into_page().total, 12);
}

#[test]
fn a_server_that_does_not_say_how_little_it_gives_is_understood_all_the_same() {
    let mut reader = reader(1, Some("up0"));
    for start in [100, 150] {
        assert_eq!(reader.position(), start);
        let mut listed = vec![file(0)];
        listed.extend(files(start..(start + 50)));
        reader.take(answer(listed, 100, 900));
    }
    assert_eq!(reader.into_page().uploads.len(), 100);
}

#[test]
fn an_anchor_in_its_own_place_far_down_takes_that_place() {
    let equals = (0..100).map(|n| {
        let mut image = file(n);
        image["uploadedAt"] = json!(1_775_035_800_000_i64);
        image
    });
    let mut reader = reader(1, Some("up0"));
    assert_eq!(
        reader.take(answer(equals.collect(), 100, 300)),
        Taken::Complete
    );
    assert_eq!(reader.position(), 200);
}

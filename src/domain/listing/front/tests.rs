//! Refreshed and restored lists: what is new comes before the rest, and little is asked for.

use super::super::tests::{Server, known_ids, read_all, read_one, stored, upload};
use super::super::{Listing, ListingWindow, Merged, PageIndex, Slot, Upload, UploadId};
use crate::domain::UploadPage;

const HEAD: ListingWindow = ListingWindow::Page(PageIndex(0));

fn whole(count: usize, seed: u64) -> (Server, Listing) {
    let mut server = Server::with_images(count, seed);
    let mut listing = Listing::default();
    read_all(&mut listing, &mut server);
    server.calls = 0;
    (server, listing)
}

/// What comes back of this list at the next start.
fn restored(listing: &Listing) -> Listing {
    let mut pages = stored(listing);
    for page in &mut pages {
        let read = listing.pages[page.index.0].as_ref();
        page.is_certain = read.is_some_and(|read| read.epoch == listing.epoch);
    }
    Listing::restored(listing.total.unwrap(), listing.anchor.clone(), pages)
}

/// The same where nothing says whether the pages still were right.
fn restored_in_doubt(listing: &Listing) -> Listing {
    let mut pages = stored(listing);
    for page in &mut pages {
        page.is_certain = false;
    }
    Listing::restored(listing.total.unwrap(), listing.anchor.clone(), pages)
}

fn assert_same(listing: &Listing, server: &mut Server, what: &str) {
    let ids = |uploads: Vec<Upload>| -> Vec<UploadId> {
        uploads.into_iter().map(|upload| upload.id).collect()
    };
    let times = |ids: &[UploadId], server: &Server| -> Vec<_> {
        let time = |id: &UploadId| server.uploads.iter().find(|one| one.id == *id);
        ids.iter()
            .map(|id| time(id).map(|one| one.uploaded_at))
            .collect()
    };
    let (known, expected) = (known_ids(listing), ids(server.sorted()));
    let mut sorted = (known.clone(), expected.clone());
    sorted.0.sort();
    sorted.1.sort();
    let (count, expected_count) = (known.len(), expected.len());
    assert!(sorted.0 == sorted.1, "{what}: {count} for {expected_count}");
    // Within one instant any order is right.
    let is_in_order = times(&known, server) == times(&expected, server);
    assert!(is_in_order, "{what}: wrong order");
    for (position, id) in known.iter().enumerate() {
        assert_eq!(listing.position(id), Some(position), "{what}");
    }
    assert_eq!(listing.len(), known.len(), "{what}");
    let sizes = server.uploads.iter().filter_map(|upload| upload.size);
    assert_eq!(listing.known_bytes(), sizes.sum(), "{what}");
}

#[test]
fn new_images_cost_one_call_and_move_no_page() {
    let (mut server, mut listing) = whole(730, 20);
    let before: Vec<u64> = listing.pages().map(|page| page.version).collect();
    let (first, last) = (
        known_ids(&listing)[0].clone(),
        known_ids(&listing)[729].clone(),
    );
    for _ in 0..3 {
        server.post();
    }
    listing.refresh();
    read_all(&mut listing, &mut server);
    assert_eq!(server.calls, 1);
    assert_same(&listing, &mut server, "after the refresh");
    assert_eq!(listing.position(&first), Some(3));
    assert_eq!(listing.position(&last), Some(732));
    let after: Vec<u64> = listing.pages().skip(1).map(|page| page.version).collect();
    assert_eq!(after, before);
    let pages: Vec<_> = listing
        .pages_in(2..4)
        .map(|page| (page.index, page.start))
        .collect();
    assert_eq!(pages, [(None, 0), (Some(PageIndex(0)), 3)]);
}

#[test]
fn a_refresh_that_finds_nothing_new_changes_nothing() {
    let (mut server, mut listing) = whole(230, 21);
    server.post();
    for _ in 0..2 {
        listing.refresh();
        read_all(&mut listing, &mut server);
    }
    let before = listing.version();
    listing.refresh();
    assert!(!listing.is_complete());
    read_all(&mut listing, &mut server);
    assert!(listing.is_complete());
    assert_eq!((server.calls, listing.version()), (3, before));
}

#[test]
fn a_room_that_grows_all_day_is_never_read_again() {
    let (mut server, mut listing) = whole(330, 22);
    let last = known_ids(&listing)[329].clone();
    let mut posted = 0;
    for round in 0..90 {
        for _ in 0..round % 9 {
            server.post();
            posted += 1;
        }
        listing.refresh();
        read_all(&mut listing, &mut server);
        assert_eq!(server.calls, round + 1);
        assert_same(&listing, &mut server, "a round");
    }
    assert_eq!(posted, 360);
    assert_eq!(listing.position(&last), Some(689));
    assert_eq!(listing.page_count(), 7);
    // What was folded into pages is asked for below its own anchor.
    server.delete_one_of(500..501);
    listing.refresh();
    read_all(&mut listing, &mut server);
    assert_same(&listing, &mut server, "after a deletion");
}

#[test]
fn more_new_images_than_an_answer_holds_are_all_found() {
    for (first, second) in [(60, 60), (99, 40), (0, 250), (99, 101)] {
        let (mut server, mut listing) = whole(330, 23);
        for count in [first, second] {
            for _ in 0..count {
                server.post();
            }
            listing.refresh();
            read_all(&mut listing, &mut server);
        }
        assert_same(&listing, &mut server, &format!("{first} and {second}"));
    }
}

#[test]
fn what_was_deleted_among_the_newest_goes() {
    let (mut server, mut listing) = whole(330, 24);
    for _ in 0..5 {
        server.post();
    }
    listing.refresh();
    read_all(&mut listing, &mut server);
    server.delete_one_of(1..2);
    listing.refresh();
    read_all(&mut listing, &mut server);
    assert_eq!(server.calls, 2, "nothing else is read again");
    assert_same(&listing, &mut server, "one of the front");
    // The anchor itself.
    server.delete_one_of(4..5);
    listing.refresh();
    read_all(&mut listing, &mut server);
    assert_same(&listing, &mut server, "the anchor");
}

#[test]
fn a_second_start_of_a_huge_room_costs_one_call() {
    let (mut server, listing) = whole(2_000, 25);
    let mut again = restored(&listing);
    for _ in 0..4 {
        server.post();
    }
    read_all(&mut again, &mut server);
    assert_eq!(server.calls, 1);
    assert_same(&again, &mut server, "restored");
    // What may be out of date is read again.
    let mut doubtful = restored_in_doubt(&listing);
    read_all(&mut doubtful, &mut server);
    assert!(server.calls > 20);
    assert_same(&doubtful, &mut server, "doubtful");
}

#[test]
fn what_was_kept_comes_in_after_the_server_has_answered() {
    for is_certain in [true, false] {
        for posted in [0, 3, 150] {
            let (mut server, before) = whole(730, 26);
            let kept = if is_certain {
                restored(&before)
            } else {
                restored_in_doubt(&before)
            };
            for _ in 0..posted {
                server.post();
            }
            let mut listing = Listing::default();
            read_one(&mut listing, &mut server, HEAD);
            let version = listing.version();
            listing.fill_from(kept);
            assert!(listing.version() > version);
            assert!(listing.known_count() >= 700, "{posted}");
            read_all(&mut listing, &mut server);
            assert_same(&listing, &mut server, &format!("{posted} {is_certain}"));
            if is_certain && posted < 100 {
                assert_eq!(server.calls, 1, "{posted}");
            }
        }
    }
}

#[test]
fn a_page_that_was_asked_for_before_the_refresh_is_welcome() {
    let mut server = Server::with_images(330, 27);
    let mut listing = Listing::default();
    read_one(&mut listing, &mut server, HEAD);
    let anchor = listing.anchor().cloned();
    let window = ListingWindow::Page(PageIndex(1));
    let answer = server.answer(window, anchor.as_ref());
    server.post();
    listing.refresh();
    assert_eq!(
        listing.merge(window, anchor.as_ref(), answer),
        Merged::Accepted
    );
    assert_eq!(listing.anchor(), None, "the newest images are still due");
    read_all(&mut listing, &mut server);
    assert_same(&listing, &mut server, "both");
    // The head was answered once; a second answer to it is too late.
    let late = server.answer(HEAD, None);
    assert_eq!(listing.merge(HEAD, None, late), Merged::Outdated);
}

#[test]
fn unsent_drafts_do_not_make_every_refresh_dear() {
    let page = |newest: u32, hidden_count: usize, total: usize| UploadPage {
        uploads: (0..100 - u32::try_from(hidden_count).unwrap())
            .map(|n| upload(newest - n, i64::from(newest - n)))
            .collect(),
        total,
        hidden_count,
        is_anchor_lost: false,
    };
    let mut listing = Listing::default();
    listing.merge(HEAD, None, page(1000, 2, 100));
    assert!(listing.is_complete());
    listing.refresh();
    listing.merge(HEAD, None, page(1003, 2, 103));
    assert!(listing.is_complete());
    assert_eq!(listing.known_count(), 101);
    // Another draft: which positions below it moved cannot be told.
    listing.refresh();
    listing.merge(HEAD, None, page(1003, 3, 104));
    assert!(!listing.is_complete());
}

#[test]
fn whatever_is_posted_deleted_restored_and_answered_late_the_list_is_right_in_the_end() {
    for seed in 0..60 {
        let mut chance = fastrand::Rng::with_seed(seed);
        let mut server = Server::with_images(chance.usize(..400), seed);
        for (middle, count) in [(100_i64, 9), (200, 30), (300, 5)] {
            for _ in 0..count {
                server.post_at(middle * 2000);
            }
        }
        let mut listing = Listing::default();
        let mut in_flight = Vec::new();
        let mut kept = None;
        for _ in 0..60 {
            match chance.u8(..12) {
                0 => (0..chance.usize(..70)).for_each(|_| server.post()),
                1 => {
                    let range = 0..server.uploads.len().min(1 << chance.u8(..10));
                    server.delete_one_of(range);
                }
                2 | 3 => listing.refresh(),
                4 if listing.is_started() => kept = Some(restored(&listing)),
                5 => {
                    if let Some(kept) = kept.take() {
                        if chance.bool() {
                            listing = kept;
                        } else {
                            listing.fill_from(kept);
                        }
                    }
                }
                6 if !in_flight.is_empty() => {
                    let (window, anchor, answer): (ListingWindow, Option<UploadId>, _) =
                        in_flight.swap_remove(chance.usize(..in_flight.len()));
                    listing.merge(window, anchor.as_ref(), answer);
                }
                _ => {
                    let windows = listing.all_missing_windows();
                    if !windows.is_empty() {
                        let window = windows[chance.usize(..windows.len().min(4))];
                        let anchor = listing.anchor().cloned();
                        let answer = server.answer(window, anchor.as_ref());
                        in_flight.push((window, anchor, answer));
                    }
                }
            }
        }
        for _ in 0..2 {
            listing.refresh();
            read_all(&mut listing, &mut server);
        }
        assert_same(&listing, &mut server, &format!("seed {seed}"));
    }
}

#[test]
fn names_are_found_in_the_order_of_the_room_read_or_not() {
    let mut server = Server::with_images(730, 28);
    let mut listing = Listing::default();
    read_one(&mut listing, &mut server, HEAD);
    let third = ListingWindow::Page(PageIndex(3));
    read_one(&mut listing, &mut server, third);
    server.post();
    listing.refresh();
    read_one(&mut listing, &mut server, HEAD);
    let found = listing.search("8.PNG");
    assert!(found.iter().any(|at| (301..401).contains(at)));
    assert!(found.is_sorted());
    let names: Vec<bool> = found
        .iter()
        .map(|at| match listing.slot(*at as usize) {
            Some(Slot::Known(upload)) => upload.name.ends_with("8.png"),
            _ => false,
        })
        .collect();
    let expected = listing
        .known()
        .filter(|upload| upload.name.ends_with("8.png"));
    assert_eq!(names, vec![true; expected.count()]);
    assert_eq!(listing.search("").len(), listing.known_count());
    assert!(listing.search("nothing is called that").is_empty());
}

//! The list against a server that answers as the real one does while its room changes.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::*;
use crate::domain::RoomId;
use crate::domain::UploadPage;

/// A room of a server: newest first, ties in another order at every call.
pub(super) struct Server {
    pub(super) uploads: Vec<Upload>,
    next_id: u32,
    pub(super) random: fastrand::Rng,
    pub(super) calls: usize,
}

impl Server {
    pub(super) fn with_images(count: usize, seed: u64) -> Self {
        let mut server = Self {
            uploads: Vec::new(),
            next_id: 0,
            random: fastrand::Rng::with_seed(seed),
            calls: 0,
        };
        for _ in 0..count {
            server.post();
        }
        server
    }

    pub(super) fn post(&mut self) {
        self.next_id += 1;
        let millis = i64::from(self.next_id) * 1000;
        self.post_at(millis);
    }

    pub(super) fn post_at(&mut self, millis: i64) {
        self.next_id += 1;
        self.uploads.push(upload(self.next_id, millis));
    }

    pub(super) fn delete_one_of(&mut self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        let mut sorted = self.sorted();
        let gone = sorted.remove(self.random.usize(range));
        self.uploads.retain(|upload| upload.id != gone.id);
    }

    pub(super) fn sorted(&mut self) -> Vec<Upload> {
        self.random.shuffle(&mut self.uploads);
        let mut sorted = self.uploads.clone();
        sorted.sort_by_key(|upload| std::cmp::Reverse(upload.uploaded_at));
        sorted
    }

    pub(super) fn answer(
        &mut self,
        window: ListingWindow,
        anchor: Option<&UploadId>,
    ) -> UploadPage {
        self.calls += 1;
        let sorted = self.sorted();
        let bound = anchor.map(|id| sorted.iter().find(|upload| upload.id == *id));
        let bound = match bound {
            Some(None) => {
                return UploadPage {
                    uploads: Vec::new(),
                    total: sorted.len(),
                    hidden_count: 0,
                    is_anchor_lost: true,
                };
            }
            Some(Some(anchor)) => anchor.uploaded_at,
            None => None,
        };
        let matching: Vec<_> = sorted
            .iter()
            .filter(|upload| bound.is_none() || upload.uploaded_at <= bound)
            .cloned()
            .collect();
        let uploads = matching
            .iter()
            .skip(window.offset())
            .take(LISTING_PAGE_SIZE)
            .cloned()
            .collect();
        UploadPage {
            uploads,
            total: matching.len(),
            hidden_count: 0,
            is_anchor_lost: false,
        }
    }

    pub(super) fn ids(&self) -> BTreeSet<UploadId> {
        self.uploads
            .iter()
            .map(|upload| upload.id.clone())
            .collect()
    }
}

pub(super) fn upload(number: u32, millis: i64) -> Upload {
    Upload {
        media_type: "image/png".to_owned(),
        size: Some(ByteCount(10)),
        uploaded_at: Timestamp::from_millisecond(millis).ok(),
        ..Upload::new(
            UploadId::from(format!("u{number}")),
            RoomId::from("r"),
            format!("{number}.png"),
        )
    }
}

pub(super) fn read_one(
    listing: &mut Listing,
    server: &mut Server,
    window: ListingWindow,
) -> Merged {
    let anchor = listing.anchor().cloned();
    let answer = server.answer(window, anchor.as_ref());
    listing.merge(window, anchor.as_ref(), answer)
}

pub(super) fn read_all(listing: &mut Listing, server: &mut Server) {
    for _ in 0..500 {
        match listing.all_missing_windows().first() {
            Some(window) => read_one(listing, server, *window),
            None => return,
        };
    }
    panic!("the list was never finished");
}

pub(super) fn known_ids(listing: &Listing) -> Vec<UploadId> {
    listing.known_ids().collect()
}

#[test]
fn a_quiet_room_costs_one_call_a_page_and_has_its_length_from_the_first() {
    let mut server = Server::with_images(1243, 1);
    let mut listing = Listing::default();
    read_one(&mut listing, &mut server, ListingWindow::Page(PageIndex(0)));
    assert_eq!(listing.len(), 1243);
    assert_eq!(listing.known_count(), 100);
    read_all(&mut listing, &mut server);
    assert_eq!(server.calls, 13);
    assert!(listing.is_complete());
    assert_eq!(listing.known_count(), 1243);
}

#[test]
fn a_jump_to_the_middle_of_a_large_room_needs_one_page() {
    let mut server = Server::with_images(100_000, 2);
    let mut listing = Listing::default();
    read_one(&mut listing, &mut server, ListingWindow::Page(PageIndex(0)));
    let windows = listing.missing_windows(50_010..50_060);
    assert_eq!(windows, [ListingWindow::Page(PageIndex(500))]);
    read_one(&mut listing, &mut server, windows[0]);
    assert!(matches!(listing.slot(50_020), Some(Slot::Known(_))));
    assert_eq!(listing.len(), 100_000);
    let upload = match listing.slot(50_020) {
        Some(Slot::Known(upload)) => upload,
        other => panic!("{other:?}"),
    };
    assert_eq!(listing.position(&upload.id), Some(50_020));
}

#[test]
fn whatever_happens_meanwhile_the_finished_list_holds_every_image_once() {
    for seed in 0..60 {
        let mut server = Server::with_images(730, seed);
        let mut chance = fastrand::Rng::with_seed(seed + 1000);
        // Three groups of equal times, one of them across a page's end.
        for (middle, count) in [(100_i64, 9), (400, 30), (655, 5)] {
            for _ in 0..count {
                server.post_at(middle * 2000);
            }
        }
        let mut listing = Listing::default();
        let mut events = 12;
        for _ in 0..600 {
            let windows = listing.all_missing_windows();
            if windows.is_empty() {
                break;
            }
            let window = windows[chance.usize(0..windows.len().min(5))];
            let anchor = listing.anchor().cloned();
            let answer = server.answer(window, anchor.as_ref());
            if events > 0 && chance.u8(0..3) == 0 {
                events -= 1;
                match chance.u8(0..4) {
                    0 => server.post(),
                    1 => server.delete_one_of(0..1),
                    _ => {
                        let count = server.uploads.len();
                        server.delete_one_of(0..count);
                    }
                }
            }
            listing.merge(window, anchor.as_ref(), answer);
        }
        assert!(listing.is_complete(), "seed {seed}");
        let known = known_ids(&listing);
        let distinct: BTreeSet<_> = known.iter().cloned().collect();
        assert_eq!(
            known.len(),
            distinct.len(),
            "seed {seed}: an image is listed twice"
        );
        // Deletions after the last page was read cannot be known; all else must be there.
        let anchor_time = listing.known().next().and_then(|upload| upload.uploaded_at);
        let expected: BTreeSet<_> = server
            .uploads
            .iter()
            .filter(|upload| upload.uploaded_at <= anchor_time)
            .map(|upload| upload.id.clone())
            .collect();
        let missing: Vec<_> = expected.difference(&distinct).collect();
        assert!(missing.is_empty(), "seed {seed}: {missing:?} are missing");
    }
}

#[test]
fn images_of_one_instant_across_two_pages_are_all_found() {
    for (seed, newer) in (0..12).flat_map(|seed| [61, 80, 99].map(|newer| (seed, newer))) {
        let mut server = Server::with_images(60, seed);
        for _ in 0..40 {
            server.post_at(1_000_000);
        }
        for _ in 0..newer {
            server.next_id += 1;
            let number = server.next_id;
            server
                .uploads
                .push(upload(number, 2_000_000 + i64::from(number)));
        }
        let mut listing = Listing::default();
        read_all(&mut listing, &mut server);
        let known: BTreeSet<_> = known_ids(&listing).into_iter().collect();
        assert_eq!(known, server.ids(), "seed {seed}, {newer} newer");
    }
}

#[test]
fn a_deletion_is_noticed_and_the_skipped_image_found() {
    let mut server = Server::with_images(300, 7);
    let mut listing = Listing::default();
    read_one(&mut listing, &mut server, ListingWindow::Page(PageIndex(0)));
    read_one(&mut listing, &mut server, ListingWindow::Page(PageIndex(1)));
    server.delete_one_of(50..51);
    read_all(&mut listing, &mut server);
    let known: BTreeSet<_> = known_ids(&listing).into_iter().collect();
    assert_eq!(known, server.ids());
}

#[test]
fn a_lost_anchor_is_replaced_by_the_next_image_and_nothing_new_slips_in() {
    let mut server = Server::with_images(250, 8);
    let mut listing = Listing::default();
    read_one(&mut listing, &mut server, ListingWindow::Page(PageIndex(0)));
    let first = listing.anchor().cloned().unwrap();
    let second = known_ids(&listing)[1].clone();
    server.uploads.retain(|upload| upload.id != first);
    server.post();
    let merged = read_one(&mut listing, &mut server, ListingWindow::Page(PageIndex(1)));
    assert_eq!(merged, Merged::AnchorReplaced);
    assert_eq!(listing.anchor(), Some(&second));
    read_all(&mut listing, &mut server);
    assert_eq!(listing.known_count(), 249);
}

#[test]
fn an_answer_to_a_question_with_another_anchor_is_ignored() {
    let mut server = Server::with_images(150, 9);
    let mut listing = Listing::default();
    read_one(&mut listing, &mut server, ListingWindow::Page(PageIndex(0)));
    let before = listing.version();
    let answer = server.answer(ListingWindow::Page(PageIndex(1)), None);
    assert_eq!(
        listing.merge(ListingWindow::Page(PageIndex(1)), None, answer),
        Merged::Outdated
    );
    assert_eq!(listing.version(), before);
}

#[test]
fn refreshing_brings_new_images_to_the_top_and_keeps_the_rest() {
    let mut server = Server::with_images(230, 10);
    let mut listing = Listing::default();
    read_all(&mut listing, &mut server);
    server.post();
    server.post();
    listing.refresh();
    assert_eq!(
        listing.len(),
        230,
        "what is known stays on screen meanwhile"
    );
    read_all(&mut listing, &mut server);
    assert_eq!(listing.known_count(), 232);
    let known: BTreeSet<_> = known_ids(&listing).into_iter().collect();
    assert_eq!(known, server.ids());
}

#[test]
fn unsent_drafts_take_a_position_of_the_server_but_none_of_the_list() {
    let mut listing = Listing::default();
    let page = UploadPage {
        uploads: (0..98)
            .map(|n| upload(1000 - n, i64::from(1000 - n)))
            .collect(),
        total: 150,
        hidden_count: 2,
        is_anchor_lost: false,
    };
    listing.merge(ListingWindow::Page(PageIndex(0)), None, page);
    assert_eq!(listing.len(), 148);
    let anchor = listing.anchor().cloned();
    let page = UploadPage {
        uploads: (100..150)
            .map(|n| upload(1000 - n, i64::from(1000 - n)))
            .collect(),
        total: 150,
        hidden_count: 0,
        is_anchor_lost: false,
    };
    listing.merge(ListingWindow::Page(PageIndex(1)), anchor.as_ref(), page);
    assert!(listing.is_complete());
    assert_eq!(listing.known_count(), 148);
}

#[test]
fn an_empty_room_is_asked_again_when_it_is_refreshed() {
    let mut server = Server::with_images(0, 12);
    let mut listing = Listing::default();
    read_all(&mut listing, &mut server);
    server.post();
    listing.refresh();
    assert!(!listing.is_complete());
    read_all(&mut listing, &mut server);
    assert_eq!(listing.known_count(), 1);
}

#[test]
fn a_refresh_begins_with_the_newest_page_wherever_one_looks() {
    let mut server = Server::with_images(900, 13);
    let mut listing = Listing::default();
    read_all(&mut listing, &mut server);
    server.delete_one_of(300..301);
    listing.refresh();
    let windows = listing.missing_windows(500..550);
    assert_eq!(windows, [ListingWindow::Page(PageIndex(0))]);
    read_one(&mut listing, &mut server, windows[0]);
    assert_eq!(
        listing.missing_windows(500..550),
        [ListingWindow::Page(PageIndex(5))]
    );
    assert!(listing.anchor().is_some());
}

#[test]
fn an_empty_room_is_complete_at_once() {
    let mut server = Server::with_images(0, 11);
    let mut listing = Listing::default();
    assert!(!listing.is_complete());
    read_all(&mut listing, &mut server);
    assert!(listing.is_complete());
    assert!(listing.is_empty());
}

/// What a machine would keep of this list.
pub(super) fn stored(listing: &Listing) -> Vec<StoredPage> {
    listing
        .pages()
        .filter_map(|page| {
            let uploads = page.uploads()?;
            let uploads = uploads.iter().map(|upload| (**upload).clone());
            Some(StoredPage {
                index: page.index?,
                hidden_count: 0,
                uploads: uploads.collect(),
                is_certain: true,
            })
        })
        .collect()
}

#[test]
fn a_restored_list_is_shown_at_once_and_is_read_again_when_it_is_seen() {
    let mut server = Server::with_images(350, 14);
    let mut listing = Listing::default();
    read_all(&mut listing, &mut server);
    let anchor = listing.anchor().cloned();
    let mut restored = Listing::restored(350, anchor, stored(&listing));
    assert_eq!(known_ids(&restored), known_ids(&listing));
    assert!(!restored.is_complete());
    assert_eq!(restored.anchor(), None, "the newest images are asked for");
    read_all(&mut restored, &mut server);
    assert!(restored.is_complete());
    assert_eq!(restored.known_count(), 350);
}

#[test]
fn what_was_kept_fills_the_places_the_server_did_not_tell_yet() {
    let mut server = Server::with_images(350, 15);
    let mut before = Listing::default();
    read_all(&mut before, &mut server);
    let kept = Listing::restored(350, before.anchor().cloned(), stored(&before));
    server.post();
    server.delete_one_of(200..201);
    let mut listing = Listing::default();
    read_one(&mut listing, &mut server, ListingWindow::Page(PageIndex(0)));
    listing.fill_from(kept);
    assert!(listing.known_count() > 300);
    read_all(&mut listing, &mut server);
    let known: BTreeSet<_> = known_ids(&listing).into_iter().collect();
    assert_eq!(known, server.ids());
}

//! The open room: choices over unread pages, saves that wait, failures that stay where they
//! belong.

use super::fixtures::{in_room, listing, load_page, room, signed_in, upload};
use super::*;
use crate::domain::{ListingWindow, PageIndex, UploadPage};
use crate::protocol::{
    Command, DownloadError, Event, ImageError, ImageFailure, ImageRequest, ImageSize, ImageSubject,
    SaveSelection, Wanted, WantedImage,
};

fn gallery(state: &AppState) -> &Gallery {
    state.gallery.as_ref().unwrap()
}

fn count(state: &AppState) -> usize {
    gallery(state).selection.count(&gallery(state).listing)
}

fn last_wanted(effects: Vec<Effect>) -> Option<Wanted> {
    let wanted = effects.into_iter().filter_map(|effect| match effect {
        Effect::Want(wanted) => Some(wanted),
        _ => None,
    });
    wanted.last()
}

fn failed(number: usize, size: ImageSize, error: ImageFailure) -> Event {
    let subject = ImageSubject::Upload(upload(number).id);
    Event::ImageFailed {
        request: ImageRequest { subject, size },
        error,
    }
}

const TILE: ImageSize = ImageSize::Thumbnail { edge_px: 256 };

fn forbidden() -> ImageFailure {
    ImageFailure::Download(DownloadError::Forbidden)
}

#[test]
fn an_image_taken_out_of_a_range_stays_out_when_its_pages_come() {
    let mut state = in_room(500);
    state.on_action(Action::Select {
        position: 0,
        how: SelectHow::Only,
    });
    state.on_action(Action::Select {
        position: 400,
        how: SelectHow::Range,
    });
    state.on_action(Action::Select {
        position: 3,
        how: SelectHow::Toggle,
    });
    state.on_action(Action::Select {
        position: 250,
        how: SelectHow::Toggle,
    });
    assert_eq!(count(&state), 399);
    for page in 1..5 {
        load_page(&mut state, page, 500);
    }
    assert_eq!(count(&state), 399);
    assert!(!gallery(&state).selection.contains(&upload(3).id));
    assert!(!gallery(&state).selection.contains(&upload(250).id));
    assert!(gallery(&state).selection.contains(&upload(251).id));
}

#[test]
fn a_change_of_the_open_room_wants_its_newest_page_and_one_of_another_room_nothing() {
    let mut state = in_room(500);
    let changed = |number: usize| Event::RoomChanged {
        room: room(number).id,
    };
    assert!(last_wanted(state.on_event(changed(1))).is_none());
    let wanted = last_wanted(state.on_event(changed(0))).unwrap();
    assert_eq!(wanted.anchor, None);
    assert_eq!(wanted.windows[0], ListingWindow::Page(PageIndex(0)));
    // What is known stays on the screen meanwhile, and so does the choice.
    assert_eq!(gallery(&state).listing.known_count(), 100);
}

#[test]
fn an_unread_image_can_be_taken_out_of_everything() {
    let mut state = in_room(300);
    state.on_action(Action::SelectAll);
    state.on_action(Action::Select {
        position: 150,
        how: SelectHow::Toggle,
    });
    assert_eq!(count(&state), 299);
    load_page(&mut state, 1, 300);
    assert!(!gallery(&state).selection.contains(&upload(150).id));
    assert_eq!(count(&state), 299);
}

#[test]
fn inverting_a_range_that_is_not_read_yet_leaves_the_rest_of_the_room() {
    let mut state = in_room(300);
    state.on_action(Action::Select {
        position: 50,
        how: SelectHow::Only,
    });
    state.on_action(Action::Select {
        position: 249,
        how: SelectHow::Range,
    });
    state.on_action(Action::InvertSelection);
    assert_eq!(count(&state), 100);
    load_page(&mut state, 1, 300);
    load_page(&mut state, 2, 300);
    assert_eq!(count(&state), 100);
    assert!(!gallery(&state).selection.contains(&upload(120).id));
    assert!(gallery(&state).selection.contains(&upload(299).id));
}

#[test]
fn a_range_is_saved_whole_even_if_it_was_not_listed_yet() {
    let mut state = in_room(250);
    state.on_action(Action::Select {
        position: 0,
        how: SelectHow::Only,
    });
    state.on_action(Action::Select {
        position: 249,
        how: SelectHow::Range,
    });
    state.on_action(Action::SaveSelected);
    let effects = state.on_action(Action::ConfirmSave);
    assert!(started(effects).is_none(), "not before all of it is known");
    assert!(started(load_page(&mut state, 1, 250)).is_none());
    assert_eq!(started(load_page(&mut state, 2, 250)), Some(250));
    assert!(
        started(load_page(&mut state, 2, 250)).is_none(),
        "only once"
    );
}

#[test]
fn a_range_cleared_while_it_is_listed_is_not_saved() {
    let mut state = in_room(150);
    state.on_action(Action::Select {
        position: 0,
        how: SelectHow::Only,
    });
    state.on_action(Action::Select {
        position: 149,
        how: SelectHow::Range,
    });
    state.on_action(Action::SaveSelected);
    state.on_action(Action::ConfirmSave);
    state.on_action(Action::ClearSelection);
    assert!(started(load_page(&mut state, 1, 150)).is_none());
}

fn started(effects: Vec<Effect>) -> Option<usize> {
    effects.into_iter().find_map(|effect| match effect {
        Effect::Send(Command::StartSave { order, .. }) => match order.selection {
            SaveSelection::Uploads(uploads) => Some(uploads.len()),
            _ => None,
        },
        _ => None,
    })
}

#[test]
fn a_late_refusal_of_the_room_left_behind_does_not_close_this_one() {
    let mut state = signed_in(2);
    state.on_event(failed(0, TILE, forbidden()));
    assert_eq!(gallery(&state).access, FileAccess::Open);
    assert_eq!(gallery(&state).failed_count(), 0);
}

#[test]
fn one_forbidden_file_does_not_close_a_room_that_gave_others() {
    let mut state = in_room(10);
    let image = crate::protocol::DecodedImage {
        size: crate::domain::PixelSize::new(1, 1),
        original_size: crate::domain::PixelSize::new(1, 1),
        pixels: [0; 4].into(),
        format: "PNG",
        is_animated: false,
    };
    let request = ImageRequest {
        subject: ImageSubject::Upload(upload(1).id),
        size: TILE,
    };
    state.on_event(Event::ImageDecoded { request, image });
    state.on_event(failed(2, TILE, forbidden()));
    assert_eq!(gallery(&state).access, FileAccess::Open);
    assert_eq!(gallery(&state).failure(&upload(2).id), Some(&forbidden()));
}

#[test]
fn a_file_that_says_nothing_about_itself_is_not_asked_for_ever() {
    let mut state = in_room(10);
    let error = ImageFailure::Decode(ImageError::Truncated);
    state.on_event(failed(1, ImageSize::Metadata, error.clone()));
    assert_eq!(
        gallery(&state).metadata_failure(&upload(1).id),
        Some(&error)
    );
    assert_eq!(gallery(&state).failure(&upload(1).id), None);
    state.on_action(Action::RetryAllFailed);
    assert_eq!(gallery(&state).metadata_failure(&upload(1).id), None);
}

#[test]
fn an_empty_room_asks_the_server_again_on_reload() {
    let mut state = signed_in(1);
    state.on_event(Event::PageLoaded {
        generation: state.generation,
        window: ListingWindow::Page(PageIndex(0)),
        anchor: None,
        result: Ok(UploadPage {
            uploads: Vec::new(),
            total: 0,
            hidden_count: 0,
            is_anchor_lost: false,
        }),
    });
    let wanted = last_wanted(state.on_action(Action::Reload)).unwrap();
    assert_eq!(wanted.windows, [ListingWindow::Page(PageIndex(0))]);
}

#[test]
fn what_was_drawn_for_the_room_before_is_not_wanted_in_this_one() {
    let mut state = in_room(1_000);
    let shown = Shown {
        room: Some(room(0).id),
        visible: 700..740,
        missing: Vec::new(),
    };
    state.on_action(Action::Show(shown.clone()));
    state.on_action(Action::OpenRoom(room(1).id));
    let effects = state.on_action(Action::Show(shown));
    assert!(last_wanted(effects).is_none());
}

#[test]
fn an_expired_session_can_sign_in_again_without_asking_for_the_server() {
    let mut state = in_room(10);
    let generation = state.generation;
    state.on_event(Event::SessionExpired { generation });
    assert!(state.sign_in.server().is_some());
    let password = secrecy::SecretString::from("pw");
    let submit = Action::SubmitPassword {
        user: "ana".to_owned(),
        password,
    };
    let effects = state.on_action(submit);
    assert!(matches!(
        effects.first(),
        Some(Effect::Send(Command::LogIn { .. }))
    ));
}

#[test]
fn a_wish_for_the_whole_room_stays_short() {
    let mut state = in_room(100_000);
    let wanted = last_wanted(state.on_action(Action::SelectAll)).unwrap();
    let count = wanted.windows.len() + wanted.later.len();
    assert!(count <= 12, "{count}");
}

#[test]
fn choosing_a_hundred_thousand_positions_keeps_one_range() {
    let list = listing(100_000, &[]);
    let mut selection = Selection::default();
    selection.select(0, SelectHow::Only, &list);
    selection.select(99_999, SelectHow::Range, &list);
    assert_eq!(selection.count(&list), 100_000);
    assert_eq!(selection.pending().len(), 1);
    assert_eq!(selection.pending()[0], 100..100_000);
}

fn part_of_image() -> ImageSize {
    ImageSize::Tile(crate::protocol::Tile {
        level: 0,
        column: 0,
        row: 0,
    })
}

#[test]
fn an_image_whose_parts_cannot_be_had_keeps_its_picture_and_is_not_asked_for_them_again() {
    let mut state = in_room(10);
    let too_large = ImageFailure::Decode(ImageError::TooLarge("200 megapixels".to_owned()));
    state.on_event(failed(1, part_of_image(), too_large));
    let id = upload(1).id;
    assert_eq!(gallery(&state).failure(&id), None, "its picture is there");
    assert_eq!(gallery(&state).failed_count(), 0);
    assert!(!gallery(&state).has_parts(&id));
    let wish = |size| WantedImage {
        request: ImageRequest {
            subject: ImageSubject::Upload(id.clone()),
            size,
        },
        upload: Some(std::sync::Arc::new(upload(1))),
    };
    let whole = wish(ImageSize::Full { max_edge_px: 900 });
    let shown = Shown {
        room: Some(room(0).id),
        visible: 0..10,
        missing: vec![wish(part_of_image()), whole.clone()],
    };
    let wanted = last_wanted(state.on_action(Action::Show(shown))).unwrap();
    assert_eq!(wanted.images, [whole]);
    state.on_action(Action::RetryImages(vec![id.clone()]));
    assert!(gallery(&state).has_parts(&id));
}

#[test]
fn what_failed_by_chance_ends_no_animation() {
    let size = ImageSize::Frame {
        index: 7,
        max_edge_px: 900,
    };
    let is_missing = |error| {
        let mut state = in_room(10);
        let effects = state.on_event(failed(1, size, error));
        assert_eq!(gallery(&state).failed_count(), 0);
        let is_it = |effect: &Effect| matches!(effect, Effect::PictureMissing(_));
        effects.iter().any(is_it)
    };
    for error in [ImageError::TookTooLong, ImageError::DecoderCrashed] {
        assert!(!is_missing(ImageFailure::Decode(error.clone())), "{error}");
    }
    assert!(!is_missing(forbidden()));
    let corrupt = ImageError::Corrupt("a frame".to_owned());
    for error in [ImageError::Truncated, corrupt] {
        assert!(is_missing(ImageFailure::Decode(error.clone())), "{error}");
    }
}

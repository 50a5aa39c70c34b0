//! Pictures that cannot be had: what is not asked for again, and what a refusal says of its room.

use super::fixtures::{in_room, room, signed_in, upload, wanted};
use super::*;
use crate::domain::UploadId;
use crate::protocol::{
    DownloadError, Event, ImageError, ImageFailure, ImageRequest, ImageSize, ImageSubject,
    WantedImage,
};

fn gallery(state: &AppState) -> &Gallery {
    state.gallery.as_ref().unwrap()
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
fn bytes_that_are_refused_are_not_asked_for_fifty_times() {
    let mut state = in_room(60);
    let request = |number: usize| ImageRequest {
        subject: ImageSubject::Upload(upload(number).id),
        size: ImageSize::Thumbnail { edge_px: 256 },
    };
    let missing = (0..50)
        .map(|n| WantedImage {
            request: request(n),
            upload: None,
        })
        .collect();
    let shown = Shown {
        room: Some(room(0).id),
        visible: 0..50,
        missing,
    };
    assert_eq!(
        wanted(state.on_action(Action::Show(shown)))
            .unwrap()
            .images
            .len(),
        50
    );
    let error = ImageFailure::Download(DownloadError::Forbidden);
    let effects = state.on_event(Event::ImageFailed {
        request: request(0),
        error,
    });
    assert_eq!(wanted(effects).unwrap().images.len(), 0);
    assert_eq!(state.gallery.as_ref().unwrap().access, FileAccess::Refused);
}

#[test]
fn a_failed_image_is_not_fetched_again_until_asked() {
    let mut state = in_room(5);
    let request = ImageRequest {
        subject: ImageSubject::Upload(UploadId::from("up1")),
        size: ImageSize::Thumbnail { edge_px: 256 },
    };
    let missing = vec![WantedImage {
        request: request.clone(),
        upload: None,
    }];
    state.on_action(Action::Show(Shown {
        room: Some(room(0).id),
        visible: 0..5,
        missing,
    }));
    let error = ImageFailure::Download(DownloadError::Deleted);
    let effects = state.on_event(Event::ImageFailed { request, error });
    assert!(wanted(effects).unwrap().images.is_empty());
    let effects = state.on_action(Action::RetryAllFailed);
    assert_eq!(wanted(effects).unwrap().images.len(), 1);
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
    let wanted = wanted(state.on_action(Action::Show(shown))).unwrap();
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

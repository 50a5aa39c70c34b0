//! One image in view, or a few side by side: what the state makes of it.

use super::fixtures::{page, room, signed_in, upload};
use super::{Action, AppState, Effect, ImageAction, MoveHow, SelectHow, ViewerStep};
use crate::domain::{ListingWindow, PageIndex, UploadPage};
use crate::protocol::{Command, Errand, Event, ViewerChoices};

/// A room of which 100 of `total` images are listed.
fn in_room(total: usize) -> AppState {
    let mut state = signed_in(1);
    load(&mut state, page(0, total));
    state
}

fn load(state: &mut AppState, page: UploadPage) {
    let event = Event::PageLoaded {
        generation: state.generation,
        window: ListingWindow::Page(PageIndex(0)),
        anchor: state.gallery.as_ref().unwrap().listing.anchor().cloned(),
        result: Ok(page),
    };
    state.on_event(event);
}

fn choose(state: &mut AppState, positions: &[usize]) {
    state.on_action(Action::ClearSelection);
    for position in positions {
        let (position, how) = (*position, SelectHow::Toggle);
        state.on_action(Action::Select { position, how });
    }
}

fn compared(state: &AppState) -> Vec<usize> {
    let compared = state.gallery.as_ref().unwrap().compared();
    compared.iter().map(|(position, _)| *position).collect()
}

fn headlines(state: &AppState) -> Vec<&str> {
    let notices = state.notices.iter();
    notices
        .map(|notice| notice.message.headline.as_str())
        .collect()
}

fn kept(effects: &[Effect]) -> Option<ViewerChoices> {
    effects.iter().find_map(|effect| match effect {
        Effect::Send(Command::KeepSettings(settings)) => Some(settings.viewer),
        _ => None,
    })
}

#[test]
fn two_to_four_chosen_images_are_compared_in_the_order_of_the_grid() {
    let mut state = in_room(20);
    choose(&mut state, &[7, 2, 5]);
    state.on_action(Action::Compare);
    assert_eq!(compared(&state), [2, 5, 7]);
    let gallery = state.gallery.as_ref().unwrap();
    assert_eq!(gallery.focus(), 5, "the one that was in focus still is");
    assert!(!gallery.shows_tiles());
    state.on_action(Action::LeaveComparison);
    assert!(state.gallery.as_ref().unwrap().shows_tiles());
    assert_eq!(headlines(&state), [""; 0]);
}

#[test]
fn fewer_than_two_and_more_than_four_are_refused_with_what_to_do() {
    for (chosen, says) in [
        (&[][..], "No image is selected"),
        (&[1], "Only one image is selected"),
        (&[1, 2, 3, 4, 5], "5 images are selected"),
    ] {
        let mut state = in_room(20);
        choose(&mut state, chosen);
        state.on_action(Action::Compare);
        assert_eq!(compared(&state), [0; 0]);
        assert_eq!(headlines(&state), [says]);
    }
}

#[test]
fn the_last_but_one_that_is_taken_out_leaves_the_other_in_the_viewer() {
    let mut state = in_room(20);
    choose(&mut state, &[3, 4, 5]);
    state.on_action(Action::Compare);
    state.on_action(Action::DropCompared(upload(5).id));
    assert_eq!(compared(&state), [3, 4]);
    assert_eq!(state.gallery.as_ref().unwrap().focus(), 3);
    state.on_action(Action::DropCompared(upload(3).id));
    let gallery = state.gallery.as_ref().unwrap();
    assert!(gallery.is_viewer_open && !gallery.is_comparing());
    assert_eq!(gallery.focus(), 4);
    assert_eq!(gallery.chosen_count(), 3, "the selection is another matter");
}

#[test]
fn one_that_is_opened_alone_leads_back_to_the_comparison() {
    let mut state = in_room(20);
    choose(&mut state, &[3, 4]);
    state.on_action(Action::Compare);
    state.on_action(Action::OpenViewer(3));
    state.on_action(Action::StepViewer(ViewerStep::By(-2)));
    state.on_action(Action::CloseViewer);
    assert_eq!(compared(&state), [3, 4]);
    assert_eq!(state.gallery.as_ref().unwrap().focus(), 3);
}

#[test]
fn side_by_side_the_active_image_is_copied_and_not_all_that_is_chosen() {
    let mut state = in_room(20);
    choose(&mut state, &[3, 4, 5]);
    state.on_action(Action::Compare);
    state.on_action(Action::MoveFocus {
        to: 4,
        how: MoveHow::FocusOnly,
    });
    for (action, as_pixels) in [(ImageAction::Copy, true), (ImageAction::CopyFiles, false)] {
        let effects = state.on_action(Action::OnImage(action));
        let copied = effects.into_iter().find_map(|effect| match effect {
            Effect::Send(Command::StartErrand { errand, .. }) => Some(errand),
            _ => None,
        });
        let ids: Vec<_> = match (copied, as_pixels) {
            (Some(Errand::CopyImage(one)), true) => vec![one.id.clone()],
            (Some(Errand::CopyFiles(files)), false) => {
                files.iter().map(|file| file.id.clone()).collect()
            }
            (other, _) => panic!("{other:?}"),
        };
        assert_eq!(ids, [upload(4).id]);
    }
}

#[test]
fn a_comparison_follows_its_images_and_ends_when_only_one_is_left() {
    let mut state = in_room(20);
    choose(&mut state, &[3, 4]);
    state.on_action(Action::Compare);
    let mut newer = page(0, 21);
    newer.uploads.pop();
    newer.uploads.insert(0, upload(500));
    load(&mut state, newer);
    assert_eq!(compared(&state), [4, 5], "they are the same images");
    let mut fewer = page(0, 19);
    fewer.uploads = (0..20).filter(|number| *number != 3).map(upload).collect();
    load(&mut state, fewer);
    assert!(!state.gallery.as_ref().unwrap().is_comparing());
}

#[test]
fn another_room_shows_its_tiles() {
    let mut state = signed_in(2);
    load(&mut state, page(0, 20));
    choose(&mut state, &[3, 4]);
    state.on_action(Action::Compare);
    state.on_action(Action::OpenRoom(room(1).id));
    state.on_action(Action::OpenRoom(room(0).id));
    assert!(state.gallery.as_ref().unwrap().shows_tiles());
}

#[test]
fn what_next_means_is_told_with_the_first_step_and_never_again() {
    let mut state = in_room(20);
    state.on_action(Action::OpenViewer(0));
    state.on_action(Action::StepViewer(ViewerStep::By(-1)));
    assert_eq!(headlines(&state), [""; 0], "nothing was turned");
    let effects = state.on_action(Action::StepViewer(ViewerStep::By(1)));
    assert_eq!(headlines(&state), ["Next is the older image"]);
    assert!(kept(&effects).is_some_and(|viewer| viewer.has_told_order));
    let id = state.notices.iter().next().unwrap().id;
    state.on_action(Action::DismissNotice(id));
    state.on_action(Action::StepViewer(ViewerStep::By(1)));
    assert_eq!(headlines(&state), [""; 0]);
}

#[test]
fn that_only_the_view_is_turned_is_told_once() {
    let mut state = in_room(20);
    state.on_action(Action::OpenViewer(0));
    let effects = state.on_action(Action::TurnedView);
    assert_eq!(headlines(&state), ["Only the view is turned"]);
    assert!(kept(&effects).is_some_and(|viewer| viewer.has_told_view_only));
    assert!(kept(&state.on_action(Action::TurnedView)).is_none());
}

#[test]
fn a_slide_show_steps_without_a_word_and_says_when_it_is_over() {
    let mut state = in_room(3);
    state.on_action(Action::OpenViewer(0));
    state.on_action(Action::StepViewer(ViewerStep::To(2)));
    state.on_action(Action::StepViewer(ViewerStep::To(99)));
    assert_eq!(state.gallery.as_ref().unwrap().focus(), 2);
    assert_eq!(headlines(&state), [""; 0]);
    state.on_action(Action::EndSlideShow);
    assert_eq!(headlines(&state), ["The slide show is over"]);
}

#[test]
fn moving_between_the_compared_images_chooses_nothing_else() {
    let mut state = in_room(20);
    choose(&mut state, &[3, 4]);
    state.on_action(Action::Compare);
    let (to, how) = (4, MoveHow::FocusOnly);
    state.on_action(Action::MoveFocus { to, how });
    let gallery = state.gallery.as_ref().unwrap();
    assert_eq!(gallery.focus(), 4);
    assert_eq!(gallery.chosen_count(), 2);
}

#[test]
fn images_are_looked_at_in_full_in_the_viewer_and_side_by_side() {
    let mut state = in_room(20);
    choose(&mut state, &[3, 4]);
    let is_viewing = |state: &AppState| {
        let gallery = state.gallery.as_ref().unwrap();
        gallery.wanted(state.generation).is_viewing
    };
    assert!(!is_viewing(&state));
    state.on_action(Action::Compare);
    assert!(is_viewing(&state), "all pixels are kept side by side, too");
    state.on_action(Action::OpenViewer(3));
    assert!(is_viewing(&state));
    state.on_action(Action::CloseViewer);
    state.on_action(Action::LeaveComparison);
    assert!(!is_viewing(&state));
}

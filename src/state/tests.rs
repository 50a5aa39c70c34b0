//! Actions and events in, effects and fields out.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::fixtures::{
    in_room, listing, load_page, page, room, save_job, session, signed_in, upload,
};
use super::*;
use crate::domain::{
    ByteCount, ListingWindow, PageIndex, Person, SaveJobId, ServerUrl, UploadId, UserId,
};
use crate::protocol::{
    ClientError, Command, DownloadError, Event, ImageFailure, ImageRequest, ImageSize,
    ImageSubject, KeyringError, KeyringStatus, KnownAccount, LogInRefusal, SaveReport,
    SaveSelection, ServerIdentity, Settings, TwoFactorChallenge, TwoFactorMethod, Wanted,
    WantedImage,
};

fn commands(effects: Vec<Effect>) -> Vec<Command> {
    let command = |effect| match effect {
        Effect::Send(command) => Some(command),
        _ => None,
    };
    effects.into_iter().filter_map(command).collect()
}

fn wanted(effects: Vec<Effect>) -> Option<Wanted> {
    let wanted = |effect| match effect {
        Effect::Want(wanted) => Some(wanted),
        _ => None,
    };
    effects.into_iter().filter_map(wanted).next_back()
}

fn identity(base: &str) -> ServerIdentity {
    ServerIdentity {
        base: ServerUrl::parse_base(base).unwrap(),
        version: "8.8".to_owned(),
        name: None,
        is_form_log_in_hidden: false,
        user_hint: None,
    }
}

fn at_form(typed: &str, base: &str) -> AppState {
    let (mut state, _) = AppState::new(Settings::default(), PathBuf::from("/pictures"));
    state.on_action(Action::TypeServer(typed.to_owned()));
    let result = Ok(identity(base));
    state.on_event(Event::ServerProbed {
        typed: typed.to_owned(),
        result,
    });
    state
}

fn submit(state: &mut AppState) -> Vec<Command> {
    let password = SecretString::from("pw");
    commands(state.on_action(Action::SubmitPassword {
        user: "ana".to_owned(),
        password,
    }))
}

fn fail(state: &mut AppState, error: ClientError) {
    let generation = state.generation;
    state.on_event(Event::LogInFailed { generation, error });
}

fn challenge() -> TwoFactorChallenge {
    TwoFactorChallenge {
        method: TwoFactorMethod::Email,
        is_code_sent: true,
        code_expires_at: None,
        email_or_username: Some("ana@x.org".to_owned()),
    }
}

#[test]
fn an_answer_about_an_older_text_of_the_address_is_dropped() {
    let (mut state, _) = AppState::new(Settings::default(), PathBuf::from("/pictures"));
    state.on_action(Action::TypeServer("chat.exa".to_owned()));
    state.on_action(Action::TypeServer("chat.example.org".to_owned()));
    let result = Err(ClientError::TimedOut);
    state.on_event(Event::ServerProbed {
        typed: "chat.exa".to_owned(),
        result,
    });
    assert!(matches!(state.sign_in.probe, Probe::Asking(_)));
}

#[test]
fn an_address_without_encryption_is_asked_for_only_after_the_person_agreed() {
    let (mut state, _) = AppState::new(Settings::default(), PathBuf::from("/pictures"));
    let effects = state.on_action(Action::TypeServer("http://chat.example.org".to_owned()));
    assert!(commands(effects).is_empty());
    assert!(matches!(state.sign_in.probe, Probe::NeedsConsent(_)));
    let sent = commands(state.on_action(Action::AgreeToInsecure));
    assert!(matches!(&sent[..], [Command::ProbeServer { .. }]));
}

#[test]
fn a_redirect_to_an_address_without_encryption_needs_consent_too() {
    let state = at_form("chat.example.org", "http://chat.example.org/");
    assert!(matches!(state.sign_in.probe, Probe::NeedsConsent(_)));
}

#[test]
fn a_code_is_asked_for_and_sent_with_the_same_password() {
    let mut state = at_form("chat.example.org", "https://chat.example.org/");
    assert!(matches!(&submit(&mut state)[..], [Command::LogIn { .. }]));
    fail(
        &mut state,
        ClientError::LogIn(LogInRefusal::TwoFactorRequired(challenge())),
    );
    assert!(matches!(
        state.sign_in.step,
        SignInStep::Code {
            is_wrong: false,
            ..
        }
    ));
    let sent = commands(state.on_action(Action::SubmitCode(" 123456 ".to_owned())));
    let [Command::LogIn { request, .. }] = &sent[..] else {
        panic!("{sent:?}")
    };
    let crate::domain::Credentials::Password { user, code, .. } = &request.credentials else {
        panic!("{request:?}")
    };
    let code = code.as_ref().map(secrecy::ExposeSecret::expose_secret);
    assert_eq!((user.as_str(), code), ("ana", Some("123456")));
    fail(
        &mut state,
        ClientError::LogIn(LogInRefusal::TwoFactorInvalid(challenge())),
    );
    assert!(matches!(
        state.sign_in.step,
        SignInStep::Code {
            is_wrong: true,
            is_checking: false,
            ..
        }
    ));
}

#[test]
fn a_network_failure_while_the_code_is_checked_does_not_lose_the_question() {
    let mut state = at_form("chat.example.org", "https://chat.example.org/");
    submit(&mut state);
    fail(
        &mut state,
        ClientError::LogIn(LogInRefusal::TwoFactorRequired(challenge())),
    );
    state.on_action(Action::SubmitCode("1".to_owned()));
    fail(&mut state, ClientError::TimedOut);
    assert!(matches!(
        state.sign_in.step,
        SignInStep::Code {
            is_checking: false,
            ..
        }
    ));
    assert_eq!(state.sign_in.error, Some(ClientError::TimedOut));
}

#[test]
fn the_next_start_resumes_the_last_account_and_opens_its_last_room() {
    let account = KnownAccount {
        server: "https://chat.example.org/".to_owned(),
        user_id: "ana".to_owned(),
        username: "ana".to_owned(),
        last_room: Some("room1".to_owned()),
    };
    let settings = Settings {
        accounts: vec![account],
        ..Settings::default()
    };
    let (mut state, effects) = AppState::new(settings, PathBuf::from("/pictures"));
    assert!(matches!(
        &commands(effects)[..],
        [Command::ResumeSession { .. }]
    ));
    let generation = state.generation;
    let session = Box::new(session("ana"));
    state.on_event(Event::SessionStarted {
        generation,
        session,
    });
    let result = Ok(vec![room(0), room(1)]);
    state.on_event(Event::RoomsLoaded { generation, result });
    assert_eq!(state.gallery.unwrap().room.title, "Room 1");
}

#[test]
fn a_dead_token_asks_for_a_new_sign_in_and_keeps_everything_on_screen() {
    let mut state = in_room(250);
    state.on_action(Action::Select {
        position: 3,
        how: SelectHow::Only,
    });
    let generation = state.generation;
    state.on_event(Event::SessionExpired { generation });
    assert!(matches!(state.phase, Phase::Expired));
    let session = Box::new(session("ana"));
    let generation = state.generation;
    state.on_event(Event::SessionStarted {
        generation,
        session,
    });
    assert!(matches!(state.phase, Phase::SignedIn));
    let gallery = state.gallery.unwrap();
    assert_eq!(gallery.listing.known_count(), 100);
    assert!(gallery.selection.contains(&upload(3).id));
}

#[test]
fn another_account_sees_nothing_of_the_one_before() {
    let mut state = in_room(250);
    let generation = state.generation;
    let session = Box::new(session("ben"));
    let effects = state.on_event(Event::SessionStarted {
        generation,
        session,
    });
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::DropTextures))
    );
    assert!(state.gallery.is_none());
}

fn keyring_changed(status: KeyringStatus) -> Event {
    Event::KeyringChanged {
        account: session("ana").account,
        status,
    }
}

#[test]
fn a_missing_keyring_is_said_once_and_can_be_tried_again() {
    let mut state = signed_in(1);
    let status = || KeyringStatus::NotKept(KeyringError::Missing("x".to_owned()));
    state.on_event(keyring_changed(status()));
    state.on_event(keyring_changed(status()));
    assert_eq!(state.notices.iter().count(), 1);
    let sent = commands(state.on_action(Action::KeepSession));
    assert!(matches!(&sent[..], [Command::KeepSession]));
    state.on_event(keyring_changed(KeyringStatus::Kept));
    assert_eq!(state.notices.iter().count(), 0);
}

#[test]
fn signing_out_forgets_the_account_and_offers_its_server() {
    let mut state = in_room(10);
    assert!(matches!(
        &commands(state.on_action(Action::SignOut))[..],
        [Command::SignOut]
    ));
    state.on_event(Event::SignedOut { keyring: None });
    assert!(matches!(state.phase, Phase::SignedOut));
    assert!(state.settings.accounts.is_empty());
    assert!(state.gallery.is_none());
    assert_eq!(state.sign_in.server_text, "https://chat.example.org/");
}

#[test]
fn a_page_of_the_room_left_behind_is_dropped() {
    let mut state = in_room(250);
    let old = state.generation;
    state.on_action(Action::OpenRoom(room(1).id));
    state.on_event(Event::PageLoaded {
        generation: old,
        window: ListingWindow::Page(PageIndex(1)),
        anchor: None,
        result: Ok(page(1, 250)),
    });
    assert_eq!(state.gallery.unwrap().listing.known_count(), 0);
}

#[test]
fn a_room_that_was_left_is_there_at_once_and_asks_for_what_is_new() {
    let mut state = in_room(250);
    state.on_action(Action::OpenRoom(room(1).id));
    let effects = state.on_action(Action::OpenRoom(room(0).id));
    assert_eq!(state.gallery.as_ref().unwrap().listing.known_count(), 100);
    let wanted = wanted(effects).unwrap();
    assert_eq!(
        wanted.windows.first(),
        Some(&ListingWindow::Page(PageIndex(0)))
    );
    assert_eq!(wanted.anchor, None);
}

#[test]
fn only_what_is_on_screen_and_the_screen_after_it_is_asked_for() {
    let mut state = in_room(100_000);
    let shown = Shown {
        room: Some(room(0).id),
        visible: 50_000..50_040,
        missing: Vec::new(),
    };
    let wanted = wanted(state.on_action(Action::Show(shown))).unwrap();
    assert_eq!(wanted.windows, [ListingWindow::Page(PageIndex(500))]);
    assert_eq!(wanted.anchor, Some(upload(0).id));
}

#[test]
fn a_person_whose_name_is_known_is_named_in_every_room_and_on_every_page() {
    let mut state = in_room(250);
    let anna = Person {
        id: UserId::from("anna"),
        username: Some("anna".to_owned()),
        name: Some("Anna Schmidt".to_owned()),
    };
    state.on_event(Event::PeopleResolved(vec![anna.clone()]));
    load_page(&mut state, 1, 250);
    let gallery = state.gallery.as_ref().unwrap();
    for position in [0, 150] {
        let upload = gallery.upload_at(position).unwrap();
        assert_eq!(upload.uploader.as_ref(), Some(&anna));
    }
}

#[test]
fn selecting_all_asks_for_every_page_and_counts_what_is_not_listed_yet() {
    let mut state = in_room(1_243);
    let wanted = wanted(state.on_action(Action::SelectAll)).unwrap();
    assert_eq!(wanted.later.len(), 10, "a minute's budget at a time");
    let gallery = state.gallery.as_ref().unwrap();
    assert_eq!(gallery.selection.count(&gallery.listing), 1_243);
    assert!(!gallery.is_choice_known());
    let (selection, count, _) = gallery.save_selection().unwrap();
    assert!(matches!(selection, SaveSelection::WholeRoom { .. }));
    assert_eq!(count, 1_243);
}

#[test]
fn all_of_a_room_is_the_room_also_where_every_image_is_listed() {
    let mut state = in_room(10);
    state.on_action(Action::SelectAll);
    let gallery = state.gallery.as_ref().unwrap();
    assert!(gallery.listing.is_complete());
    let (selection, count, _) = gallery.save_selection().unwrap();
    assert!(matches!(selection, SaveSelection::WholeRoom { .. }));
    assert_eq!(count, 10);
}

#[test]
fn a_range_over_pages_that_were_not_read_is_filled_as_they_come() {
    let mut state = in_room(350);
    state.on_action(Action::Select {
        position: 50,
        how: SelectHow::Only,
    });
    let effects = state.on_action(Action::Select {
        position: 260,
        how: SelectHow::Range,
    });
    let count = |state: &AppState| {
        let gallery = state.gallery.as_ref().unwrap();
        gallery.selection.count(&gallery.listing)
    };
    assert_eq!(count(&state), 211);
    let wanted = wanted(effects).unwrap();
    assert_eq!(wanted.later.len(), 2);
    load_page(&mut state, 1, 350);
    load_page(&mut state, 2, 350);
    let gallery = state.gallery.as_ref().unwrap();
    assert!(gallery.selection.pending().is_empty());
    assert_eq!(gallery.chosen().count(), 211);
    assert_eq!(count(&state), 211);
}

#[test]
fn a_cleared_selection_comes_back_with_undo() {
    let mut state = in_room(50);
    state.on_action(Action::Select {
        position: 2,
        how: SelectHow::Only,
    });
    state.on_action(Action::Select {
        position: 5,
        how: SelectHow::Toggle,
    });
    state.on_action(Action::ClearSelection);
    assert!(state.gallery.as_ref().unwrap().selection.is_empty());
    state.on_action(Action::UndoClear);
    let gallery = state.gallery.as_ref().unwrap();
    assert!(gallery.selection.contains(&upload(2).id) && gallery.selection.contains(&upload(5).id));
}

#[test]
fn a_rubber_band_given_up_leaves_the_selection_as_it_was() {
    let mut state = in_room(50);
    state.on_action(Action::Select {
        position: 2,
        how: SelectHow::Only,
    });
    state.on_action(Action::StartBand(BandKind::Replace));
    state.on_action(Action::Band {
        covered: vec![10..15, 20..25],
    });
    let count = |state: &AppState| {
        let gallery = state.gallery.as_ref().unwrap();
        gallery.selection.count(&gallery.listing)
    };
    assert_eq!(count(&state), 10);
    state.on_action(Action::EndBand(BandEnd::GiveUp));
    assert_eq!(count(&state), 1);
}

#[test]
fn inverting_a_whole_room_but_one_leaves_the_one() {
    let list = listing(250, &[1, 2]);
    let mut selection = Selection::default();
    selection.select_all();
    selection.select(7, SelectHow::Toggle, &list);
    assert_eq!(selection.count(&list), 249);
    selection.invert();
    assert_eq!(selection.count(&list), 1);
    assert!(selection.contains(&upload(7).id));
}

#[test]
fn the_focus_stays_on_its_image_when_the_list_shifts() {
    let mut list = listing(250, &[1, 2]);
    let mut selection = Selection::default();
    selection.select(120, SelectHow::Only, &list);
    list.remove(&upload(3).id);
    selection.follow(&list);
    assert_eq!(selection.focus(), 119);
}

#[test]
fn saving_asks_for_a_folder_once_and_remembers_it_for_the_room() {
    let mut state = in_room(10);
    state.on_action(Action::Select {
        position: 1,
        how: SelectHow::Only,
    });
    let sent = commands(state.on_action(Action::SaveSelected));
    assert!(matches!(&sent[..], [Command::SurveySave { .. }]));
    state.on_action(Action::ChangeSaveFolder(PathBuf::from("/here")));
    let sent = commands(state.on_action(Action::ConfirmSave));
    assert!(
        sent.iter()
            .any(|command| matches!(command, Command::StartSave { .. }))
    );
    let sent = commands(state.on_action(Action::SaveSelected));
    let started = sent.iter().find_map(|command| match command {
        Command::StartSave { order, .. } => Some(order.folder.clone()),
        _ => None,
    });
    assert_eq!(started, Some(PathBuf::from("/here")));
}

#[test]
fn what_was_saved_is_known_to_be_saved() {
    let mut state = in_room(10);
    let at = |number: usize| PathBuf::from(format!("/here/{number}.png"));
    let report = SaveReport {
        saved: vec![(upload(1).id, at(1))],
        already_there: vec![(upload(2).id, at(2))],
        saved_bytes: ByteCount(1000),
        ..SaveReport::of_nothing(PathBuf::from("/here"))
    };
    let room = state.gallery.as_ref().unwrap().room.clone();
    state.saves.jobs.push(save_job(1, room));
    state.on_event(Event::SaveFinished {
        job: SaveJobId(1),
        report: Box::new(report),
    });
    let copies = state.gallery.as_ref().unwrap().copies();
    assert_eq!(copies.path(&upload(1).id), Some(at(1).as_path()));
    assert_eq!(copies.path(&upload(2).id), Some(at(2).as_path()));
    assert_eq!(copies.path(&upload(3).id), None);
}

#[test]
fn the_image_in_view_is_saved_alone_whatever_is_selected() {
    let mut state = in_room(10);
    state.on_action(Action::SelectAll);
    state.on_action(Action::OpenViewer(4));
    state.on_action(Action::StepViewer(ViewerStep::By(1)));
    let (selection, count, _) = state.gallery.as_ref().unwrap().save_selection().unwrap();
    assert_eq!(count, 1);
    let SaveSelection::Uploads(uploads) = selection else {
        panic!()
    };
    assert_eq!(uploads[0].id, upload(5).id);
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
fn a_room_without_access_says_so_and_does_not_ask_in_a_loop() {
    let mut state = signed_in(1);
    let effects = state.on_event(Event::PageLoaded {
        generation: state.generation,
        window: ListingWindow::Page(PageIndex(0)),
        anchor: None,
        result: Err(ClientError::Forbidden),
    });
    assert!(wanted(effects).unwrap().windows.is_empty());
    assert_eq!(
        state.gallery.as_ref().unwrap().list_error,
        Some(ClientError::Forbidden)
    );
}

#[test]
fn a_pause_of_the_server_is_no_failure_of_the_room() {
    let mut state = signed_in(1);
    let retry_after = Duration::from_secs(42);
    state.on_event(Event::PageLoaded {
        generation: state.generation,
        window: ListingWindow::Page(PageIndex(0)),
        anchor: None,
        result: Err(ClientError::RateLimited { retry_after }),
    });
    assert_eq!(state.gallery.as_ref().unwrap().list_error, None);
}

//! Errands: what keys and menus ask for, what becomes of the answers, what is given up.

use super::fixtures::{in_room, select, session, upload};
use super::*;
use crate::domain::{
    ByteCount, Message, MessageId, MessageKind, MessagePlace, PixelSize, RoomId, ServerUrl,
};
use crate::protocol::{
    Command, CopiedFiles, CopyTrouble, Errand, ErrandEnd, ErrandId, Event, FoundMessage,
    MessageApp, MessageTrouble, OpenTarget,
};

fn act(state: &mut AppState, action: ImageAction) -> Vec<Effect> {
    state.on_action(Action::OnImage(action))
}

fn started(effects: &[Effect]) -> Vec<(ErrandId, Errand)> {
    let started = effects.iter().filter_map(|effect| match effect {
        Effect::Send(Command::StartErrand { id, errand }) => Some((*id, errand.clone())),
        _ => None,
    });
    started.collect()
}

fn stopped(effects: &[Effect]) -> Vec<ErrandId> {
    let stopped = effects.iter().filter_map(|effect| match effect {
        Effect::Send(Command::StopErrand(id)) => Some(*id),
        _ => None,
    });
    stopped.collect()
}

fn opened(effects: &[Effect]) -> Option<&str> {
    effects.iter().find_map(|effect| match effect {
        Effect::Send(Command::Open(OpenTarget::Web(address))) => Some(address.as_str()),
        _ => None,
    })
}

fn copied(effects: &[Effect]) -> Option<&str> {
    effects.iter().find_map(|effect| match effect {
        Effect::CopyText(text) => Some(text.as_str()),
        _ => None,
    })
}

fn end(state: &mut AppState, id: ErrandId, end: ErrandEnd) -> Vec<Effect> {
    let end = Box::new(end);
    state.on_event(Event::ErrandEnded { id, end })
}

fn message(id: &str, thread: Option<&str>) -> Message {
    Message {
        id: MessageId::from(id),
        room: RoomId::from("room0"),
        thread: thread.map(MessageId::from),
        sent_at: None,
        author: None,
        kind: MessageKind::Written,
        text: "our cat".to_owned(),
        captions: Vec::new(),
        file_names: Vec::new(),
        uploads: vec![upload(0).id],
        reactions: Vec::new(),
        reply_count: 0,
        is_edited: false,
    }
}

fn found(id: &str, thread: Option<&str>) -> ErrandEnd {
    let message = message(id, thread);
    ErrandEnd::MessageFound(Ok(FoundMessage {
        place: message.place(),
        message: Some(Box::new(message)),
    }))
}

fn shown(state: &AppState) -> Vec<&Notice> {
    state.notices.iter().collect()
}

#[test]
fn a_message_is_looked_for_once_and_opened_in_its_thread() {
    let mut state = in_room(3);
    let effects = act(&mut state, ImageAction::ShowMessage);
    let (id, errand) = started(&effects).remove(0);
    assert!(
        matches!(&errand, Errand::FindMessage { room, upload }
            if room.id.as_str() == "room0" && upload.id.as_str() == "up0"),
        "{errand:?}"
    );
    let effects = end(&mut state, id, found("m1", Some("head")));
    let link = "https://chat.example.org/channel/room-0/thread/head?msg=m1";
    assert_eq!(opened(&effects), Some(link));
    assert_eq!(
        state.errands.message(&upload(0).id).unwrap().text,
        "our cat"
    );
    // Known by now.
    let effects = act(&mut state, ImageAction::ShowMessage);
    assert_eq!((opened(&effects), started(&effects).len()), (Some(link), 0));
    let effects = act(&mut state, ImageAction::CopyMessageLink);
    assert_eq!(copied(&effects), Some(link));
}

#[test]
fn the_app_is_opened_where_it_was_chosen() {
    let mut state = in_room(3);
    act(
        &mut state,
        ImageAction::SetMessageApp(MessageApp::RocketChat),
    );
    assert_eq!(state.settings.message_app, MessageApp::RocketChat);
    let effects = act(&mut state, ImageAction::ShowMessage);
    let id = started(&effects)[0].0;
    let effects = end(&mut state, id, found("m1", None));
    let link = opened(&effects).unwrap();
    assert!(
        link.starts_with("rocketchat://room?host=chat.example.org&"),
        "{link}"
    );
    // A link for others is one of the web.
    let effects = act(&mut state, ImageAction::CopyMessageLink);
    assert!(
        copied(&effects).unwrap().starts_with("https://"),
        "{effects:?}"
    );
}

#[test]
fn without_a_message_the_room_is_offered_and_it_is_said_why() {
    let mut state = in_room(3);
    for trouble in [
        MessageTrouble::NoTime,
        MessageTrouble::NotThere,
        MessageTrouble::TooMuchWritten,
        MessageTrouble::Client(crate::protocol::ClientError::Forbidden),
    ] {
        let effects = act(&mut state, ImageAction::ShowMessage);
        assert!(shown(&state).is_empty(), "the last one is over");
        let id = started(&effects)[0].0;
        let effects = end(&mut state, id, ErrandEnd::MessageFound(Err(trouble)));
        assert_eq!(opened(&effects), None);
        let notices = shown(&state);
        let room = "https://chat.example.org/channel/room-0".to_owned();
        assert_eq!(notices[0].offer, Some(NoticeOffer::OpenRoom(room)));
        assert!(notices[0].message.advice.len() > 40, "{:?}", notices[0]);
    }
}

#[test]
fn what_was_given_up_opens_nothing_when_its_answer_still_comes() {
    let mut state = in_room(3);
    let effects = act(&mut state, ImageAction::ShowMessage);
    let id = started(&effects)[0].0;
    let effects = act(&mut state, ImageAction::GiveUp(id));
    assert_eq!(stopped(&effects), [id]);
    let effects = end(&mut state, id, found("m1", None));
    assert_eq!(opened(&effects), None);
    assert!(state.errands.running().is_empty());
}

#[test]
fn a_newer_errand_takes_the_place_of_the_same_and_leaves_others_alone() {
    let mut state = in_room(3);
    let first = started(&act(&mut state, ImageAction::ShowMessage))[0].0;
    let copy = started(&act(&mut state, ImageAction::Copy))[0].0;
    select(&mut state, 1, SelectHow::Only);
    let effects = act(&mut state, ImageAction::ShowMessage);
    assert_eq!(stopped(&effects), [first]);
    let second = started(&effects)[0].0;
    let running: Vec<ErrandId> = state.errands.running().iter().map(|it| it.id).collect();
    assert_eq!(running, [copy, second]);
}

#[test]
fn one_image_is_copied_as_pixels_and_several_as_files() {
    let mut state = in_room(3);
    let effects = act(&mut state, ImageAction::Copy);
    assert!(matches!(&started(&effects)[0].1, Errand::CopyImage(it) if it.id.as_str() == "up0"));
    select(&mut state, 1, SelectHow::Only);
    select(&mut state, 2, SelectHow::Toggle);
    let effects = act(&mut state, ImageAction::Copy);
    let Errand::CopyFiles(uploads) = &started(&effects)[0].1 else {
        panic!("{effects:?}");
    };
    let ids: Vec<&str> = uploads.iter().map(|upload| upload.id.as_str()).collect();
    assert_eq!(ids, ["up1", "up2"]);
    // In the viewer it is the image in view.
    state.on_action(Action::OpenViewer(0));
    let effects = act(&mut state, ImageAction::Copy);
    assert!(matches!(&started(&effects)[0].1, Errand::CopyImage(it) if it.id.as_str() == "up0"));
}

#[test]
fn many_files_are_copied_when_the_person_says_so_once_more() {
    let mut state = in_room(3);
    for page in 0..2 {
        fixtures::load_page(&mut state, page, 150);
    }
    state.on_action(Action::SelectAll);
    let effects = act(&mut state, ImageAction::Copy);
    assert!(started(&effects).is_empty());
    let question = CopyQuestion {
        count: 150,
        bytes: ByteCount(150_000),
    };
    assert_eq!(state.errands.question, Some(question));
    act(&mut state, ImageAction::LeaveCopy);
    assert!(started(&act(&mut state, ImageAction::ConfirmCopy)).is_empty());
    act(&mut state, ImageAction::Copy);
    let effects = act(&mut state, ImageAction::ConfirmCopy);
    let (id, errand) = started(&effects).remove(0);
    assert!(matches!(errand, Errand::CopyFiles(uploads) if uploads.len() == 150));
    state.on_event(Event::ErrandAdvanced { id, done: 12 });
    let words = errand_message::waiting(&state.errands.running()[0]);
    assert_eq!(words, "Copying: 12 of 150 files fetched…");
}

#[test]
fn what_is_not_listed_yet_is_not_copied_in_part() {
    let mut state = in_room(250);
    state.on_action(Action::SelectAll);
    let effects = act(&mut state, ImageAction::Copy);
    assert!(started(&effects).is_empty());
    assert_eq!(shown(&state)[0].message, errand_message::not_listed_yet());
}

#[test]
fn a_room_is_saved_and_not_copied() {
    let mut state = in_room(5_000);
    state.on_action(Action::SelectAll);
    let effects = act(&mut state, ImageAction::Copy);
    assert!(started(&effects).is_empty());
    assert_eq!(state.errands.question, None);
    let headline = &shown(&state)[0].message.headline;
    assert!(headline.starts_with("5,000 files"), "{headline}");
}

#[test]
fn copies_end_with_a_word_about_them() {
    let mut state = in_room(3);
    let copied = CopiedFiles {
        count: 2,
        bytes: ByteCount(2000),
        failed: None,
    };
    let ends = [
        (
            ErrandEnd::ImageCopied(Ok(PixelSize::new(40, 30))),
            "Image copied",
        ),
        (ErrandEnd::FilesCopied(Ok(copied)), "2 files copied"),
        (
            ErrandEnd::CopyOpened(Err(CopyTrouble::NoProgram)),
            "image-0.png was not opened: no program",
        ),
        (
            ErrandEnd::ImageCopied(Err(CopyTrouble::Clipboard {
                cause: "no display".to_owned(),
            })),
            "image-0.png was not copied: the clipboard",
        ),
    ];
    for (it, words) in ends {
        let id = started(&act(&mut state, ImageAction::CopyPixels))[0].0;
        end(&mut state, id, it);
        let headline = &shown(&state).last().unwrap().message.headline;
        assert!(headline.starts_with(words), "{headline}");
    }
}

#[test]
fn links_hold_no_token_and_are_of_the_web() {
    let mut state = in_room(3);
    let effects = act(&mut state, ImageAction::CopyFileLink);
    let file = "https://chat.example.org/file-upload/up0/image-0.png";
    assert_eq!(copied(&effects), Some(file));
    let effects = act(&mut state, ImageAction::OpenInBrowser);
    assert_eq!(opened(&effects), Some(file));
    let effects = act(&mut state, ImageAction::CopyRoomLink);
    assert_eq!(
        copied(&effects),
        Some("https://chat.example.org/channel/room-0")
    );
}

#[test]
fn links_for_others_begin_where_others_find_the_server() {
    let mut state = in_room(3);
    let used = state.session.as_ref().unwrap().account.server.clone();
    state.on_event(Event::PublicAddressTold {
        server: used,
        public: ServerUrl::parse_base("https://outside.example.org/chat").unwrap(),
    });
    let effects = act(&mut state, ImageAction::CopyFileLink);
    let file = "https://outside.example.org/chat/file-upload/up0/image-0.png";
    assert_eq!(copied(&effects), Some(file));
    let effects = act(&mut state, ImageAction::CopyRoomLink);
    let room = "https://outside.example.org/chat/channel/room-0";
    assert_eq!(copied(&effects), Some(room));
    // This machine goes where it signed in.
    let effects = act(&mut state, ImageAction::OpenInBrowser);
    let file = "https://chat.example.org/file-upload/up0/image-0.png";
    assert_eq!(opened(&effects), Some(file));
}

#[test]
fn a_conversation_belongs_to_its_image_and_can_be_put_away() {
    let mut state = in_room(3);
    let id = started(&act(&mut state, ImageAction::ShowConversation))[0].0;
    let image = upload(0).id;
    assert_eq!(
        state.errands.conversation(&image),
        Some(&ReadConversation::Reading)
    );
    assert_eq!(state.errands.conversation(&upload(1).id), None);
    let read = crate::domain::Conversation {
        message: message("m1", None),
        before: vec![message("m0", None)],
        after: Vec::new(),
        thread: Vec::new(),
        more_replies: 0,
    };
    end(
        &mut state,
        id,
        ErrandEnd::ConversationRead(Ok(Box::new(read.clone()))),
    );
    let read = ReadConversation::Read(Box::new(read));
    assert_eq!(state.errands.conversation(&image), Some(&read));
    act(&mut state, ImageAction::HideConversation);
    assert_eq!(state.errands.conversation(&image), None);
    // What it says stays known, and so does its place.
    assert!(state.errands.message(&image).is_some());
    let effects = act(&mut state, ImageAction::ShowMessage);
    assert!(opened(&effects).unwrap().ends_with("?msg=m1"));
    let id = started(&act(&mut state, ImageAction::ShowConversation))[0].0;
    let effects = act(&mut state, ImageAction::HideConversation);
    assert_eq!(stopped(&effects), [id]);
}

#[test]
fn a_message_that_is_gone_is_looked_for_again() {
    let mut state = in_room(3);
    let id = started(&act(&mut state, ImageAction::ShowMessage))[0].0;
    end(&mut state, id, found("m1", None));
    let id = started(&act(&mut state, ImageAction::ShowConversation))[0].0;
    let gone = ErrandEnd::ConversationRead(Err(MessageTrouble::NotThere));
    end(&mut state, id, gone);
    let effects = act(&mut state, ImageAction::ShowMessage);
    assert_eq!(started(&effects).len(), 1);
}

#[test]
fn another_account_learns_nothing_of_it() {
    let mut state = in_room(3);
    let first = started(&act(&mut state, ImageAction::ShowMessage))[0].0;
    state.errands.remember(
        upload(0).id,
        MessagePlace {
            message: MessageId::from("m1"),
            thread: None,
        },
        None,
    );
    let generation = state.generation;
    let session = Box::new(session("bo"));
    state.on_event(Event::SessionStarted {
        generation,
        session,
    });
    assert!(state.errands.running().is_empty());
    assert_eq!(state.errands.place(&upload(0).id), None);
    assert!(state.errands.begin(ErrandKind::CopyImage, None) > first);
}

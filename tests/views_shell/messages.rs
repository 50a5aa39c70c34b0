//! From an image to its message, copies of it, and what the panel shows of the conversation.

use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use jiff::Timestamp;
use salon::domain::{
    ByteCount, Conversation, Message, MessageId, MessageKind, Person, Reaction, RoomId, UploadId,
    UserId,
};
use salon::protocol::{
    Command, CopiedFiles, CopyTrouble, Errand, ErrandEnd, ErrandId, Event, FoundMessage,
    ImageError, ImageFailure, MessageApp, MessageTrouble, OpenTarget,
};
use salon::state::{Action, Effect, ImageAction, SelectHow, ViewerStep};

use super::scenes::signed_in;
use super::shell::{Shell, harness};
use super::{CTRL, click, press};

fn act(harness: &mut Harness<'_, Shell>, action: Action) {
    harness.state_mut().state.on_action(action);
    harness.run_steps(3);
}

fn last_errand<'a>(harness: &'a Harness<'_, Shell>) -> Option<(ErrandId, &'a Errand)> {
    let mut sent = harness.state().sent.iter().rev();
    sent.find_map(|command| match command {
        Command::StartErrand { id, errand } => Some((*id, errand)),
        _ => None,
    })
}

fn end(harness: &mut Harness<'_, Shell>, end: ErrandEnd) {
    let (id, _) = last_errand(harness).unwrap();
    let end = Box::new(end);
    let event = Event::ErrandEnded { id, end };
    harness.state_mut().state.on_event(event);
    harness.run_steps(3);
}

fn image_actions(harness: &Harness<'_, Shell>) -> Vec<ImageAction> {
    let actions = harness.state().actions.iter();
    let of_images = actions.filter_map(|action| match action {
        Action::OnImage(action) => Some(*action),
        _ => None,
    });
    of_images.collect()
}

fn message(id: &str, text: &str, minute: i64) -> Message {
    Message {
        id: MessageId::from(id),
        room: RoomId::from("team-offsite"),
        thread: None,
        sent_at: Timestamp::from_second(1_775_035_800 + minute * 60).ok(),
        author: Some(Person {
            id: UserId::from("kenji"),
            username: Some("kenji".to_owned()),
            name: Some("Kenji Sato".to_owned()),
        }),
        kind: MessageKind::Written,
        text: text.to_owned(),
        captions: Vec::new(),
        file_names: Vec::new(),
        uploads: Vec::new(),
        reactions: Vec::new(),
        reply_count: 0,
        is_edited: false,
    }
}

fn own() -> Message {
    Message {
        captions: vec!["our **cat**, see https://example.org/cat".to_owned()],
        file_names: vec!["cat.png".to_owned()],
        uploads: vec![UploadId::from("upload-0")],
        reactions: vec![Reaction {
            emoji: ":tada:".to_owned(),
            usernames: vec!["bo".to_owned(), "ana".to_owned()],
        }],
        ..message("m1", "", 1)
    }
}

fn with_panel() -> Harness<'static, Shell> {
    let mut shell = signed_in(300);
    shell.state.settings.is_panel_open = true;
    harness(shell)
}

fn shows(harness: &Harness<'_, Shell>, label: &str) -> bool {
    harness.query_by_label_contains(label).is_some()
}

#[test]
fn the_keys_for_messages_and_copies_work_in_grid_and_viewer() {
    let mut harness = harness(signed_in(300));
    for _ in 0..2 {
        harness.state_mut().actions.clear();
        press(&mut harness, Key::J);
        harness.event(egui::Event::Copy);
        harness.run_steps(3);
        harness.key_press_modifiers(CTRL | Modifiers::SHIFT, Key::C);
        harness.run_steps(3);
        let asked = [
            ImageAction::ShowMessage,
            ImageAction::Copy,
            ImageAction::CopyFileLink,
        ];
        assert_eq!(image_actions(&harness), asked);
        act(&mut harness, Action::OpenViewer(0));
    }
}

#[test]
fn only_text_that_is_marked_takes_the_copy_key_from_the_image() {
    let mut harness = with_panel();
    harness.run_steps(2);
    let text = harness.get_by_label("image/jpeg").rect();
    let (start, end) = (text.left_center(), text.center());
    harness.drag_at(start);
    harness.drop_at(start);
    harness.run_steps(3);
    harness.event(egui::Event::Copy);
    harness.run_steps(3);
    assert_eq!(image_actions(&harness), [ImageAction::Copy], "a mere click");
    // Longer than a double click takes.
    harness.run_steps(60);
    harness.drag_at(start);
    harness.run_steps(2);
    harness.hover_at(end);
    harness.run_steps(2);
    harness.drop_at(end);
    harness.run_steps(2);
    harness.event(egui::Event::Copy);
    harness.run_steps(3);
    assert_eq!(
        image_actions(&harness),
        [ImageAction::Copy],
        "text is marked"
    );
}

#[test]
fn while_somebody_types_ctrl_c_and_j_belong_to_the_field() {
    let mut harness = harness(signed_in(300));
    harness.key_press_modifiers(CTRL, Key::K);
    harness.run_steps(2);
    harness.event(egui::Event::Copy);
    press(&mut harness, Key::J);
    assert_eq!(image_actions(&harness), []);
}

fn click_entry(harness: &Harness<'_, Shell>, label: &str) {
    harness.get_by_role_and_label(Role::MenuItem, label).click();
}

#[test]
fn the_menu_of_an_image_offers_copies_links_and_other_programs() {
    let mut harness = harness(signed_in(300));
    harness
        .get_by_label_contains("IMG_2.jpg, ")
        .click_secondary();
    harness.run_steps(5);
    for (label, action) in [
        ("Show in the chat", ImageAction::ShowMessage),
        ("Copy image", ImageAction::CopyPixels),
        ("Copy file", ImageAction::CopyFiles),
        ("Copy link to the file", ImageAction::CopyFileLink),
        ("Copy link to the message", ImageAction::CopyMessageLink),
        ("Copy link to the room", ImageAction::CopyRoomLink),
        ("Open with the default app", ImageAction::OpenCopy),
        ("Open in the browser", ImageAction::OpenInBrowser),
    ] {
        if !shows(&harness, label) {
            harness
                .get_by_label_contains("IMG_2.jpg, ")
                .click_secondary();
            harness.run_steps(5);
        }
        click_entry(&harness, label);
        harness.run_steps(5);
        assert_eq!(image_actions(&harness).last(), Some(&action), "{label}");
    }
}

#[test]
fn the_viewer_has_the_same_menu() {
    let mut harness = harness(signed_in(300));
    act(&mut harness, Action::OpenViewer(0));
    harness
        .get_by_label_contains("IMG_0.jpg, ")
        .click_secondary();
    harness.run_steps(5);
    assert!(shows(&harness, "Copy link to the message"));
    assert!(shows(&harness, "Open with the default app"));
}

#[test]
fn a_search_that_takes_longer_than_a_moment_is_shown_and_can_be_given_up() {
    let mut harness = harness(signed_in(300));
    press(&mut harness, Key::J);
    assert!(
        !shows(&harness, "Looking for the message"),
        "it only flashes"
    );
    harness.run_steps(60);
    assert!(shows(&harness, "Looking for the message"));
    click(&mut harness, "Give up");
    let (id, _) = last_errand(&harness).unwrap();
    let is_stop = |command: &Command| matches!(command, Command::StopErrand(it) if *it == id);
    assert!(harness.state().sent.iter().any(is_stop));
    harness.run_steps(5);
    assert!(!shows(&harness, "Looking for the message"));
}

#[test]
fn without_a_message_the_room_can_be_opened() {
    let mut harness = harness(signed_in(300));
    press(&mut harness, Key::J);
    let nothing = ErrandEnd::MessageFound(Err(MessageTrouble::NotThere));
    end(&mut harness, nothing);
    assert!(shows(&harness, "The message of IMG_0.jpg was not found"));
    click(&mut harness, "Open the room");
    let opens = |action: &Action| {
        matches!(action, Action::Open(OpenTarget::Web(link))
            if link.contains("/channel/team-offsite") && !link.contains("msg="))
    };
    assert!(harness.state().has(opens));
}

#[test]
fn what_is_said_of_one_image_names_it() {
    let cut_off = || CopyTrouble::Image(ImageFailure::Decode(ImageError::Truncated));
    let mut harness = harness(signed_in(300));
    act(&mut harness, Action::OpenViewer(4));
    for (action, ended, words) in [
        (
            ImageAction::CopyPixels,
            ErrandEnd::ImageCopied(Err(cut_off())),
            "IMG_4.jpg was not copied: the image is cut off",
        ),
        (
            ImageAction::CopyFiles,
            ErrandEnd::FilesCopied(Err(cut_off())),
            "IMG_4.jpg was not copied: the image is cut off",
        ),
        (
            ImageAction::OpenCopy,
            ErrandEnd::CopyOpened(Err(CopyTrouble::NoProgram)),
            "IMG_4.jpg was not opened: no program",
        ),
        (
            ImageAction::ShowMessage,
            ErrandEnd::MessageFound(Err(MessageTrouble::NotThere)),
            "The message of IMG_4.jpg was not found",
        ),
    ] {
        press(&mut harness, Key::Home);
        act(&mut harness, Action::StepViewer(ViewerStep::To(4)));
        let action = Action::OnImage(action);
        let effects = harness.state_mut().state.on_action(action);
        let id = effects.iter().find_map(|effect| match effect {
            Effect::Send(Command::StartErrand { id, .. }) => Some(*id),
            _ => None,
        });
        // It is told when another one is in view.
        press(&mut harness, Key::End);
        let (id, end) = (id.unwrap(), Box::new(ended));
        let event = Event::ErrandEnded { id, end };
        harness.state_mut().state.on_event(event);
        harness.run_steps(3);
        assert!(shows(&harness, words), "{words}");
    }
}

#[test]
fn the_panel_shows_what_was_written_as_text_and_links_by_where_they_lead() {
    let mut harness = with_panel();
    press(&mut harness, Key::J);
    let found = FoundMessage {
        place: own().place(),
        message: Some(Box::new(own())),
    };
    end(&mut harness, ErrandEnd::MessageFound(Ok(found)));
    harness.get_by_label("our **cat**, see https://example.org/cat");
    harness.get_by_label("2 × :tada:: bo, ana");
    harness
        .get_by_role_and_label(Role::Link, "https://example.org/cat")
        .click();
    harness.run_steps(3);
    let link = OpenTarget::Web("https://example.org/cat".to_owned());
    let opens = |action: &Action| matches!(action, Action::Open(it) if *it == link);
    assert!(harness.state().has(opens));
}

#[test]
fn the_conversation_is_read_when_asked_and_put_away_again() {
    let mut harness = with_panel();
    assert!(last_errand(&harness).is_none(), "nothing is read unasked");
    click(&mut harness, "Show the conversation");
    let (_, errand) = last_errand(&harness).unwrap();
    assert!(matches!(errand, Errand::ReadConversation { .. }));
    assert!(shows(&harness, "Reading the conversation"));
    let read = Conversation {
        message: own(),
        before: vec![message("m0", "Who has a picture?", 0)],
        after: vec![message("m2", "Thanks!", 2)],
        thread: Vec::new(),
        more_replies: 0,
    };
    end(
        &mut harness,
        ErrandEnd::ConversationRead(Ok(Box::new(read))),
    );
    let place = |text: &str| harness.get_by_label(text).rect().top();
    let own_text = "our **cat**, see https://example.org/cat";
    assert!(place("Who has a picture?") < place(own_text));
    assert!(place(own_text) < place("Thanks!"));
    click(&mut harness, "Hide the conversation");
    assert!(!shows(&harness, "Who has a picture?"));
    // The message itself stays.
    assert!(shows(&harness, own_text));
}

#[test]
fn a_conversation_that_may_not_be_read_says_so_in_the_panel() {
    let mut harness = with_panel();
    click(&mut harness, "Show the conversation");
    let forbidden = MessageTrouble::Client(salon::protocol::ClientError::Forbidden);
    end(&mut harness, ErrandEnd::ConversationRead(Err(forbidden)));
    assert!(shows(
        &harness,
        "You may not read the messages of this room"
    ));
    click(&mut harness, "Try again");
    let asked = image_actions(&harness);
    assert_eq!(asked.last(), Some(&ImageAction::ShowConversation));
}

#[test]
fn many_files_are_asked_about_and_copied_with_progress() {
    let mut harness = harness(signed_in(120));
    super::scenes::list(harness.state_mut(), 1, 120);
    act(&mut harness, Action::SelectAll);
    harness.event(egui::Event::Copy);
    harness.run_steps(4);
    assert!(shows(&harness, "Copy 120 files?"));
    press(&mut harness, Key::Enter);
    assert!(!shows(&harness, "Copy 120 files?"));
    let (id, errand) = last_errand(&harness).unwrap();
    assert!(matches!(errand, Errand::CopyFiles(uploads) if uploads.len() == 120));
    let done = 30;
    let event = Event::ErrandAdvanced { id, done };
    harness.state_mut().state.on_event(event);
    harness.run_steps(60);
    assert!(shows(&harness, "Copying: 30 of 120 files fetched"));
    let copied = CopiedFiles {
        count: 120,
        bytes: ByteCount(1_000_000),
        failed: None,
    };
    end(&mut harness, ErrandEnd::FilesCopied(Ok(copied)));
    assert!(shows(&harness, "120 files copied"));
    assert!(!shows(&harness, "Copying:"));
}

#[test]
fn escape_leaves_the_question_and_copies_nothing() {
    let mut harness = harness(signed_in(120));
    super::scenes::list(harness.state_mut(), 1, 120);
    act(&mut harness, Action::SelectAll);
    harness.event(egui::Event::Copy);
    harness.run_steps(4);
    press(&mut harness, Key::Escape);
    assert!(!shows(&harness, "Copy 120 files?"));
    assert!(last_errand(&harness).is_none());
}

#[test]
fn the_account_menu_chooses_what_shows_messages() {
    let mut harness = harness(signed_in(300));
    harness.key_press_modifiers(CTRL, Key::Comma);
    harness.run_steps(4);
    click(&mut harness, "Show messages in: Rocket.Chat app");
    let app = harness.state().state.settings.message_app;
    assert_eq!(app, MessageApp::RocketChat);
    act(
        &mut harness,
        Action::Select {
            position: 0,
            how: SelectHow::Only,
        },
    );
}

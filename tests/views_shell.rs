//! The shell of the window: what keys and clicks turn into, and what is on screen.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

#[path = "views_shell/badges.rs"]
mod badges;
#[path = "views_shell/comparing.rs"]
mod comparing;
#[path = "views_shell/finding.rs"]
mod finding;
#[path = "views_shell/large_pictures.rs"]
mod large_pictures;
#[path = "views_shell/messages.rs"]
mod messages;
#[path = "views_shell/save_queue.rs"]
mod save_queue;
#[path = "views_shell/save_sheet.rs"]
mod save_sheet;
#[path = "views_shell/saved.rs"]
mod saved;
#[path = "views_shell/scenes.rs"]
mod scenes;
#[path = "views_shell/viewer.rs"]
mod viewer;

use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use salon::domain::RoomId;
use salon::protocol::{Event, LogInRefusal, OpenTarget, TwoFactorMethod};
use salon::state::{Action, NoticeLevel, Phase, SelectHow, user_message};
use scenes::{Shell, harness, session, shell_of, signed_in, signed_out_at};
use secrecy::ExposeSecret as _;

const CTRL: Modifiers = Modifiers::COMMAND;

#[test]
fn enter_signs_in_and_takes_the_password_out_of_the_form() {
    let mut harness = harness(signed_out_at("chat.example.org"));
    harness.get_by_label_contains("Acme · Rocket.Chat 8.8");
    type_into(&mut harness, Role::TextInput, "User name or e-mail", "ana");
    type_into(&mut harness, Role::PasswordInput, "Password", "hunter2");
    press(&mut harness, Key::Enter);
    let submitted = harness
        .state()
        .actions
        .iter()
        .find_map(|action| match action {
            Action::SubmitPassword { user, password } => Some((user.clone(), password.clone())),
            _ => None,
        });
    let (user, password) = submitted.unwrap();
    assert_eq!(user, "ana");
    assert_eq!(password.expose_secret(), "hunter2");
    let field = harness.get_by_role_and_label(Role::PasswordInput, "Password");
    assert!(field.value().unwrap_or_default().is_empty());
}

#[test]
fn an_unencrypted_address_asks_for_consent_in_plain_words() {
    let mut harness = harness(shell_of(scenes::new_state()));
    type_into(
        &mut harness,
        Role::TextInput,
        "Server",
        "http://chat.example.org",
    );
    harness.get_by_label_contains("readable for anybody on the way");
    click(&mut harness, "Connect without encryption");
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::AgreeToInsecure))
    );
}

#[test]
fn a_code_is_asked_for_in_place_and_may_hold_gaps() {
    let mut shell = signed_out_at("chat.example.org");
    shell.refuse(scenes::challenge(TwoFactorMethod::Totp));
    let mut harness = harness(shell);
    harness.get_by_label_contains("authenticator app");
    assert!(harness.query_by_label("Send another code").is_none());
    let field = harness.get_by_role_and_label(Role::TextInput, "Code");
    assert!(field.is_focused());
    field.type_text("123 456");
    harness.run_steps(2);
    press(&mut harness, Key::Enter);
    let is_it = |action: &Action| matches!(action, Action::SubmitCode(code) if code == "123456");
    assert!(harness.state().has(is_it));
}

#[test]
fn an_emailed_code_can_be_sent_again_and_the_way_back_is_open() {
    let mut shell = signed_out_at("chat.example.org");
    shell.refuse(scenes::challenge(TwoFactorMethod::Email));
    let mut harness = harness(shell);
    click(&mut harness, "Send another code");
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::ResendCode))
    );
    harness
        .state_mut()
        .state
        .on_event(Event::CodeResent(Ok(())));
    harness.run_steps(2);
    harness.get_by_label_contains("Another code is on its way");
    click(&mut harness, "Back");
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::LeaveCodeQuestion))
    );
}

#[test]
fn a_personal_access_token_is_the_second_way_in() {
    let mut harness = harness(signed_out_at("chat.example.org"));
    click(&mut harness, "Use a personal access token instead");
    let field = harness.get_by_role_and_label(Role::PasswordInput, "Personal access token");
    assert!(field.is_focused());
    field.type_text(" t0ken ");
    harness.run_steps(2);
    click(&mut harness, "Sign in");
    let is_it =
        |action: &Action| matches!(action, Action::SubmitToken(it) if it.expose() == "t0ken");
    assert!(harness.state().has(is_it));
}

#[test]
fn a_refused_password_says_what_to_do() {
    let mut shell = signed_out_at("chat.example.org");
    shell.refuse(LogInRefusal::WrongCredentials);
    let harness = harness(shell);
    harness.get_by_label_contains("User or password is wrong");
}

#[test]
fn after_a_refusal_the_keyboard_is_in_the_empty_password_field() {
    let mut harness = harness(signed_out_at("chat.example.org"));
    type_into(&mut harness, Role::TextInput, "User name or e-mail", "ana");
    type_into(&mut harness, Role::PasswordInput, "Password", "wrong");
    harness.key_press(Key::Enter);
    harness.step();
    // A server on this machine refuses before another frame is drawn.
    harness.state_mut().refuse(LogInRefusal::WrongCredentials);
    harness.run_steps(3);
    let field = harness.get_by_role_and_label(Role::PasswordInput, "Password");
    assert!(field.is_focused());
    assert!(field.value().unwrap_or_default().is_empty());
}

#[test]
fn after_a_wrong_code_the_keyboard_is_in_the_empty_code_field() {
    let mut shell = signed_out_at("chat.example.org");
    let LogInRefusal::TwoFactorRequired(challenge) = scenes::challenge(TwoFactorMethod::Totp)
    else {
        panic!("a challenge");
    };
    shell.refuse(LogInRefusal::TwoFactorRequired(challenge.clone()));
    let mut harness = harness(shell);
    harness
        .get_by_role_and_label(Role::TextInput, "Code")
        .type_text("000000");
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.step();
    harness
        .state_mut()
        .refuse(LogInRefusal::TwoFactorInvalid(challenge));
    harness.run_steps(3);
    let field = harness.get_by_role_and_label(Role::TextInput, "Code");
    assert!(field.is_focused());
    assert!(field.value().unwrap_or_default().is_empty());
}

#[test]
fn a_room_is_found_by_typing_and_opened_with_enter() {
    let mut harness = filtering("supp");
    press(&mut harness, Key::Enter);
    let room = RoomId::from("support");
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::OpenRoom(id) if *id == room))
    );
}

#[test]
fn arrows_in_the_filter_move_among_the_rooms() {
    let mut harness = filtering("");
    press(&mut harness, Key::ArrowDown);
    press(&mut harness, Key::Enter);
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::OpenRoom(_)))
    );
}

#[test]
fn a_name_that_matches_no_room_can_be_looked_up_as_a_public_channel() {
    let mut harness = filtering("#nowhere");
    harness.get_by_label("Look for a public channel called “nowhere”");
    press(&mut harness, Key::Enter);
    let is_it = |action: &Action| matches!(action, Action::FindRoom(name) if name == "nowhere");
    assert!(harness.state().has(is_it));
}

#[test]
fn escape_clears_the_filter_first_and_leaves_it_then() {
    let mut harness = filtering("supp");
    press(&mut harness, Key::Escape);
    assert!(filter(&harness).is_focused());
    assert_eq!(filter(&harness).value().unwrap_or_default(), "");
    press(&mut harness, Key::Escape);
    assert!(!filter(&harness).is_focused());
}

#[test]
fn single_letters_do_nothing_while_typing() {
    let mut harness = filtering("");
    press(&mut harness, Key::I);
    harness.key_press_modifiers(CTRL, Key::A);
    harness.run_steps(2);
    let is_it = |action: &Action| matches!(action, Action::TogglePanel | Action::SelectAll);
    assert!(!harness.state().has(is_it));
    press(&mut harness, Key::Escape);
    press(&mut harness, Key::I);
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::TogglePanel))
    );
}

#[test]
fn what_is_selected_is_counted_and_saved_from_the_bar() {
    let mut shell = signed_in(300);
    for position in [0, 2, 4] {
        let how = SelectHow::Toggle;
        shell.state.on_action(Action::Select { position, how });
    }
    let mut harness = harness(shell);
    harness.get_by_label("3 selected · 3 MB");
    click(&mut harness, "Save");
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::SaveSelected))
    );
}

#[test]
fn a_selection_that_is_not_listed_yet_counts_its_bytes_as_at_least() {
    let mut shell = signed_in(300);
    shell.state.on_action(Action::SelectAll);
    let harness = harness(shell);
    harness.get_by_label("300 selected · at least 100 MB");
}

#[test]
fn an_expired_session_is_renewed_over_the_window_that_stays() {
    let mut shell = signed_in(300);
    let generation = shell.state.generation;
    shell.state.on_event(Event::SessionExpired { generation });
    shell.answer_probe("https://chat.example.org/");
    let mut harness = harness(shell);
    assert!(matches!(harness.state().state.phase, Phase::Expired));
    harness.get_by_label("Sign in again");
    harness.get_by_role_and_label(Role::ListBoxOption, "support");
    type_into(&mut harness, Role::PasswordInput, "Password", "hunter2");
    press(&mut harness, Key::Enter);
    let is_ana =
        |action: &Action| matches!(action, Action::SubmitPassword { user, .. } if user == "ana");
    assert!(harness.state().has(is_ana));
    let (generation, session) = (harness.state().state.generation, Box::new(session()));
    let started = Event::SessionStarted {
        generation,
        session,
    };
    harness.state_mut().state.on_event(started);
    harness.run_steps(3);
    assert!(harness.query_by_label("Sign in again").is_none());
    assert!(harness.state().state.gallery.is_some());
}

#[test]
fn the_help_sheet_opens_with_f1_and_closes_with_escape() {
    let mut harness = harness(signed_in(300));
    press(&mut harness, Key::F1);
    harness.get_by_label("Save the selection, or the image in view");
    press(&mut harness, Key::Escape);
    let line = harness.query_by_label("Save the selection, or the image in view");
    assert!(line.is_none());
}

#[test]
fn signing_out_is_explained_and_asked_first() {
    let mut harness = harness(signed_in(300));
    click(&mut harness, "Account of Ana Martins");
    harness.get_by_label("Sign out…").click();
    harness.run_steps(3);
    harness.get_by_label_contains("Images you saved stay where they are");
    assert!(
        !harness
            .state()
            .has(|action| matches!(action, Action::SignOut))
    );
    click(&mut harness, "Sign out");
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::SignOut))
    );
}

#[test]
fn how_much_of_the_disk_thumbnails_take_is_chosen_in_the_account_menu() {
    let mut harness = harness(signed_in(300));
    click(&mut harness, "Account of Ana Martins");
    click(&mut harness, "Keep up to 4 GiB of thumbnails");
    let chosen = harness.state().state.settings.thumbnail_cache;
    assert_eq!(chosen.0, 4 * 1024 * 1024 * 1024);
    // The menu stays, to compare.
    harness.get_by_label("Keep up to 256 MiB of thumbnails");
}

#[test]
fn a_pause_of_the_server_is_told_with_its_end_and_without_a_spinner() {
    let mut shell = signed_in(20_413);
    scenes::limit_rate(&mut shell);
    let mut harness = harness(shell);
    harness.get_by_label_contains("s. 100 of 20,413 listed.");
    assert!(harness.try_run().is_ok(), "the window must come to rest");
}

#[test]
fn refused_files_lead_to_the_room_in_the_browser() {
    let mut shell = signed_in(300);
    scenes::refuse_file(&mut shell);
    let mut harness = harness(shell);
    harness.get_by_label_contains("Join the room to see them");
    click(&mut harness, "Open in browser");
    let room = "https://chat.example.org/channel/team-offsite";
    let is_room =
        |action: &Action| matches!(action, Action::Open(OpenTarget::Web(it)) if it == room);
    assert!(harness.state().has(is_room));
}

#[test]
fn a_brief_notice_goes_by_itself_and_a_warning_stays() {
    let mut shell = signed_in(300);
    shell.state.on_action(Action::Copied("File name"));
    let target = OpenTarget::Web("https://x.org".to_owned());
    let message = user_message::open_failed(&target);
    shell
        .state
        .notices
        .push(NoticeLevel::Warning, message, None);
    let mut harness = harness(shell);
    harness.get_by_label("File name copied");
    // Each step is a quarter of a second.
    harness.run_steps(40);
    assert!(harness.query_by_label("File name copied").is_none());
    harness.get_by_label("No browser opened the address");
}

#[test]
fn names_of_any_script_and_length_are_shown() {
    let mut harness = harness(signed_in(300));
    harness.get_by_label("田中, Анна, محمد");
    harness.get_by_label_contains("a-room-whose-name-is-much-longer");
    harness.run();
}

#[test]
fn an_idle_window_asks_for_no_frames() {
    let mut harness = harness(signed_in(300));
    harness.run();
    harness.state_mut().actions.clear();
    harness.run_steps(3);
    let actions = &harness.state().actions;
    assert!(actions.is_empty(), "{actions:?}");
    let outputs = harness.output().viewport_output.values();
    let delay = outputs.map(|output| output.repaint_delay).min();
    assert_eq!(delay, Some(std::time::Duration::MAX));
}

#[test]
fn in_the_viewer_the_keys_of_the_grid_are_asleep() {
    let mut shell = signed_in(300);
    shell.state.on_action(Action::OpenViewer(3));
    let mut harness = harness(shell);
    harness.key_press_modifiers(CTRL, Key::A);
    press(&mut harness, Key::F5);
    let is_it = |action: &Action| matches!(action, Action::SelectAll | Action::Reload);
    assert!(!harness.state().has(is_it));
    harness.key_press_modifiers(CTRL, Key::S);
    harness.run_steps(2);
    assert!(
        harness
            .state()
            .has(|action| matches!(action, Action::SaveSelected))
    );
}

fn press(harness: &mut Harness<'_, Shell>, key: Key) {
    harness.key_press(key);
    harness.run_steps(3);
}

fn click(harness: &mut Harness<'_, Shell>, label: &str) {
    harness.get_by_role_and_label(Role::Button, label).click();
    harness.run_steps(3);
}

fn type_into(harness: &mut Harness<'_, Shell>, role: Role, label: &str, text: &str) {
    harness.get_by_role_and_label(role, label).focus();
    harness.step();
    harness.get_by_role_and_label(role, label).type_text(text);
    harness.run_steps(2);
}

/// The keyboard is in the filter of the room list, with this text.
fn filtering(text: &str) -> Harness<'static, Shell> {
    let mut harness = harness(signed_in(300));
    harness.key_press_modifiers(CTRL, Key::K);
    harness.run_steps(2);
    assert!(filter(&harness).is_focused());
    filter(&harness).type_text(text);
    harness.run_steps(2);
    harness
}

fn filter<'a>(harness: &'a Harness<'_, Shell>) -> egui_kittest::Node<'a> {
    harness.get_by_role_and_label(Role::SearchInput, "Find a room")
}

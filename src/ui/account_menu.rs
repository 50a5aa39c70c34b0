//! Who is signed in, and everything that belongs to the account and this machine.

use egui::{
    FontId, Popup, Rect, RichText, Role, Sense, SetOpenCommand, Ui, Vec2, WidgetInfo, pos2, vec2,
};
use lucide_icons::Icon;

use crate::domain::{ByteCount, TokenKind, safe_display_name};
use crate::protocol::{
    DoubleClickChoice, ImageSubject, KeyringStatus, MessageApp, SessionInfo, ThemeChoice,
    ViewerChoices, WheelChoice,
};
use crate::state::{Action, ImageAction, errand_message, user_message};
use crate::ui::avatar::avatar_ui;
use crate::ui::menu::{self, Opened};
use crate::ui::root_dialog::Dialog;
use crate::ui::shortcuts::{Job, key_of};
use crate::ui::theme::{self, space, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{
    dialog_ui, focus_ring, line_in, message_ui, paint_icon, plain_button, primary_button,
};

const HEADER_HEIGHT: f32 = 44.0;
const AVATAR_SIDE: f32 = 32.0;
const MENU_WIDTH: f32 = 320.0;

/// Draws the account at the head of the room list; a click opens its menu.
pub(super) fn account_header_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    opens: Option<SetOpenCommand>,
    dialog: &mut Dialog,
) {
    let Some(session) = &cx.state.session else {
        return;
    };
    let name = safe_display_name(session.me.display_name());
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), HEADER_HEIGHT), Sense::click());
    let label = format!("Account of {name}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    let palette = cx.palette;
    let is_open = Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
    if response.hovered() || is_open {
        let radius = egui::CornerRadius::same(theme::RADIUS);
        ui.painter().rect_filled(rect, radius, palette.hovered);
    }
    let inner = rect.shrink2(vec2(6.0, 0.0));
    let middle = inner.center().y;
    let avatar = Rect::from_min_size(
        pos2(inner.left(), middle - AVATAR_SIDE / 2.0),
        Vec2::splat(AVATAR_SIDE),
    );
    let username = session.me.username.clone().unwrap_or_default();
    avatar_ui(ui, cx, avatar, ImageSubject::UserAvatar(username), &name);
    let left = avatar.right() + space::S;
    let right = inner.right() - text::ICON - space::XS;
    let upper = Rect::from_min_max(pos2(left, middle - 18.0), pos2(right, middle));
    let lower = Rect::from_min_max(pos2(left, middle), pos2(right, middle + 16.0));
    line_in(
        ui,
        upper,
        &name,
        FontId::proportional(text::BODY),
        palette.text,
    );
    // The address of a server inside this program tells nobody anything.
    let server = if session.keyring == KeyringStatus::NotMeantToBe {
        "Demo, keeps nothing".to_owned()
    } else {
        session.account.server.host_and_path()
    };
    line_in(
        ui,
        lower,
        &server,
        FontId::proportional(text::SMALL),
        palette.text_weak,
    );
    let icon_at = pos2(inner.right() - text::ICON / 2.0, middle);
    let (icon, color) = match session.keyring {
        KeyringStatus::NotKept(_) => (Icon::KeyRound, palette.danger),
        KeyringStatus::Kept | KeyringStatus::Waiting | KeyringStatus::NotMeantToBe => {
            (Icon::ChevronDown, palette.text_weak)
        }
    };
    paint_icon(ui, icon_at, icon, text::BODY, color);
    focus_ring(ui, &response, palette);
    let clicked = response.clicked().then_some(SetOpenCommand::Toggle);
    let opened = if opens.is_some() {
        Opened::ByKey
    } else {
        Opened::with(&response)
    };
    Popup::menu(&response)
        .accessible_name("Account")
        .width(MENU_WIDTH)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .open_memory(opens.or(clicked))
        .show(|ui| {
            // A menu's own layout stretches running text.
            let layout = egui::Layout::top_down(egui::Align::Min);
            ui.with_layout(layout, |ui| {
                menu::menu_ui(ui, MENU_WIDTH, opened, |ui| {
                    menu_ui(ui, cx, session, dialog);
                });
            });
        });
}

fn menu_ui(ui: &mut Ui, cx: ViewContext<'_>, session: &SessionInfo, dialog: &mut Dialog) {
    ui.spacing_mut().item_spacing.y = space::XS;
    // In line with the words of the entries below.
    let frame = egui::Frame::new().inner_margin(egui::Margin::symmetric(8, 0));
    frame.show(ui, |ui| server_ui(ui, cx, session));
    ui.separator();
    frame.show(ui, |ui| {
        theme_ui(ui, cx);
        hands_ui(ui, cx);
        thumbnail_cache_ui(ui, cx);
        message_app_ui(ui, cx);
    });
    ui.separator();
    if item_ui(
        ui,
        Icon::Keyboard,
        "Keyboard shortcuts",
        &key_of(ui.ctx(), Job::Help),
    ) {
        *dialog = Dialog::Help;
        ui.close();
    }
    let cache = item_ui(ui, Icon::Trash2, "Remove downloaded copies", "");
    if cache {
        cx.act(Action::ClearCache);
        ui.close();
    }
    if item_ui(ui, Icon::LogOut, "Sign out…", "") {
        *dialog = Dialog::SignOut;
        ui.close();
    }
}

fn server_ui(ui: &mut Ui, cx: ViewContext<'_>, session: &SessionInfo) {
    let weak = cx.palette.text_weak;
    ui.add_space(space::XS);
    if let Some(name) = &session.server_name {
        ui.label(RichText::new(safe_display_name(name)).strong());
    }
    let version = session.server_version.as_deref().unwrap_or_default();
    let line = format!(
        "{} · Rocket.Chat {version}",
        session.account.server.host_and_path()
    );
    ui.label(RichText::new(line).small().color(weak));
    match &session.keyring {
        KeyringStatus::Kept => {
            let kept = "You stay signed in: the session is in this computer's keyring.";
            ui.add(egui::Label::new(RichText::new(kept).small().color(weak)).wrap());
        }
        KeyringStatus::Waiting => {
            let waiting = "The keyring is being asked to keep the session…";
            ui.add(egui::Label::new(RichText::new(waiting).small().color(weak)).wrap());
        }
        KeyringStatus::NotMeantToBe => {
            let forgets = "The demo forgets its session, these choices and which images were \
                           saved when you close it. Files that you saved stay.";
            ui.add(egui::Label::new(RichText::new(forgets).small().color(weak)).wrap());
        }
        KeyringStatus::NotKept(error) => {
            ui.add_space(space::XS);
            message_ui(ui, cx.palette, &user_message::keyring(error));
            if ui.add(plain_button("Try the keyring again")).clicked() {
                cx.act(Action::KeepSession);
            }
        }
    }
}

fn theme_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    ui.horizontal(|ui| {
        ui.label("Appearance");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::XS;
            for (choice, icon, name) in [
                (ThemeChoice::Dark, Icon::Moon, "Dark"),
                (ThemeChoice::Light, Icon::Sun, "Light"),
                (ThemeChoice::System, Icon::Monitor, "As the system"),
            ] {
                let is_on = Some(cx.state.settings.theme == choice);
                let button = crate::ui::widgets::IconButton {
                    icon,
                    name,
                    key: "",
                    is_on,
                };
                if crate::ui::widgets::icon_toggle_ui(ui, cx.palette, button).clicked() {
                    cx.act(Action::SetTheme(choice));
                }
            }
        });
    });
}

/// What the wheel and a double click do to an image that is shown large.
fn hands_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    let viewer = cx.state.settings.viewer;
    let words = (
        "Wheel over an image",
        "The other one works with Ctrl held, or with the keys",
    );
    let choices = [
        (
            WheelChoice::Step,
            "Next",
            "The wheel goes to the next image",
        ),
        (WheelChoice::Zoom, "Zoom", "The wheel zooms"),
    ];
    if let Some(wheel) = choice_ui(ui, words, viewer.wheel, choices) {
        cx.act(Action::SetViewer(ViewerChoices { wheel, ..viewer }));
    }
    let words = (
        "Double click on it",
        "F and F11 fill the screen too, and Z zooms",
    );
    let choices = [
        (
            DoubleClickChoice::FullScreen,
            "Full screen",
            "A double click fills the screen",
        ),
        (DoubleClickChoice::Zoom, "Zoom", "A double click zooms"),
    ];
    if let Some(double_click) = choice_ui(ui, words, viewer.double_click, choices) {
        cx.act(Action::SetViewer(ViewerChoices {
            double_click,
            ..viewer
        }));
    }
}

/// The style of menus leaves buttons no margin, and the chosen one has a ground of its own.
fn choices_spacing(ui: &mut Ui) {
    ui.spacing_mut().item_spacing.x = 0.0;
    ui.spacing_mut().button_padding.x = space::S;
}

/// A line with what can be chosen at its right, from right to left: each with a word that is seen
/// and one that is spoken. Answers what was chosen now.
fn choice_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    (line, hint): (&str, &str),
    now: T,
    choices: [(T, &str, &str); 2],
) -> Option<T> {
    let mut chosen = None;
    ui.horizontal(|ui| {
        ui.label(line).on_hover_text(hint);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            choices_spacing(ui);
            for (choice, name, label) in choices {
                let is_on = now == choice;
                let response = ui.add(egui::Button::selectable(is_on, name));
                menu::show_focus(ui, &response);
                response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_on, label));
                if response.clicked() {
                    chosen = Some(choice);
                }
            }
        });
    });
    chosen
}

/// How much of the disk thumbnails may take: as few choices as make a difference.
fn thumbnail_cache_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    const CHOICES: [(u64, &str); 3] =
        [(4 << 30, "4 GiB"), (1 << 30, "1 GiB"), (1 << 28, "256 MiB")];
    ui.horizontal(|ui| {
        ui.label("Thumbnails")
            .on_hover_text("Kept on this computer, so that they are there at once the next time");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            choices_spacing(ui);
            for (bytes, name) in CHOICES {
                let is_on = cx.state.settings.thumbnail_cache == ByteCount(bytes);
                let response = ui.add(egui::Button::selectable(is_on, name));
                menu::show_focus(ui, &response);
                response.widget_info(|| {
                    let label = format!("Keep up to {name} of thumbnails");
                    WidgetInfo::selected(Role::Button, true, is_on, label)
                });
                if response.clicked() {
                    cx.act(Action::SetThumbnailCache(ByteCount(bytes)));
                }
            }
        });
    });
}

/// What shows the message of an image.
fn message_app_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    ui.horizontal(|ui| {
        ui.label("Messages in")
            .on_hover_text("Where the message of an image is shown (J)");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            choices_spacing(ui);
            for app in [MessageApp::RocketChat, MessageApp::Browser] {
                let name = errand_message::name_of(app);
                let is_on = cx.state.settings.message_app == app;
                let response = ui.add(egui::Button::selectable(is_on, name));
                menu::show_focus(ui, &response);
                response.widget_info(|| {
                    let label = format!("Show messages in: {name}");
                    WidgetInfo::selected(Role::Button, true, is_on, label)
                });
                if response.clicked() {
                    cx.act(Action::OnImage(ImageAction::SetMessageApp(app)));
                }
            }
        });
    });
}

fn item_ui(ui: &mut Ui, icon: Icon, label: &str, key: &str) -> bool {
    let button = egui::Button::new((theme::icon(icon, text::TITLE), label))
        .shortcut_text(key)
        .frame_when_inactive(false)
        .min_size(vec2(ui.available_width(), theme::BUTTON_HEIGHT));
    let response = ui.add(button);
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, true, label));
    menu::show_focus(ui, &response);
    response.clicked()
}

/// Asks before signing out, and says what goes and what stays.
pub(super) fn sign_out_dialog_ui(ui: &Ui, cx: ViewContext<'_>, dialog: &mut Dialog) {
    let Some(session) = &cx.state.session else {
        *dialog = Dialog::None;
        return;
    };
    let is_left = dialog_ui(ui, cx.palette, "sign out", 400.0, |ui| {
        let title = format!("Sign out of {}?", session.account.server.host_and_path());
        ui.label(RichText::new(title).size(text::TITLE).strong());
        let token = match session.token_kind {
            TokenKind::LogIn => "The session ends on the server.",
            TokenKind::PersonalAccess => {
                "Your personal access token stays valid on the server; only this computer forgets it."
            }
        };
        let goes = if session.keyring == KeyringStatus::NotMeantToBe {
            "The downloaded copies are removed from this computer. Images you saved stay where \
             they are; the demo remembers which until you close it."
        } else {
            "The keyring entry and the downloaded copies are removed from this computer. Images \
             you saved stay where they are, and it remembers which: so nothing is saved twice \
             when you come back."
        };
        ui.add(egui::Label::new(format!("{token} {goes}")).wrap());
        if cx.state.saves.running().next().is_some() {
            let pauses = "Images are still being saved. That pauses; you can resume it after \
                          signing in again.";
            ui.add(egui::Label::new(RichText::new(pauses).color(cx.palette.danger)).wrap());
        }
        ui.add_space(space::S);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.add(primary_button(cx.palette, "Sign out")).clicked() {
                cx.act(Action::SignOut);
                *dialog = Dialog::None;
            }
            if ui.add(plain_button("Cancel")).clicked() {
                *dialog = Dialog::None;
            }
            ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                let forget = ui.add(plain_button("Sign out and forget"));
                let forget = forget.on_hover_text("Forgets what was saved, too");
                if forget.clicked() {
                    cx.act(Action::SignOutAndForget);
                    *dialog = Dialog::None;
                }
            });
        });
    });
    if is_left {
        *dialog = Dialog::None;
    }
}

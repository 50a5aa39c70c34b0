//! Quiet bars between top bar and grid: what is in the way, and what to do about it.

use std::time::{Duration, Instant};

use egui::{Color32, CornerRadius, Margin, Response, RichText, Ui};
use lucide_icons::Icon;

use crate::protocol::{Connection, DownloadError, OpenTarget};
use crate::state::{
    Action, BandEnd, BandKind, FileAccess, Gallery, GoingToDate, UserMessage, user_message,
};
use crate::ui::news_bar::news_bar_ui;
use crate::ui::theme::{self, space, text};
use crate::ui::totals::Totals;
use crate::ui::view_context::ViewContext;

/// A countdown moves once a second.
const TICK: Duration = Duration::from_secs(1);

/// Draws the bars that apply.
pub(super) fn gallery_bars_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    totals: &Totals,
) {
    connection_ui(ui, cx, gallery, totals);
    news_bar_ui(ui, cx);
    if let Some(going) = gallery.going_to_date() {
        going_ui(ui, cx, going);
    }
    if gallery.room.is_encrypted && !gallery.listing.is_empty() {
        encrypted_ui(ui, cx, gallery);
    }
    if gallery.access == FileAccess::Refused {
        refused_ui(ui, cx, gallery);
    } else {
        failed_ui(ui, cx, gallery);
    }
    // An empty list says so in the middle of the grid.
    let error = gallery.list_error.as_ref();
    if let Some(error) = error.filter(|_| !gallery.listing.is_empty()) {
        let message = user_message::client(error);
        let parts = (
            Icon::TriangleAlert,
            message.headline.as_str(),
            message.advice.as_str(),
        );
        bar_ui(ui, cx, parts, |ui| {
            retry_ui(ui, cx);
        });
    }
    let session = cx.state.session.as_ref();
    if let Some(session) = session.filter(|session| session.must_change_password) {
        let UserMessage { headline, advice } =
            user_message::must_change_password(&session.account.server);
        bar_ui(ui, cx, (Icon::KeyRound, &headline, &advice), |ui| {
            if ui.button("Open in browser").clicked() {
                let server = session.account.server.to_string();
                cx.act(Action::Open(OpenTarget::Web(server)));
            }
        });
    }
}

/// What was posted into an encrypted room before it was, or by somebody without the keys.
fn encrypted_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
    let headline = "This room is end-to-end encrypted";
    let words = "Only the images that were posted without encryption are shown.";
    bar_ui(ui, cx, (Icon::Lock, headline, words), |ui| {
        web_ui(ui, cx, gallery);
    });
}

fn connection_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery, totals: &Totals) {
    match cx.state.connection {
        Connection::Online => {}
        Connection::RateLimited { until } => {
            let rest = until.saturating_duration_since(Instant::now());
            if !rest.is_zero() {
                ui.ctx().request_repaint_after(TICK.min(rest));
            }
            let words = rate_words(rest, gallery, totals);
            bar_ui(ui, cx, (Icon::Hourglass, "", &words), |_| {});
        }
        Connection::Offline { since } => {
            let local = since.to_zoned(jiff::tz::TimeZone::system());
            let headline = format!("Offline since {}", local.strftime("%H:%M"));
            let words = "Showing what is on this computer; Salon tries again by itself.";
            bar_ui(ui, cx, (Icon::WifiOff, &headline, words), |ui| {
                if ui.button("Try again").clicked() {
                    cx.act(Action::Reconnect);
                }
            });
        }
    }
}

/// The way to a date takes as long as the server takes to list a few pages.
fn going_ui(ui: &mut Ui, cx: ViewContext<'_>, going: &GoingToDate) {
    let headline = format!("Going to {}", going.period().in_words());
    let words = match going.pages_read() {
        0 => "Looking for its place in the room.".to_owned(),
        1 => "Looking for its place in the room, 1 page read.".to_owned(),
        count => format!("Looking for its place in the room, {count} pages read."),
    };
    bar_ui(ui, cx, (Icon::CalendarSearch, &headline, &words), |ui| {
        if ui.button("Cancel").on_hover_text("Cancel (Esc)").clicked() {
            cx.act(Action::StayHere);
        }
    });
}

fn rate_words(rest: Duration, gallery: &Gallery, totals: &Totals) -> String {
    let listing = &gallery.listing;
    let next = if rest.is_zero() {
        "the next page comes now".to_owned()
    } else {
        format!("next page in {}", user_message::duration(rest))
    };
    let listed = if listing.is_started() && !totals.is_complete() {
        format!(
            " {} of {} listed.",
            user_message::grouped(listing.known_count()),
            user_message::grouped(listing.len())
        )
    } else {
        String::new()
    };
    format!("The server allows 10 list requests a minute; {next}.{listed}")
}

fn refused_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
    let message = user_message::download(&DownloadError::Forbidden);
    let headline = if gallery.room.subscription.is_none() {
        "You have not joined this room"
    } else {
        "You have no access to the files of this room"
    };
    bar_ui(ui, cx, (Icon::Lock, headline, &message.advice), |ui| {
        retry_ui(ui, cx);
        web_ui(ui, cx, gallery);
    });
}

/// Another try helps some; of the others, another program may make something.
fn failed_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
    let failed = gallery.failed_count();
    if failed == 0 {
        return;
    }
    let (retryable, hopeless) = (gallery.retryable_count(), gallery.hopeless());
    let verb = if retryable > 0 { "could not" } else { "cannot" };
    let headline = format!("{} {verb} be shown", user_message::images(failed));
    let words = if hopeless.is_empty() {
        "Each tile says why."
    } else {
        "Each tile says why. Another program may show what Salon cannot."
    };
    bar_ui(ui, cx, (Icon::TriangleAlert, &headline, words), |ui| {
        if !hopeless.is_empty() {
            let label = format!("Save {}…", user_message::grouped(hopeless.len()));
            let hint = "Selects those that no other try would show, to save them as they are";
            if ui.button(label).on_hover_text(hint).clicked() {
                save_these(cx, &hopeless);
            }
        }
        if retryable > 0 {
            let label = format!("Retry {}", user_message::grouped(retryable));
            if ui.button(label).clicked() {
                cx.act(Action::RetryAllFailed);
            }
        }
    });
}

/// Selects these, and nothing else, and asks where to.
fn save_these(cx: ViewContext<'_>, positions: &[usize]) {
    let covered = positions.iter().map(|position| *position..position + 1);
    cx.act(Action::StartBand(BandKind::Replace));
    cx.act(Action::Band {
        covered: covered.collect(),
    });
    cx.act(Action::EndBand(BandEnd::Keep));
    cx.act(Action::SaveSelectedAs);
}

fn retry_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    if ui.button("Try again").clicked() {
        cx.act(Action::RetryAllFailed);
    }
}

fn web_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
    if let Some(action) = open_in_browser(cx, gallery)
        && ui.button("Open in browser").clicked()
    {
        cx.act(action);
    }
}

/// Opens the room in the web client.
pub(super) fn open_in_browser(cx: ViewContext<'_>, gallery: &Gallery) -> Option<Action> {
    let session = cx.state.session.as_ref()?;
    let address = format!("{}{}", session.account.server, gallery.room.web_path());
    Some(Action::Open(OpenTarget::Web(address)))
}

/// One bar: icon, words, buttons at the right.
fn bar_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    parts: (Icon, &str, &str),
    buttons: impl FnOnce(&mut Ui),
) {
    filled_bar_ui(ui, cx.palette.warning_soft, parts, buttons);
}

/// The same on another ground; answers with its words.
pub(super) fn filled_bar_ui(
    ui: &mut Ui,
    ground: Color32,
    parts: (Icon, &str, &str),
    buttons: impl FnOnce(&mut Ui),
) -> Response {
    let (icon, headline, words) = parts;
    let frame = egui::Frame::new()
        .fill(ground)
        .corner_radius(CornerRadius::same(theme::RADIUS))
        .inner_margin(Margin::symmetric(12, 6))
        .outer_margin(Margin {
            left: 12,
            right: 12,
            top: 0,
            bottom: 6,
        });
    let bar = frame.show(ui, |ui| {
        let size = egui::vec2(ui.available_width(), theme::BUTTON_HEIGHT);
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        let bar = ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            buttons(ui);
            let layout = egui::Layout::left_to_right(egui::Align::Center);
            let words = ui.with_layout(layout, |ui| {
                ui.label(theme::icon(icon, text::TITLE));
                let mut job = egui::text::LayoutJob::default();
                let style = ui.style();
                let body = egui::FontSelection::Default;
                if !headline.is_empty() {
                    let headline = format!("{headline}. ");
                    RichText::new(headline).strong().append_to(
                        &mut job,
                        style,
                        body.clone(),
                        egui::Align::Center,
                    );
                }
                RichText::new(words).append_to(&mut job, style, body, egui::Align::Center);
                ui.add(egui::Label::new(job).wrap())
            });
            words.inner
        });
        bar.inner
    });
    bar.inner
}

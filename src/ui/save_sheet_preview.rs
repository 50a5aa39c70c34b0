//! The part of the save sheet that says what the save would do.

use egui::{CornerRadius, Label, Margin, RichText, Ui};

use crate::domain::safe_display_name;
use crate::protocol::{ClashRule, SaveSurvey};
use crate::state::user_message::{does_not_fit, duration, grouped, images};
use crate::state::{SaveSheet, UserMessage};
use crate::ui::theme::{self, space};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::announce;

/// How many names are shown.
const SHOWN: usize = 3;

/// Draws the names of the first images, and what becomes of names that are taken. It takes the
/// same place whatever it says, so that nothing moves when an answer comes.
pub(super) fn preview_ui(ui: &mut Ui, cx: ViewContext<'_>, sheet: &SaveSheet) {
    let frame = egui::Frame::new()
        .fill(cx.palette.surface)
        .corner_radius(CornerRadius::same(theme::RADIUS))
        .inner_margin(Margin::symmetric(12, 8));
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = space::XS / 2.0;
        let survey = sheet.known();
        let examples = survey.map(|survey| survey.examples.as_slice());
        let mut examples = examples.unwrap_or_default().iter();
        for _ in 0..sheet.total().clamp(1, SHOWN) {
            let path = examples.next().map(|path| path.display().to_string());
            line_ui(ui, &path.unwrap_or_default(), cx.palette.text);
        }
        let words = survey.map_or_else(String::new, |survey| {
            name_words(survey, sheet.choices.on_clash)
        });
        line_ui(ui, &words, cx.palette.text_weak);
    });
}

fn line_ui(ui: &mut Ui, words: &str, color: egui::Color32) {
    // A line without words has no height.
    let words = if words.is_empty() {
        " ".to_owned()
    } else {
        safe_display_name(words)
    };
    let text = RichText::new(&words).small().color(color);
    ui.add(Label::new(text).truncate());
}

/// "12 get a number: others have the same name".
fn name_words(survey: &SaveSurvey, rule: ClashRule) -> String {
    let mut words = Vec::new();
    if survey.clash_count > 0 {
        let what = match rule {
            ClashRule::Skip => ("is left out", "are left out"),
            ClashRule::Number | ClashRule::Overwrite | ClashRule::Ask => {
                ("gets a number", "get a number")
            }
        };
        let who = if survey.clash_count == 1 {
            "another image has the same name"
        } else {
            "others have the same name"
        };
        words.push(format!("{}: {who}", counted(survey.clash_count, what)));
    }
    if survey.taken_count > 0 {
        let what = match rule {
            ClashRule::Number => ("gets a number", "get a number"),
            ClashRule::Skip => ("is left out", "are left out"),
            ClashRule::Overwrite => ("overwrites another file", "overwrite other files"),
            ClashRule::Ask => ("is asked about", "are asked about once"),
        };
        let taken = counted(survey.taken_count, what);
        words.push(match rule {
            ClashRule::Overwrite => taken,
            _ => format!("{taken}: other files have the name"),
        });
    }
    words.join(" · ")
}

fn counted(count: usize, (one, several): (&str, &str)) -> String {
    let what = if count == 1 { one } else { several };
    format!("{} {what}", grouped(count))
}

/// Draws the numbers, and why it cannot be if it cannot.
pub(super) fn summary_ui(ui: &mut Ui, cx: ViewContext<'_>, sheet: &SaveSheet) {
    let words = RichText::new(summary_words(sheet, cx.state.saves.speed));
    let label = ui.add(Label::new(words.color(cx.palette.text)).wrap());
    announce(ui, &label);
    if let Some(lack) = sheet.lack() {
        let UserMessage { headline, advice } = does_not_fit(lack);
        let words = RichText::new(format!("{headline}. {advice}")).color(cx.palette.danger);
        let label = ui.add(Label::new(words).wrap());
        announce(ui, &label);
    }
}

/// "1,243 images, 2.1 GB, 17 already there, 118 GB free, about 4 min".
fn summary_words(sheet: &SaveSheet, speed: Option<u64>) -> String {
    let at_least = if sheet.is_partial() { "at least " } else { "" };
    let mut words = vec![images(sheet.total())];
    match sheet.known() {
        None => words.push(format!("{at_least}{}", sheet.bytes)),
        Some(survey) => {
            words.push(format!("{at_least}{}", survey.bytes));
            if survey.there_count > 0 {
                let there = grouped(survey.there_count);
                words.push(format!("{at_least}{there} already there"));
            }
            if let Some(free) = survey.free {
                words.push(format!("{free} free"));
            }
        }
    }
    if let Some(time) = sheet.time_needed(speed) {
        let about = if sheet.is_partial() {
            "at least"
        } else {
            "about"
        };
        words.push(format!("{about} {}", duration(time)));
    }
    words.join(", ")
}

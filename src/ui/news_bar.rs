//! Says how many images came since the open room was saved, and saves them.

use egui::Ui;
use lucide_icons::Icon;

use crate::state::{Action, News, user_message};
use crate::ui::gallery_bars::filled_bar_ui;
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{announce, icon_button_ui};

/// Draws the bar if there is anything new.
pub(super) fn news_bar_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    let Some(news) = cx.state.news() else {
        return;
    };
    let words = words(news);
    let parts = (Icon::FolderSync, "", words.as_str());
    let label = filled_bar_ui(ui, cx.palette.accent_soft, parts, |ui| {
        let close = icon_button_ui(ui, cx.palette, Icon::X, "Do not show what is new", "");
        if close.clicked() {
            cx.act(Action::HideNews);
        }
        if ui.button("Save new").clicked() {
            cx.act(Action::SaveNews);
        }
    });
    announce(ui, &label);
}

/// "37 new since you saved this room".
fn words(news: News) -> String {
    let at_least = if news.is_partial { "At least " } else { "" };
    let count = user_message::grouped(news.count);
    format!("{at_least}{count} new since you saved this room")
}

//! The accounts that were signed in on this computer: one goes on with a click.

use egui::{Align, Layout, RichText, Ui, vec2};
use lucide_icons::Icon;

use crate::domain::safe_display_name;
use crate::protocol::KnownAccount;
use crate::state::Action;
use crate::ui::session_pages::host;
use crate::ui::theme::{self, space};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{ICON_BUTTON_SIDE, icon_button_ui, plain_button};

/// Draws the list; the account that was chosen.
pub(super) fn known_accounts_ui(ui: &mut Ui, cx: ViewContext<'_>) -> Option<KnownAccount> {
    let accounts = &cx.state.settings.accounts;
    if accounts.is_empty() {
        return None;
    }
    ui.add_space(space::S);
    ui.separator();
    let words = "Signed in before";
    ui.label(RichText::new(words).small().color(cx.palette.text_weak));
    let mut chosen = None;
    for account in accounts {
        if row_ui(ui, cx, account) {
            chosen = Some(account.clone());
        }
    }
    chosen
}

fn row_ui(ui: &mut Ui, cx: ViewContext<'_>, account: &KnownAccount) -> bool {
    let user = safe_display_name(&account.username);
    let name = format!("{user} on {}", host(&account.server));
    let size = vec2(ui.available_width(), theme::BUTTON_HEIGHT);
    let layout = Layout::right_to_left(Align::Center);
    let row = ui.allocate_ui_with_layout(size, layout, |ui| {
        let forget = format!("Forget {name}");
        if icon_button_ui(ui, cx.palette, Icon::X, &forget, "").clicked() {
            cx.act(Action::ForgetAccount(account.clone()));
        }
        let width = size.x - ICON_BUTTON_SIDE - ui.spacing().item_spacing.x;
        let button = plain_button(format!("Continue as {name}")).truncate();
        ui.add_sized(vec2(width, theme::BUTTON_HEIGHT), button)
            .clicked()
    });
    row.inner
}

//! The whole window: which page, which panes, which dialog, whose keys.

use egui::{Frame, Margin, Panel, Rect, SetOpenCommand, Ui};

use crate::protocol::ThemeChoice;
use crate::state::{Action, AppState, Gallery, Phase, Shown};
use crate::ui::account_menu::{account_header_ui, sign_out_dialog_ui};
use crate::ui::details_panel::details_panel_ui;
use crate::ui::folder_question::FolderQuestionView;
use crate::ui::gallery_bars::gallery_bars_ui;
use crate::ui::help_sheet::help_sheet_ui;
use crate::ui::notices::NoticesView;
use crate::ui::panes::Panes;
use crate::ui::room_list::RoomListView;
use crate::ui::root_dialog::Dialog;
use crate::ui::save_panel::{QUEUE_WIDTH, save_panel_ui};
use crate::ui::session_pages::{corner_ui, expired_ui, resuming_ui, signed_out_ui};
use crate::ui::shortcuts::{Job, key_of};
use crate::ui::sign_in_form::SignInForm;
use crate::ui::status_bar::status_bar_ui;
use crate::ui::texture_store::TextureStore;
use crate::ui::theme::{self, Palette, space};
use crate::ui::thumbnail_grid::ThumbnailGrid;
use crate::ui::top_bar::top_bar_ui;
use crate::ui::totals::Totals;
use crate::ui::view_context::{ActionQueue, ViewContext, WishList};
use crate::ui::viewer::Viewer;
use crate::ui::widgets::placeholder_ui;

/// Drafts, scroll places and what else belongs to the screen only.
pub struct RootView {
    palette: &'static Palette,
    is_theme_applied: bool,
    form: SignInForm,
    pub(super) rooms: RoomListView,
    grid: ThumbnailGrid,
    viewer: Viewer,
    notices: NoticesView,
    folder_question: FolderQuestionView,
    pub(super) panes: Panes,
    pub(super) dialog: Dialog,
    pub(super) is_queue_open: bool,
    pub(super) opens_menu: Option<SetOpenCommand>,
    /// A menu was open when this frame began: the key that closes it does nothing else.
    had_menu: bool,
    last_shown: Shown,
    totals: Totals,
}

impl Default for RootView {
    fn default() -> Self {
        Self {
            palette: &Palette::DARK,
            is_theme_applied: false,
            form: SignInForm::default(),
            rooms: RoomListView::default(),
            grid: ThumbnailGrid::default(),
            viewer: Viewer::default(),
            notices: NoticesView::default(),
            folder_question: FolderQuestionView::default(),
            panes: Panes::default(),
            dialog: Dialog::None,
            is_queue_open: false,
            opens_menu: None,
            had_menu: false,
            last_shown: Shown::default(),
            totals: Totals::default(),
        }
    }
}

impl RootView {
    /// Draws the window and returns what the person did. When what is on screen changed, the
    /// last action says so.
    pub fn ui(&mut self, ui: &mut Ui, state: &AppState, textures: &TextureStore) -> Vec<Action> {
        self.apply_theme(ui.ctx(), state);
        // What was handed in may still have the style from before the theme.
        let theme = if self.palette.is_dark {
            egui::Theme::Dark
        } else {
            egui::Theme::Light
        };
        ui.set_style(ui.ctx().style_of(theme));
        self.had_menu = egui::Popup::is_any_open(ui.ctx());
        let (actions, wishes) = (ActionQueue::default(), WishList::default());
        let cx = ViewContext {
            state,
            textures,
            actions: &actions,
            wishes: &wishes,
            palette: self.palette,
        };
        match &state.phase {
            Phase::Resuming { account, error } => {
                resuming_ui(ui, cx, account, error.as_ref());
                corner_ui(ui, cx);
            }
            Phase::SignedOut => {
                self.dialog = Dialog::None;
                signed_out_ui(ui, cx, &mut self.form);
                corner_ui(ui, cx);
            }
            Phase::SignedIn => {
                self.form.clear();
                self.app_keys(ui, cx);
                self.session_ui(ui, cx);
                self.dialogs_ui(ui, cx);
            }
            Phase::Expired => {
                ui.scope(|ui| {
                    ui.disable();
                    self.session_ui(ui, cx);
                });
                expired_ui(ui, cx, &mut self.form);
            }
        }
        let beside = if self.is_queue_open {
            QUEUE_WIDTH + space::M
        } else {
            0.0
        };
        if self.notices.ui(ui, cx, beside) {
            self.is_queue_open = true;
        }
        self.finish(state, &actions, &wishes)
    }

    /// Colours by setting and system; costs nothing while nothing changes.
    pub fn apply_theme(&mut self, ctx: &egui::Context, state: &AppState) {
        let is_system_dark = state
            .is_system_dark
            .or_else(|| ctx.system_theme().map(|theme| theme == egui::Theme::Dark));
        let is_dark = match state.settings.theme {
            ThemeChoice::Light => false,
            ThemeChoice::Dark => true,
            ThemeChoice::System => is_system_dark.unwrap_or(true),
        };
        if self.is_theme_applied && self.palette.is_dark == is_dark {
            return;
        }
        self.palette = if is_dark {
            &Palette::DARK
        } else {
            &Palette::LIGHT
        };
        self.is_theme_applied = true;
        theme::apply(ctx, self.palette);
    }

    fn finish(
        &mut self,
        state: &AppState,
        actions: &ActionQueue,
        wishes: &WishList,
    ) -> Vec<Action> {
        let mut actions = actions.take();
        let gallery = state.gallery.as_ref();
        let shown = Shown {
            room: gallery.map(|gallery| gallery.room.id.clone()),
            visible: self.grid.visible(),
            missing: wishes.take(),
        };
        if shown != self.last_shown {
            self.last_shown.clone_from(&shown);
            actions.push(Action::Show(shown));
        }
        actions
    }

    fn session_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>) {
        self.totals.update(cx.state.gallery.as_ref());
        let is_viewer_open = cx
            .state
            .gallery
            .as_ref()
            .is_some_and(|gallery| gallery.is_viewer_open);
        if !is_viewer_open {
            self.rooms_ui(ui, cx);
        }
        let bar = Frame::new()
            .fill(cx.palette.surface)
            .inner_margin(Margin::symmetric(12, 0));
        Panel::bottom("status")
            .frame(bar)
            .exact_size(theme::STATUS_BAR_HEIGHT)
            .resizable(false)
            .show(ui, |ui| {
                status_bar_ui(ui, cx, &self.totals, &mut self.is_queue_open);
            });
        match &cx.state.gallery {
            Some(gallery) => self.gallery_ui(ui, cx, gallery),
            None => no_room_ui(ui, cx),
        }
        if self.is_queue_open {
            save_panel_ui(ui, cx, &mut self.is_queue_open);
        }
    }

    fn rooms_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>) {
        let frame = Frame::new().fill(cx.palette.surface).inner_margin(Margin {
            left: 8,
            right: 8,
            top: 8,
            bottom: 0,
        });
        let opens_menu = self.opens_menu.take();
        let panel = Panel::left("rooms")
            .frame(frame)
            .default_size(theme::ROOM_LIST_WIDTH)
            .size_range(180.0..=420.0)
            .resizable(true);
        let response = panel.show(ui, |ui| {
            account_header_ui(ui, cx, opens_menu, &mut self.dialog);
            ui.add_space(space::XS);
            self.rooms.ui(ui, cx);
        });
        self.panes.rooms = response.response.rect;
    }

    fn gallery_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        self.details_ui(ui, cx, gallery);
        if gallery.is_viewer_open {
            let ground = Frame::new().fill(Palette::VIEWER_GROUND);
            egui::CentralPanel::default().frame(ground).show(ui, |ui| {
                self.panes.images = ui.max_rect();
                if self.images_have_keys(ui, cx) {
                    self.viewer.keys(ui, cx, gallery);
                }
                self.viewer.ui(ui, cx, gallery);
            });
            return;
        }
        let ground = Frame::new().fill(cx.palette.canvas);
        egui::CentralPanel::default().frame(ground).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let bar = Frame::new().inner_margin(Margin {
                left: 16,
                right: 12,
                top: 0,
                bottom: 0,
            });
            bar.show(ui, |ui| top_bar_ui(ui, cx, gallery, &self.totals));
            ui.scope(|ui| gallery_bars_ui(ui, cx, gallery));
            self.panes.images = ui.available_rect_before_wrap();
            if self.images_have_keys(ui, cx) {
                self.grid.keys(ui, cx, gallery);
            }
            theme::reset_spacing(ui);
            self.grid.ui(ui, cx, gallery);
        });
    }

    fn details_ui(&mut self, ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery) {
        self.panes.details = Rect::NOTHING;
        if !cx.state.settings.is_panel_open {
            return;
        }
        let is_narrow = ui.ctx().content_rect().width() < theme::NARROW_WINDOW;
        let panel = if is_narrow {
            Panel::bottom("details below").default_size(theme::PANEL_WIDTH)
        } else {
            Panel::right("details").default_size(theme::PANEL_WIDTH)
        };
        let frame = Frame::new()
            .fill(cx.palette.surface)
            .inner_margin(Margin::same(12));
        let panel = panel.frame(frame).size_range(220.0..=520.0).resizable(true);
        let response = panel.show(ui, |ui| {
            ui.set_min_size(ui.available_size());
            details_panel_ui(ui, cx, gallery);
        });
        self.panes.details = response.response.rect;
    }

    /// Grid and viewer have the keyboard unless a dialog, a menu, a text field or a widget of
    /// another pane has it.
    fn images_have_keys(&self, ui: &Ui, cx: ViewContext<'_>) -> bool {
        ui.is_enabled()
            && self.dialog == Dialog::None
            && !FolderQuestionView::is_asked(cx)
            && !self.had_menu
            && !egui::Popup::is_any_open(ui.ctx())
            && !ui.ctx().text_edit_focused()
            && self.panes.images_have_focus(ui.ctx())
    }

    fn dialogs_ui(&mut self, ui: &Ui, cx: ViewContext<'_>) {
        self.folder_question.ui(ui, cx);
        match self.dialog {
            Dialog::None => {}
            Dialog::Help => {
                if help_sheet_ui(ui, cx) {
                    self.dialog = Dialog::None;
                }
            }
            Dialog::SignOut => sign_out_dialog_ui(ui, cx, &mut self.dialog),
        }
    }
}

fn no_room_ui(ui: &mut Ui, cx: ViewContext<'_>) {
    let ground = Frame::new().fill(cx.palette.canvas);
    egui::CentralPanel::default().frame(ground).show(ui, |ui| {
        if cx.state.rooms.is_loaded {
            let title = "No room is open";
            let key = key_of(ui.ctx(), Job::FindRoom);
            let more = format!("Choose one at the left, or press {key} and type its name");
            placeholder_ui(ui, cx.palette, lucide_icons::Icon::Images, title, &more);
        }
    });
}

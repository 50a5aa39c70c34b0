//! The whole window: which page, which panes, which dialog, whose keys.

use std::time::Duration;

use egui::{Rect, SetOpenCommand, Ui};

use crate::protocol::{ImageRequest, ImageSize, ThemeChoice};
use crate::state::{Action, AppState, Phase, Shown};
use crate::ui::account_menu::sign_out_dialog_ui;
use crate::ui::clash_question::clash_question_ui;
use crate::ui::compare_view::CompareView;
use crate::ui::copy_question::copy_question_ui;
use crate::ui::date_question::DateQuestion;
use crate::ui::find_bar::FindBar;
use crate::ui::help_sheet::help_sheet_ui;
use crate::ui::notices::{Corner, NoticesView};
use crate::ui::panes::Panes;
use crate::ui::quit_question::QuitQuestion;
use crate::ui::room_list::RoomListView;
use crate::ui::root_dialog::Dialog;
use crate::ui::save_panel::queue_width;
use crate::ui::save_sheet::SaveSheetView;
use crate::ui::session_pages::{corner_ui, expired_ui, resuming_ui, signed_out_ui, signing_out_ui};
use crate::ui::sign_in_form::SignInForm;
use crate::ui::text_marking::TextMarking;
use crate::ui::texture_store::TextureStore;
use crate::ui::theme::{self, Palette, space};
use crate::ui::thumbnail_grid::ThumbnailGrid;
use crate::ui::totals::Totals;
use crate::ui::view_context::{ActionQueue, ViewContext, WishList};
use crate::ui::viewer::Viewer;

/// Drafts, scroll places and what else belongs to the screen only.
pub struct RootView {
    palette: &'static Palette,
    theme: Applied,
    form: SignInForm,
    pub(super) rooms: RoomListView,
    pub(super) grid: ThumbnailGrid,
    pub(super) viewer: Viewer,
    pub(super) compare: CompareView,
    notices: NoticesView,
    save_sheet: SaveSheetView,
    date_question: DateQuestion,
    pub(super) find_bar: FindBar,
    pub(super) panes: Panes,
    pub(super) dialog: Dialog,
    pub(super) is_queue_open: bool,
    pub(super) opens_menu: Option<SetOpenCommand>,
    /// A menu was open when this frame began: the key that closes it does nothing else.
    had_menu: bool,
    last_shown: Shown,
    /// Thumbnails that the last frame should have shown and did not have.
    awaited: Vec<ImageRequest>,
    pub(super) totals: Totals,
    pub(super) quit: QuitQuestion,
    pub(super) text_marking: TextMarking,
}

/// Whether egui has the colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Applied {
    No,
    Yes,
    /// Since the window was cleared with the ground of other colours.
    AfterClearing,
}

impl Default for RootView {
    fn default() -> Self {
        Self {
            palette: &Palette::DARK,
            theme: Applied::No,
            form: SignInForm::default(),
            rooms: RoomListView::default(),
            grid: ThumbnailGrid::default(),
            viewer: Viewer::default(),
            compare: CompareView::default(),
            notices: NoticesView::default(),
            save_sheet: SaveSheetView::default(),
            date_question: DateQuestion::default(),
            find_bar: FindBar::default(),
            panes: Panes::default(),
            dialog: Dialog::None,
            is_queue_open: false,
            opens_menu: None,
            had_menu: false,
            last_shown: Shown::default(),
            awaited: Vec::new(),
            totals: Totals::default(),
            quit: QuitQuestion::default(),
            text_marking: TextMarking::default(),
        }
    }
}

impl RootView {
    /// Draws the window and returns what the person did. When what is on screen changed, the
    /// last action says so.
    pub fn ui(&mut self, ui: &mut Ui, state: &AppState, textures: &TextureStore) -> Vec<Action> {
        textures.begin_frame();
        self.apply_theme(ui.ctx(), state);
        // What was handed in may still have the style from before the theme.
        let theme = if self.palette.is_dark {
            egui::Theme::Dark
        } else {
            egui::Theme::Light
        };
        ui.set_style(ui.ctx().style_of(theme));
        if self.theme == Applied::AfterClearing {
            self.theme = Applied::Yes;
            let window = ui.ctx().content_rect();
            ui.painter().rect_filled(window, 0.0, self.palette.canvas);
        }
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
            _ if state.is_signing_out() => {
                self.dialog = Dialog::None;
                self.form.clear();
                signing_out_ui(ui, cx);
                corner_ui(ui, cx);
            }
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
        self.quit.ui(ui, cx);
        let corner = Corner {
            room: self.room_for_notices(ui, state),
            is_queue_open: self.is_queue_open,
        };
        if self.notices.ui(ui, cx, corner) {
            self.is_queue_open = true;
        }
        self.finish(ui, state, (&actions, &wishes))
    }

    /// What the window is before anything is drawn. Panes of this colour draw no ground of their
    /// own: without a graphics card each layer of the window costs milliseconds.
    pub const fn ground(&self) -> egui::Color32 {
        self.palette.canvas
    }

    /// The thumbnails that the last frame should have shown and did not have.
    pub fn awaited(&self) -> &[ImageRequest] {
        &self.awaited
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
        if self.theme != Applied::No && self.palette.is_dark == is_dark {
            return;
        }
        self.palette = if is_dark {
            &Palette::DARK
        } else {
            &Palette::LIGHT
        };
        self.theme = match self.theme {
            Applied::No => Applied::Yes,
            Applied::Yes | Applied::AfterClearing => Applied::AfterClearing,
        };
        theme::apply(ctx, self.palette);
    }

    /// Messages lie over images, which can be scrolled, and not over the details, which one reads;
    /// beside the queue, and above the buttons of the viewer.
    fn room_for_notices(&self, ui: &Ui, state: &AppState) -> Rect {
        let window = ui.ctx().content_rect();
        let mut room = window;
        room.max.y -= theme::STATUS_BAR_HEIGHT;
        let has_panes = matches!(state.phase, Phase::SignedIn | Phase::Expired);
        if let Some(gallery) = state.gallery.as_ref().filter(|_| has_panes) {
            if self.panes.images.is_positive() {
                room = room.intersect(self.panes.images);
            }
            if gallery.is_viewer_open {
                room.max.y -= self.viewer.foot();
            }
        }
        if self.is_queue_open {
            let beside = queue_width(window.width()) + space::M;
            room.max.x = room.max.x.min(window.right() - beside);
        }
        room
    }

    fn finish(
        &mut self,
        ui: &Ui,
        state: &AppState,
        (actions, wishes): (&ActionQueue, &WishList),
    ) -> Vec<Action> {
        let mut actions = actions.take();
        if !actions.is_empty() {
            // This frame showed what was before them. After a key or a click another one comes
            // by itself, but not after what a view did on its own, such as a slide show.
            ui.request_repaint_after(Duration::ZERO);
        }
        let gallery = state.gallery.as_ref();
        let (missing, n_on_screen) = wishes.take();
        self.awaited.clear();
        let on_screen = missing.iter().take(n_on_screen);
        let requests = on_screen.map(|image| image.request.clone());
        self.awaited
            .extend(requests.filter(|it| matches!(it.size, ImageSize::Thumbnail { .. })));
        let shown = Shown {
            room: gallery.map(|gallery| gallery.room.id.clone()),
            visible: match gallery {
                Some(gallery) if gallery.is_viewer_open => self.viewer.visible(gallery),
                _ => self.grid.visible(),
            },
            missing,
        };
        if shown != self.last_shown {
            self.last_shown.clone_from(&shown);
            actions.push(Action::Show(shown));
        }
        actions
    }

    /// Grid and viewer have the keyboard unless a dialog, a menu, a text field or a widget of
    /// another pane has it.
    pub(super) fn images_have_keys(&self, ui: &Ui, cx: ViewContext<'_>) -> bool {
        ui.is_enabled()
            && !self.has_question(cx)
            && !self.had_menu
            && !egui::Popup::is_any_open(ui.ctx())
            && !ui.ctx().text_edit_focused()
            && self.panes.images_have_focus(ui.ctx())
    }

    /// Whether a dialog has the keys.
    pub(super) fn has_question(&self, cx: ViewContext<'_>) -> bool {
        let saves = &cx.state.saves;
        let is_open = self.dialog != Dialog::None || self.quit.is_asked();
        is_open
            || saves.sheet.is_some()
            || saves.asking().is_some()
            || cx.state.errands.question.is_some()
    }

    fn dialogs_ui(&mut self, ui: &Ui, cx: ViewContext<'_>) {
        self.save_sheet.ui(ui, cx);
        let is_free = self.dialog == Dialog::None && !self.quit.is_asked();
        if is_free && cx.state.saves.sheet.is_none() {
            clash_question_ui(ui, cx);
            copy_question_ui(ui, cx);
        }
        match self.dialog {
            Dialog::None => {}
            Dialog::Help => {
                if help_sheet_ui(ui, cx) {
                    self.dialog = Dialog::None;
                }
            }
            Dialog::Date => self.date_question.ui(ui, cx, &mut self.dialog),
            Dialog::SignOut => sign_out_dialog_ui(ui, cx, &mut self.dialog),
        }
    }
}

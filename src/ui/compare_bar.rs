//! The bar over images side by side.

use egui::{Align, Button, Label, Layout, Rect, RichText, Ui, UiBuilder, vec2};
use lucide_icons::Icon;

use crate::state::user_message::images;
use crate::ui::bar_buttons::{Bar, BarButton, Look};
use crate::ui::pan_zoom::{self, KEY_STEP, ZoomStep};
use crate::ui::shortcuts::{Job, key_of};
use crate::ui::theme::{self, space, text};
use crate::ui::viewer_controls::{BUTTON, button_ui, focus_ring};

/// Of the button that says how large the images are, with the gap behind it.
const PERCENT: f32 = 76.0 + space::XS;

/// What the title gets at least.
const TITLE: f32 = 96.0;

/// What a button asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum BarWish {
    Back,
    Zoom(ZoomStep),
    Lock,
    Save,
    Details,
}

/// What the bar is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct About {
    /// How many images.
    pub count: usize,
    /// How large the active one is, if that is known.
    pub scale: Option<f32>,
    /// One zoom is for all.
    pub is_locked: bool,
}

/// Draws it; answers what was asked for.
pub(super) fn bar_ui(ui: &mut Ui, bar: Rect, about: About) -> Option<BarWish> {
    let inner = bar.shrink2(vec2(space::S, space::XS));
    let layout = Layout::left_to_right(Align::Center);
    let builder = UiBuilder::new().max_rect(inner).layout(layout);
    let asked = ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        let back = button_ui(ui, Icon::ArrowLeft, "Back to the grid (Esc)");
        let room = ui.available_width() - PERCENT - TITLE;
        let buttons = Bar::new(ui, Look::OnPicture, buttons(ui, about), room);
        let title = ui.available_width() - buttons.width() - PERCENT - space::S;
        let size = vec2(title.max(0.0), ui.available_height());
        ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.set_min_width(size.x);
            let title = format!("Comparing {}", images(about.count));
            let title = RichText::new(title).size(text::TITLE).strong();
            ui.add(Label::new(title).truncate().selectable(false));
        });
        let back = back.then_some(BarWish::Back);
        let smaller = buttons.part_ui(ui, 0..1);
        let actual = percent_ui(ui, about.scale).then_some(BarWish::Zoom(ZoomStep::To(1.0)));
        let others = buttons.part_ui(ui, 1..usize::MAX);
        let more = buttons.more_ui(ui);
        back.or(smaller).or(actual).or(others).or(more)
    });
    asked.inner
}

fn buttons(ui: &Ui, about: About) -> Vec<BarButton<BarWish>> {
    let is_locked = about.is_locked;
    let lock = if is_locked {
        Icon::Lock
    } else {
        Icon::LockOpen
    };
    let (smaller, larger) = (ZoomStep::By(1.0 / KEY_STEP), ZoomStep::By(KEY_STEP));
    let (fit, all) = (ZoomStep::Fit, "One zoom for all");
    let save = key_of(ui.ctx(), Job::Save);
    let details = key_of(ui.ctx(), Job::TogglePanel);
    let button = |icon, name, key: &str, rank, wish| BarButton {
        icon,
        name,
        key: key.to_owned(),
        is_on: (wish == BarWish::Lock).then_some(is_locked),
        rank,
        wish,
    };
    vec![
        button(Icon::ZoomOut, "Zoom out", "-", 5, BarWish::Zoom(smaller)),
        button(Icon::ZoomIn, "Zoom in", "+", 4, BarWish::Zoom(larger)),
        button(Icon::Maximize, "Whole images", "0", 2, BarWish::Zoom(fit)),
        button(lock, all, "L", 1, BarWish::Lock),
        button(Icon::Download, "Save", &save, 3, BarWish::Save),
        button(Icon::Info, "Details", &details, 0, BarWish::Details),
    ]
}

/// How large the active image is; a press makes that 100 %.
fn percent_ui(ui: &mut Ui, scale: Option<f32>) -> bool {
    let label = Button::new(scale.map_or_else(|| "100 %".to_owned(), pan_zoom::percent));
    let label = label.min_size(vec2(PERCENT - space::XS, BUTTON));
    let label = ui.add(label).on_hover_text("Actual size (1)");
    focus_ring(ui, &label, theme::RADIUS);
    label.clicked()
}

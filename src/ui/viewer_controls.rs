//! The viewer's buttons and words, which leave when nobody needs them.

use std::time::Duration;

use egui::{
    Align, Button, Color32, CornerRadius, Layout, Rect, Response, RichText, StrokeKind, Ui,
    UiBuilder, Vec2, vec2,
};
use jiff::tz::TimeZone;
use lucide_icons::Icon;

use crate::domain::{Upload, safe_display_name};
use crate::state::user_message::grouped;
use crate::state::{Action, Gallery, SelectHow};
use crate::ui::bar_buttons::{Bar, BarButton, Look};
use crate::ui::shortcuts::{Job, key_of};
use crate::ui::slide_show::Pace;
use crate::ui::theme::{self, Palette, space};
use crate::ui::view_context::ViewContext;
use crate::ui::viewer::{Wish, step, viewer_id};
use crate::ui::viewer_bar::bottom_bar_ui;
use crate::ui::{dates, text};

/// So long after the last movement the controls stay, in seconds.
const STAYS: f64 = 3.0;

/// Height of the bar at the top in points.
pub(super) const BAR: f32 = 56.0;

/// What the name of an image gets at least of that bar.
const TITLE: f32 = 96.0;

/// Edge of a round button in points.
pub(super) const BUTTON: f32 = 36.0;

/// See the [module documentation](self).
#[derive(Debug, Default)]
pub(super) struct Controls {
    active_at: Option<f64>,
    is_hovered: bool,
    /// How much of them was seen in the last frame.
    opacity: f32,
}

/// What the controls are about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene {
    /// Where the image is seen.
    pub view: Rect,
    /// Its zoom; none where there is nothing to zoom into or to turn.
    pub scale: Option<f32>,
    pub is_zoom_kept: bool,
    /// How it stands with the slide show, if there is one.
    pub slides: Option<Pace>,
    /// Something may be seen behind the image.
    pub may_be_transparent: bool,
}

impl Controls {
    /// Draws what is seen of them now; answers what they ask for.
    pub(super) fn controls_ui(
        &mut self,
        ui: &mut Ui,
        cx: ViewContext<'_>,
        gallery: &Gallery,
        scene: Scene,
    ) -> Option<Wish> {
        let opacity = self.opacity(ui);
        self.opacity = opacity;
        if self.are_hidden() {
            self.is_hovered = false;
            return None;
        }
        let view = scene.view;
        let top = Rect::from_min_size(view.min, vec2(view.width(), BAR));
        let mut asked = None;
        let mut parts = vec![top];
        // Whatever is drawn before them, they are the same.
        let builder = UiBuilder::new().scope_id(viewer_id().with("controls"));
        ui.scope_builder(builder.max_rect(view), |ui| {
            ui.multiply_opacity(opacity);
            on_picture(ui);
            let upload = gallery.focused();
            top_bar_ui(ui, cx, gallery, upload.as_deref(), top);
            parts.extend(side_buttons_ui(ui, cx, gallery, view));
            let (bar, wish) = bottom_bar_ui(ui, cx, scene);
            asked = wish;
            parts.extend(bar);
        });
        let pointer = ui.input(|input| input.pointer.hover_pos());
        self.is_hovered = pointer.is_some_and(|at| parts.iter().any(|part| part.contains(at)));
        asked
    }

    /// Somebody is at work: they come, or stay. What keys ask for is taken out of the input before
    /// these look at it.
    pub(super) const fn wake(&mut self) {
        self.active_at = None;
    }

    /// Whether nothing of them is seen.
    pub(super) const fn are_hidden(&self) -> bool {
        self.opacity <= 0.0
    }

    /// How much of them is seen, from 0 to 1.
    pub(super) const fn seen(&self) -> f32 {
        self.opacity
    }

    /// Full while something moves or a control has pointer or focus; then it fades, and once
    /// it is zero nothing asks for another frame.
    fn opacity(&mut self, ui: &Ui) -> f32 {
        let now = ui.input(|input| input.time);
        let is_active = ui.input(|input| {
            input.pointer.delta() != Vec2::ZERO
                || input.pointer.any_down()
                || input.events.iter().any(|event| {
                    matches!(
                        event,
                        egui::Event::Key { .. } | egui::Event::MouseWheel { .. }
                    )
                })
        });
        let focused = ui.memory(|memory| memory.focused());
        let has_focus = focused.is_some_and(|id| id != viewer_id());
        let has_menu = egui::Popup::is_any_open(ui.ctx());
        if is_active || self.is_hovered || has_focus || has_menu || self.active_at.is_none() {
            self.active_at = Some(now);
        }
        let idle = now - self.active_at.unwrap_or(now);
        let is_shown = idle < STAYS;
        if is_shown && !self.is_hovered && !has_focus && !has_menu {
            ui.request_repaint_after(Duration::from_secs_f64(STAYS - idle));
        }
        let id = viewer_id().with("controls");
        ui.animate_bool_with_time(id, is_shown, 0.2)
    }
}

/// Buttons without a ground of their own, light on the scrim, whatever the theme.
pub(super) fn on_picture(ui: &mut Ui) {
    // An icon is as wide as its button is high.
    ui.spacing_mut().button_padding.x = space::S;
    let visuals = ui.visuals_mut();
    visuals.override_text_color = Some(Color32::WHITE);
    for (widget, fill) in [
        (&mut visuals.widgets.inactive, Color32::TRANSPARENT),
        (&mut visuals.widgets.hovered, Color32::from_white_alpha(36)),
        (&mut visuals.widgets.active, Color32::from_white_alpha(64)),
    ] {
        widget.weak_bg_fill = fill;
        widget.bg_fill = fill;
        widget.bg_stroke = egui::Stroke::NONE;
        widget.fg_stroke = egui::Stroke::new(1.0, Color32::WHITE);
        widget.corner_radius = CornerRadius::same(theme::RADIUS);
    }
}

/// A button on the scrim.
pub(super) fn button_ui(ui: &mut Ui, icon: Icon, name: &str) -> bool {
    toggle_ui(ui, icon, name, None).clicked()
}

/// A button on the scrim that can be on.
pub(super) fn toggle_ui(ui: &mut Ui, icon: Icon, name: &str, is_on: Option<bool>) -> Response {
    let mut button = Button::new(theme::icon(icon, 18.0)).min_size(Vec2::splat(BUTTON));
    if is_on == Some(true) {
        button = button.fill(Color32::from_white_alpha(64));
    }
    let response = ui.add(button).on_hover_text(name);
    let is_enabled = ui.is_enabled();
    response.widget_info(|| match is_on {
        Some(is_on) => egui::WidgetInfo::selected(egui::Role::Button, is_enabled, is_on, name),
        None => egui::WidgetInfo::labeled(egui::Role::Button, is_enabled, name),
    });
    focus_ring(ui, &response, theme::RADIUS);
    response
}

/// Two points of white around the button that has the keyboard.
pub(super) fn focus_ring(ui: &Ui, response: &Response, radius: u8) {
    if response.has_focus() {
        let ring = egui::Stroke::new(2.0, Color32::WHITE);
        let radius = CornerRadius::same(radius);
        ui.painter()
            .rect_stroke(response.rect, radius, ring, StrokeKind::Inside);
    }
}

fn top_bar_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    upload: Option<&Upload>,
    bar: Rect,
) {
    ui.painter().rect_filled(bar, 0.0, Palette::SCRIM);
    let inner = bar.shrink2(vec2(space::S, space::XS));
    let layout = Layout::left_to_right(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(inner).layout(layout), |ui| {
        ui.spacing_mut().item_spacing.x = space::XS;
        if button_ui(ui, Icon::ArrowLeft, "Back to the grid (Esc)") {
            cx.act(Action::CloseViewer);
        }
        let (focus, count) = (gallery.focus(), gallery.len());
        let place = format!("{} of {}", grouped(focus + 1), grouped(count));
        let color = Color32::from_gray(215);
        let font = egui::TextStyle::Body.resolve(ui.style());
        let place_width = ui.painter().layout_no_wrap(place.clone(), font, color);
        let place_width = place_width.size().x + space::M;
        let room = ui.available_width() - TITLE;
        let buttons = Bar::new(ui, Look::OnPicture, top_buttons(ui, gallery, upload), room);
        let left = ui.available_width() - buttons.width() - space::S;
        let has_place = left > TITLE + place_width;
        let title = left - if has_place { place_width } else { 0.0 };
        let size = vec2(title.max(0.0), ui.available_height());
        ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.set_min_width(size.x);
            title_ui(ui, upload);
        });
        if has_place {
            ui.label(RichText::new(place).color(color));
            ui.add_space(space::XS);
        } else {
            // The keyboard stays on a button behind it.
            ui.skip_ahead_auto_ids(1);
        }
        if let Some(action) = buttons.ui(ui) {
            cx.act(action);
        }
    });
}

fn top_buttons(ui: &Ui, gallery: &Gallery, upload: Option<&Upload>) -> Vec<BarButton<Action>> {
    let is_chosen = upload.is_some_and(|upload| gallery.selection.contains(&upload.id));
    let (icon, name) = if is_chosen {
        (Icon::CircleCheckBig, "Take out of the selection")
    } else {
        (Icon::Circle, "Add to the selection")
    };
    let (position, how) = (gallery.focus(), SelectHow::Toggle);
    let button = |icon, name, key: String, rank, wish| BarButton {
        icon,
        name,
        key,
        is_on: None,
        rank,
        wish,
    };
    let key = |job| key_of(ui.ctx(), job);
    let choose = Action::Select { position, how };
    let details = (key(Job::TogglePanel), Action::TogglePanel);
    vec![
        button(icon, name, "X".to_owned(), 2, choose),
        button(
            Icon::Download,
            "Save",
            key(Job::Save),
            1,
            Action::SaveSelected,
        ),
        button(Icon::Info, "Details", details.0, 0, details.1),
    ]
}

fn title_ui(ui: &mut Ui, upload: Option<&Upload>) {
    let Some(upload) = upload else { return };
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        ui.add_space(space::S);
        let name = RichText::new(safe_display_name(&upload.name)).strong();
        ui.add(egui::Label::new(name).truncate().selectable(false));
        let person = upload.uploader.as_ref().map(text::person);
        let time = upload
            .uploaded_at
            .map(|time| dates::short_time(time, &TimeZone::system()));
        let line: Vec<String> = person.into_iter().chain(time).collect();
        let line = RichText::new(line.join(" · ")).small();
        let line = line.color(Color32::from_gray(205));
        ui.add(egui::Label::new(line).truncate().selectable(false));
    });
}

/// Previous and next. Answers where they are.
fn side_buttons_ui(ui: &mut Ui, cx: ViewContext<'_>, gallery: &Gallery, view: Rect) -> Vec<Rect> {
    let focus = gallery.focus();
    let sides = [
        (
            focus > 0,
            view.left_center(),
            1.0,
            Icon::ChevronLeft,
            "Previous (Left)",
            -1,
        ),
        (
            focus + 1 < gallery.len(),
            view.right_center(),
            -1.0,
            Icon::ChevronRight,
            "Next (Right)",
            1,
        ),
    ];
    let mut rects = Vec::new();
    for (is_there, edge, inwards, icon, name, by) in sides {
        if !is_there {
            continue;
        }
        let center = edge + vec2(inwards * (space::M + 22.0), 0.0);
        let rect = Rect::from_center_size(center, Vec2::splat(44.0));
        ui.painter().circle_filled(center, 22.0, Palette::SCRIM);
        let button = Button::new(theme::icon(icon, 22.0)).corner_radius(22);
        let response = ui.put(rect, button).on_hover_text(name);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
        focus_ring(ui, &response, 22);
        if response.clicked() {
            step(cx, by);
        }
        rects.push(rect);
    }
    rects
}

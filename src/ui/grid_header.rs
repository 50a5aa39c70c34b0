//! The headers of days, and the date that floats above the grid while it is scrolled.

use egui::{
    Align2, Color32, CornerRadius, FontId, Pos2, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2,
};
use jiff::Zoned;
use lucide_icons::Icon;

use crate::domain::RoomId;
use crate::state::Gallery;
use crate::state::user_message::{grouped, images};
use crate::ui::dates::{self, Scale};
use crate::ui::grid_layout::{GridLayout, Section};
use crate::ui::grid_view::GridView;
use crate::ui::theme::space;
use crate::ui::view_context::ViewContext;

/// So much of a header takes clicks, in points; the rest of its line is empty space.
pub(super) const CLICK_WIDTH: f32 = 340.0;

/// From the lower edge of a header to the top of its words, in points.
const WORDS: f32 = 28.0;

/// How long the floating date stays after the last movement, in seconds.
const STAYS: f64 = 1.0;

/// How long it takes to vanish, in seconds.
const FADES: f64 = 0.2;

/// The same where the header of its day comes into sight or leaves, so that it does not flicker
/// when days of one row pass by.
const NEEDED_FADES: f32 = 0.12;

/// The headers on screen.
pub(super) fn headers_ui(
    ui: &Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    (layout, scale): (&GridLayout, Scale),
    view: GridView,
    pointer: Option<Pos2>,
) {
    let today = Zoned::now().date();
    for section in layout.sections_between(view.heights()) {
        let Some(day) = section.day else { continue };
        let min = view.to_screen(0.0, section.top);
        let rect = Rect::from_min_size(min, vec2(CLICK_WIDTH, section.header));
        if rect.bottom() < view.pane.top() {
            continue;
        }
        let words = dates::header_in_words(day, today, scale);
        let header = Header {
            section,
            rect,
            words,
        };
        header_ui(ui, cx, gallery, &header, pointer);
    }
}

/// One header on screen.
struct Header<'a> {
    section: &'a Section,
    rect: Rect,
    words: String,
}

fn header_ui(
    ui: &Ui,
    cx: ViewContext<'_>,
    gallery: &Gallery,
    header: &Header<'_>,
    pointer: Option<Pos2>,
) {
    let Header {
        section,
        rect,
        words,
    } = header;
    let is_hovered = pointer.is_some_and(|at| rect.contains(at));
    let id = ui.scope_id().with(("day", section.range.start));
    let is_chosen = is_chosen(ui, id, gallery, section);
    let response = ui.interact(*rect, id, Sense::hover());
    response.widget_info(|| {
        let count = images(section.range.len());
        let name = format!("Select {words}, {count}");
        WidgetInfo::selected(egui::Role::CheckBox, true, is_chosen, name)
    });
    let painter = ui.painter();
    let baseline = rect.bottom() - 10.0;
    let title = painter.text(
        pos2(rect.left(), baseline),
        Align2::LEFT_BOTTOM,
        words,
        FontId::proportional(15.0),
        cx.palette.text,
    );
    let count = painter.text(
        pos2(title.right() + space::S, baseline - 1.0),
        Align2::LEFT_BOTTOM,
        grouped(section.range.len()),
        FontId::proportional(12.0),
        cx.palette.text_weak,
    );
    if !is_hovered && !is_chosen {
        return;
    }
    let center = pos2(count.right() + space::M + 4.0, title.center().y);
    if is_chosen {
        painter.circle_filled(center, 9.0, cx.palette.accent);
        painter.text(
            center,
            Align2::CENTER_CENTER,
            char::from(Icon::Check),
            FontId::proportional(12.0),
            cx.palette.on_accent,
        );
    } else {
        painter.circle_stroke(center, 8.5, Stroke::new(1.5, cx.palette.edge));
    }
}

/// Whether all of the section is chosen: kept until something changes, as a day may have a
/// hundred thousand images.
fn is_chosen(ui: &Ui, id: egui::Id, gallery: &Gallery, section: &Section) -> bool {
    type Kept = ((RoomId, usize, (u64, u64)), bool);
    let range = section.range.clone();
    let versions = (gallery.listing.version(), gallery.selection.version());
    let of = (gallery.room.id.clone(), range.end, versions);
    let kept: Option<Kept> = ui.data(|data| data.get_temp(id));
    if let Some((kept_of, is_chosen)) = kept
        && kept_of == of
    {
        return is_chosen;
    }
    let is_chosen = gallery.selection.contains_range(range, &gallery.listing);
    let kept: Kept = (of, is_chosen);
    ui.data_mut(|data| data.insert_temp(id, kept));
    is_chosen
}

/// The day at the top of the pane, while it moves and shortly after.
#[derive(Debug, Default)]
pub(super) struct FloatingDate {
    moved_at: Option<f64>,
}

impl FloatingDate {
    /// The grid moved.
    pub(super) fn scrolled(&mut self, ui: &Ui) {
        self.moved_at = Some(ui.input(|input| input.time));
    }

    /// Draws it, `below` points under the upper edge; answers whether it was clicked. It stays
    /// under the pointer. Once it has vanished, nothing asks for another frame.
    pub(super) fn badge_ui(
        &mut self,
        ui: &Ui,
        gallery: &Gallery,
        (layout, scale): (&GridLayout, Scale),
        view: GridView,
        below: f32,
    ) -> bool {
        let Some(moved_at) = self.moved_at else {
            return false;
        };
        let age = ui.input(|input| input.time) - moved_at;
        if age > STAYS + FADES {
            self.moved_at = None;
            return false;
        }
        let wait = if age < STAYS { STAYS - age } else { 0.016 };
        ui.request_repaint_after(std::time::Duration::from_secs_f64(wait));
        let Some(row) = layout.row(layout.rows_between(view.heights()).start) else {
            return false;
        };
        let first = row.range.start;
        let place = format!("{} of {}", grouped(first + 1), grouped(gallery.len()));
        let section = layout.section_of(first).filter(|it| it.day.is_some());
        // The header says the same below it.
        let is_told = section
            .is_some_and(|section| section.top + f64::from(section.header - WORDS) >= view.offset);
        let id = crate::ui::thumbnail_grid::grid_id().with("floating date");
        let needed = ui.animate_bool_with_time(id.with("needed"), !is_told, NEEDED_FADES);
        if needed <= 0.0 {
            return false;
        }
        let day = section.and_then(|section| section.day).or_else(|| {
            let time = gallery.upload_at(first)?.uploaded_at?;
            Some(time.to_zoned(jiff::tz::TimeZone::system()).date())
        });
        let words = match day {
            Some(day) if day != jiff::civil::Date::ZERO => {
                let day = dates::header_in_words(day, Zoned::now().date(), scale);
                format!("{day}  ·  {place}")
            }
            _ => place,
        };
        let opacity = 1.0 - ((age - STAYS) / FADES).clamp(0.0, 1.0);
        let opacity = super::grid_layout::narrow(opacity) * needed;
        let mut painter = ui.painter().clone();
        painter.set_opacity(opacity);
        let galley = painter.layout_no_wrap(words, FontId::proportional(13.0), Color32::WHITE);
        let size = galley.size() + vec2(24.0, 12.0);
        let center = pos2(
            view.pane.center().x,
            view.pane.top() + below + space::S + size.y / 2.0,
        );
        let pill = Rect::from_center_size(center, size);
        // Not a stop for the keyboard, which has a key for it.
        let response = ui.interact(pill, id, Sense::click() - Sense::FOCUSABLE);
        let name = format!("Go to date, now at {}", galley.text());
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, name.as_str()));
        if response.hovered() {
            self.scrolled(ui);
            ui.set_cursor_icon(egui::CursorIcon::PointingHand);
        }
        let ground = Color32::from_black_alpha(if response.hovered() { 235 } else { 205 });
        painter.rect_filled(pill, CornerRadius::same(14), ground);
        painter.galley(pill.min + vec2(12.0, 6.0), galley, Color32::WHITE);
        response.on_hover_text("Go to date (G)").clicked()
    }
}

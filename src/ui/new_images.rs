//! Says that newer images came while one looks at older ones, and leads there.

use std::collections::HashMap;

use egui::{Button, CornerRadius, FontId, Rect, RichText, Stroke, Ui, WidgetInfo, vec2};
use jiff::Timestamp;
use lucide_icons::Icon;

use crate::domain::RoomId;
use crate::domain::listing::PageView;
use crate::state::Gallery;
use crate::state::user_message::{grouped, images};
use crate::ui::grid_view::GridView;
use crate::ui::theme::space;
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::announce;

/// Height in points: large enough to be hit, small enough to hide no tile.
pub(super) const PILL_HEIGHT: f32 = 30.0;

/// Until when each room was seen: the time of its newest image when its top was last in sight.
#[derive(Debug, Default)]
pub(super) struct NewImages {
    seen_until: HashMap<RoomId, Timestamp>,
}

impl NewImages {
    /// How many images are above what was seen. At the top all are seen.
    pub(super) fn count(&mut self, gallery: &Gallery, view: GridView) -> usize {
        let pages = || gallery.listing.pages().filter(PageView::is_known);
        let known = || {
            pages()
                .flat_map(|page| page.uploaded_at())
                .map_while(|time| time)
        };
        let mut times = known();
        let Some(newest) = times.next() else {
            return 0;
        };
        let seen_until = *self
            .seen_until
            .entry(gallery.room.id.clone())
            .and_modify(|seen| {
                if view.is_at_top() {
                    *seen = newest;
                }
            })
            .or_insert(newest);
        known().take_while(|time| *time > seen_until).count()
    }
}

/// Draws how many came; whether somebody wants to see them.
pub(super) fn pill_ui(ui: &mut Ui, cx: ViewContext<'_>, view: GridView, count: usize) -> bool {
    let words = format!("{}  {} new", char::from(Icon::ArrowUp), grouped(count));
    let text = RichText::new(words)
        .font(FontId::proportional(13.0))
        .color(cx.palette.on_accent);
    let width = ui
        .painter()
        .layout_no_wrap(
            text.text().to_owned(),
            FontId::proportional(13.0),
            cx.palette.on_accent,
        )
        .size()
        .x
        + 28.0;
    let center = view.pane.center_top() + vec2(0.0, space::S + PILL_HEIGHT / 2.0);
    let rect = Rect::from_center_size(center, vec2(width, PILL_HEIGHT));
    let pill = Button::new(text)
        .fill(cx.palette.accent)
        .stroke(Stroke::NONE)
        .corner_radius(CornerRadius::same(15));
    let response = ui.put(rect, pill);
    response.widget_info(|| {
        let name = format!("{} above, show them", new(count));
        WidgetInfo::labeled(egui::Role::Button, true, name)
    });
    announce(ui, &response);
    if response.has_focus() {
        let ring = Stroke::new(2.0, cx.palette.text);
        let radius = CornerRadius::same(17);
        ui.painter()
            .rect_stroke(rect.expand(2.0), radius, ring, egui::StrokeKind::Inside);
    }
    response.clicked()
}

/// `3 new images`.
fn new(count: usize) -> String {
    images(count).replacen(' ', " new ", 1)
}

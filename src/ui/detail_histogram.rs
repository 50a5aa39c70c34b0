//! How bright an image is, drawn: brightness as a hill, red, green and blue as lines over it.

use egui::{CornerRadius, Pos2, Rect, RichText, Role, Sense, Shape, Stroke, Ui, WidgetInfo, vec2};

use crate::protocol::Histogram;
use crate::state::histogram_in_words;
use crate::ui::theme::{self, space};
use crate::ui::view_context::ViewContext;

/// Height of the drawing in points.
const HEIGHT: f32 = 64.0;

/// Between the drawing and its frame.
const MARGIN: f32 = 4.0;

/// Draws it, with a name that says the same in words.
pub(super) fn histogram_ui(ui: &mut Ui, cx: ViewContext<'_>, histogram: &Histogram) {
    let label = RichText::new("Histogram").small();
    ui.add(egui::Label::new(label.color(cx.palette.text_weak)).selectable(false));
    let size = vec2(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let words = histogram_in_words(histogram);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words));
    if ui.is_rect_visible(rect) {
        draw(ui, cx, rect, histogram);
    }
    response.on_hover_text(words);
    ui.add_space(space::XS);
}

fn draw(ui: &Ui, cx: ViewContext<'_>, frame: Rect, histogram: &Histogram) {
    let painter = ui.painter();
    let corners = CornerRadius::same(theme::TILE_RADIUS);
    painter.rect_filled(frame, corners, cx.palette.canvas);
    let rect = frame.shrink(MARGIN);
    let channels = histogram.heights();
    let colors = cx.palette.histogram();
    for (index, (heights, color)) in channels.iter().zip(colors).enumerate() {
        let width = rect.width() / heights.len() as f32;
        let top = |bin: usize, height: f32| {
            let x = rect.left() + (bin as f32 + 0.5) * width;
            Pos2::new(x, rect.bottom() - height * rect.height())
        };
        let tops = heights
            .iter()
            .enumerate()
            .map(|(bin, height)| top(bin, *height));
        if index == 0 {
            for top in tops {
                let column = Rect::from_x_y_ranges(
                    top.x - width / 2.0..=top.x + width / 2.0,
                    top.y..=rect.bottom(),
                );
                painter.rect_filled(column, CornerRadius::ZERO, color);
            }
        } else {
            painter.add(Shape::line(tops.collect(), Stroke::new(1.25, color)));
        }
    }
}

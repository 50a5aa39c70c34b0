//! The part of the save sheet that most people leave as it is.

use egui::{ComboBox, Response, RichText, Role, Ui, WidgetInfo};
use lucide_icons::Icon;

use crate::protocol::{ClashRule, SaveChoices};
use crate::ui::save_sheet::unusual_words;
use crate::ui::theme::{self, space, text};
use crate::ui::view_context::ViewContext;

/// Where the boxes begin, beside what they are about.
const LABEL_WIDTH: f32 = 92.0;

const RULES: [(ClashRule, &str); 4] = [
    (ClashRule::Number, "Give the new one a number"),
    (ClashRule::Skip, "Leave the new one out"),
    (ClashRule::Overwrite, "Overwrite the other one"),
    (ClashRule::Ask, "Ask me once"),
];

/// Draws the part; answers with what opens and closes it.
pub(super) fn more_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    choices: &mut SaveChoices,
    is_open: &mut bool,
) -> Response {
    let toggle = toggle_ui(ui, cx, choices, is_open);
    if *is_open {
        clash_ui(ui, choices);
        boxes_ui(
            ui,
            "Also write",
            [
                (&mut choices.has_sidecars, "JSON beside each", SIDECARS),
                (&mut choices.has_index, "index.json", INDEX),
                (&mut choices.has_page, "index.html", PAGE),
            ],
        );
        boxes_ui(
            ui,
            "Copies",
            [
                (&mut choices.strips_position, "Without position", POSITION),
                (&mut choices.has_credit, "With credit", CREDIT),
                (
                    &mut choices.corrects_extensions,
                    "Correct wrong extensions",
                    EXTENSIONS,
                ),
            ],
        );
    }
    toggle
}

const SIDECARS: &str = "photo.jpg.json beside photo.jpg: who posted it, when and where";
const INDEX: &str = "One file for the folder, with the same for all of its images";
const PAGE: &str = "One page to look at the folder with, without Salon or network";
const POSITION: &str = "Takes GPS fields out of JPEG, PNG and WebP copies. Pixels stay as they are";
const CREDIT: &str = "Writes into JPEG, PNG and WebP copies who posted them, when, and the link";
const EXTENSIONS: &str = "A JPEG that is called photo.png becomes photo.jpg";

fn toggle_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    choices: &SaveChoices,
    is_open: &mut bool,
) -> Response {
    ui.horizontal(|ui| {
        // In line with what is above and below.
        ui.spacing_mut().button_padding.x = 0.0;
        let icon = if *is_open {
            Icon::ChevronDown
        } else {
            Icon::ChevronRight
        };
        let name = "More choices";
        let button = egui::Button::new((theme::icon(icon, text::BODY), name))
            .frame_when_inactive(false)
            .min_size(egui::vec2(0.0, 28.0));
        let toggle = ui.add(button);
        toggle.widget_info(|| WidgetInfo::selected(Role::Button, true, *is_open, name));
        if !*is_open {
            let words = RichText::new(unusual_words(choices)).small();
            ui.add(egui::Label::new(words.color(cx.palette.text_weak)).truncate());
        }
        if toggle.clicked() {
            *is_open = !*is_open;
        }
        toggle
    })
    .inner
}

fn clash_ui(ui: &mut Ui, choices: &mut SaveChoices) {
    ui.horizontal(|ui| {
        let label = ui.label("If another file has the name");
        let rule = RULES.iter().find(|(rule, _)| *rule == choices.on_clash);
        let shown = rule.map_or("", |(_, words)| words);
        let list = ComboBox::from_id_salt("taken names")
            .selected_text(shown)
            .width(ui.available_width())
            .truncate()
            .show_ui(ui, |ui| {
                for (rule, words) in RULES {
                    ui.selectable_value(&mut choices.on_clash, rule, words);
                }
            });
        list.response.labelled_by(label.id);
    });
}

fn boxes_ui<const N: usize>(ui: &mut Ui, name: &str, boxes: [(&mut bool, &str, &str); N]) {
    ui.horizontal_top(|ui| {
        let size = egui::vec2(LABEL_WIDTH, ui.spacing().interact_size.y);
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        ui.allocate_ui_with_layout(size, layout, |ui| {
            ui.set_min_size(size);
            ui.label(name);
        });
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = space::M;
            for (is_on, label, hint) in boxes {
                ui.checkbox(is_on, label).on_hover_text(hint);
            }
        });
    });
}

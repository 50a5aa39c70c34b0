//! Small round pictures of people and rooms, with initials until they are there.

use egui::{Align2, Color32, CornerRadius, FontId, Rect, Ui};

use crate::domain::Room;
use crate::protocol::{ImageRequest, ImageSize, ImageSubject, WantedImage};
use crate::ui::theme::{self, Palette};
use crate::ui::view_context::{Urgency, ViewContext};

/// Draws somebody's or some room's avatar into a square; `name` gives initials and colour
/// while there is no picture.
pub(super) fn avatar_ui(
    ui: &Ui,
    cx: ViewContext<'_>,
    rect: Rect,
    subject: ImageSubject,
    name: &str,
) {
    let rounding = CornerRadius::same(theme::TILE_RADIUS);
    let size = ImageSize::Thumbnail {
        edge_px: edge_px(ui.pixels_per_point()),
    };
    let wanted = WantedImage {
        request: ImageRequest { subject, size },
        upload: None,
    };
    if let Some(texture) = cx.picture(&wanted, Urgency::Avatar) {
        egui::Image::new((texture.id, rect.size()))
            .corner_radius(rounding)
            .paint_at(ui, rect);
        return;
    }
    let ground = color_of(name);
    ui.painter().rect_filled(rect, rounding, ground);
    // Two capital letters fit at this share of the height.
    let font = FontId::proportional(rect.height() * 0.42);
    let at = rect.center();
    ui.painter().text(
        at,
        Align2::CENTER_CENTER,
        initials(name),
        font,
        Color32::WHITE,
    );
}

/// What the avatar of a room shows: the other person in a direct message, else the room.
pub(super) fn subject_of(room: &Room) -> ImageSubject {
    match &room.other_username {
        Some(username) => ImageSubject::UserAvatar(username.clone()),
        None => ImageSubject::RoomAvatar(room.id.clone()),
    }
}

/// Three sizes are enough; each is fetched and kept apart.
const fn edge_px(pixels_per_point: f32) -> u16 {
    if pixels_per_point <= 1.0 {
        36
    } else if pixels_per_point <= 2.0 {
        72
    } else {
        108
    }
}

/// The first letters of the first two words, in upper case.
fn initials(name: &str) -> String {
    let is_letter = |c: &char| c.is_alphanumeric();
    let words = name.split(|c: char| c.is_whitespace() || matches!(c, '-' | '_' | '.'));
    let firsts = words.filter_map(|word| word.chars().find(is_letter));
    firsts.take(2).flat_map(char::to_uppercase).collect()
}

/// A colour for a name, always the same; white on it can be read.
fn color_of(name: &str) -> Color32 {
    let sum = name.bytes().fold(7_usize, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(byte))
    });
    let grounds = Palette::AVATARS;
    grounds
        .get(sum % grounds.len())
        .copied()
        .unwrap_or(Color32::GRAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_come_from_the_first_two_words_in_any_script() {
        assert_eq!(initials("Anna Schmidt"), "AS");
        assert_eq!(initials("team-offsite"), "TO");
        assert_eq!(initials("日本語"), "日");
        assert_eq!(initials("🌄"), "");
    }
}

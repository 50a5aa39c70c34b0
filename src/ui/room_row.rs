//! One row of the room list.

use egui::{
    Align2, CornerRadius, FontId, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};
use lucide_icons::Icon;

use crate::domain::{Room, RoomKind, safe_display_name};
use crate::ui::avatar::{avatar_ui, subject_of};
use crate::ui::theme::{self, Palette, space, text};
use crate::ui::view_context::ViewContext;
use crate::ui::widgets::{describe, line_in, paint_icon};

/// Side of the avatar in a row.
const AVATAR_SIDE: f32 = 24.0;

/// Width kept for the unread count.
const BADGE_WIDTH: f32 = 30.0;

/// What sets a row apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowMarks {
    /// Its room is on screen.
    pub(super) is_open: bool,
    /// Enter opens it.
    pub(super) is_at_cursor: bool,
}

/// The icon of a room's kind.
pub(super) fn kind_icon(room: &Room) -> Icon {
    if room.is_team {
        return Icon::UsersRound;
    }
    if room.discussion_of.is_some() {
        return Icon::MessagesSquare;
    }
    match room.kind {
        RoomKind::Channel => Icon::Hash,
        RoomKind::PrivateGroup => Icon::Lock,
        RoomKind::Direct => Icon::AtSign,
        RoomKind::GroupDirect => Icon::Users,
    }
}

/// The kind in words.
pub(super) fn kind_words(room: &Room) -> &'static str {
    if room.is_team {
        return "Team";
    }
    if room.discussion_of.is_some() {
        return "Discussion";
    }
    match room.kind {
        RoomKind::Channel => "Channel",
        RoomKind::PrivateGroup => "Private group",
        RoomKind::Direct => "Direct message",
        RoomKind::GroupDirect => "Group message",
    }
}

/// Draws a room; the row is no tab stop of its own, as the filter moves among the rows.
pub(super) fn room_row_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    room: &Room,
    marks: RowMarks,
) -> Response {
    let title = safe_display_name(&room.title);
    let (rect, response) = row(ui);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, marks.is_open, &title));
    describe(ui, &response, &description(room));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let palette = cx.palette;
    ground(ui, palette, rect, &response, marks);
    let inner = rect.shrink2(vec2(space::S, 0.0));
    let avatar = Rect::from_min_size(
        pos2(inner.left(), inner.center().y - AVATAR_SIDE / 2.0),
        Vec2::splat(AVATAR_SIDE),
    );
    avatar_ui(ui, cx, avatar, subject_of(room), &title);
    if room.is_archived {
        // Dimmed, still legible.
        ui.painter().rect_filled(
            avatar,
            CornerRadius::same(theme::TILE_RADIUS),
            palette.surface.gamma_multiply(0.6),
        );
    }
    let color = if room.is_archived {
        palette.text_weak
    } else {
        palette.text
    };
    let icon = if room.is_encrypted {
        Icon::LockKeyhole
    } else {
        kind_icon(room)
    };
    let icon_at = pos2(
        avatar.right() + space::S + text::BODY / 2.0,
        inner.center().y,
    );
    paint_icon(ui, icon_at, icon, text::BODY, palette.text_weak);
    let right = if room.unread_count > 0 {
        inner.right() - BADGE_WIDTH
    } else {
        inner.right()
    };
    let line = Rect::from_min_max(
        pos2(icon_at.x + text::BODY / 2.0 + 6.0, inner.top()),
        pos2(right, inner.bottom()),
    );
    let is_cut = line_in(ui, line, &title, FontId::proportional(text::BODY), color);
    if room.unread_count > 0 {
        unread(ui, palette, inner, room.unread_count);
    }
    let mut hint = description(room);
    if is_cut {
        hint = format!("{title}\n{hint}");
    }
    response.on_hover_text(hint)
}

/// Draws the title of a section.
pub(super) fn header_row_ui(ui: &mut Ui, cx: ViewContext<'_>, title: &str) {
    let size = vec2(ui.available_width(), theme::ROW_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, title));
    let at = pos2(rect.left() + space::S, rect.bottom() - space::XS - 2.0);
    let font = FontId::proportional(text::SMALL);
    ui.painter()
        .text(at, Align2::LEFT_BOTTOM, title, font, cx.palette.text_weak);
}

/// Draws the offer to look for a channel that the person has not joined.
pub(super) fn find_row_ui(
    ui: &mut Ui,
    cx: ViewContext<'_>,
    name: &str,
    marks: RowMarks,
) -> Response {
    let words = format!(
        "Look for a public channel called “{}”",
        safe_display_name(name)
    );
    let (rect, response) = row(ui);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
    ground(ui, cx.palette, rect, &response, marks);
    let inner = rect.shrink2(vec2(space::S, 0.0));
    let icon_at = pos2(inner.left() + AVATAR_SIDE / 2.0, inner.center().y);
    paint_icon(ui, icon_at, Icon::Search, text::ICON, cx.palette.accent);
    let line = Rect::from_min_max(
        pos2(inner.left() + AVATAR_SIDE + space::S, inner.top()),
        inner.max,
    );
    let short = format!("Find public channel “{}”", safe_display_name(name));
    line_in(
        ui,
        line,
        &short,
        FontId::proportional(text::BODY),
        cx.palette.accent,
    );
    response.on_hover_text(words)
}

/// Rows as they will be, while the server is asked.
pub(super) fn skeleton_ui(ui: &mut Ui, palette: &Palette) {
    ui.spacing_mut().item_spacing.y = 0.0;
    for width in [0.62, 0.45, 0.7, 0.38, 0.55, 0.66, 0.42, 0.58] {
        let size = vec2(ui.available_width(), theme::ROW_HEIGHT);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let inner = rect.shrink2(vec2(space::S, 0.0));
        let y = inner.center().y;
        let avatar = Rect::from_min_size(
            pos2(inner.left(), y - AVATAR_SIDE / 2.0),
            Vec2::splat(AVATAR_SIDE),
        );
        let radius = CornerRadius::same(theme::TILE_RADIUS);
        ui.painter().rect_filled(avatar, radius, palette.skeleton);
        let left = avatar.right() + space::S;
        let line = Rect::from_min_size(
            pos2(left, y - 5.0),
            vec2((inner.right() - left) * width, 10.0),
        );
        ui.painter()
            .rect_filled(line, CornerRadius::same(5), palette.skeleton);
    }
}

fn row(ui: &mut Ui) -> (Rect, Response) {
    let size = vec2(ui.available_width(), theme::ROW_HEIGHT);
    ui.allocate_exact_size(size, Sense::CLICK)
}

fn ground(ui: &Ui, palette: &Palette, rect: Rect, response: &Response, marks: RowMarks) {
    let radius = CornerRadius::same(theme::RADIUS);
    let rect = rect.shrink2(vec2(0.0, 1.0));
    if marks.is_open {
        ui.painter().rect_filled(rect, radius, palette.accent_soft);
    } else if response.hovered() || marks.is_at_cursor {
        ui.painter().rect_filled(rect, radius, palette.hovered);
    }
    if marks.is_at_cursor {
        let stroke = Stroke::new(2.0, palette.accent);
        ui.painter()
            .rect_stroke(rect, radius, stroke, StrokeKind::Inside);
    }
}

fn unread(ui: &Ui, palette: &Palette, inner: Rect, count: u32) {
    let words = if count > 99 {
        "99+".to_owned()
    } else {
        count.to_string()
    };
    let at = pos2(inner.right(), inner.center().y);
    let font = FontId::proportional(text::SMALL);
    ui.painter()
        .text(at, Align2::RIGHT_CENTER, words, font, palette.text_weak);
}

fn description(room: &Room) -> String {
    let mut words = vec![kind_words(room).to_owned()];
    if room.is_encrypted {
        words.push("end-to-end encrypted".to_owned());
    }
    if room.is_archived {
        words.push("archived".to_owned());
    }
    if room.is_favorite {
        words.push("favorite".to_owned());
    }
    if room.unread_count > 0 {
        words.push(format!("{} unread", room.unread_count));
    }
    words.join(", ")
}

//! What keys mean in the grid, and where they lead. Pure.

use egui::{Key, Modifiers};

use crate::state::MoveHow;
use crate::ui::grid_layout::GridLayout;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GridKey {
    /// Go somewhere.
    Go(Motion, MoveHow),
    /// This image on or off.
    Toggle,
    /// Show it large.
    Open,
    /// Give up: the rubber band, else the selection.
    Escape,
    /// The menu of the image in focus.
    Menu,
}

/// Where to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Motion {
    /// The image after.
    Next,
    /// The image before.
    Previous,
    /// The row below.
    Down,
    /// The row above.
    Up,
    /// One screen down.
    PageDown,
    /// One screen up.
    PageUp,
    /// The newest image.
    First,
    /// The oldest image.
    Last,
}

impl Motion {
    /// Whether the column is kept.
    pub(super) const fn is_vertical(self) -> bool {
        matches!(self, Self::Down | Self::Up | Self::PageDown | Self::PageUp)
    }
}

/// What this key asks the grid for, if anything.
pub(super) fn meaning(key: Key, modifiers: Modifiers) -> Option<GridKey> {
    if modifiers.alt {
        return None;
    }
    let motion = match key {
        Key::ArrowRight => Some(Motion::Next),
        Key::ArrowLeft => Some(Motion::Previous),
        Key::ArrowDown => Some(Motion::Down),
        Key::ArrowUp => Some(Motion::Up),
        Key::PageDown => Some(Motion::PageDown),
        Key::PageUp => Some(Motion::PageUp),
        Key::Home => Some(Motion::First),
        Key::End => Some(Motion::Last),
        _ => None,
    };
    if let Some(motion) = motion {
        let is_to_an_end = matches!(motion, Motion::First | Motion::Last);
        let how = match (modifiers.shift, modifiers.command) {
            (true, _) => MoveHow::Extend,
            (false, true) if !is_to_an_end => MoveHow::FocusOnly,
            (false, _) => MoveHow::Select,
        };
        return Some(GridKey::Go(motion, how));
    }
    match key {
        Key::Space => Some(GridKey::Toggle),
        Key::Enter if modifiers.is_none() => Some(GridKey::Open),
        Key::Escape if modifiers.is_none() => Some(GridKey::Escape),
        Key::F10 if modifiers.shift_only() => Some(GridKey::Menu),
        Key::Menu => Some(GridKey::Menu),
        _ => None,
    }
}

/// Where a motion from `focus` leads. `column_x` is the column that vertical motions keep, in
/// points; `page` the height of the window onto the grid.
pub(super) fn target(
    layout: &GridLayout,
    focus: usize,
    motion: Motion,
    column_x: f32,
    page: f32,
) -> usize {
    let last = layout.len().saturating_sub(1);
    let row = layout.row_of(focus).unwrap_or(0);
    let last_row = layout.row_count().saturating_sub(1);
    let in_row = |row: usize| layout.nearest_in_row(row, column_x).unwrap_or(focus);
    match motion {
        Motion::Next => (focus + 1).min(last),
        Motion::Previous => focus.saturating_sub(1),
        Motion::First => 0,
        Motion::Last => last,
        Motion::Down => in_row((row + 1).min(last_row)),
        Motion::Up => in_row(row.saturating_sub(1)),
        Motion::PageDown => in_row(
            row_at_distance(layout, row, page)
                .max(row + 1)
                .min(last_row),
        ),
        Motion::PageUp => {
            let above = row_at_distance(layout, row, -page);
            in_row(above.min(row.saturating_sub(1)))
        }
    }
}

/// The middle of a tile: the column that vertical motions keep.
pub(super) fn column_of(layout: &GridLayout, position: usize) -> f32 {
    layout
        .tile(position)
        .map_or(0.0, |tile| tile.left + tile.width / 2.0)
}

fn row_at_distance(layout: &GridLayout, row: usize, points: f32) -> usize {
    let Some(from) = layout.row(row) else {
        return row;
    };
    // A row that would only half fit is left for the next page.
    let reach = points - from.height.min(points.abs() / 2.0).copysign(points);
    let y = (from.top + f64::from(from.height / 2.0 + reach)).max(0.0);
    let found = layout.rows_between(y..y + 0.01).start;
    found.min(layout.row_count().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::grid_layout::{DayGroup, Geometry};
    use jiff::civil::date;

    /// Four columns; 6 images today, 3 yesterday, 31 before.
    fn layout() -> GridLayout {
        let days = [(3, 0..6), (2, 6..9), (1, 9..40)];
        let groups = days.map(|(day, range)| DayGroup {
            day: Some(date(2026, 1, day)),
            range,
        });
        let geometry = Geometry {
            width: 430.0,
            edge: 100.0,
            gap: 10.0,
            header: 40.0,
        };
        GridLayout::squares(&groups, geometry)
    }

    fn go(focus: usize, motion: Motion) -> usize {
        let layout = layout();
        target(&layout, focus, motion, column_of(&layout, focus), 400.0)
    }

    #[test]
    fn right_goes_on_in_the_next_row_and_stops_at_the_end() {
        assert_eq!(go(3, Motion::Next), 4);
        assert_eq!(go(5, Motion::Next), 6);
        assert_eq!(go(39, Motion::Next), 39);
        assert_eq!(go(0, Motion::Previous), 0);
    }

    #[test]
    fn down_keeps_the_column_across_headers_and_short_rows() {
        assert_eq!(go(1, Motion::Down), 5);
        assert_eq!(go(5, Motion::Down), 7);
        assert_eq!(go(3, Motion::Down), 5);
        assert_eq!(go(9, Motion::Up), 6);
        assert_eq!(go(1, Motion::Up), 1);
        assert_eq!(go(38, Motion::Down), 38);
    }

    #[test]
    fn a_short_row_does_not_forget_the_column() {
        let layout = layout();
        let x = column_of(&layout, 3);
        let short = target(&layout, 3, Motion::Down, x, 400.0);
        assert_eq!(short, 5);
        let yesterday = target(&layout, short, Motion::Down, x, 400.0);
        assert_eq!(yesterday, 8);
        assert_eq!(target(&layout, yesterday, Motion::Down, x, 400.0), 12);
    }

    #[test]
    fn page_down_moves_one_screen_and_not_to_the_end() {
        let from = 10;
        let to = go(from, Motion::PageDown);
        assert!((from + 8..=from + 16).contains(&to), "{to}");
        assert_eq!((to - 9) % 4, (from - 9) % 4);
        assert_eq!(go(to, Motion::PageUp), from);
        assert_eq!(go(1, Motion::PageUp), 1);
        assert_eq!(go(38, Motion::PageDown), 38);
    }

    #[test]
    fn the_ends_are_the_ends_of_the_room() {
        assert_eq!(go(20, Motion::First), 0);
        assert_eq!(go(20, Motion::Last), 39);
    }

    #[test]
    fn modifiers_choose_what_happens_to_the_selection() {
        let none = Modifiers::NONE;
        let how = |key, modifiers| match meaning(key, modifiers) {
            Some(GridKey::Go(_, how)) => Some(how),
            _ => None,
        };
        assert_eq!(how(Key::ArrowUp, none), Some(MoveHow::Select));
        assert_eq!(
            how(Key::ArrowUp, Modifiers::COMMAND),
            Some(MoveHow::FocusOnly)
        );
        assert_eq!(how(Key::End, Modifiers::SHIFT), Some(MoveHow::Extend));
        assert_eq!(how(Key::End, Modifiers::COMMAND), Some(MoveHow::Select));
        assert_eq!(meaning(Key::Enter, Modifiers::ALT), None);
        assert_eq!(
            meaning(Key::Space, Modifiers::COMMAND),
            Some(GridKey::Toggle)
        );
    }
}

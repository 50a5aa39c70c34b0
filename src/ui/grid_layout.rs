//! Where every image of a room lies in the grid. Pure: numbers in, numbers out.
//!
//! Positions are `f64` points from the top of the whole room: a room of a million images is
//! longer than what `f32` counts exactly.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use crate::ui::row_filling::{EvenRows, clamped, column_count, justify, natural_height};
pub(super) use crate::ui::row_filling::{
    Geometry, JustifiedRows, Row, USUAL_ASPECT, justified_rows,
};

/// Consecutive images of one day; `None` for images that are not known yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DayGroup {
    /// The day, in the local zone.
    pub day: Option<Date>,
    /// The positions.
    pub range: Range<usize>,
}

/// A day's header and the rows below it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Section {
    /// The day; a section without one has no header.
    pub day: Option<Date>,
    /// The positions.
    pub range: Range<usize>,
    /// The header's upper edge.
    pub top: f64,
    /// Zero without a header.
    pub header: f32,
    /// How many rows lie above.
    first_row: usize,
    body: Body,
}

/// The rows of a section.
#[derive(Debug, Clone, PartialEq)]
enum Body {
    /// All alike: nothing is kept for each of them, however many there are.
    Even(EvenRows),
    /// Each its own.
    Justified(Arc<JustifiedRows>),
}

/// Where one tile is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TileSpan {
    /// From the left edge of the content.
    pub left: f32,
    /// From the top of the room.
    pub top: f64,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
}

/// See the [module documentation](self).
#[derive(Debug, Clone, Default)]
pub(super) struct GridLayout {
    sections: Vec<Section>,
    gap: f32,
    height: f64,
    row_count: usize,
}

impl GridLayout {
    /// Equal squares.
    pub(super) fn squares(groups: &[DayGroup], geometry: Geometry) -> Self {
        let columns = column_count(geometry);
        let square = ((geometry.width + geometry.gap) / columns as f32 - geometry.gap).max(1.0);
        let even = EvenRows {
            columns,
            width: square,
            height: square,
        };
        let mut layout = Self {
            gap: geometry.gap,
            ..Self::default()
        };
        for group in groups {
            layout.push(group, geometry, Body::Even(even));
        }
        layout
    }

    /// Rows of one height, stretched to the full width. `rows_of` makes the rows of a group
    /// whose images are known with [`justified_rows`], or knows them from before.
    pub(super) fn justified(
        groups: &[DayGroup],
        geometry: Geometry,
        mut rows_of: impl FnMut(&DayGroup) -> Arc<JustifiedRows>,
    ) -> Self {
        let mut layout = Self {
            gap: geometry.gap,
            ..Self::default()
        };
        for group in groups {
            if group.day.is_some() {
                let rows = rows_of(group);
                layout.push(group, geometry, Body::Justified(rows));
            } else {
                layout.push_unknown(group, geometry);
            }
        }
        layout
    }

    /// Unknown images are taken to be alike, and so are their rows but for the last.
    fn push_unknown(&mut self, group: &DayGroup, geometry: Geometry) {
        let alike = |count| vec![USUAL_ASPECT; count];
        let columns = column_count(geometry);
        // So many make a row for certain, and the row need not take all of them.
        let needed = (1..4 * columns + 4)
            .find(|count| natural_height(&alike(*count), geometry) <= geometry.edge)
            .unwrap_or(1);
        let (columns, height) = justify(&alike(needed), geometry);
        let full_rows = (group.range.len() + columns).saturating_sub(needed) / columns;
        let split = group.range.start + full_rows * columns;
        let even = EvenRows {
            columns,
            width: (clamped(USUAL_ASPECT) * height).min(geometry.width),
            height,
        };
        let part = |range| DayGroup { day: None, range };
        let (full, rest) = (group.range.start..split, split..group.range.end);
        if !full.is_empty() {
            self.push(&part(full), geometry, Body::Even(even));
        }
        if !rest.is_empty() {
            let rows = Arc::new(justified_rows(&alike(rest.len()), geometry));
            self.push(&part(rest), geometry, Body::Justified(rows));
        }
    }

    fn push(&mut self, group: &DayGroup, geometry: Geometry, body: Body) {
        let header = if group.day.is_some() {
            geometry.header
        } else {
            0.0
        };
        let section = Section {
            day: group.day,
            range: group.range.clone(),
            top: self.height,
            header,
            first_row: self.row_count,
            body,
        };
        let row_count = section.row_count();
        self.row_count += row_count;
        self.height += f64::from(header);
        self.height += match &section.body {
            Body::Even(even) => row_count as f64 * f64::from(even.height + self.gap),
            Body::Justified(justified) => justified.height,
        };
        self.sections.push(section);
    }

    /// Height of everything.
    pub(super) const fn height(&self) -> f64 {
        self.height
    }

    /// How many positions there are.
    pub(super) fn len(&self) -> usize {
        self.sections.last().map_or(0, |section| section.range.end)
    }

    /// A row.
    pub(super) fn row(&self, index: usize) -> Option<Row> {
        let after = self
            .sections
            .partition_point(|section| section.first_row <= index);
        let section = self.sections.get(after.checked_sub(1)?)?;
        section.row(index - section.first_row, self.gap)
    }

    /// How many rows there are.
    pub(super) const fn row_count(&self) -> usize {
        self.row_count
    }

    /// The rows that are at least partly between two heights.
    pub(super) fn rows_between(&self, heights: Range<f64>) -> Range<usize> {
        let first = self.rows_while(heights.start, |row| {
            row.top + f64::from(row.height) <= heights.start
        });
        let end = self.rows_while(heights.end, |row| row.top < heights.end);
        first..end.max(first)
    }

    /// How many rows from the top pass, where those above `height` do and those below do not.
    fn rows_while(&self, height: f64, passes: impl Fn(&Row) -> bool) -> usize {
        let after = self
            .sections
            .partition_point(|section| section.top < height);
        let Some(section) = self.sections.get(after.saturating_sub(1)) else {
            return 0;
        };
        let (mut low, mut high) = (0, section.row_count());
        while low < high {
            let middle = low + (high - low) / 2;
            if section
                .row(middle, self.gap)
                .is_some_and(|row| passes(&row))
            {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        section.first_row + low
    }

    /// The positions of these rows.
    pub(super) fn positions(&self, rows: Range<usize>) -> Range<usize> {
        let last = rows.end.checked_sub(1).filter(|last| *last >= rows.start);
        match (self.row(rows.start), last.and_then(|last| self.row(last))) {
            (Some(first), Some(last)) => first.range.start..last.range.end,
            _ => 0..0,
        }
    }

    /// The row of a position.
    pub(super) fn row_of(&self, position: usize) -> Option<usize> {
        let section = self.section_of(position)?;
        Some(section.first_row + section.row_of(position)?)
    }

    /// The sections that are at least partly between two heights.
    pub(super) fn sections_between(&self, heights: Range<f64>) -> &[Section] {
        let end = self
            .sections
            .partition_point(|section| section.top < heights.end);
        let first = self
            .sections
            .partition_point(|section| section.top <= heights.start)
            .saturating_sub(1);
        self.sections.get(first..end.max(first)).unwrap_or_default()
    }

    /// The section of a position.
    pub(super) fn section_of(&self, position: usize) -> Option<&Section> {
        let after = self
            .sections
            .partition_point(|section| section.range.start <= position);
        self.sections.get(after.checked_sub(1)?)
    }

    /// Where a position is.
    pub(super) fn tile(&self, position: usize) -> Option<TileSpan> {
        let section = self.section_of(position)?;
        let row = section.row(section.row_of(position)?, self.gap)?;
        Some(self.tile_in(section, &row, position))
    }

    fn tile_in(&self, section: &Section, row: &Row, position: usize) -> TileSpan {
        let (left, width) = match &section.body {
            Body::Even(even) => {
                let column = position - row.range.start;
                (column as f32 * (even.width + self.gap), even.width)
            }
            Body::Justified(justified) => {
                let span = justified.spans.get(position - section.range.start);
                span.copied().unwrap_or_default()
            }
        };
        TileSpan {
            left,
            top: row.top,
            width,
            height: row.height,
        }
    }

    /// The tiles of a row, from left to right.
    fn tiles_of(&self, row: &Row) -> impl Iterator<Item = (usize, TileSpan)> {
        let section = self.section_of(row.range.start);
        let tile = move |position| Some((position, self.tile_in(section?, row, position)));
        row.range.clone().filter_map(tile)
    }

    /// The image at a point.
    pub(super) fn hit(&self, x: f32, y: f64) -> Option<usize> {
        let row = self.row(self.rows_between(y..y + 0.01).start)?;
        if y < row.top || y > row.top + f64::from(row.height) {
            return None;
        }
        let mut tiles = self.tiles_of(&row);
        let is_hit =
            |(_, tile): &(usize, TileSpan)| (tile.left..tile.left + tile.width).contains(&x);
        tiles.find(is_hit).map(|(position, _)| position)
    }

    /// The section whose header is at this height.
    pub(super) fn header_at(&self, y: f64) -> Option<&Section> {
        let section = self.sections_between(y..y + 0.01).first()?;
        (section.top..section.top + f64::from(section.header))
            .contains(&y)
            .then_some(section)
    }

    /// The image of a row whose middle is nearest to `x`.
    pub(super) fn nearest_in_row(&self, row: usize, x: f32) -> Option<usize> {
        let row = self.row(row)?;
        let distance = |tile: TileSpan| (tile.left + tile.width / 2.0 - x).abs();
        let nearest = self
            .tiles_of(&row)
            .min_by(|(_, a), (_, b)| distance(*a).total_cmp(&distance(*b)));
        nearest.map(|(position, _)| position)
    }

    /// The images that a rectangle touches, as ranges in order.
    pub(super) fn covered(&self, x: Range<f32>, y: Range<f64>) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for row in self.rows_between(y).filter_map(|row| self.row(row)) {
            let mut touched = self
                .tiles_of(&row)
                .filter(|(_, tile)| tile.left < x.end && tile.left + tile.width > x.start);
            let Some((first, _)) = touched.next() else {
                continue;
            };
            let end = touched.last().map_or(first, |(last, _)| last) + 1;
            match ranges.last_mut() {
                Some(last) if last.end == first => last.end = end,
                _ => ranges.push(first..end),
            }
        }
        ranges
    }
}

impl Section {
    fn row_count(&self) -> usize {
        match &self.body {
            Body::Even(even) => self.range.len().div_ceil(even.columns),
            Body::Justified(justified) => justified.rows.len(),
        }
    }

    /// A row of this section, by its number in it.
    fn row(&self, within: usize, gap: f32) -> Option<Row> {
        let top = self.top + f64::from(self.header);
        match &self.body {
            Body::Even(even) => {
                let start = self.range.start + within * even.columns;
                let end = (start + even.columns).min(self.range.end);
                (start < end).then(|| Row {
                    top: top + within as f64 * f64::from(even.height + gap),
                    height: even.height,
                    range: start..end,
                })
            }
            Body::Justified(justified) => justified.rows.get(within).map(|row| Row {
                top: top + row.top,
                height: row.height,
                range: self.range.start + row.range.start..self.range.start + row.range.end,
            }),
        }
    }

    fn row_of(&self, position: usize) -> Option<usize> {
        if !self.range.contains(&position) {
            return None;
        }
        let within = position - self.range.start;
        match &self.body {
            Body::Even(even) => Some(within / even.columns),
            Body::Justified(justified) => justified
                .rows
                .partition_point(|row| row.range.start <= within)
                .checked_sub(1),
        }
    }
}

/// Points as the screen takes them; exact enough once the scroll offset is taken off.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a screen's coordinates are small"
)]
pub(super) const fn narrow(points: f64) -> f32 {
    points as f32
}

#[cfg(test)]
#[path = "grid_layout_tests.rs"]
mod tests;

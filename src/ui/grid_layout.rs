//! Where every image of a room lies in the grid. Pure: numbers in, numbers out.
//!
//! Positions are `f64` points from the top of the whole room: a room of a million images is
//! longer than what `f32` counts exactly.

use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

/// What the layout is made of; equal inputs make equal layouts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Geometry {
    /// Width of the pane's content.
    pub width: f32,
    /// Wanted edge of a tile.
    pub edge: f32,
    /// Between tiles.
    pub gap: f32,
    /// Height of a day's header.
    pub header: f32,
}

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

#[derive(Debug, Clone, Copy, PartialEq)]
struct EvenRows {
    columns: usize,
    width: f32,
    height: f32,
}

/// Rows of whole images, counted from the section's first image and its first row's top.
#[derive(Debug, Default, PartialEq)]
pub(super) struct JustifiedRows {
    rows: Vec<Row>,
    /// Left edge and width of each tile.
    spans: Vec<(f32, f32)>,
    height: f64,
}

/// One row of tiles.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// Upper edge.
    pub top: f64,
    /// Without the gap below.
    pub height: f32,
    /// The positions, from left to right.
    pub range: Range<usize>,
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

/// Narrower or wider images are shown with bars, or one panorama would take a whole page.
const ASPECTS: Range<f32> = 0.4..3.5;

/// What a phone takes, for images whose size the server does not tell.
pub(super) const USUAL_ASPECT: f32 = 4.0 / 3.0;

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

/// Fills rows of the full width with whole images; `aspects` are width by height.
pub(super) fn justified_rows(aspects: &[f32], geometry: Geometry) -> JustifiedRows {
    let mut justified = JustifiedRows {
        spans: Vec::with_capacity(aspects.len()),
        ..JustifiedRows::default()
    };
    let mut first = 0;
    while first < aspects.len() {
        let ratios = aspects.get(first..).unwrap_or_default();
        let (count, height) = justify(ratios, geometry);
        let mut left = 0.0;
        for ratio in ratios.iter().take(count) {
            let width = (clamped(*ratio) * height).min(geometry.width);
            justified.spans.push((left, width));
            left += width + geometry.gap;
        }
        let end = (first + count).min(aspects.len());
        justified.rows.push(Row {
            top: justified.height,
            height,
            range: first..end,
        });
        justified.height += f64::from(height + geometry.gap);
        first = end;
    }
    justified
}

/// Points as the screen takes them; exact enough once the scroll offset is taken off.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a screen's coordinates are small"
)]
pub(super) const fn narrow(points: f64) -> f32 {
    points as f32
}

/// A thumbnail is asked for in one of few sizes, so that zooming the grid a little does not
/// fetch everything anew.
const SIZE_CLASSES_PX: [u16; 11] = [128, 160, 192, 224, 256, 288, 320, 384, 448, 512, 768];

/// The smallest size class that fills `edge_px`, or the largest.
pub(super) fn size_class(edge_px: f32) -> u16 {
    let fits = |class: &&u16| f32::from(**class) >= edge_px - 0.5;
    *SIZE_CLASSES_PX.iter().find(fits).unwrap_or(&768)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a screen can hold"
)]
fn column_count(geometry: Geometry) -> usize {
    let fitting = (geometry.width + geometry.gap) / (geometry.edge + geometry.gap);
    fitting.clamp(1.0, 1000.0).floor() as usize
}

fn clamped(aspect: f32) -> f32 {
    aspect.clamp(ASPECTS.start, ASPECTS.end)
}

/// The height at which these images fill a row.
fn natural_height(aspects: &[f32], geometry: Geometry) -> f32 {
    let gaps = geometry.gap * aspects.len().saturating_sub(1) as f32;
    let sum: f32 = aspects.iter().map(|aspect| clamped(*aspect)).sum();
    (geometry.width - gaps).max(1.0) / sum
}

/// How many images the next row takes, and its height.
fn justify(aspects: &[f32], geometry: Geometry) -> (usize, f32) {
    let mut sum = 0.0;
    let mut above = None;
    for (index, aspect) in aspects.iter().enumerate() {
        sum += clamped(*aspect);
        let gaps = geometry.gap * index as f32;
        let height = (geometry.width - gaps).max(1.0) / sum;
        if height <= geometry.edge {
            // One image fewer makes the row higher than wanted: take what is nearer.
            return match above {
                Some(taller) if taller - geometry.edge < geometry.edge - height => (index, taller),
                _ => (index + 1, height),
            };
        }
        above = Some(height);
    }
    // The last row of a day is not stretched.
    let height = above.map_or(geometry.edge, |height| height.min(geometry.edge));
    (aspects.len().max(1), height)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these numbers are exact")]
mod tests {
    use super::*;

    const GEOMETRY: Geometry = Geometry {
        width: 640.0,
        edge: 150.0,
        gap: 10.0,
        header: 40.0,
    };

    fn day(day: i8) -> Date {
        jiff::civil::date(2025, 11, day)
    }

    fn groups(lengths: &[(Option<Date>, usize)]) -> Vec<DayGroup> {
        let mut start = 0;
        let group = |(day, len): &(Option<Date>, usize)| {
            let range = start..start + len;
            start += len;
            DayGroup { day: *day, range }
        };
        lengths.iter().map(group).collect()
    }

    fn squares() -> GridLayout {
        let days = groups(&[(Some(day(4)), 5), (Some(day(3)), 4), (None, 9)]);
        GridLayout::squares(&days, GEOMETRY)
    }

    fn justified(groups: &[DayGroup], aspects: &[f32]) -> GridLayout {
        GridLayout::justified(groups, GEOMETRY, |group| {
            Arc::new(justified_rows(&aspects[group.range.clone()], GEOMETRY))
        })
    }

    #[test]
    fn squares_fill_the_width_and_each_day_starts_a_row() {
        let layout = squares();
        assert_eq!(layout.row_count(), 2 + 1 + 3);
        let first = layout.tile(0).unwrap();
        assert_eq!((first.left, first.top, first.width), (0.0, 40.0, 152.5));
        let last_of_row = layout.tile(3).unwrap();
        assert_eq!(last_of_row.left + last_of_row.width, 640.0);
        assert_eq!(layout.tile(5).unwrap().left, 0.0);
        assert_eq!(layout.len(), 18);
        assert!(layout.tile(18).is_none());
    }

    #[test]
    fn unknown_images_have_no_header() {
        let layout = squares();
        let unknown = layout.section_of(9).unwrap();
        assert_eq!(unknown.header, 0.0);
        assert_eq!(layout.tile(9).unwrap().top, unknown.top);
        let height = 2.0 * 40.0 + 6.0 * 162.5;
        assert_eq!(layout.height(), height);
    }

    #[test]
    fn only_what_is_on_screen_is_visible() {
        let layout = squares();
        let rows = layout.rows_between(0.0..200.0);
        assert_eq!(rows, 0..1);
        let rows = layout.rows_between(200.0..410.0);
        assert_eq!(layout.positions(rows), 4..9);
        assert_eq!(layout.rows_between(5000.0..6000.0), 6..6);
        assert_eq!(layout.positions(6..6), 0..0);
    }

    #[test]
    fn a_point_finds_its_image_its_gap_and_its_header() {
        let layout = squares();
        assert_eq!(layout.hit(10.0, 50.0), Some(0));
        assert_eq!(layout.hit(170.0, 50.0), Some(1));
        assert_eq!(layout.hit(157.0, 50.0), None);
        assert_eq!(layout.hit(10.0, 20.0), None);
        assert_eq!(layout.hit(300.0, 210.0), None);
        assert_eq!(layout.header_at(20.0).unwrap().day, Some(day(4)));
        assert!(layout.header_at(60.0).is_none());
        assert!(layout.hit(10.0, 99_999.0).is_none());
    }

    #[test]
    fn a_rectangle_covers_ranges_across_headers() {
        let layout = squares();
        let covered = layout.covered(0.0..640.0, 0.0..420.0);
        assert_eq!(covered, vec![0..9]);
        let column = layout.covered(165.0..200.0, 0.0..450.0);
        assert_eq!(column, vec![1..2, 6..7]);
    }

    #[test]
    fn justified_rows_end_at_the_right_edge_but_the_last_does_not() {
        let aspects = [1.5, 1.0, 0.7, 1.9, 1.3, 1.0, 1.0];
        let layout = justified(&groups(&[(Some(day(4)), 7)]), &aspects);
        let first_row = layout.row(0).unwrap();
        let last = layout.tile(first_row.range.end - 1).unwrap();
        assert!((last.left + last.width - 640.0).abs() < 0.01);
        for position in first_row.range {
            let tile = layout.tile(position).unwrap();
            assert!((tile.width / tile.height - aspects[position]).abs() < 0.001);
        }
        let final_row = layout.row(layout.row_count() - 1).unwrap();
        assert!(final_row.height <= GEOMETRY.edge);
        assert_eq!(final_row.range.end, 7);
    }

    #[test]
    fn a_panorama_and_a_ribbon_keep_a_sane_height() {
        let layout = justified(&groups(&[(Some(day(4)), 2)]), &[100.0, 0.001]);
        for position in 0..2 {
            let tile = layout.tile(position).unwrap();
            assert!(tile.height > 100.0 && tile.width > 40.0, "{tile:?}");
        }
    }

    #[test]
    fn a_hundred_thousand_images_lie_exactly() {
        let layout = GridLayout::squares(&groups(&[(None, 100_000)]), GEOMETRY);
        let last = layout.tile(99_999).unwrap();
        assert_eq!(last.top, 24_999.0 * 162.5);
        assert_eq!(layout.hit(last.left + 1.0, last.top + 1.0), Some(99_999));
    }

    #[test]
    fn unknown_images_lie_as_images_of_their_shape_would() {
        for count in [1, 2, 3, 4, 5, 6, 7, 99, 100, 1_001] {
            let alike = vec![USUAL_ASPECT; count];
            let unknown = justified(&groups(&[(None, count)]), &[]);
            let known = justified_rows(&alike, GEOMETRY);
            assert_eq!(unknown.row_count(), known.rows.len(), "{count}");
            assert!((unknown.height() - known.height).abs() < 0.01, "{count}");
            for (index, row) in known.rows.iter().enumerate() {
                let laid = unknown.row(index).unwrap();
                assert_eq!(
                    (laid.height, &laid.range),
                    (row.height, &row.range),
                    "{count}"
                );
            }
        }
    }

    #[test]
    fn a_room_of_a_million_days_apart_lies_exactly_and_every_height_finds_its_row() {
        let days: Vec<_> = (0..10_000)
            .map(|n| (Some(day(1 + i8::try_from(n % 28).unwrap())), 100))
            .collect();
        let layout = GridLayout::squares(&groups(&days), GEOMETRY);
        assert_eq!((layout.len(), layout.row_count()), (1_000_000, 250_000));
        let day_height = 40.0 + 25.0 * 162.5;
        assert_eq!(layout.height(), 10_000.0 * day_height);
        for index in [0, 1, 24, 25, 99_999, 124_999, 249_998, 249_999] {
            let row = layout.row(index).unwrap();
            let top = 40.0 + (index / 25) as f64 * 40.0 + index as f64 * 162.5;
            assert_eq!((row.top, row.range.start), (top, index * 4));
            assert_eq!(
                layout.rows_between(row.top..row.top + 1.0),
                index..index + 1
            );
            assert_eq!(layout.row_of(row.range.end - 1), Some(index));
            assert_eq!(layout.hit(1.0, row.top + 1.0), Some(index * 4));
        }
    }

    #[test]
    fn a_thumbnail_has_one_of_few_sizes() {
        assert_eq!(size_class(10.0), 128);
        assert_eq!(size_class(168.0), 192);
        assert_eq!(size_class(256.2), 256);
        assert_eq!(size_class(4000.0), 768);
    }
}

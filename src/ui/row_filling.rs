//! How rows are filled with images: how many a row takes, and how high it is then. Pure.

use std::ops::Range;

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

/// Rows of which each tile is like every other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct EvenRows {
    /// How many tiles are beside each other.
    pub columns: usize,
    /// Of a tile.
    pub width: f32,
    /// Of a tile.
    pub height: f32,
}

/// Rows of whole images, counted from the section's first image and its first row's top.
#[derive(Debug, Default, PartialEq)]
pub(super) struct JustifiedRows {
    /// From the top down.
    pub rows: Vec<Row>,
    /// Left edge and width of each tile.
    pub spans: Vec<(f32, f32)>,
    /// Of all rows, with the gap below each.
    pub height: f64,
}

/// Narrower or wider images are shown with bars, or one panorama would take a whole page.
const ASPECTS: Range<f32> = 0.4..3.5;

/// What a phone takes, for images whose size the server does not tell.
pub(super) const USUAL_ASPECT: f32 = 4.0 / 3.0;

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

/// How many tiles of the wanted edge fit beside each other.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a screen can hold"
)]
pub(super) fn column_count(geometry: Geometry) -> usize {
    let fitting = (geometry.width + geometry.gap) / (geometry.edge + geometry.gap);
    fitting.clamp(1.0, 1000.0).floor() as usize
}

/// What is laid out of this shape.
pub(super) fn clamped(aspect: f32) -> f32 {
    aspect.clamp(ASPECTS.start, ASPECTS.end)
}

/// The height at which these images fill a row.
pub(super) fn natural_height(aspects: &[f32], geometry: Geometry) -> f32 {
    let gaps = geometry.gap * aspects.len().saturating_sub(1) as f32;
    let sum: f32 = aspects.iter().map(|aspect| clamped(*aspect)).sum();
    (geometry.width - gaps).max(1.0) / sum
}

/// How many images the next row takes, and its height.
pub(super) fn justify(aspects: &[f32], geometry: Geometry) -> (usize, f32) {
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

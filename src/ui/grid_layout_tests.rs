//! Where the tiles of the grid are.
#![expect(clippy::float_cmp, reason = "these numbers are exact")]

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

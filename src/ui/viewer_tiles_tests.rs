//! Which tiles show an image.

use super::*;

const IMAGE: PixelSize = PixelSize::new(12_000, 9000);

#[test]
fn the_level_has_a_pixel_for_each_of_the_screen_and_not_twice_as_many() {
    for (scale, level) in [(3.0, 0), (1.0, 0), (0.6, 0), (0.5, 1), (0.3, 1), (0.1, 3)] {
        assert_eq!(level_for(IMAGE, scale, 0), level, "{scale}");
    }
    assert_eq!(level_for(PixelSize::new(1, 1), 0.001, 0), 0);
}

#[test]
fn a_drawing_has_a_pixel_for_each_of_the_screen_at_any_scale() {
    let drawing = PixelSize::new(100, 80);
    for (scale, level) in [
        (0.5, 1),
        (1.0, 0),
        (1.5, -1),
        (2.0, -1),
        (8.0, -3),
        (20.0, -5),
    ] {
        assert_eq!(level_for(drawing, scale, Tile::MIN_LEVEL), level, "{scale}");
    }
}

#[test]
fn only_what_is_in_view_is_needed() {
    let quarter = Rect::from_min_max(pos2(0.5, 0.5), pos2(0.6, 0.6));
    let tiles = tiles_in(IMAGE, 0, quarter);
    let columns: Vec<u16> = tiles.iter().map(|tile| tile.column).collect();
    assert_eq!(
        (columns.iter().min(), columns.iter().max()),
        (Some(&11), Some(&14))
    );
    // A window of 1200 × 900 pixels touches no more.
    assert_eq!(tiles.len(), 4 * 3);
    assert_eq!(tiles_in(IMAGE, 0, ALL).len(), 24 * 18);
    assert_eq!(tiles_in(IMAGE, 5, ALL).len(), 1);
}

#[test]
fn more_bytes_than_there_are_for_it_are_never_needed() {
    let look = Look {
        scale: 0.6,
        visible: Rect::from_min_max(pos2(0.2, 0.2), pos2(0.5, 0.5)),
        magnification: TextureFilter::Linear,
        asks: true,
        n_images: 1,
    };
    let bytes = |most: usize| {
        let tiles = tiles_within(IMAGE, look, (0, most));
        let areas = tiles.iter().filter_map(|it| it.area_with_margin(IMAGE));
        let bytes: u64 = areas.map(|area| 4 * area.size.area()).sum();
        usize::try_from(bytes).unwrap()
    };
    let all = bytes(usize::MAX);
    assert_eq!(
        tiles_within(IMAGE, look, (0, all)),
        tiles_in(IMAGE, 0, look.visible)
    );
    let less = bytes(all - 1);
    assert!(less < all && less > all / 8, "{less} of {all}");
    assert!(bytes(all / 100) <= all / 100);
}

#[test]
fn tiles_cover_the_image_without_a_gap() {
    let size = PixelSize::new(1300, 700);
    let area: f32 = tiles_in(size, 0, ALL)
        .into_iter()
        .map(|tile| part_of(tile, size).area())
        .sum();
    assert!((area - 1.0).abs() < 1e-4, "{area}");
}

#[test]
fn a_tile_is_the_same_as_those_of_the_next_level_below() {
    let size = PixelSize::new(1300, 700);
    let tile = Tile {
        level: 1,
        column: 1,
        row: 0,
    };
    let below: Vec<_> = finer(tile, size, 0).map(|it| (it.column, it.row)).collect();
    assert_eq!(below, [(2, 0), (2, 1)]);
    assert_eq!(finer(below_zero(), size, 0).count(), 0);
}

const fn below_zero() -> Tile {
    Tile {
        level: 0,
        column: 0,
        row: 0,
    }
}

#[test]
fn what_is_seen_of_an_image_is_told_as_a_part_of_it() {
    let view = Rect::from_min_size(Pos2::ZERO, Vec2::new(100.0, 100.0));
    let image = Rect::from_min_size(pos2(-100.0, 0.0), Vec2::new(400.0, 50.0));
    let seen = visible_part(view, image, |at| at);
    assert_eq!(seen, Rect::from_min_max(pos2(0.25, 0.0), pos2(0.5, 1.0)));
    let mirrored = visible_part(view, image, |at| Vec2::new(1.0 - at.x, at.y));
    assert_eq!(
        mirrored,
        Rect::from_min_max(pos2(0.5, 0.0), pos2(0.75, 1.0))
    );
}

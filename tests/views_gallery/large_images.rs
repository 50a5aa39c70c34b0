//! Images of more pixels than a window has: in tiles, sharp where one looks.

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use salon::domain::{PixelSize, Upload};
use salon::protocol::{DecodedImage, Event, ImageRequest, ImageSize, Tile};

use crate::app::{App, gray, harness_of, room, upload};
use crate::gestures::{click, key};
use crate::viewing::full_requests;

/// Room 0 as a grid, images of this size, and a graphics card that can hold them.
fn grid_of(size: PixelSize) -> Harness<'static, App> {
    let mut harness = harness_of(room());
    harness.input_mut().max_texture_side = Some(16_384);
    let uploads = (0..3).map(|number| Upload {
        dimensions: Some(size),
        ..upload(number)
    });
    let uploads = uploads.collect();
    harness.state_mut().load_these(0, 3, uploads);
    harness.run_steps(8);
    harness
}

/// The same in the viewer.
fn viewer_of_large(size: PixelSize) -> Harness<'static, App> {
    let mut harness = grid_of(size);
    click(&mut harness, 1, Modifiers::NONE);
    key(&mut harness, Key::Enter, Modifiers::NONE);
    harness
}

#[test]
fn three_images_of_24_megapixels_come_to_rest_with_the_one_in_view_shown() {
    let size = PixelSize::new(6000, 4000);
    let mut harness = viewer_of_large(size);
    let mut decoded_count = 0;
    for turn in [None, Some(Key::ArrowRight), Some(Key::ArrowLeft)] {
        if let Some(turn) = turn {
            key(&mut harness, turn, Modifiers::NONE);
        }
        for _ in 0..6 {
            for request in full_requests(harness.state()) {
                decoded_view(harness.state_mut(), request, size);
                decoded_count += 1;
            }
            harness.run_steps(2);
        }
        assert_eq!(full_requests(harness.state()), Vec::new(), "at rest");
    }
    assert_eq!(decoded_count, 3);
}

/// The picture as it is asked for: as large as the window, of an original of this size.
fn decoded_view(app: &mut App, request: ImageRequest, original_size: PixelSize) {
    let ImageSize::Full { max_edge_px } = request.size else {
        panic!("{request:?}");
    };
    let size = original_size.fit_within(max_edge_px);
    assert!(size.area() * 4 <= 16 * 1024 * 1024, "{size}");
    let image = DecodedImage {
        original_size,
        ..gray(size)
    };
    app.on_event(Event::ImageDecoded { request, image });
}

fn tile_requests(app: &App) -> Vec<(ImageRequest, Tile)> {
    let tiles = app.missing.iter().filter_map(|wanted| {
        let ImageSize::Tile(tile) = wanted.request.size else {
            return None;
        };
        Some((wanted.request.clone(), tile))
    });
    tiles.collect()
}

/// Everything that is asked for comes; answers how many tiles that were.
fn tiles_come(harness: &mut Harness<'_, App>, original_size: PixelSize) -> usize {
    let mut count = 0;
    for _ in 0..40 {
        let tiles = tile_requests(harness.state());
        if tiles.is_empty() {
            return count;
        }
        for (request, tile) in tiles {
            let size = tile.area_with_margin(original_size).unwrap().size;
            let image = DecodedImage {
                original_size,
                ..gray(size)
            };
            harness
                .state_mut()
                .on_event(Event::ImageDecoded { request, image });
            count += 1;
        }
        harness.run_steps(1);
    }
    panic!("tiles are asked for without end");
}

#[test]
fn an_image_of_108_megapixels_is_sharp_where_one_looks_closely_and_only_there() {
    let size = PixelSize::new(12_000, 9000);
    let mut harness = viewer_of_large(size);
    for request in full_requests(harness.state()) {
        decoded_view(harness.state_mut(), request, size);
    }
    harness.run_steps(10);
    assert_eq!(
        tile_requests(harness.state()),
        [],
        "the whole of it is sharp enough"
    );
    for (zoom, level) in [
        (Key::Num1, 0),
        (Key::Num2, 0),
        (Key::Num0, 3),
        (Key::Plus, 3),
    ] {
        key(&mut harness, zoom, Modifiers::NONE);
        let tiles = tile_requests(harness.state());
        let is_sharp = matches!(zoom, Key::Num0 | Key::Num2);
        assert_eq!(tiles.is_empty(), is_sharp, "{zoom:?}");
        assert!(
            tiles.iter().all(|(_, tile)| tile.level == level),
            "{tiles:?}"
        );
        let count = tiles_come(&mut harness, size);
        // 1000 × 1200 pixels are seen.
        assert!(count <= 4 * 4, "{zoom:?}: {count}");
    }
    // Along all of the image: what was seen goes, what is seen stays.
    key(&mut harness, Key::Num1, Modifiers::NONE);
    for _ in 0..60 {
        key(&mut harness, Key::ArrowDown, Modifiers::NONE);
        tiles_come(&mut harness, size);
    }
    let textures = harness.state().textures.as_ref().unwrap();
    assert!(textures.len_bytes() <= textures.budget_bytes());
}

#[test]
fn whoever_steps_on_at_once_never_pays_for_all_pixels() {
    let size = PixelSize::new(6000, 4000);
    let mut harness = viewer_of_large(size);
    for request in full_requests(harness.state()) {
        let ImageSize::Full { max_edge_px } = request.size else {
            panic!("{request:?}");
        };
        // Smaller than asked for, as a quick decode gives it.
        let image = DecodedImage {
            original_size: size,
            ..gray(size.fit_within(max_edge_px / 2))
        };
        let event = Event::ImageDecoded { request, image };
        harness.state_mut().on_event(event);
    }
    for turn in [Key::ArrowRight, Key::ArrowLeft, Key::ArrowLeft] {
        harness.key_press(turn);
        harness.step();
        assert_eq!(tile_requests(harness.state()), []);
    }
    // Whoever stays sees what was missing.
    harness.run_steps(8);
    assert!(!tile_requests(harness.state()).is_empty());
}

#[test]
fn a_screenshot_of_40000_rows_fills_the_width_in_tiles() {
    let size = PixelSize::new(2000, 40_000);
    let mut harness = viewer_of_large(size);
    for request in full_requests(harness.state()) {
        decoded_view(harness.state_mut(), request, size);
    }
    harness.run_steps(10);
    key(&mut harness, Key::W, Modifiers::NONE);
    let tiles = tile_requests(harness.state());
    assert!(!tiles.is_empty());
    // From the top, at half of its size.
    assert!(
        tiles
            .iter()
            .all(|(_, tile)| tile.level == 1 && tile.row <= 2),
        "{tiles:?}"
    );
}

/// How large the thumbnails of images of this size are asked for, in square tiles.
fn thumbnail_of(size: PixelSize) -> PixelSize {
    let harness = grid_of(size);
    let mut sizes = harness.state().missing.iter().map(|it| it.request.size);
    let Some(ImageSize::Thumbnail { edge_px }) = sizes.next() else {
        panic!("no thumbnail");
    };
    size.fit_within(edge_px.into())
}

#[test]
fn a_square_tile_of_a_long_image_is_as_sharp_as_those_beside_it() {
    let usual = thumbnail_of(PixelSize::new(900, 900));
    for long in [PixelSize::new(390, 3000), PixelSize::new(3600, 480)] {
        let thumbnail = thumbnail_of(long);
        let narrow = thumbnail.width.min(thumbnail.height);
        // A square tile shows no more than the shorter side of it.
        assert!(narrow * 8 >= usual.width * 7, "{thumbnail}, {usual}");
    }
    // But a ribbon is not a dozen pictures.
    let ribbon = thumbnail_of(PixelSize::new(90_000, 300));
    assert!(ribbon.area() <= 4 * usual.area(), "{ribbon}");
}

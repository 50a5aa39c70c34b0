//! Parts of drawings, looked at as closely as anybody can: in their place, and sharp.

use std::time::Duration;

use cpu_time::ThreadTime;
use salon::domain::PixelSize;
use salon::imaging::{Canvas, DecodedImage, ImageError, Target, Tile, decode};

fn canvas(svg: &str) -> Canvas {
    Canvas::decode(svg.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
}

fn part(canvas: &Canvas, level: i8, column: u16, row: u16) -> DecodedImage {
    let tile = Tile { level, column, row };
    let part = canvas.tile(tile).unwrap();
    assert_eq!(
        part.size,
        tile.area_with_margin(canvas.size()).unwrap().size
    );
    assert_eq!(part.original_size, canvas.size());
    part
}

fn pixel(image: &DecodedImage, x: u32, y: u32) -> [u8; 4] {
    let at = usize::try_from(4 * (y * image.size.width + x)).unwrap();
    image.pixels[at..at + 4].try_into().unwrap()
}

fn middle(image: &DecodedImage) -> [u8; 4] {
    pixel(image, image.size.width / 2, image.size.height / 2)
}

const RED: [u8; 4] = [255, 0, 0, 255];
const GREEN: [u8; 4] = [0, 128, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const YELLOW: [u8; 4] = [255, 255, 0, 255];

/// Four quarters of four colours, from the top left row by row.
fn quarters(side: u32) -> String {
    let half = side / 2;
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {side} {side}'>\
         <path fill='red' d='M0 0h{half}v{half}H0z'/>\
         <path fill='green' d='M{half} 0h{half}v{half}h-{half}z'/>\
         <path fill='blue' d='M0 {half}h{half}v{half}H0z'/>\
         <path fill='yellow' d='M{half} {half}h{half}v{half}h-{half}z'/></svg>"
    )
}

/// The tiles in the corners of a level.
fn corners(canvas: &Canvas, level: i8) -> [[u8; 4]; 4] {
    let size = Tile::level_size(canvas.size(), level);
    let last = |side: u32| u16::try_from((side - 1) / Tile::EDGE_PX).unwrap();
    let (right, bottom) = (last(size.width), last(size.height));
    [(0, 0), (right, 0), (0, bottom), (right, bottom)]
        .map(|(column, row)| middle(&part(canvas, level, column, row)))
}

#[test]
fn a_drawing_larger_than_any_raster_shows_each_part_in_its_place() {
    for side in [8000, 60_000] {
        let canvas = canvas(&quarters(side));
        assert_eq!(canvas.size(), PixelSize::new(side, side));
        for level in [0, 1, 2, -1, -5] {
            let found = corners(&canvas, level);
            assert_eq!(found, [RED, GREEN, BLUE, YELLOW], "{side}, level {level}");
        }
    }
}

#[test]
fn a_small_drawing_is_sharp_however_closely_it_is_looked_at() {
    let canvas = canvas(&quarters(100));
    for level in (Tile::MIN_LEVEL..=0).rev() {
        assert!(canvas.has_level(level));
        let half = Tile::level_size(canvas.size(), level).width / 2;
        let tile = u16::try_from(half / Tile::EDGE_PX).unwrap();
        let shown = part(&canvas, level, tile, tile);
        let start = (u32::from(tile) * Tile::EDGE_PX).saturating_sub(1);
        let edge = half - start;
        // From one pixel to the next.
        assert_eq!(pixel(&shown, edge - 1, edge - 1), RED, "{level}");
        assert_eq!(pixel(&shown, edge, edge - 1), GREEN, "{level}");
        assert_eq!(pixel(&shown, edge - 1, edge), BLUE, "{level}");
        assert_eq!(pixel(&shown, edge, edge), YELLOW, "{level}");
    }
}

/// Whatever depends on more of the drawing than a part has: blur, mask, clip, pattern, gradient.
const SOFT: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='512' height='400'>\
    <defs><filter id='b' x='-1' y='-1' width='3' height='3'><feGaussianBlur stdDeviation='40'/></filter>\
    <linearGradient id='g'><stop stop-color='red'/><stop offset='1' stop-color='blue'/></linearGradient>\
    <pattern id='p' width='30' height='30' patternUnits='userSpaceOnUse'>\
    <circle cx='15' cy='15' r='9'/></pattern>\
    <mask id='m'><ellipse cx='256' cy='200' rx='240' ry='150' fill='url(#g)'/></mask>\
    <clipPath id='c'><circle cx='250' cy='210' r='180'/></clipPath></defs>\
    <rect width='512' height='400' fill='#fed'/>\
    <rect width='512' height='400' fill='url(#p)' mask='url(#m)'/>\
    <g clip-path='url(#c)' opacity='.5'><rect x='100' y='100' width='300' height='220' fill='url(#g)'/></g>\
    <path d='M60 60h200v90H60z' filter='url(#b)' fill='green'/></svg>";

#[test]
fn parts_are_what_the_whole_is_and_meet_without_a_seam() {
    let whole = decode(SOFT.as_bytes(), Target::Full { max_edge_px: 2048 }).unwrap();
    assert_eq!(whole.size, PixelSize::new(2048, 1600));
    let canvas = canvas(SOFT);
    let level = -2;
    assert_eq!(Tile::level_size(canvas.size(), level), whole.size);
    for (column, row) in (0..4).flat_map(|column| (0..4).map(move |row| (column, row))) {
        let shown = part(&canvas, level, column, row);
        let tile = Tile { level, column, row };
        let area = tile.area_with_margin(canvas.size()).unwrap();
        let mut sum = 0_u64;
        for y in 0..area.size.height {
            for x in 0..area.size.width {
                let found = pixel(&shown, x, y);
                let expected = pixel(&whole, area.x + x, area.y + y);
                let pairs = found.iter().zip(expected);
                let most = pairs.map(|(a, b)| a.abs_diff(b)).max().unwrap();
                // Edges are as soft, but not always by the same steps.
                assert!(most <= 32, "{tile:?} at {x}, {y}: {found:?}, {expected:?}");
                sum += u64::from(most);
            }
        }
        let mean = sum as f64 / area.size.area() as f64;
        assert!(mean < 0.3, "{tile:?}: {mean}");
    }
}

#[test]
fn a_part_that_costs_too_much_is_drawn_coarsely_and_in_its_place() {
    // Minutes for all of its pixels.
    let thick = "<filter id='f'><feMorphology operator='dilate' radius='60'/></filter>\
        <path d='M100 100h300v300H100z' filter='url(#f)'/></svg>";
    let svg = quarters(4000).replace("</svg>", thick);
    let canvas = canvas(&svg);
    for level in [0, -3] {
        let start = ThreadTime::now();
        let [_, green, blue, yellow] = corners(&canvas, level);
        assert_eq!([green, blue, yellow], [GREEN, BLUE, YELLOW]);
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{:?}",
            start.elapsed()
        );
    }
}

#[test]
fn there_is_nothing_beside_a_drawing() {
    let canvas = canvas(&quarters(100));
    for tile in [
        Tile {
            level: 0,
            column: 1,
            row: 0,
        },
        Tile {
            level: -2,
            column: 1,
            row: 0,
        },
    ] {
        assert_eq!(canvas.tile(tile), Err(ImageError::NoPixels), "{tile:?}");
    }
}

#[test]
fn a_drawing_counts_as_what_it_takes_and_not_as_its_text() {
    let mut svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><defs>\
        <path id='l0' d='M0 0h9v9z'/>"
        .to_owned();
    for level in 0..6 {
        let copies = format!("<use href='#l{level}'/>").repeat(6);
        svg = [svg, format!("<g id='l{}'>{copies}</g>", level + 1)].concat();
    }
    svg += "</defs><use href='#l6'/></svg>";
    assert!(svg.len() < 1500);
    let len_bytes = canvas(&svg).len_bytes();
    assert!(len_bytes > 50_000_000, "{len_bytes}");
}

#[test]
fn a_drawing_that_takes_more_than_photographs_is_not_kept() {
    let paths = "<path d='M0 0h9v9z'/>".repeat(230_000);
    let svg = format!("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>{paths}</svg>");
    let refused = Canvas::decode(svg.as_bytes()).err();
    assert!(
        matches!(refused, Some(ImageError::TooLarge(_))),
        "{refused:?}"
    );
}

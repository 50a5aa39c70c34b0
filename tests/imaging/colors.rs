//! Colours are the same on every way from a file to the screen.

use std::io::Cursor;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageDecoder as _, ImageEncoder as _, ImageReader};
use salon::domain::PixelSize;
use salon::imaging::{
    Canvas, DecodedImage, Early, FrameReader, Target, Tile, decode, decode_view, early_thumbnail,
};

use super::{FULL, fixture};

type Color = [u8; 3];

/// How different two colours look: below 1 nobody sees it.
fn delta_e_2000(found: Color, expected: Color) -> f32 {
    let lab = |rgb| {
        let lab::Lab { l, a, b } = lab::Lab::from_rgb(rgb);
        deltae::LabValue { l, a, b }
    };
    *deltae::DeltaE::new(lab(&found), lab(&expected), deltae::DE2000).value()
}

#[track_caller]
pub fn assert_looks_like(what: &str, found: &[Color], expected: &[Color]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        let difference = delta_e_2000(*found, *expected);
        assert!(
            difference < 1.0,
            "{what}: {found:?} and {expected:?} differ by {difference}"
        );
    }
}

/// A colour space: a file with its profile, the numbers of its three patches, and what they are
/// in sRGB, from the profile's own numbers in double precision.
struct Space {
    name: &'static str,
    fixture: &'static str,
    stored: [Color; 3],
    expected: [Color; 3],
}

const SPACES: [Space; 2] = [
    Space {
        name: "Display P3",
        fixture: "display-p3.png",
        stored: [[200, 100, 50], [60, 160, 90], [128, 128, 128]],
        expected: [[215, 93, 31], [0, 163, 82], [128, 128, 128]],
    },
    Space {
        name: "Adobe RGB",
        fixture: "adobe-rgb.png",
        stored: [[200, 100, 50], [60, 160, 90], [128, 128, 128]],
        expected: [[227, 100, 42], [0, 161, 85], [129, 129, 129]],
    },
];

/// Large enough that every smaller scale has pixels of one patch only.
const WIDTH: u16 = 1536;
const HEIGHT: u16 = 256;

impl Space {
    fn profile(&self) -> Vec<u8> {
        let file = fixture(self.fixture);
        let reader = ImageReader::new(Cursor::new(&file))
            .with_guessed_format()
            .unwrap();
        reader
            .into_decoder()
            .unwrap()
            .icc_profile()
            .unwrap()
            .unwrap()
    }

    fn pixels(&self) -> Vec<u8> {
        let patch = usize::from(WIDTH / 3);
        let row: Vec<u8> = self
            .stored
            .iter()
            .flat_map(|color| color.repeat(patch))
            .collect();
        row.repeat(usize::from(HEIGHT))
    }

    fn png(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = PngEncoder::new(&mut file);
        encoder.set_icc_profile(self.profile()).unwrap();
        let (width, height) = (u32::from(WIDTH), u32::from(HEIGHT));
        encoder
            .write_image(&self.pixels(), width, height, ExtendedColorType::Rgb8)
            .unwrap();
        file
    }

    fn jpeg(&self) -> Vec<u8> {
        self.jpeg_by(|_| {})
    }

    fn progressive_jpeg(&self) -> Vec<u8> {
        self.jpeg_by(|encoder| encoder.set_progressive(true))
    }

    fn jpeg_by(&self, set: impl FnOnce(&mut jpeg_encoder::Encoder<&mut Vec<u8>>)) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut file, 98);
        encoder.add_icc_profile(&self.profile()).unwrap();
        set(&mut encoder);
        encoder
            .encode(&self.pixels(), WIDTH, HEIGHT, jpeg_encoder::ColorType::Rgb)
            .unwrap();
        file
    }
}

/// The middle of each third.
fn patches(image: &DecodedImage) -> [Color; 3] {
    let PixelSize { width, height } = image.size;
    [1, 3, 5].map(|sixth| {
        let at = 4 * (height / 2 * width + width * sixth / 6);
        let at = usize::try_from(at).unwrap();
        image.pixels[at..at + 3].try_into().unwrap()
    })
}

#[test]
fn the_fixtures_have_these_numbers() {
    for space in SPACES {
        let file = fixture(space.fixture);
        let reader = ImageReader::new(Cursor::new(&file))
            .with_guessed_format()
            .unwrap();
        let image = reader.decode().unwrap().into_rgb8();
        assert_eq!([8, 24, 40].map(|x| image.get_pixel(x, 16).0), space.stored);
    }
}

#[test]
fn every_picture_of_a_file_has_its_colors() {
    for space in SPACES {
        for (kind, file) in [
            ("PNG", space.png()),
            ("JPEG", space.jpeg()),
            ("progressive JPEG", space.progressive_jpeg()),
        ] {
            let what = |way: &str| format!("{} {kind}, {way}", space.name);
            for (way, target) in [
                ("in full", FULL),
                ("shrunk", Target::Full { max_edge_px: 700 }),
                ("as a thumbnail", Target::Thumbnail { edge_px: 256 }),
            ] {
                let image = decode(&file, target).unwrap();
                assert_looks_like(&what(way), &patches(&image), &space.expected);
            }
            // An eighth, a quarter, half of it, and all of it made smaller.
            for edge_px in [180, 400, 800, 1400, 4096] {
                let view = decode_view(&file, edge_px).unwrap();
                let way = format!("looked at with {edge_px}");
                assert_looks_like(&what(&way), &patches(&view.image), &space.expected);
            }
        }
    }
}

#[test]
fn every_part_of_a_file_has_its_colors() {
    for space in SPACES {
        for file in [space.png(), space.jpeg()] {
            let canvas = Canvas::decode(&file).unwrap();
            for level in 0..4 {
                // A patch is a tile wide, and narrower with each level.
                for (patch, expected) in (0..3_u16).zip(space.expected) {
                    let middle = ((2 * patch + 1) * 256) >> level;
                    let (column, x) = (middle / 512, u32::from(middle % 512));
                    let row = 0;
                    let image = canvas.tile(Tile { level, column, row }).unwrap();
                    let margin = u32::from(column > 0);
                    let at = 4 * (20 * image.size.width + x + margin) as usize;
                    let found = image.pixels[at..at + 3].try_into().unwrap();
                    let what = format!("{}, level {level}", space.name);
                    assert_looks_like(&what, &[found], &[expected]);
                }
            }
        }
    }
}

#[test]
fn a_thumbnail_out_of_the_first_scans_has_the_colors_of_the_file() {
    for space in SPACES {
        let file = space.progressive_jpeg();
        let early = early_thumbnail(&file[..file.len() - 2], 128);
        let Early::Ready(image) = early else {
            panic!("{}: {early:?}", space.name);
        };
        assert_looks_like(space.name, &patches(&image), &space.expected);
    }
}

#[test]
fn frames_have_the_colors_of_the_still() {
    for space in SPACES {
        // A still with the frame it is, of an animation with two.
        let file = animated(&space.png());
        let mut reader = FrameReader::open(file, 4096).unwrap();
        for _ in 0..2 {
            let frame = reader.next_frame().unwrap().unwrap();
            assert_looks_like(space.name, &patches(&frame), &space.expected);
        }
    }
}

/// The same picture twice.
fn animated(png: &[u8]) -> Vec<u8> {
    use super::png_colors::chunk;
    let whole = [u32::from(WIDTH), u32::from(HEIGHT), 0, 0].map(u32::to_be_bytes);
    let control = |number: u32| {
        let delay_and_disposal = [0, 1, 0, 10, 0, 0];
        let content = [
            &number.to_be_bytes()[..],
            &whole.concat(),
            &delay_and_disposal,
        ];
        chunk(&(b"fcTL", content.concat()))
    };
    let mut made = png[..8].to_vec();
    let mut pixels = Vec::new();
    let mut at = 8;
    while at < png.len() {
        let length = u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        let end = at + 12 + usize::try_from(length).unwrap();
        let content = &png[at + 8..end - 4];
        match &png[at + 4..at + 8] {
            b"IDAT" => pixels.extend(content),
            b"IEND" => {
                made.extend(control(0));
                made.extend(chunk(&(b"IDAT", pixels.clone())));
                made.extend(control(1));
                let content = [&2_u32.to_be_bytes()[..], &pixels].concat();
                made.extend(chunk(&(b"fdAT", content)));
                made.extend(&png[at..end]);
            }
            kind => {
                made.extend(&png[at..end]);
                if kind == b"IHDR" {
                    made.extend(chunk(&(b"acTL", [2_u32, 0].map(u32::to_be_bytes).concat())));
                }
            }
        }
        at = end;
    }
    made
}

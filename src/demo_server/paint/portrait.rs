//! Avatars: painted faces, and the letter pictures of those who uploaded none.

use fastrand::Rng;

use super::canvas::{Canvas, Color, mix};
use super::{between, pick};

const SKINS: [Color; 4] = [
    [244, 212, 184],
    [222, 176, 138],
    [166, 112, 78],
    [104, 68, 48],
];
const GROUNDS: [Color; 6] = [
    [120, 164, 196],
    [214, 160, 130],
    [142, 178, 150],
    [190, 150, 190],
    [226, 196, 120],
    [110, 120, 160],
];
const HAIRS: [Color; 5] = [
    [40, 30, 26],
    [92, 58, 36],
    [196, 150, 84],
    [150, 148, 150],
    [130, 52, 38],
];

/// A person, head and shoulders.
pub(crate) fn portrait(seed: u64, edge: u32) -> Canvas {
    let mut rng = Rng::with_seed(seed);
    let size = edge as f32;
    let ground = pick(&mut rng, &GROUNDS, GROUNDS[0]);
    let skin = pick(&mut rng, &SKINS, SKINS[0]);
    let hair = pick(&mut rng, &HAIRS, HAIRS[0]);
    let mut canvas = Canvas::new(edge, edge, ground);
    canvas.vertical_gradient(mix(ground, [255, 255, 255], 0.35), ground);
    let middle = size / 2.0;
    let shirt = pick(&mut rng, &GROUNDS, GROUNDS[1]);
    canvas.circle(
        (middle, size * 1.05),
        size * 0.4,
        mix(shirt, [0, 0, 0], 0.3),
    );
    let long = between(&mut rng, 0.0, 1.0) > 0.5;
    canvas.circle((middle, size * 0.4), size * 0.25, hair);
    if long {
        canvas.rect(size * 0.27, size * 0.4, size * 0.73, size * 0.66, hair);
    }
    let neck = [size * 0.43, size * 0.5, size * 0.57, size * 0.74];
    canvas.round_rect(neck, size * 0.06, mix(skin, [0, 0, 0], 0.12));
    canvas.circle((middle, size * 0.45), size * 0.2, skin);
    canvas.circle(
        (middle - size * 0.075, size * 0.44),
        size * 0.02,
        [40, 34, 34],
    );
    canvas.circle(
        (middle + size * 0.075, size * 0.44),
        size * 0.02,
        [40, 34, 34],
    );
    let mouth = [
        middle - size * 0.05,
        size * 0.535,
        middle + size * 0.05,
        size * 0.55,
    ];
    canvas.round_rect(mouth, size * 0.01, mix(skin, [150, 40, 50], 0.5));
    canvas
}

/// The letter picture in pixels. Without a font only Latin capitals and digits have a shape;
/// every other script gets a ring.
pub(crate) fn letter(letter: char, color: Color, edge: u32) -> Canvas {
    let mut canvas = Canvas::new(edge, edge, color);
    let size = edge as f32;
    let Some(rows) = glyph(letter.to_ascii_uppercase()) else {
        canvas.ring(
            (size / 2.0, size / 2.0),
            size * 0.25,
            size * 0.15,
            [255, 255, 255],
            1.0,
        );
        return canvas;
    };
    let cell = size / 12.0;
    for (row, bits) in rows.iter().enumerate() {
        for column in 0..5_u8 {
            if bits & (0b1_0000 >> column) != 0 {
                let x = size * 0.5 + cell * (f32::from(column) - 2.5);
                let y = size * 0.5 + cell * (row as f32 - 3.5);
                canvas.rect(x, y, x + cell, y + cell, [255, 255, 255]);
            }
        }
    }
    canvas
}

fn glyph(letter: char) -> Option<[u8; 7]> {
    let index = ('A'..='Z').position(|known| known == letter)?;
    GLYPHS.get(index).copied()
}

/// Five bits a row, seven rows, A to Z.
const GLYPHS: [[u8; 7]; 26] = [
    [14, 17, 17, 31, 17, 17, 17],
    [30, 17, 17, 30, 17, 17, 30],
    [14, 17, 16, 16, 16, 17, 14],
    [30, 17, 17, 17, 17, 17, 30],
    [31, 16, 16, 30, 16, 16, 31],
    [31, 16, 16, 30, 16, 16, 16],
    [14, 17, 16, 23, 17, 17, 14],
    [17, 17, 17, 31, 17, 17, 17],
    [14, 4, 4, 4, 4, 4, 14],
    [7, 2, 2, 2, 2, 18, 12],
    [17, 18, 20, 24, 20, 18, 17],
    [16, 16, 16, 16, 16, 16, 31],
    [17, 27, 21, 21, 17, 17, 17],
    [17, 25, 21, 19, 17, 17, 17],
    [14, 17, 17, 17, 17, 17, 14],
    [30, 17, 17, 30, 16, 16, 16],
    [14, 17, 17, 17, 21, 18, 13],
    [30, 17, 17, 30, 20, 18, 17],
    [15, 16, 16, 14, 1, 1, 30],
    [31, 4, 4, 4, 4, 4, 4],
    [17, 17, 17, 17, 17, 17, 14],
    [17, 17, 17, 17, 17, 10, 4],
    [17, 17, 17, 21, 21, 27, 17],
    [17, 17, 10, 4, 10, 17, 17],
    [17, 17, 10, 4, 4, 4, 4],
    [31, 1, 2, 4, 8, 16, 31],
];

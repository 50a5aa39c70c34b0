//! Screenshots: windows of text, code and pictures. The letters are small patterns that come
//! again and again, as real ones do; that is what a PNG decoder meets.

use fastrand::Rng;
use image::{Rgb, RgbImage, Rgba, RgbaImage};

use super::scene::{Detail, Scenes};

const GLYPH_WIDTH: u32 = 7;
const GLYPH_HEIGHT: u32 = 12;
const N_GLYPHS: usize = 60;

/// Coverage of each pixel of each letter, with the soft edges of a font renderer.
pub(super) struct Letters(Vec<[u8; (GLYPH_WIDTH * GLYPH_HEIGHT) as usize]>);

impl Letters {
    pub(super) fn new() -> Self {
        let mut rng = Rng::with_seed(43);
        let glyph = |rng: &mut Rng| {
            let mut glyph = [0; (GLYPH_WIDTH * GLYPH_HEIGHT) as usize];
            for _ in 0..rng.usize(2..5) {
                let is_upright = rng.bool();
                let (column, row) = (rng.usize(0..6), rng.usize(1..11));
                let soft = [70, 110, 160][rng.usize(0..3)];
                for step in 0..rng.usize(4..10) {
                    let (x, y) = if is_upright {
                        (column, row + step)
                    } else {
                        (step, row)
                    };
                    if x < 6 && y < 12 {
                        glyph[y * 7 + x] = 255;
                        glyph[y * 7 + x + 1] = glyph[y * 7 + x + 1].max(soft);
                    }
                }
            }
            glyph
        };
        Self((0..N_GLYPHS).map(|_| glyph(&mut rng)).collect())
    }

    fn line(&self, rng: &mut Rng, shot: &mut RgbImage, at: (u32, u32), width: u32, ink: Rgb<u8>) {
        let mut x = at.0;
        while x + GLYPH_WIDTH < at.0 + width {
            // A fifth of a text is blanks, and some letters are much more frequent.
            let dice = rng.usize(0..100);
            if dice >= 20 {
                let letter = dice * dice * N_GLYPHS / 10_000;
                self.letter(shot, letter, (x, at.1), ink);
            }
            x += GLYPH_WIDTH;
        }
    }

    fn letter(&self, shot: &mut RgbImage, letter: usize, at: (u32, u32), ink: Rgb<u8>) {
        for (n, cover) in (0..).zip(self.0[letter % N_GLYPHS]) {
            let (x, y) = (at.0 + n % GLYPH_WIDTH, at.1 + n / GLYPH_WIDTH);
            if cover == 0 || x >= shot.width() || y >= shot.height() {
                continue;
            }
            let pixel = shot.get_pixel_mut(x, y);
            for (level, ink) in pixel.0.iter_mut().zip(ink.0) {
                let mixed =
                    u32::from(*level) * u32::from(255 - cover) + u32::from(ink) * u32::from(cover);
                *level = u8::try_from(mixed / 255).unwrap_or(255);
            }
        }
    }
}

/// A window that fills the screen.
pub(super) fn screenshot(
    rng: &mut Rng,
    letters: &Letters,
    scenes: &Scenes,
    (width, height): (u32, u32),
) -> RgbImage {
    let is_dark = rng.u8(0..3) == 0;
    let (paper, side, ink) = if is_dark {
        (Rgb([30, 31, 36]), Rgb([22, 23, 27]), Rgb([214, 216, 222]))
    } else {
        (
            Rgb([255, 255, 255]),
            Rgb([241, 243, 247]),
            Rgb([32, 36, 44]),
        )
    };
    let mut shot = RgbImage::from_pixel(width, height, paper);
    let bar = width / 5;
    rect(&mut shot, (0, 0, bar, height), side);
    rect(&mut shot, (0, 0, width, 38), side);
    let mut y = 56;
    while y + 20 < height {
        let entry = rng.u32(bar / 3..bar - 50);
        rect(&mut shot, (14, y, 24, 16), hue(rng));
        letters.line(rng, &mut shot, (46, y + 2), entry, ink);
        y += 30;
    }
    let mut y = 60;
    while y + 24 < height {
        let room = width - bar - 60;
        match rng.u8(0..24) {
            0 if y + 260 < height => {
                let edge = (rng.u32(240..420).min(room), rng.u32(150..240));
                let detail = Detail {
                    grain: 4,
                    structure: 24,
                };
                let picture = scenes.picture(rng, edge, detail);
                image::imageops::replace(&mut shot, &picture, i64::from(bar + 60), i64::from(y));
                y += 256;
            }
            1 => y += 34,
            2 => {
                let ink = hue(rng);
                letters.line(rng, &mut shot, (bar + 60, y), room / 4, ink);
                y += 22;
            }
            _ => {
                let share = rng.u32(room / 3..room - 20);
                letters.line(rng, &mut shot, (bar + 60, y), share, ink);
                y += 20;
            }
        }
    }
    shot
}

/// One window with round corners and a shadow, cut out with its transparency.
pub(super) fn window(shot: &RgbImage) -> RgbaImage {
    const SHADOW: u32 = 40;
    let (width, height) = shot.dimensions();
    RgbaImage::from_fn(width + 2 * SHADOW, height + 2 * SHADOW, |x, y| {
        let inside = (x.wrapping_sub(SHADOW), y.wrapping_sub(SHADOW));
        if let Some(pixel) = shot.get_pixel_checked(inside.0, inside.1) {
            let Rgb([red, green, blue]) = *pixel;
            return Rgba([red, green, blue, 255]);
        }
        let away = |at: u32, length: u32| {
            SHADOW
                .saturating_sub(at)
                .max(at.saturating_sub(SHADOW + length))
        };
        let distance = away(x, width).max(away(y, height));
        let alpha = 110_u32.saturating_sub(distance * 110 / SHADOW);
        Rgba([0, 0, 0, u8::try_from(alpha).unwrap_or(0)])
    })
}

fn hue(rng: &mut Rng) -> Rgb<u8> {
    Rgb([rng.u8(40..220), rng.u8(40..220), rng.u8(40..220)])
}

/// Left, top, width, height.
fn rect(shot: &mut RgbImage, part: (u32, u32, u32, u32), color: Rgb<u8>) {
    for y in part.1..(part.1 + part.3).min(shot.height()) {
        for x in part.0..(part.0 + part.2).min(shot.width()) {
            shot.put_pixel(x, y, color);
        }
    }
}

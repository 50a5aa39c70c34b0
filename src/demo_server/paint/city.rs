//! A town at dusk.

use fastrand::Rng;

use super::canvas::{Canvas, Color, mix};
use super::{between, pick};

const SKIES: [[Color; 3]; 4] = [
    [[24, 26, 62], [214, 122, 120], [255, 220, 150]],
    [[14, 20, 44], [70, 92, 140], [250, 232, 176]],
    [[60, 62, 110], [250, 180, 140], [255, 236, 190]],
    [[120, 160, 196], [236, 232, 220], [250, 244, 220]],
];

pub(super) fn city(rng: &mut Rng, (width, height): (u32, u32)) -> Canvas {
    let [top, horizon, lamp] = pick(rng, &SKIES, SKIES[0]);
    let mut canvas = Canvas::new(width, height, horizon);
    let (w, h) = (width as f32, height as f32);
    canvas.vertical_gradient(top, horizon);
    let moon = (w * between(rng, 0.1, 0.9), h * between(rng, 0.1, 0.3));
    canvas.circle(moon, w.min(h) * 0.05, mix(lamp, horizon, 0.2));
    for row in 0..3_u8 {
        let depth = f32::from(row) / 2.0;
        let wall = mix(mix(horizon, top, 0.55), mix(top, [8, 8, 16], 0.6), depth);
        let mut x = -w * 0.03;
        while x < w {
            let house = w * between(rng, 0.05, 0.11);
            let roof = h * (between(rng, 0.3, 0.62) + 0.14 * depth);
            canvas.rect(x, roof, x + house, h, wall);
            if row > 0 {
                windows(
                    rng,
                    &mut canvas,
                    [x, roof, x + house, h],
                    mix(wall, lamp, 0.75),
                );
            }
            x += house * between(rng, 0.9, 1.15);
        }
    }
    canvas
}

fn windows(rng: &mut Rng, canvas: &mut Canvas, edges: [f32; 4], light: Color) {
    let [left, top, right, bottom] = edges;
    let step = ((right - left) / 5.0).max(3.0);
    let mut y = top + step * 0.7;
    while y < bottom {
        let mut x = left + step * 0.7;
        while x < right - step * 0.6 {
            if rng.u8(0..10) < 4 {
                canvas.rect(x, y, x + step * 0.45, y + step * 0.55, light);
            }
            x += step;
        }
        y += step * 1.25;
    }
}

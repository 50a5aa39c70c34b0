//! Hills, mountains and the sea.

use fastrand::Rng;

use super::canvas::{Canvas, Color, mix};
use super::{between, pick};

/// Sky above, sky at the horizon, sun, far hills, near hills.
type Mood = [Color; 5];

const MOODS: [Mood; 7] = [
    [
        [58, 96, 160],
        [246, 202, 165],
        [255, 236, 200],
        [122, 132, 168],
        [34, 48, 74],
    ],
    [
        [104, 164, 220],
        [222, 236, 244],
        [255, 250, 228],
        [138, 170, 190],
        [44, 92, 74],
    ],
    [
        [44, 38, 86],
        [236, 128, 110],
        [255, 214, 150],
        [120, 74, 116],
        [30, 22, 48],
    ],
    [
        [16, 24, 52],
        [66, 88, 132],
        [236, 240, 250],
        [44, 60, 98],
        [10, 14, 28],
    ],
    [
        [150, 170, 178],
        [226, 228, 222],
        [250, 246, 236],
        [154, 172, 174],
        [64, 88, 84],
    ],
    [
        [240, 176, 96],
        [252, 226, 178],
        [255, 246, 222],
        [214, 150, 104],
        [104, 56, 40],
    ],
    [
        [88, 150, 150],
        [236, 226, 196],
        [255, 244, 214],
        [120, 160, 148],
        [38, 70, 64],
    ],
];

pub(super) fn landscape(rng: &mut Rng, (width, height): (u32, u32)) -> Canvas {
    let mood = pick(rng, &MOODS, MOODS[0]);
    let mut canvas = sky(rng, width, height, mood);
    let [_, horizon, _, far, near] = mood;
    let n_layers = rng.u32(3..7);
    let start = between(rng, 0.42, 0.58);
    for layer in 0..n_layers {
        let depth = (layer as f32 + 1.0) / n_layers as f32;
        let base = start + (0.95 - start) * (layer as f32 / n_layers as f32);
        let rough = if layer < 2 {
            between(rng, 0.07, 0.16)
        } else {
            between(rng, 0.03, 0.08)
        };
        let line = ridge(rng, width, height, base, rough);
        let color = mix(mix(horizon, far, 0.35 + 0.65 * depth), near, depth * depth);
        canvas.below(&line, color);
    }
    canvas
}

pub(super) fn seaside(rng: &mut Rng, (width, height): (u32, u32)) -> Canvas {
    let mood = pick(rng, &MOODS, MOODS[0]);
    let mut canvas = sky(rng, width, height, mood);
    let [top, horizon, sun, far, near] = mood;
    let (w, h) = (width as f32, height as f32);
    if rng.bool() {
        let line = ridge(rng, width, height, 0.53, 0.08);
        canvas.below(&line, mix(horizon, far, 0.7));
    }
    let shore = h * between(rng, 0.55, 0.62);
    let n_bands = 26.0_f32;
    let mut y = shore;
    let mut band = 0.0;
    while y < h {
        let depth = band / n_bands;
        let thickness = h * (0.006 + 0.02 * depth);
        let shade = mix(mix(horizon, top, 0.5), near, 0.15 + 0.6 * depth);
        canvas.rect(0.0, y, w, (y + thickness).min(h), shade);
        for _ in 0..6 {
            let left = w * rng.f32();
            let length = w * between(rng, 0.02, 0.16) * (0.4 + depth);
            let line = y + thickness * 0.4;
            let light = mix(shade, sun, between(rng, 0.1, 0.45));
            canvas.rect(
                left,
                line,
                left + length,
                line + (h * 0.003).max(1.0),
                light,
            );
        }
        y += thickness;
        band += 1.0;
    }
    if rng.bool() {
        let line = ridge(rng, width, height, 0.9, 0.07);
        canvas.below(&line, near);
    }
    canvas
}

fn sky(rng: &mut Rng, width: u32, height: u32, mood: Mood) -> Canvas {
    let [top, horizon, sun, _, _] = mood;
    let mut canvas = Canvas::new(width, height, horizon);
    let (w, h) = (width as f32, height as f32);
    canvas.vertical_gradient(top, mix(horizon, sun, 0.2));
    if u32::from(top[0]) + u32::from(top[1]) < 60 {
        for _ in 0..140 {
            let at = (w * rng.f32(), h * 0.5 * rng.f32());
            canvas.ring(
                at,
                (h * between(rng, 0.0008, 0.002)).max(0.7),
                0.0,
                sun,
                0.8,
            );
        }
    }
    let center = (w * between(rng, 0.15, 0.85), h * between(rng, 0.14, 0.46));
    let radius = w.min(h) * between(rng, 0.035, 0.08);
    for step in 1..=5_u8 {
        let reach = radius * (1.0 + f32::from(6 - step) * 0.6);
        canvas.ring(center, reach, 0.0, sun, 0.07);
    }
    canvas.circle(center, radius, sun);
    clouds(rng, &mut canvas, mix(sun, horizon, 0.4));
    canvas
}

fn clouds(rng: &mut Rng, canvas: &mut Canvas, color: Color) {
    let (w, h) = (canvas.width() as f32, canvas.height() as f32);
    for _ in 0..rng.u32(0..5) {
        let (x, y) = (w * rng.f32(), h * between(rng, 0.06, 0.36));
        let size = h * between(rng, 0.012, 0.03);
        for streak in 0..3_u8 {
            let left = x + size * between(rng, -2.0, 2.0);
            let top = y + size * 0.7 * f32::from(streak);
            let right = left + size * between(rng, 5.0, 12.0);
            canvas.round_rect([left, top, right, top + size * 0.55], size, color);
        }
    }
}

/// The upper edge of a range of hills, one height for each column.
fn ridge(rng: &mut Rng, width: u32, height: u32, base: f32, rough: f32) -> Vec<f32> {
    let waves: Vec<(f32, f32, f32)> = (0..6_u8)
        .map(|octave| {
            let frequency = 2.0_f32.powi(i32::from(octave)) * between(rng, 0.7, 1.6);
            (
                frequency * std::f32::consts::PI,
                rng.f32() * 9.0,
                0.62_f32.powi(i32::from(octave)),
            )
        })
        .collect();
    let (w, h) = (width as f32, height as f32);
    (0..width)
        .map(|x| {
            let at = x as f32 / w;
            let sum: f32 = waves
                .iter()
                .map(|(frequency, phase, weight)| (at * frequency + phase).sin() * weight)
                .sum();
            h * (base - rough * sum * 0.6)
        })
        .collect()
}

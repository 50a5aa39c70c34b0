//! Pictures of nothing: blends, lights, tiles, waves, posters.

use fastrand::Rng;

use super::canvas::{Canvas, Color, level, mix};
use super::{between, pick};

const PALETTES: [[Color; 5]; 8] = [
    [
        [38, 70, 83],
        [42, 157, 143],
        [233, 196, 106],
        [244, 162, 97],
        [231, 111, 81],
    ],
    [
        [29, 53, 87],
        [69, 123, 157],
        [168, 218, 220],
        [241, 250, 238],
        [230, 57, 70],
    ],
    [
        [61, 64, 91],
        [129, 178, 154],
        [242, 204, 143],
        [224, 122, 95],
        [244, 241, 222],
    ],
    [
        [43, 45, 66],
        [141, 153, 174],
        [237, 242, 244],
        [239, 35, 60],
        [217, 4, 41],
    ],
    [
        [96, 108, 56],
        [40, 54, 24],
        [254, 250, 224],
        [221, 161, 94],
        [188, 108, 37],
    ],
    [
        [0, 48, 73],
        [102, 155, 188],
        [253, 240, 213],
        [193, 18, 31],
        [120, 0, 0],
    ],
    [
        [88, 80, 141],
        [188, 80, 144],
        [255, 99, 97],
        [255, 166, 0],
        [0, 63, 92],
    ],
    [
        [22, 66, 60],
        [106, 156, 137],
        [196, 218, 210],
        [233, 239, 236],
        [240, 160, 80],
    ],
];

/// Soft spots of color: painted small and enlarged, which is both cheap and smooth.
pub(super) fn blend(rng: &mut Rng, (width, height): (u32, u32)) -> Canvas {
    let palette = pick(rng, &PALETTES, PALETTES[0]);
    let spots: Vec<([f32; 2], f32, Color)> = (0..7)
        .map(|_| {
            let at = [rng.f32(), rng.f32()];
            (at, between(rng, 4.0, 14.0), pick(rng, &palette, palette[0]))
        })
        .collect();
    let (small_width, small_height) = (64_u32, 48_u32);
    let mut pixels = Vec::with_capacity(64 * 48 * 3);
    for y in 0..small_height {
        for x in 0..small_width {
            pixels.extend(blended(&spots, x as f32 / 64.0, y as f32 / 48.0));
        }
    }
    Canvas::from_pixels(small_width, small_height, pixels).enlarged(width, height)
}

fn blended(spots: &[([f32; 2], f32, Color)], x: f32, y: f32) -> Color {
    let mut sums = [0.0_f32; 3];
    let mut weights = 0.0001;
    for ([spot_x, spot_y], falloff, color) in spots {
        let distance = (x - spot_x).powi(2) + (y - spot_y).powi(2);
        let weight = (-distance * falloff).exp();
        weights += weight;
        for (sum, channel) in sums.iter_mut().zip(color) {
            *sum += weight * f32::from(*channel);
        }
    }
    sums.map(|sum| level(sum / weights))
}

pub(super) fn bokeh(rng: &mut Rng, size: (u32, u32)) -> Canvas {
    let palette = pick(rng, &PALETTES, PALETTES[0]);
    let mut canvas = blend(rng, size);
    let (w, h) = (size.0 as f32, size.1 as f32);
    for _ in 0..rng.u32(14..34) {
        let at = (w * rng.f32(), h * rng.f32());
        let radius = w.min(h) * between(rng, 0.02, 0.11);
        let color = mix(pick(rng, &palette, palette[0]), [255, 255, 255], 0.45);
        canvas.ring(at, radius, 0.0, color, 0.22);
        canvas.ring(at, radius, radius * 0.94, color, 0.35);
    }
    canvas
}

pub(super) fn tiles(rng: &mut Rng, (width, height): (u32, u32)) -> Canvas {
    let palette = pick(rng, &PALETTES, PALETTES[0]);
    let mut canvas = Canvas::new(width, height, palette[3]);
    let edge = (width.max(height) as f32 / rng.u32(5..9) as f32).max(1.0);
    let mut y = 0.0;
    while y < height as f32 {
        let mut x = 0.0;
        while x < width as f32 {
            tile(rng, &mut canvas, (x, y), edge, &palette);
            x += edge;
        }
        y += edge;
    }
    canvas
}

fn tile(rng: &mut Rng, canvas: &mut Canvas, (x, y): (f32, f32), edge: f32, palette: &[Color; 5]) {
    let ground = pick(rng, palette, palette[0]);
    let figure = pick(rng, palette, palette[4]);
    canvas.rect(x, y, x + edge, y + edge, ground);
    let middle = (x + edge / 2.0, y + edge / 2.0);
    match rng.u8(0..5) {
        0 => canvas.circle(middle, edge * 0.42, figure),
        1 => canvas.ring(middle, edge * 0.45, edge * 0.22, figure, 1.0),
        2 => canvas.rect(x, y, x + edge / 2.0, y + edge, figure),
        3 => canvas.rect(x, middle.1, x + edge, y + edge, figure),
        _ => {
            canvas.circle(middle, edge * 0.3, figure);
            canvas.circle(middle, edge * 0.12, ground);
        }
    }
}

pub(super) fn waves(rng: &mut Rng, (width, height): (u32, u32)) -> Canvas {
    let palette = pick(rng, &PALETTES, PALETTES[0]);
    let mut canvas = Canvas::new(width, height, palette[2]);
    canvas.vertical_gradient(mix(palette[2], [255, 255, 255], 0.4), palette[2]);
    let (w, h) = (width as f32, height as f32);
    let n_bands = rng.u32(6..11);
    let lean = between(rng, -0.2, 0.2);
    for band in 0..n_bands {
        let share = band as f32 / n_bands as f32;
        let (phase, frequency) = (rng.f32() * 6.0, between(rng, 3.0, 7.0));
        let line: Vec<f32> = (0..width)
            .map(|x| {
                let at = x as f32 / w;
                let swing = (at * frequency + phase).sin() * 0.05;
                h * (0.22 + share * 0.8 + swing + lean * (at - 0.5))
            })
            .collect();
        canvas.below(&line, mix(palette[4], palette[0], share));
    }
    canvas
}

pub(super) fn poster(rng: &mut Rng, (width, height): (u32, u32)) -> Canvas {
    let palette = pick(rng, &PALETTES, PALETTES[0]);
    let (w, h) = (width as f32, height as f32);
    let paper = mix(palette[2], [255, 252, 244], 0.8);
    let mut canvas = Canvas::new(width, height, paper);
    let short = w.min(h);
    let center = (w * between(rng, 0.3, 0.7), h * between(rng, 0.32, 0.46));
    for ring in 0..5_u8 {
        let radius = short * (0.36 - 0.065 * f32::from(ring));
        let color = palette.get(usize::from(ring)).copied().unwrap_or(paper);
        canvas.circle(center, radius, color);
    }
    let margin = short * 0.07;
    canvas.rect(
        margin,
        h * 0.84,
        w * between(rng, 0.45, 0.8),
        h * 0.875,
        palette[0],
    );
    canvas.rect(
        margin,
        h * 0.9,
        w * between(rng, 0.3, 0.5),
        h * 0.915,
        palette[1],
    );
    canvas.rect(
        margin,
        h * 0.935,
        w * between(rng, 0.3, 0.6),
        h * 0.95,
        palette[1],
    );
    canvas.rect(
        margin,
        margin,
        margin + short * 0.12,
        margin + short * 0.02,
        palette[4],
    );
    canvas
}

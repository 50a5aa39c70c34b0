//! What people cut out of their screens: charts, chats, source code. Text is drawn as bars.

use fastrand::Rng;

use super::canvas::{Canvas, Color, mix};
use super::{between, pick};

const INKS: [Color; 5] = [
    [66, 110, 180],
    [222, 120, 84],
    [88, 160, 120],
    [190, 96, 140],
    [226, 178, 72],
];

pub(super) fn chart(rng: &mut Rng, (width, height): (u32, u32)) -> Canvas {
    let (w, h) = (width as f32, height as f32);
    let mut canvas = Canvas::new(width, height, [255, 255, 255]);
    canvas.rect(
        w * 0.06,
        h * 0.06,
        w * between(rng, 0.3, 0.5),
        h * 0.1,
        [60, 66, 78],
    );
    canvas.rect(
        w * 0.06,
        h * 0.125,
        w * between(rng, 0.4, 0.6),
        h * 0.145,
        [176, 182, 192],
    );
    for line in 0..6_u8 {
        let y = h * (0.24 + 0.125 * f32::from(line));
        canvas.rect(
            w * 0.06,
            y,
            w * 0.94,
            y + (h * 0.002).max(1.0),
            [232, 235, 240],
        );
    }
    if rng.bool() {
        bars(rng, &mut canvas);
    } else {
        curves(rng, &mut canvas);
    }
    canvas
}

fn bars(rng: &mut Rng, canvas: &mut Canvas) {
    let (w, h) = (canvas.width() as f32, canvas.height() as f32);
    let n_bars = rng.u32(6..14);
    let ink = pick(rng, &INKS, INKS[0]);
    let step = w * 0.86 / n_bars as f32;
    for bar in 0..n_bars {
        let left = w * 0.07 + step * bar as f32;
        let top = h * (0.865 - between(rng, 0.08, 0.6));
        let color = if rng.u8(0..6) == 0 { INKS[1] } else { ink };
        let edges = [left + step * 0.15, top, left + step * 0.85, h * 0.865];
        canvas.round_rect(edges, step * 0.08, color);
        canvas.rect(
            left + step * 0.3,
            h * 0.9,
            left + step * 0.7,
            h * 0.915,
            [190, 196, 206],
        );
    }
}

fn curves(rng: &mut Rng, canvas: &mut Canvas) {
    let (w, h) = (canvas.width() as f32, canvas.height() as f32);
    for ink in INKS.iter().take(rng.usize(2..4)) {
        let (phase, slope) = (rng.f32() * 6.0, between(rng, -0.3, 0.1));
        let (swing, frequency) = (between(rng, 0.03, 0.09), between(rng, 5.0, 11.0));
        let start = between(rng, 0.45, 0.7);
        for x in 0..200_u8 {
            let at = f32::from(x) / 200.0;
            let y = start + slope * at + (at * frequency + phase).sin() * swing;
            let place = (w * (0.07 + 0.86 * at), h * y.clamp(0.22, 0.86));
            canvas.circle(place, (h * 0.006).max(1.0), *ink);
        }
    }
}

pub(super) fn chat(rng: &mut Rng, (width, height): (u32, u32)) -> Canvas {
    let (w, h) = (width as f32, height as f32);
    let dark = rng.u8(0..3) == 0;
    let (ground, side, text) = if dark {
        ([31, 35, 41], [23, 26, 31], [158, 166, 176])
    } else {
        ([255, 255, 255], [243, 245, 248], [110, 118, 130])
    };
    let mut canvas = Canvas::new(width, height, ground);
    let bar = if w > h { w * 0.24 } else { 0.0 };
    canvas.rect(0.0, 0.0, bar, h, side);
    let unit = (h / 40.0).max(2.0);
    let mut y = unit * 2.0;
    while bar > 0.0 && y < h {
        let edges = [unit, y, unit * 2.4, y + unit * 1.4];
        canvas.round_rect(edges, unit * 0.3, pick(rng, &INKS, INKS[0]));
        canvas.rect(
            unit * 3.2,
            y + unit * 0.4,
            bar * between(rng, 0.5, 0.9),
            y + unit,
            text,
        );
        y += unit * 2.3;
    }
    canvas.rect(bar, 0.0, w, unit * 3.0, mix(ground, side, 0.5));
    canvas.rect(
        bar + unit * 1.5,
        unit,
        bar + unit * 9.0,
        unit * 2.0,
        mix(text, ground, 0.1),
    );
    messages(rng, &mut canvas, bar, unit, text);
    let field = [bar + unit, h - unit * 4.0, w - unit, h - unit];
    canvas.round_rect(field, unit * 0.5, mix(side, text, 0.12));
    canvas
}

fn messages(rng: &mut Rng, canvas: &mut Canvas, left: f32, unit: f32, text: Color) {
    let (w, h) = (canvas.width() as f32, canvas.height() as f32);
    let mut y = unit * 4.5;
    while y < h - unit * 7.0 {
        let ink = pick(rng, &INKS, INKS[0]);
        let face = [left + unit * 1.2, y, left + unit * 3.4, y + unit * 2.2];
        canvas.round_rect(face, unit * 0.4, ink);
        let start = left + unit * 4.2;
        canvas.rect(
            start,
            y,
            start + unit * between(rng, 4.0, 8.0),
            y + unit * 0.7,
            ink,
        );
        for _ in 0..rng.u8(1..4) {
            y += unit * 1.2;
            let end = start + (w - start) * between(rng, 0.25, 0.85);
            canvas.rect(start, y, end, y + unit * 0.55, text);
        }
        if rng.u8(0..5) == 0 && y < h - unit * 15.0 {
            y += unit * 1.4;
            let edges = [start, y, start + unit * 11.0, y + unit * 6.0];
            canvas.round_rect(edges, unit * 0.5, mix(ink, [255, 255, 255], 0.4));
            canvas.circle((start + unit * 8.0, y + unit * 2.0), unit, [255, 244, 214]);
            y += unit * 6.0;
        }
        y += unit * 2.6;
    }
}

pub(super) fn editor(rng: &mut Rng, (width, height): (u32, u32)) -> Canvas {
    let (w, h) = (width as f32, height as f32);
    let ground = pick(
        rng,
        &[[30, 32, 40], [26, 27, 38], [40, 42, 54]],
        [30, 32, 40],
    );
    let mut canvas = Canvas::new(width, height, ground);
    canvas.rect(0.0, 0.0, w, h * 0.05, mix(ground, [0, 0, 0], 0.35));
    for (index, ink) in [[255, 95, 86], [255, 189, 46], [39, 201, 63]]
        .iter()
        .enumerate()
    {
        let at = (h * (0.03 + 0.03 * index as f32), h * 0.025);
        canvas.circle(at, h * 0.008, *ink);
    }
    let unit = (h / 44.0).max(2.0);
    let (mut y, mut indent) = (h * 0.08, 0_u8);
    while y < h - unit {
        canvas.rect(
            unit,
            y,
            unit * 2.2,
            y + unit * 0.55,
            mix(ground, [255, 255, 255], 0.2),
        );
        let mut x = unit * (4.0 + 2.0 * f32::from(indent));
        for _ in 0..rng.u8(0..6) {
            let length = unit * between(rng, 1.2, 6.0);
            let ink = mix(pick(rng, &INKS, INKS[0]), [255, 255, 255], 0.35);
            canvas.rect(x, y, x + length, y + unit * 0.6, ink);
            x += length + unit * 0.7;
        }
        indent = match rng.u8(0..4) {
            0 => indent.saturating_add(1).min(5),
            1 => indent.saturating_sub(1),
            _ => indent,
        };
        y += unit * 1.15;
    }
    canvas
}

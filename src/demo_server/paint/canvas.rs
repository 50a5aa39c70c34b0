//! An RGB canvas that is cheap without optimisation: everything is filled in spans.

/// Red, green, blue.
pub(crate) type Color = [u8; 3];

/// Pixels, row by row.
#[derive(Debug, Clone)]
pub(crate) struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Canvas {
    pub(crate) fn new(width: u32, height: u32, color: Color) -> Self {
        let mut canvas = Self {
            width,
            height,
            pixels: vec![0; bytes_of(width, height)],
        };
        fill(&mut canvas.pixels, color);
        canvas
    }

    pub(crate) fn from_pixels(width: u32, height: u32, mut pixels: Vec<u8>) -> Self {
        pixels.resize(bytes_of(width, height), 0);
        Self {
            width,
            height,
            pixels,
        }
    }

    pub(crate) fn width(&self) -> u32 {
        self.width
    }

    pub(crate) fn height(&self) -> u32 {
        self.height
    }

    pub(crate) fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// From `top` to `bottom`, row by row.
    pub(crate) fn vertical_gradient(&mut self, top: Color, bottom: Color) {
        let height = self.height.max(1) as f32;
        for y in 0..self.height {
            let color = mix(top, bottom, y as f32 / height);
            if let Some(row) = self.row_mut(y) {
                fill(row, color);
            }
        }
    }

    /// A rectangle by its edges in pixels.
    pub(crate) fn rect(&mut self, left: f32, top: f32, right: f32, bottom: f32, color: Color) {
        for y in whole(top)..whole(bottom).min(self.height) {
            self.span(y, left, right, color);
        }
    }

    /// A rectangle with round corners.
    pub(crate) fn round_rect(&mut self, edges: [f32; 4], radius: f32, color: Color) {
        let [left, top, right, bottom] = edges;
        let radius = radius
            .min((right - left) / 2.0)
            .min((bottom - top) / 2.0)
            .max(0.0);
        for y in whole(top)..whole(bottom).min(self.height) {
            let middle = y as f32 + 0.5;
            let beyond = (top + radius - middle)
                .max(middle - (bottom - radius))
                .max(0.0);
            let inset = radius - (radius * radius - beyond * beyond).max(0.0).sqrt();
            self.span(y, left + inset, right - inset, color);
        }
    }

    pub(crate) fn circle(&mut self, center: (f32, f32), radius: f32, color: Color) {
        self.ring(center, radius, 0.0, color, 1.0);
    }

    /// A disc with a hole, laid over what is there with `opacity`.
    pub(crate) fn ring(
        &mut self,
        (center_x, center_y): (f32, f32),
        outer: f32,
        inner: f32,
        color: Color,
        opacity: f32,
    ) {
        let first = whole(center_y - outer);
        let last = whole(center_y + outer + 1.0).min(self.height);
        for y in first..last {
            let dy = y as f32 + 0.5 - center_y;
            let half = (outer * outer - dy * dy).max(0.0).sqrt();
            let hole = (inner * inner - dy * dy).max(0.0).sqrt();
            if hole > 0.0 {
                self.blend_span(y, center_x - half, center_x - hole, color, opacity);
                self.blend_span(y, center_x + hole, center_x + half, color, opacity);
            } else {
                self.blend_span(y, center_x - half, center_x + half, color, opacity);
            }
        }
    }

    /// Everything below a line given for each column.
    pub(crate) fn below(&mut self, line: &[f32], color: Color) {
        let top = line.iter().copied().fold(f32::INFINITY, f32::min);
        for y in whole(top)..self.height {
            let mut start = None;
            for (x, edge) in line.iter().enumerate() {
                let covered = y as f32 + 1.0 - edge;
                if covered >= 1.0 {
                    start = start.or(Some(x));
                    continue;
                }
                if let Some(begin) = start.take() {
                    self.span(y, begin as f32, x as f32, color);
                }
                if covered > 0.0 {
                    self.blend_pixel(x, y, color, covered);
                }
            }
            if let Some(begin) = start {
                self.span(y, begin as f32, self.width as f32, color);
            }
        }
    }

    /// One row from `left` to `right`, with soft ends.
    pub(crate) fn span(&mut self, y: u32, left: f32, right: f32, color: Color) {
        self.blend_span(y, left, right, color, 1.0);
    }

    fn blend_span(&mut self, y: u32, left: f32, right: f32, color: Color, opacity: f32) {
        let (left, right) = (left.max(0.0), right.min(self.width as f32));
        if right <= left {
            return;
        }
        let (first, last) = (whole(left.ceil()), whole(right));
        if first > 0 && left.fract() > 0.0 {
            self.blend_pixel(first as usize - 1, y, color, (1.0 - left.fract()) * opacity);
        }
        if right.fract() > 0.0 {
            self.blend_pixel(last as usize, y, color, right.fract() * opacity);
        }
        if last <= first {
            return;
        }
        let Some(span) = self
            .row_mut(y)
            .and_then(|row| row.get_mut(first as usize * 3..last as usize * 3))
        else {
            return;
        };
        if opacity >= 1.0 {
            fill(span, color);
        } else {
            for pixel in span.chunks_exact_mut(3) {
                lay_over(pixel, color, opacity);
            }
        }
    }

    fn blend_pixel(&mut self, x: usize, y: u32, color: Color, opacity: f32) {
        if let Some(pixel) = self
            .row_mut(y)
            .and_then(|row| row.get_mut(x * 3..x * 3 + 3))
        {
            lay_over(pixel, color, opacity);
        }
    }

    fn row_mut(&mut self, y: u32) -> Option<&mut [u8]> {
        let stride = self.width as usize * 3;
        self.pixels
            .get_mut(y as usize * stride..(y as usize + 1) * stride)
    }
}

/// A color between two.
pub(crate) fn mix(from: Color, to: Color, share: f32) -> Color {
    let share = share.clamp(0.0, 1.0);
    let mut mixed = from;
    for (channel, target) in mixed.iter_mut().zip(to) {
        let start = f32::from(*channel);
        *channel = level(start + (f32::from(target) - start) * share);
    }
    mixed
}

/// A float in 0..=255 as a byte.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of the type just before"
)]
pub(crate) fn level(value: f32) -> u8 {
    value.clamp(0.0, 255.0).round() as u8
}

/// A coordinate cut to a whole pixel, at least 0.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "negative values become 0 and pictures are far smaller than 16 million pixels wide"
)]
pub(crate) fn whole(value: f32) -> u32 {
    value.clamp(0.0, 16_000_000.0) as u32
}

fn lay_over(pixel: &mut [u8], color: Color, opacity: f32) {
    for (below, above) in pixel.iter_mut().zip(color) {
        let old = f32::from(*below);
        *below = level(old + (f32::from(above) - old) * opacity);
    }
}

/// Doubles what is filled already: copies are fast even in an unoptimised build.
fn fill(span: &mut [u8], color: Color) {
    let Some(first) = span.get_mut(0..3) else {
        return;
    };
    first.copy_from_slice(&color);
    let mut filled = 3;
    while filled < span.len() {
        let chunk = filled.min(span.len() - filled);
        span.copy_within(0..chunk, filled);
        filled += chunk;
    }
}

pub(super) fn bytes_of(width: u32, height: u32) -> usize {
    width as usize * height as usize * 3
}

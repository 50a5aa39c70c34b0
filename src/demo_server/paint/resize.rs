//! Pictures at other sizes, cheaply also where nothing is optimised.

use super::canvas::{Canvas, bytes_of, level, whole};

impl Canvas {
    /// The same picture smaller: every pixel is the mean of those it covers. Written out,
    /// because generic resizers take half a second in an unoptimised build.
    pub(crate) fn shrunk(&self, width: u32, height: u32) -> Self {
        let (width, height) = (width.clamp(1, self.width()), height.clamp(1, self.height()));
        let stride = self.width() as usize * 3;
        let mut pixels = Vec::with_capacity(bytes_of(width, height));
        let mut rows = self.pixels().chunks_exact(stride);
        for y in 0..height {
            let n_rows = covered(y, height, self.height());
            let mut sums = vec![0_u32; width as usize * 3];
            for row in rows.by_ref().take(n_rows as usize) {
                add_columns(&mut sums, row, width, self.width());
            }
            for (x, sum) in (0..width).zip(sums.chunks_exact(3)) {
                let n_pixels = (n_rows * covered(x, width, self.width())).max(1);
                pixels.extend(
                    sum.iter()
                        .map(|sum| u8::try_from(sum / n_pixels).unwrap_or(255)),
                );
            }
        }
        Self::from_pixels(width, height, pixels)
    }

    /// The same picture larger, smoothly.
    pub(crate) fn enlarged(&self, width: u32, height: u32) -> Self {
        let wide: Vec<Vec<u8>> = self
            .pixels()
            .chunks_exact(self.width() as usize * 3)
            .map(|row| stretched(row, width as usize))
            .collect();
        let mut pixels = Vec::with_capacity(bytes_of(width, height));
        for y in 0..height {
            let at = y as f32 * (self.height().max(2) - 1) as f32 / height.max(1) as f32;
            let above = whole(at) as usize;
            let (Some(first), Some(second)) = (wide.get(above), wide.get(above + 1)) else {
                continue;
            };
            let share = u32::from(level(at.fract() * 255.0));
            pixels.extend(
                first
                    .iter()
                    .zip(second)
                    .map(|(one, other)| blended(*one, *other, share)),
            );
        }
        Self::from_pixels(width, height, pixels)
    }
}

/// How many pixels of a longer edge the `n`-th of a shorter one covers.
fn covered(n: u32, short: u32, long: u32) -> u32 {
    let place = |n: u32| u64::from(n) * u64::from(long) / u64::from(short.max(1));
    u32::try_from(place(n + 1) - place(n)).unwrap_or(1)
}

fn add_columns(sums: &mut [u32], row: &[u8], width: u32, row_width: u32) {
    let mut source = row.chunks_exact(3);
    for (x, sum) in (0..width).zip(sums.chunks_exact_mut(3)) {
        for pixel in source.by_ref().take(covered(x, width, row_width) as usize) {
            for (sum, channel) in sum.iter_mut().zip(pixel) {
                *sum += u32::from(*channel);
            }
        }
    }
}

fn stretched(row: &[u8], width: usize) -> Vec<u8> {
    let last = (row.len() / 3).saturating_sub(1);
    let mut wide = Vec::with_capacity(width * 3);
    for x in 0..width {
        let at = x as f32 * last as f32 / width.max(1) as f32;
        let start = whole(at) as usize * 3;
        let share = u32::from(level(at.fract() * 255.0));
        for channel in start..start + 3 {
            let one = row.get(channel).copied().unwrap_or(0);
            wide.push(blended(
                one,
                row.get(channel + 3).copied().unwrap_or(one),
                share,
            ));
        }
    }
    wide
}

fn blended(one: u8, other: u8, share: u32) -> u8 {
    let sum = u32::from(one) * (255 - share) + u32::from(other) * share;
    u8::try_from(sum / 255).unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_picture_stays_plain_at_every_size() {
        let canvas = Canvas::new(37, 23, [10, 200, 90]);
        for resized in [
            canvas.shrunk(5, 9),
            canvas.shrunk(37, 1),
            canvas.enlarged(111, 64),
        ] {
            let plain = resized
                .pixels()
                .chunks(3)
                .all(|pixel| pixel == [10, 200, 90]);
            assert!(plain, "{} x {}", resized.width(), resized.height());
        }
    }
}

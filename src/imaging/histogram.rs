//! How many pixels are how bright.

use super::DecodedImage;

/// As fine as a panel can show.
const BINS: usize = 64;

/// So many pixels say as much as all of them.
const ENOUGH_PIXELS: usize = 250_000;

/// Counts of pixels from dark to bright, of brightness and of each colour. Transparent pixels do
/// not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram(Box<[[u32; BINS]; 4]>);

impl Histogram {
    /// Of an image as shown, by one of so many pixels where there are many.
    pub fn of(image: &DecodedImage) -> Self {
        let mut counts = Box::new([[0; BINS]; 4]);
        let n_pixels = image.pixels.len() / 4;
        let step = (n_pixels / ENOUGH_PIXELS).max(1);
        for pixel in image.pixels.chunks_exact(4).step_by(step) {
            let [red, green, blue, alpha] = *pixel else {
                continue;
            };
            if alpha == 0 {
                continue;
            }
            // Colours are multiplied by alpha.
            let [red, green, blue] = [red, green, blue]
                .map(|color| (u32::from(color) * 255 / u32::from(alpha)).min(255));
            // Weights of ITU-R BT.709, in parts of 256.
            let luminance = (54 * red + 183 * green + 19 * blue) / 256;
            for (channel, value) in counts.iter_mut().zip([luminance, red, green, blue]) {
                let bin = value as usize * BINS / 256;
                if let Some(count) = channel.get_mut(bin) {
                    *count += 1;
                }
            }
        }
        Self(counts)
    }

    /// From dark to bright, as parts of the highest of all colours, so that they can be drawn
    /// over each other.
    pub fn heights(&self) -> [[f32; BINS]; 4] {
        // A black or a white edge, or a plain background, would flatten everything else.
        let mut all: Vec<u32> = self.0.iter().flatten().copied().collect();
        all.sort_unstable();
        let nearly_highest = all.get(all.len() * 98 / 100).copied().unwrap_or_default();
        let highest = if nearly_highest == 0 {
            all.last().copied().unwrap_or_default()
        } else {
            nearly_highest
        };
        self.0
            .map(|channel| channel.map(|count| (count as f32 / highest.max(1) as f32).min(1.0)))
    }

    /// In sixteen steps, as parts of all pixels that count: brightness, red, green, blue.
    pub fn shares(&self) -> [[f64; 16]; 4] {
        self.0.map(|channel| {
            let sum: u32 = channel.iter().sum();
            let mut shares = [0.0; 16];
            for (share, counts) in shares.iter_mut().zip(channel.chunks(BINS / 16)) {
                *share = f64::from(counts.iter().sum::<u32>()) / f64::from(sum.max(1));
            }
            shares
        })
    }

    /// How much is black or nearly, how much white or nearly, of all that counts: clipped light.
    pub fn ends(&self) -> (f64, f64) {
        let [luminance, ..] = *self.0;
        let sum = f64::from(luminance.iter().sum::<u32>().max(1));
        let part = |count: Option<&u32>| f64::from(count.copied().unwrap_or_default()) / sum;
        (part(luminance.first()), part(luminance.last()))
    }

    /// The brightness that half of the pixels stay below, from 0 to 1.
    pub fn median(&self) -> f64 {
        let [luminance, ..] = *self.0;
        let half = luminance.iter().sum::<u32>().div_ceil(2);
        let mut sum = 0;
        let bin = luminance.iter().position(|count| {
            sum += count;
            sum >= half
        });
        (bin.unwrap_or_default() as f64 + 0.5) / BINS as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::PixelSize;

    fn image(pixels: &[[u8; 4]]) -> DecodedImage {
        let size = PixelSize::new(u32::try_from(pixels.len()).unwrap(), 1);
        DecodedImage {
            size,
            original_size: size,
            pixels: pixels.concat().into(),
            format: "PNG",
            is_animated: false,
        }
    }

    #[test]
    fn every_colour_is_counted_where_it_is_and_transparent_pixels_are_not() {
        let histogram = Histogram::of(&image(&[
            [255, 0, 0, 255],
            [128, 0, 0, 128],
            [0, 0, 0, 0],
            [255, 255, 255, 255],
            [0, 0, 0, 255],
        ]));
        let [luminance, red, green, blue] = histogram.shares();
        for (name, channel, dark, bright) in [
            ("red, also where half transparent", red, 0.25, 0.75),
            ("green", green, 0.75, 0.25),
            ("blue", blue, 0.75, 0.25),
        ] {
            let ends = (channel[0], channel[15]);
            assert_eq!(ends, (dark, bright), "{name}");
        }
        assert!((luminance.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!(histogram.ends(), (0.25, 0.25));
    }

    #[test]
    fn a_plain_background_does_not_flatten_the_rest() {
        let mut pixels = vec![[255, 255, 255, 255]; 10_000];
        pixels.extend((0..200_u8).map(|gray| [gray, gray, gray, 255]));
        let [luminance, ..] = Histogram::of(&image(&pixels)).heights();
        assert!(luminance[20] > 0.5, "{luminance:?}");
        assert!(luminance.iter().all(|height| (0.0..=1.0).contains(height)));
    }

    #[test]
    fn an_image_without_a_visible_pixel_has_an_empty_one() {
        let histogram = Histogram::of(&image(&[[0; 4]; 3]));
        assert!(
            histogram
                .heights()
                .iter()
                .flatten()
                .all(|height| *height == 0.0)
        );
        assert_eq!(histogram.ends(), (0.0, 0.0));
    }
}

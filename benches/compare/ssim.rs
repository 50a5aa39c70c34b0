//! How much two small pictures look alike: the mean structural similarity of their brightness.

/// Edge of the windows that are compared.
const WINDOW: usize = 7;

/// 1 for equal pictures. Both are RGBA with this many columns.
pub(crate) fn ssim(one: &[u8], other: &[u8], width: usize) -> f64 {
    let (one, other) = (brightness(one), brightness(other));
    let height = one.len() / width.max(1);
    // A picture narrower than a window is one window.
    let (across, down) = (WINDOW.min(width), WINDOW.min(height));
    let mut sum = 0.0;
    let mut n_windows = 0.0;
    for top in 0..=height - down {
        for left in 0..=width - across {
            let rows = (top..top + down).map(|y| y * width + left);
            let places = rows.flat_map(|start| start..start + across);
            sum += window(&one, &other, places, (across * down) as f64);
            n_windows += 1.0;
        }
    }
    sum / n_windows
}

fn window(one: &[f64], other: &[f64], places: impl Iterator<Item = usize>, n_pixels: f64) -> f64 {
    // The constants of the paper for eight bits.
    const C1: f64 = (0.01 * 255.0) * (0.01 * 255.0);
    const C2: f64 = (0.03 * 255.0) * (0.03 * 255.0);
    let mut sums = [0.0; 5];
    for place in places {
        let (a, b) = (one[place], other[place]);
        for (sum, value) in sums.iter_mut().zip([a, b, a * a, b * b, a * b]) {
            *sum += value;
        }
    }
    let [a, b, aa, bb, ab] = sums.map(|sum| sum / n_pixels);
    let (variance_a, variance_b, covariance) = (aa - a * a, bb - b * b, ab - a * b);
    ((2.0 * a * b + C1) * (2.0 * covariance + C2))
        / ((a * a + b * b + C1) * (variance_a + variance_b + C2))
}

fn brightness(rgba: &[u8]) -> Vec<f64> {
    let pixels = rgba.chunks_exact(4);
    pixels
        .map(|pixel| {
            0.299 * f64::from(pixel[0]) + 0.587 * f64::from(pixel[1]) + 0.114 * f64::from(pixel[2])
        })
        .collect()
}

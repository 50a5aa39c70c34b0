//! From a block's lowest coefficients to fewer samples: the inverse DCT of a smaller block.

use super::planes::clamped;

/// The place in a 4 × 4 block, row by row, of each coefficient up to the last of them, in the
/// order of the file; 16 for those that are not in it.
pub(super) const LOW_PLACES: [usize; 25] = [
    0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 16, 13, 10, 7, 16, 16, 16, 11, 14, 16, 16, 16, 16, 16, 15,
];

/// Beyond what a sound file has; keeps the sums of broken ones in 32 bits.
const LARGEST: i32 = 8192;

/// A coefficient as it was before quantization.
#[inline]
pub(super) fn dequantized(coefficient: i32, quantization: u16) -> i32 {
    let in_range = coefficient.clamp(-LARGEST, LARGEST);
    (in_range * i32::from(quantization)).clamp(-LARGEST, LARGEST)
}

/// The lowest 4 × 4 coefficients of a block as they were before quantization, whose factors are
/// in the order of the file.
#[inline]
pub(super) fn dequantized_block(low: &[i32; 16], quantization: &[u16; 64]) -> [i32; 16] {
    let mut block = [0; 16];
    for (place, factor) in LOW_PLACES.iter().zip(quantization) {
        if let Some((to, from)) = block.get_mut(*place).zip(low.get(*place)) {
            *to = dequantized(*from, *factor);
        }
    }
    block
}

/// From the mean alone.
#[inline]
pub(super) fn one(dc: i32) -> [[u8; 1]; 1] {
    [[level(dc)]]
}

/// From the lowest 2 × 2.
#[inline]
pub(super) fn two(low: &[i32; 16]) -> [[u8; 2]; 2] {
    let [dc, across, _, _, down, both, ..] = low;
    let (top, bottom) = (dc + down, dc - down);
    let (top_step, bottom_step) = (across + both, across - both);
    [
        [level(top + top_step), level(top - top_step)],
        [level(bottom + bottom_step), level(bottom - bottom_step)],
    ]
}

/// From the lowest 4 × 4.
#[inline]
pub(super) fn four(low: &[i32; 16]) -> [[u8; 4]; 4] {
    let (rows, _) = low.as_chunks::<4>();
    let mut halfway = [[0; 4]; 4];
    for (row, out) in rows.iter().zip(&mut halfway) {
        // Of the 13 bits behind the point two stay: the second pass adds 13 more.
        *out = four_points(*row).map(|sample| sample >> 11);
    }
    let [first, second, third, fourth] = halfway;
    let columns = first.iter().zip(second).zip(third).zip(fourth);
    let mut block = [[0; 4]; 4];
    for (column, (((a, b), c), d)) in columns.enumerate() {
        for (row, sample) in block.iter_mut().zip(four_points([*a, b, c, d])) {
            if let Some(to) = row.get_mut(column) {
                *to = clamped(((sample + (1 << 15)) >> 16) + 128);
            }
        }
    }
    block
}

/// Four samples of a row or a column, with 13 bits behind the point.
#[inline]
fn four_points([mean, first, second, third]: [i32; 4]) -> [i32; 4] {
    // cos(π/8) / √2 and cos(3π/8) / √2.
    const LONG: i32 = 5352;
    const SHORT: i32 = 2217;
    let (outer, inner) = ((mean + second) << 12, (mean - second) << 12);
    let outer_step = LONG * first + SHORT * third;
    let inner_step = SHORT * first - LONG * third;
    [
        outer + outer_step,
        inner + inner_step,
        inner - inner_step,
        outer - outer_step,
    ]
}

/// The DCT makes a block's mean eight times as large, around zero.
#[inline]
fn level(mean_of_eight: i32) -> u8 {
    clamped((mean_of_eight + 8 * 128 + 4) >> 3)
}

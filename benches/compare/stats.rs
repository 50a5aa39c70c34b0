//! The little statistics that a comparison needs.

/// The middle one of some numbers, or the mean of both middle ones; `None` without any.
pub(crate) fn median(numbers: &[f64]) -> Option<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len().is_multiple_of(2) {
        let lower = *sorted.get(sorted.len() / 2 - 1)?;
        Some(f64::midpoint(lower, upper))
    } else {
        Some(upper)
    }
}

/// The smallest and the largest.
pub(crate) fn extremes(numbers: &[f64]) -> Option<(f64, f64)> {
    let smallest = numbers.iter().copied().min_by(f64::total_cmp)?;
    let largest = numbers.iter().copied().max_by(f64::total_cmp)?;
    Some((smallest, largest))
}

/// Who goes first in a round: each side as often as the other, so that neither always finds the
/// machine as the other left it.
pub(crate) fn goes_first(round: usize) -> bool {
    round.is_multiple_of(2)
}

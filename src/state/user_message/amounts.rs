//! Numbers and times as people write them.

use std::time::Duration;

/// "1 image", "1,243 images".
pub fn images(count: usize) -> String {
    format!(
        "{} {}",
        grouped(count),
        if count == 1 { "image" } else { "images" }
    )
}

/// A number with its thousands set off: "20,413".
pub fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "42 s", "3 min", "1 h 20 min".
pub fn duration(duration: Duration) -> String {
    let is_broken = duration.subsec_nanos() > 0;
    match duration.as_secs() + u64::from(is_broken) {
        secs @ 0..=90 => format!("{} s", secs.max(1)),
        secs @ 91..=5_400 => format!("{} min", secs.div_ceil(60)),
        secs => format!("{} h {} min", secs / 3_600, secs % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times_read_as_people_write_them() {
        assert_eq!(images(1), "1 image");
        assert_eq!(images(20_413), "20,413 images");
        assert_eq!(grouped(1_000_000), "1,000,000");
        assert_eq!(duration(Duration::from_millis(41_200)), "42 s");
        assert_eq!(duration(Duration::from_secs(170)), "3 min");
        assert_eq!(duration(Duration::from_mins(160)), "2 h 40 min");
    }
}

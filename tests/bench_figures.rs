//! The arithmetic of the comparison in `benches/compare`: wrong there, every figure is wrong.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on shall fail where it stands"
)]

#[path = "../benches/compare/ssim.rs"]
mod ssim;
#[path = "../benches/compare/stats.rs"]
mod stats;

use fastrand::Rng;

#[test]
fn the_median_is_the_middle_of_any_order_and_of_two_middles_the_mean() {
    let median = |numbers: &[f64]| stats::median(numbers).unwrap();
    assert!((median(&[9.0, 1.0, 5.0]) - 5.0).abs() < 1e-9);
    assert!((median(&[4.0, 1.0, 100.0, 2.0]) - 3.0).abs() < 1e-9);
    assert!((median(&[7.0]) - 7.0).abs() < 1e-9);
    assert_eq!(stats::median(&[]), None);
}

#[test]
fn the_extremes_are_the_ends() {
    assert_eq!(stats::extremes(&[3.0, -1.0, 2.0]), Some((-1.0, 3.0)));
    assert_eq!(stats::extremes(&[]), None);
}

#[test]
fn both_sides_go_first_in_turns() {
    let firsts = (0..6).filter(|round| stats::goes_first(*round)).count();
    assert_eq!(firsts, 3);
    assert!(stats::goes_first(0));
}

#[test]
fn equal_pictures_are_alike_and_noise_makes_them_less_so() {
    let mut rng = Rng::with_seed(5);
    let picture: Vec<u8> = (0..64 * 48 * 4)
        .map(|place| u8::try_from((place / 256) % 200).unwrap())
        .collect();
    let noisy = |spread: u8, rng: &mut Rng| -> Vec<u8> {
        picture
            .iter()
            .map(|level| level.saturating_add(rng.u8(..spread)))
            .collect()
    };
    let (little, much) = (noisy(4, &mut rng), noisy(60, &mut rng));

    assert!((ssim::ssim(&picture, &picture, 64) - 1.0).abs() < 1e-9);
    let (little, much) = (
        ssim::ssim(&picture, &little, 64),
        ssim::ssim(&picture, &much, 64),
    );
    assert!(little > much, "{little} {much}");
    assert!(much < 0.8, "{much}");
}

#[test]
fn pictures_smaller_than_a_window_can_be_compared() {
    assert!((ssim::ssim(&[9; 4], &[9; 4], 1) - 1.0).abs() < 1e-9);
    assert!(ssim::ssim(&[0; 3 * 2 * 4], &[255; 3 * 2 * 4], 3) < 0.1);
}

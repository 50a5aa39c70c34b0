//! AVIF: every kind that people post shows the right pixels in the right colours.

use salon::domain::PixelSize;
use salon::imaging::{DecodedImage, ImageError, Target, decode, read_metadata};

use super::colors::assert_looks_like;
use super::{FULL, fixture};

type Color = [u8; 3];

const CORNERS: [Color; 4] = [[220, 40, 40], [40, 180, 60], [40, 80, 220], [240, 210, 40]];

fn shown(name: &str) -> DecodedImage {
    decode(&fixture(name), FULL).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn pixel(image: &DecodedImage, x: u32, y: u32) -> [u8; 4] {
    let at = usize::try_from(4 * (y * image.size.width + x)).unwrap();
    image.pixels[at..at + 4].try_into().unwrap()
}

fn assert_near(name: &str, found: &[u8], expected: &[u8], tolerance: u8) {
    let pairs = found.iter().zip(expected);
    let is_near = pairs.into_iter().all(|(a, b)| a.abs_diff(*b) <= tolerance);
    assert!(is_near, "{name}: {found:?} is not near {expected:?}");
}

/// Of the four corners, row by row.
fn corners(image: &DecodedImage) -> [[u8; 4]; 4] {
    let (right, bottom) = (image.size.width - 3, image.size.height - 3);
    [(2, 2), (right, 2), (2, bottom), (right, bottom)].map(|(x, y)| pixel(image, x, y))
}

#[test]
fn every_depth_sampling_and_tiling_shows_the_same_picture() {
    for name in [
        "small.avif",
        "chroma-420.avif",
        "chroma-422.avif",
        "captions.avif",
        "camera.avif",
        "rgb10.avif",
        "rgb12.avif",
        "limited-range.avif",
        "grid.avif",
    ] {
        for target in [FULL, Target::Thumbnail { edge_px: 24 }] {
            let image = decode(&fixture(name), target).unwrap();
            for (found, expected) in corners(&image).iter().zip(CORNERS) {
                assert_near(name, &found[..3], &expected, 8);
                assert_eq!(found[3], 255, "{name}");
            }
        }
        assert_eq!(shown(name).format, "AVIF");
        let announced = read_metadata(&fixture(name)).dimensions;
        assert_eq!(announced, Some(shown(name).size), "{name}");
    }
    assert_eq!(shown("grid.avif").size, PixelSize::new(128, 128));
}

#[test]
fn a_gray_picture_is_gray() {
    let image = shown("gray.avif");
    for [red, green, blue, alpha] in corners(&image) {
        assert!(red == green && green == blue && alpha == 255);
    }
    // As bright as red is by the weights of BT.601.
    assert_near("gray", &pixel(&image, 2, 2)[..1], &[94], 3);
}

#[test]
fn transparency_is_the_same_whether_colours_were_multiplied_by_it_or_not() {
    let expected = decode(&fixture("rgba.png"), FULL).unwrap();
    for name in ["rgba.avif", "rgba-premultiplied.avif"] {
        let image = shown(name);
        for (x, y) in [(2, 2), (45, 9), (2, 20), (45, 29), (20, 16)] {
            assert_near(name, &pixel(&image, x, y), &pixel(&expected, x, y), 4);
        }
    }
}

#[test]
fn a_sequence_shows_its_first_frame_and_says_that_it_moves() {
    let image = shown("animated.avif");
    assert_eq!(image.size, PixelSize::new(48, 32));
    assert_near("animated", &pixel(&image, 20, 16)[..3], &CORNERS[0], 4);
    assert!(image.is_animated);
    assert!(!shown("small.avif").is_animated);
    assert_eq!(
        read_metadata(&fixture("animated.avif"))
            .animation
            .unwrap()
            .n_frames,
        3
    );
}

/// The three patches, each 16 pixels wide.
fn patches(name: &str) -> [[u8; 4]; 3] {
    let image = shown(name);
    [8, 24, 40].map(|x| pixel(&image, x, 16))
}

// Expected values: from the numbers of the standards in double precision.
#[test]
fn wide_gamut_colors_become_srgb_by_profile_and_by_number() {
    let of_p3 = [[215, 93, 31], [0, 163, 82], [128, 128, 128]];
    let of_2020 = [[246, 94, 50], [0, 177, 95], [140, 140, 140]];
    for (name, expected) in [
        ("display-p3.avif", of_p3),
        ("display-p3-by-number.avif", of_p3),
        ("bt2020.avif", of_2020),
    ] {
        let found = patches(name).map(|[red, green, blue, _]| [red, green, blue]);
        assert_looks_like(name, &found, &expected);
    }
    let name = |file: &str| read_metadata(&fixture(file)).color_profile;
    assert_eq!(name("display-p3.avif").as_deref(), Some("Display P3"));
    assert_eq!(
        name("display-p3-by-number.avif").as_deref(),
        Some("Display P3")
    );
    assert_eq!(name("bt2020.avif").as_deref(), Some("Rec. 2020"));
    assert_eq!(name("hlg.avif").as_deref(), Some("Rec. 2100 HLG"));
    assert_eq!(name("small.avif"), None);
}

#[test]
fn high_dynamic_range_keeps_its_darks_and_its_white() {
    for name in ["pq.avif", "hlg.avif"] {
        let [dark, white, brightest] = patches(name).map(|[red, ..]| red);
        assert!(dark < 40, "{name}: {dark}");
        assert!((238..=250).contains(&white), "{name}: {white}");
        assert!(brightest >= 254, "{name}: {brightest}");
    }
}

#[test]
fn a_file_that_was_cut_off_says_so() {
    for name in ["small.avif", "grid.avif", "rgba.avif", "animated.avif"] {
        let bytes = fixture(name);
        let cut = &bytes[..bytes.len() - 10];
        assert_eq!(decode(cut, FULL), Err(ImageError::Truncated), "{name}");
    }
}

#[test]
fn a_picture_that_is_larger_than_its_file_says_is_refused_unseen() {
    let start = std::time::Instant::now();
    let refused = decode(&fixture("lying.avif"), FULL);
    assert!(
        matches!(refused, Err(ImageError::TooLarge(_))),
        "{refused:?}"
    );
    assert!(start.elapsed() < std::time::Duration::from_secs(1));
}

/// As many as are worth the time: they decode in a fifth of a millisecond.
#[test]
fn thousands_of_damaged_files_are_an_error_or_a_picture() {
    for name in [
        "chroma-420.avif",
        "rgba.avif",
        "grid.avif",
        "animated.avif",
        "painting-6.avif",
    ] {
        let bytes = fixture(name);
        let mut random = fastrand::Rng::with_seed(77);
        for n in 0..if cfg!(debug_assertions) { 500 } else { 2000 } {
            let mut damaged = bytes.clone();
            for _ in 0..random.usize(1..4) {
                let at = random.usize(..damaged.len());
                damaged[at] = random.u8(..);
            }
            let ended = decode(&damaged, Target::Thumbnail { edge_px: 20 });
            assert_ne!(ended, Err(ImageError::DecoderCrashed), "{name}, {n}");
            read_metadata(&damaged);
        }
    }
}

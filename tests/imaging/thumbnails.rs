//! Thumbnails made from a part of a file's data are as good as those made from all of it.

use image::DynamicImage;
use salon::domain::PixelSize;
use salon::imaging::{DecodedImage, Early, Target, decode, early_thumbnail};

use super::fixture;
use super::likeness::{lanczos, least_channel_ssim, luma_ssim};

/// An eighth, a quarter and a half of the pictures' 333 pixels are just enough for these.
const EDGES: [u32; 4] = [40, 80, 160, 250];

fn thumbnail(name: &str, edge_px: u32) -> DecodedImage {
    let decoded = decode(&fixture(name), Target::Thumbnail { edge_px });
    decoded.unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every pixel, by a decoder that is not Salon's.
fn whole(name: &str) -> DynamicImage {
    let whole = image::load_from_memory(&fixture(name));
    whole.unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn assert_like_reference(name: &str, edge_px: u32, least: f64) {
    let thumbnail = thumbnail(name, edge_px);
    let whole = whole(name);
    let reference = lanczos(&whole, whole.width(), whole.height(), edge_px);
    let size = PixelSize::new(reference.width(), reference.height());
    assert_eq!(thumbnail.size, size, "{name} at {edge_px}");
    let original = PixelSize::new(whole.width(), whole.height());
    assert_eq!(thumbnail.original_size, original, "{name} at {edge_px}");
    let luma = luma_ssim(&thumbnail.pixels, &reference);
    let channel = least_channel_ssim(&thumbnail.pixels, &reference);
    assert!(luma >= least, "{name} at {edge_px}: {luma:.4}");
    assert!(
        channel >= least,
        "{name} at {edge_px}: {channel:.4} of a channel"
    );
}

#[test]
fn every_kind_of_jpeg_has_a_thumbnail_like_the_reference_at_every_scale() {
    for name in [
        "detail-1x1.jpg",
        "detail-2x1.jpg",
        "detail-2x2.jpg",
        "detail-4x1.jpg",
        "detail-1x2.jpg",
        "detail-4x2.jpg",
        "detail-gray.jpg",
        "detail-rgb.jpg",
        "detail-restarts.jpg",
        "detail-progressive.jpg",
        "detail-progressive-gray.jpg",
        "detail-progressive-restarts.jpg",
        "detail-progressive-apart.jpg",
        "detail-three-scans.jpg",
    ] {
        for edge_px in EDGES {
            assert_like_reference(name, edge_px, 0.97);
        }
    }
}

/// What a file's first `n` bytes allow.
fn early(name: &str, n: usize, edge_px: u32) -> Early {
    let bytes = fixture(name);
    early_thumbnail(&bytes[..n.min(bytes.len())], edge_px)
}

fn ready(early: Early) -> DecodedImage {
    match early {
        Early::Ready(thumbnail) => thumbnail,
        other => panic!("{other:?}"),
    }
}

#[test]
fn tiny_pictures_keep_their_size() {
    for (name, edge_px) in [
        ("tiny-1x1.jpg", 1),
        ("tiny-7x9.jpg", 320),
        ("tiny-7x9.jpg", 4),
        ("tiny-16x16.jpg", 2),
        ("tiny-33x17.jpg", 4),
        ("tiny-2x300.jpg", 75),
    ] {
        let whole = whole(name);
        let small = thumbnail(name, edge_px);
        let size = PixelSize::new(whole.width(), whole.height());
        assert_eq!(small.size, size.fit_within(edge_px), "{name}");
        assert_eq!(small.original_size, size, "{name}");
        // Of so few pixels only the mean can be compared, and only roughly: the reference counts
        // those at the border more.
        let reference = lanczos(&whole, size.width, size.height, edge_px);
        let mean = |pixels: &[u8]| {
            let sum: u64 = pixels.iter().map(|it| u64::from(*it)).sum();
            sum as f64 / pixels.len() as f64
        };
        let difference = (mean(&small.pixels) - mean(&reference)).abs();
        assert!(difference < 12.0, "{name} at {edge_px}: {difference}");
    }
}

#[test]
fn a_thumbnail_of_what_salon_does_not_decode_itself_is_there_all_the_same() {
    for name in ["cmyk.jpg", "ycck.jpg", "cmyk-with-profile.jpg"] {
        assert_eq!(thumbnail(name, 6).size, PixelSize::new(6, 4), "{name}");
    }
    let arithmetic = decode(
        &fixture("detail-arithmetic.jpg"),
        Target::Thumbnail { edge_px: 40 },
    );
    assert!(arithmetic.is_err(), "{arithmetic:?}");
}

#[test]
fn the_first_scans_of_a_progressive_jpeg_are_enough() {
    for (name, edge_px, most_percent) in [
        // Small enough for the chroma planes, too, which have half of the picture's sides.
        ("detail-progressive.jpg", 28, 20),
        ("detail-progressive-gray.jpg", 40, 20),
        // The means alone would be blurred.
        ("detail-progressive.jpg", 58, 90),
    ] {
        let n_bytes = fixture(name).len();
        let enough = (1..n_bytes)
            .step_by(50)
            .find(|n| matches!(early(name, *n, edge_px), Early::Ready(_)))
            .unwrap();
        let percent = 100 * enough / n_bytes;
        assert!(percent < most_percent, "{name} at {edge_px}: {percent} %");
        let small = ready(early(name, enough, edge_px));
        assert_eq!(small.pixels, thumbnail(name, edge_px).pixels, "{name}");
    }
}

#[test]
fn a_preview_of_the_right_shape_and_sides_is_enough() {
    let small = ready(early("preview.jpg", 16 * 1024, 200));
    assert_eq!(small.size, PixelSize::new(200, 150));
    assert_eq!(small.original_size, PixelSize::new(400, 300));
    let whole = whole("preview.jpg");
    let likeness = luma_ssim(&small.pixels, &lanczos(&whole, 400, 300, 200));
    assert!(likeness > 0.9, "{likeness}");

    let turned = ready(early("preview-turned.jpg", 16 * 1024, 100));
    assert_eq!(turned.size, PixelSize::new(75, 100));
    assert_eq!(turned.original_size, PixelSize::new(300, 400));
    let upright = decode(
        &fixture("preview-turned.jpg"),
        Target::Thumbnail { edge_px: 100 },
    );
    let upright = upright.unwrap();
    let upright = image::RgbaImage::from_raw(75, 100, upright.pixels.to_vec()).unwrap();
    let likeness = luma_ssim(&turned.pixels, &upright);
    assert!(likeness > 0.9, "{likeness}");
}

#[test]
fn a_preview_that_may_show_something_else_is_not_used() {
    for (name, edge_px) in [
        ("preview.jpg", 201),
        ("preview-of-other-sides.jpg", 100),
        ("preview-with-bars.jpg", 100),
    ] {
        assert_eq!(early(name, 16 * 1024, edge_px), Early::NeedsWhole, "{name}");
    }
}

#[test]
fn the_first_frame_of_an_animation_is_enough() {
    let (name, file) = ("animated.gif", fixture("animated.gif"));
    let n = (1..file.len())
        .find(|n| matches!(early(name, *n, 24), Early::Ready(_)))
        .unwrap();
    assert!(n < file.len() * 2 / 3, "{n} of {}", file.len());
    let small = ready(early(name, n, 24));
    assert!(small.is_animated);
    assert_eq!(small, thumbnail(name, 24));
}

#[test]
fn looks_are_few_and_end() {
    for name in super::fixture_names() {
        let file = fixture(&name);
        let (mut n, mut n_looks) = (0, 0);
        while let Early::AskAgainAt(next) = early(&name, n, 40) {
            n_looks += 1;
            if n >= file.len() {
                break;
            }
            let next = usize::try_from(next).unwrap();
            assert!(next > n, "{name}: {next} after {n}");
            n = next;
        }
        assert!(n_looks <= 3, "{name}: {n_looks} looks");
    }
}

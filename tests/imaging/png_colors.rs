//! PNG: colours by its own tags come out as those of a profile do.

use salon::imaging::{DecodedImage, FrameReader, decode, read_metadata};

use super::colors::assert_looks_like;
use super::{FULL, fixture};

/// As PNG has them, in 1/100,000.
const P3: [u32; 8] = [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6000];
const ADOBE_RGB: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6000];
const SRGB: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6000];

/// From the numbers of the standards in double precision, as in `color.rs`.
const OF_P3: [[u8; 3]; 3] = [[215, 93, 31], [0, 163, 82], [128, 128, 128]];
const OF_ADOBE_RGB: [[u8; 3]; 3] = [[227, 100, 42], [0, 161, 85], [129, 129, 129]];

pub type Chunk<'a> = (&'a [u8; 4], Vec<u8>);

pub fn chunk((kind, content): &Chunk<'_>) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(*kind);
    sum.update(content);
    let length = u32::try_from(content.len()).unwrap();
    [
        &length.to_be_bytes()[..],
        *kind,
        content,
        &sum.sum().to_be_bytes(),
    ]
    .concat()
}

/// The same pixels without their profile and with these chunks.
pub fn tagged(name: &str, chunks: &[Chunk<'_>]) -> Vec<u8> {
    with_chunks(&fixture(name), chunks)
}

pub fn with_chunks(file: &[u8], chunks: &[Chunk<'_>]) -> Vec<u8> {
    let mut at = 8;
    let mut made = file[..at].to_vec();
    while at < file.len() {
        let length = u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
        let end = at + 12 + usize::try_from(length).unwrap();
        let kind = &file[at + 4..at + 8];
        if kind != b"iCCP" {
            made.extend(&file[at..end]);
        }
        if kind == b"IHDR" {
            made.extend(chunks.iter().flat_map(chunk));
        }
        at = end;
    }
    made
}

pub fn cicp(primaries: u8, curve: u8) -> Chunk<'static> {
    (b"cICP", vec![primaries, curve, 0, 1])
}

fn primaries(numbers: [u32; 8]) -> Chunk<'static> {
    (b"cHRM", numbers.map(u32::to_be_bytes).concat())
}

fn gamma(number: u32) -> Chunk<'static> {
    (b"gAMA", number.to_be_bytes().to_vec())
}

/// The three patches, each 16 pixels wide.
fn patches(image: &DecodedImage) -> [[u8; 3]; 3] {
    [8, 24, 40].map(|x| {
        let at = 4 * (16 * 48 + x);
        image.pixels[at..at + 3].try_into().unwrap()
    })
}

fn shown(file: &[u8]) -> [[u8; 3]; 3] {
    patches(&decode(file, FULL).unwrap())
}

fn name(file: &[u8]) -> Option<String> {
    read_metadata(file).color_profile
}

#[test]
fn numbers_and_primaries_mean_what_a_profile_says() {
    let files = [
        ("display-p3.png", vec![cicp(12, 13)], OF_P3, "Display P3"),
        // The curve of sRGB where there is no other.
        ("display-p3.png", vec![primaries(P3)], OF_P3, "Display P3"),
        (
            "adobe-rgb.png",
            vec![gamma(45_455), primaries(ADOBE_RGB)],
            OF_ADOBE_RGB,
            "Adobe RGB, gamma 2.2",
        ),
    ];
    for (pixels, chunks, expected, called) in files {
        let file = tagged(pixels, &chunks);
        assert_looks_like(called, &shown(&file), &expected);
        assert_eq!(name(&file).as_deref(), Some(called));
    }
}

#[test]
fn tags_that_mean_srgb_change_nothing_and_have_no_name() {
    let plain = shown(&tagged("display-p3.png", &[]));
    let srgb = || (b"sRGB", vec![0]);
    for chunks in [
        vec![cicp(1, 13)],
        vec![gamma(45_455)],
        vec![gamma(45_455), primaries(SRGB)],
        vec![srgb(), gamma(100_000), primaries(P3)],
        // Numbers that nobody knows, and of television's range.
        vec![cicp(200, 13)],
        vec![(b"cICP", vec![12, 13, 0, 0])],
        // Without sense.
        vec![gamma(5), primaries([0; 8])],
        vec![primaries([
            31_270, 32_900, 64_000, 33_000, 64_000, 33_000, 15_000, 6000,
        ])],
    ] {
        let file = tagged("display-p3.png", &chunks);
        assert_eq!(shown(&file), plain, "{chunks:?}");
        assert_eq!(name(&file), None, "{chunks:?}");
    }
}

#[test]
fn numbers_come_before_a_profile_and_a_profile_before_primaries() {
    let with_profile = |added: Chunk<'_>| {
        let file = fixture("display-p3.png");
        let after_head = 8 + 25;
        [&file[..after_head], &chunk(&added), &file[after_head..]].concat()
    };
    let by_number = with_profile(cicp(1, 13));
    assert_eq!(shown(&by_number), shown(&tagged("display-p3.png", &[])));
    assert_eq!(name(&by_number), None);
    for added in [primaries(ADOBE_RGB), gamma(100_000)] {
        let file = with_profile(added);
        assert_eq!(shown(&file), shown(&fixture("display-p3.png")));
        assert_eq!(name(&file).as_deref(), Some("Display P3"));
    }
}

#[test]
fn linear_light_gets_the_curve_of_srgb() {
    let [_, _, gray] = shown(&tagged("display-p3.png", &[gamma(100_000)]));
    // Half of the light is 188 of 255.
    assert_looks_like("linear", &[gray], &[[188; 3]]);
    let file = tagged("display-p3.png", &[gamma(100_000)]);
    assert_eq!(name(&file).as_deref(), Some("sRGB primaries, gamma 1"));
}

#[test]
fn high_dynamic_range_keeps_its_darks_and_is_named() {
    for (curve, called) in [(16, "Rec. 2100 PQ"), (18, "Rec. 2100 HLG")] {
        let file = tagged("display-p3.png", &[cicp(9, curve)]);
        let [_, _, [gray, ..]] = shown(&file);
        let of_srgb = shown(&tagged("display-p3.png", &[]))[2][0];
        assert!(gray > of_srgb, "{called}: {gray}");
        assert_eq!(name(&file).as_deref(), Some(called));
    }
}

#[test]
fn gray_of_high_dynamic_range_is_shown_as_equal_colors_are() {
    for name in ["gray-profile.png", "gray1.png"] {
        let gray = image::load_from_memory(&fixture(name)).unwrap();
        assert!(!gray.color().has_color(), "{name}");
        let mut as_rgb = std::io::Cursor::new(Vec::new());
        let colors = image::DynamicImage::ImageRgb8(gray.to_rgb8());
        colors
            .write_to(&mut as_rgb, image::ImageFormat::Png)
            .unwrap();
        let plain = decode(&tagged(name, &[]), FULL).unwrap();
        for curve in [16, 18] {
            let shown = decode(&tagged(name, &[cicp(9, curve)]), FULL).unwrap();
            let expected = with_chunks(as_rgb.get_ref(), &[cicp(9, curve)]);
            let expected = decode(&expected, FULL).unwrap();
            assert!(shown.pixels == expected.pixels, "{name}, {curve}");
            // Black and white stay what they are.
            let is_changed = shown.pixels != plain.pixels;
            assert!(is_changed || name == "gray1.png", "{name}, {curve}");
        }
    }
}

#[test]
fn what_moves_has_the_colors_of_its_still() {
    let untagged = decode(&fixture("animated.png"), FULL).unwrap();
    // Display P3, PQ and HLG.
    for (primaries, curve) in [(12, 13), (9, 16), (9, 18)] {
        let file = tagged("animated.png", &[cicp(primaries, curve)]);
        let still = decode(&file, FULL).unwrap();
        assert_ne!(still.pixels, untagged.pixels, "{primaries}/{curve}");
        let mut reader = FrameReader::open(file, 4096).unwrap();
        let first = reader.next_frame().unwrap().unwrap();
        assert!(first.pixels == still.pixels, "{primaries}/{curve}");
    }
}

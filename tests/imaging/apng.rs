//! Animations in PNG of every kind and depth: each frame is what its parts make together.

use salon::domain::PixelSize;
use salon::imaging::{DecodedImage, FrameReader, ImageError, decode, read_metadata};

use super::png_colors::{chunk, cicp, with_chunks};
use super::{FULL, fixture};

const NAMES: [&str; 10] = [
    "rgba",
    "rgba16",
    "interlaced",
    "interlaced16",
    "gray-alpha16",
    "gray16",
    "rgb16-after-picture",
    "palette",
    "palette4",
    "interlaced-palette4",
];

const SIZE: PixelSize = PixelSize::new(24, 16);
const N_FRAMES: usize = 7;

fn file(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/apng/");
    std::fs::read(format!("{folder}{name}.png")).unwrap()
}

fn frames(file: Vec<u8>) -> Vec<DecodedImage> {
    let mut reader = FrameReader::open(file, 4096).unwrap();
    std::iter::from_fn(|| reader.next_frame().transpose().unwrap()).collect()
}

/// Of `make.py`, which put the samples together in floating point.
fn expected(name: &str) -> Vec<Vec<u8>> {
    let strip = decode(&file(&format!("{name}.expected")), FULL).unwrap();
    let frame_len = 4 * SIZE.width as usize;
    let frame = |index: usize| {
        let rows = strip.pixels.chunks_exact(frame_len * N_FRAMES);
        rows.flat_map(|row| row[frame_len * index..][..frame_len].to_vec())
            .collect()
    };
    (0..N_FRAMES).map(frame).collect()
}

#[test]
fn what_frames_leave_of_each_other_is_what_the_standard_says() {
    for name in NAMES {
        let frames = frames(file(name));
        assert_eq!(frames.len(), N_FRAMES, "{name}");
        for (index, (frame, expected)) in frames.iter().zip(expected(name)).enumerate() {
            assert_eq!(frame.size, SIZE, "{name}");
            let pairs = frame.pixels.iter().zip(&expected);
            let most = pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap();
            // Sixteen bits are rounded before they are mixed, not after.
            assert!(most <= 2, "{name}, {index}: {most}");
        }
    }
}

#[test]
fn deep_ones_are_played_and_say_so() {
    for name in NAMES {
        let file = file(name);
        let metadata = read_metadata(&file);
        assert!(metadata.is_animated, "{name}");
        let playback = metadata.playback.unwrap();
        assert_eq!(playback.delays.len(), N_FRAMES, "{name}");
        assert!(decode(&file, FULL).unwrap().is_animated, "{name}");
        let area = u64::from(SIZE.width * SIZE.height);
        assert_eq!(FrameReader::working_bytes(&file), Some(16 * area), "{name}");
    }
}

#[test]
fn the_first_frame_is_the_still_in_whatever_colors() {
    let profile = |name: &str| {
        let file = fixture(name);
        let at = file.windows(4).position(|it| it == b"iCCP").unwrap();
        let length = u32::from_be_bytes(file[at - 4..at].try_into().unwrap()) as usize;
        (b"iCCP", file[at + 4..at + 4 + length].to_vec())
    };
    let none = || (b"sRGB", vec![0]);
    let tags = [
        none(),
        profile("display-p3.png"),
        profile("gray-profile.png"),
        cicp(12, 13),
        cicp(9, 16),
        cicp(9, 18),
    ];
    for name in NAMES {
        let mut kinds = Vec::new();
        for tag in &tags {
            let file = with_chunks(&file(name), std::slice::from_ref(tag));
            let still = decode(&file, FULL).unwrap();
            let first = frames(file).remove(0);
            let is_frame = name != "rgb16-after-picture";
            assert_eq!(first.pixels == still.pixels, is_frame, "{name}, {tag:?}");
            kinds.push(first.pixels);
        }
        kinds.sort();
        kinds.dedup();
        // One of the two profiles is not for such pictures, and the numbers are those of the other.
        assert!(kinds.len() >= 4, "{name}: {}", kinds.len());
    }
}

#[test]
fn a_frame_beyond_the_canvas_or_out_of_order_ends_it() {
    for (place, number) in [
        (12, 20_u32),
        (16, 10),
        (4, 0),
        (8, 0),
        (4, u32::MAX),
        (0, 9),
    ] {
        let mut file = file("rgba16");
        let at = file.windows(4).rposition(|it| it == b"fcTL").unwrap();
        let mut content = file[at + 4..at + 30].to_vec();
        content[place..place + 4].copy_from_slice(&number.to_be_bytes());
        file.splice(at - 4..at + 34, chunk(&(b"fcTL", content)));
        let mut reader = FrameReader::open(file, 4096).unwrap();
        let frames: Vec<_> = std::iter::from_fn(|| reader.next_frame()).collect();
        assert_eq!(frames.len(), N_FRAMES, "{place}: {number}");
        let last = frames.last().unwrap();
        assert!(matches!(last, Err(ImageError::Corrupt(_))), "{last:?}");
        assert!(frames[..N_FRAMES - 1].iter().all(Result::is_ok));
    }
}

#[test]
fn what_was_cut_off_or_is_damaged_never_crashes() {
    for name in NAMES {
        let whole = file(name);
        let cut = (0..whole.len()).step_by(7).map(|n| whole[..n].to_vec());
        let changed = (8..whole.len()).step_by(3).map(|at| {
            let mut file = whole.clone();
            file[at] ^= 0xFF;
            file
        });
        for file in cut.chain(changed) {
            let opened = FrameReader::open(file, 4096);
            let Ok(mut reader) = opened else {
                let crashed = Some(ImageError::DecoderCrashed);
                assert_ne!(opened.err(), crashed, "{name}");
                continue;
            };
            for frame in std::iter::from_fn(|| reader.next_frame()) {
                let crashed = ImageError::Corrupt("the decoder crashed".to_owned());
                assert_ne!(frame.err(), Some(crashed), "{name}");
            }
        }
    }
}

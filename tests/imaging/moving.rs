//! Animations of every format that is played: each frame shows what it should, whatever it is
//! built upon, and takes no more memory than a decode may.

use std::time::{Duration, Instant};

use salon::domain::PixelSize;
use salon::imaging::{
    DecodedImage, FrameReader, ImageError, Playback, Target, decode, read_metadata,
};

use super::bombs::bombs;
use super::{FULL, fixture};

const N_FRAMES: u32 = 6;

fn frames(file: Vec<u8>) -> Vec<Result<DecodedImage, ImageError>> {
    let mut reader = FrameReader::open(file, 4096).unwrap();
    std::iter::from_fn(|| reader.next_frame()).collect()
}

fn playback(file: &[u8]) -> Option<Playback> {
    read_metadata(file).playback
}

/// What `moving` in `make.py` painted.
fn painted(frame: u32, x: u32, y: u32) -> [u8; 3] {
    let is_square = (8 * frame..8 * frame + 16).contains(&x) && (16..32).contains(&y);
    let channel = |value: u32| u8::try_from(value).unwrap();
    if is_square {
        [220, 40, 40]
    } else {
        [
            channel(40 + 2 * x),
            channel(60 + 3 * y),
            channel(200 - 2 * x),
        ]
    }
}

#[test]
fn every_frame_shows_what_moved_and_what_stood() {
    for (name, mean, most) in [
        ("animated-moving.png", 0.0, 0),
        ("animated-moving.jxl", 0.0, 0),
        #[cfg(feature = "avif")]
        ("animated-moving.avif", 2.0, 24),
    ] {
        let frames = frames(fixture(name));
        assert_eq!(frames.len(), 6, "{name}");
        for (index, frame) in (0..N_FRAMES).zip(frames) {
            let frame = frame.unwrap_or_else(|error| panic!("{name}, {index}: {error}"));
            assert_eq!(frame.size, PixelSize::new(64, 48), "{name}");
            let expected = (0..48).flat_map(|y| (0..64).map(move |x| painted(index, x, y)));
            let differences: Vec<u8> = frame
                .pixels
                .chunks_exact(4)
                .zip(expected)
                .flat_map(|(found, expected)| {
                    [0, 1, 2].map(|channel| found[channel].abs_diff(expected[channel]))
                })
                .collect();
            let sum: u64 = differences.iter().copied().map(u64::from).sum();
            let found_mean = sum as f64 / differences.len() as f64;
            let found_most = *differences.iter().max().unwrap();
            assert!(
                found_mean <= mean && found_most <= most,
                "{name}, frame {index}: {found_mean:.2} on average, {found_most} at most"
            );
        }
    }
}

#[test]
fn the_panel_knows_frames_and_length_of_what_is_played() {
    for name in [
        "animated-moving.png",
        "animated-moving.jxl",
        #[cfg(feature = "avif")]
        "animated-moving.avif",
    ] {
        let file = fixture(name);
        let metadata = read_metadata(&file);
        let animation = metadata.animation.unwrap();
        assert_eq!(animation.n_frames, 6, "{name}");
        assert_eq!(animation.duration, Duration::from_millis(480), "{name}");
        let playback = metadata.playback.unwrap();
        assert_eq!(playback.delays, [Duration::from_millis(80); 6], "{name}");
        assert_eq!(playback.n_plays, None, "{name}");
        assert!(decode(&file, FULL).unwrap().is_animated, "{name}");
    }
}

#[cfg(feature = "avif")]
#[test]
fn a_sequence_of_avif_is_played_as_often_as_it_says() {
    let n_plays = |edits: Option<bool>, n_times| {
        let file = with_edits(&fixture("animated-moving.avif"), edits, n_times);
        playback(&file).unwrap().n_plays
    };
    assert_eq!(n_plays(None, None), None);
    assert_eq!(n_plays(Some(false), Some(1)), Some(1));
    assert_eq!(n_plays(Some(true), Some(3)), Some(3));
    assert_eq!(n_plays(Some(true), None), None);
}

/// With a list of edits that repeats the sequence or not, in a track as long as so many of it;
/// without a number, of no known length.
#[cfg(feature = "avif")]
fn with_edits(file: &[u8], repeats: Option<bool>, n_times: Option<u64>) -> Vec<u8> {
    const ONCE: u64 = 480;
    let place = |file: &[u8], kind: &[u8]| file.windows(4).position(|it| it == kind).unwrap() - 4;
    let mut file = file.to_vec();
    let header = place(&file, b"tkhd");
    let (at, length) = if file[header + 8] == 1 {
        (header + 36, 8)
    } else {
        (header + 28, 4)
    };
    let duration = n_times.map_or(u64::MAX, |n| n * ONCE);
    file[at..at + length].copy_from_slice(&duration.to_be_bytes()[8 - length..]);
    let Some(repeats) = repeats else {
        return file;
    };
    let list = [
        &[0, 0, 0, 36],
        b"edts",
        &[0, 0, 0, 28],
        b"elst",
        &[0, 0, 0, u8::from(repeats)],
        &[0, 0, 0, 1],
        &u32::try_from(ONCE).unwrap().to_be_bytes(),
        &[0; 4],
        &[0, 1, 0, 0],
    ];
    let list: Vec<u8> = list.into_iter().flatten().copied().collect();
    for kind in [b"moov", b"trak"] {
        let at = place(&file, kind);
        let length = u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
        let grown = length + u32::try_from(list.len()).unwrap();
        file[at..at + 4].copy_from_slice(&grown.to_be_bytes());
    }
    let length = u32::from_be_bytes(file[header..header + 4].try_into().unwrap());
    let behind = header + length as usize;
    file.splice(behind..behind, list);
    file
}

#[test]
fn a_file_of_an_animated_kind_with_one_frame_does_not_move() {
    // An animated WebP that has lost all frames but one.
    let webp = fixture("animated.webp");
    let frames: Vec<usize> = (0..webp.len() - 4)
        .filter(|at| webp[*at..].starts_with(b"ANMF"))
        .collect();
    let mut one_frame = webp[..frames[1]].to_vec();
    let length = u32::try_from(one_frame.len() - 8).unwrap();
    one_frame[4..8].copy_from_slice(&length.to_le_bytes());
    for (name, file) in [
        ("still.gif", fixture("still.gif")),
        ("one frame of a WebP", one_frame),
    ] {
        for target in [FULL, Target::Thumbnail { edge_px: 24 }] {
            let image = decode(&file, target).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!image.is_animated, "{name}");
        }
        let metadata = read_metadata(&file);
        assert!(!metadata.is_animated, "{name}");
        assert_eq!(metadata.animation, None, "{name}");
    }
}

#[test]
fn what_playing_takes_is_known_before() {
    let of = |name: &str| FrameReader::working_bytes(&fixture(name)).unwrap();
    // Frames that are built upon others are kept, with three channels of four bytes each.
    let frame = 64 * 48 * 3 * 4;
    assert!(of("animated-moving.jxl") >= 6 * frame);
    assert!(of("animated-moving.jxl") <= 12 * frame);
    assert_eq!(of("animated-moving.png"), 64 * 48 * 16);
    #[cfg(feature = "avif")]
    assert!(of("animated-moving.avif") < 64 * 48 * 150);
}

#[test]
fn a_bomb_is_not_played() {
    for (name, file) in bombs() {
        let start = Instant::now();
        let frame = FrameReader::open(file, 100).map(|mut reader| reader.next_frame());
        assert!(
            !matches!(frame, Ok(Some(Ok(_)))),
            "{name} was played: {frame:?}"
        );
        assert!(start.elapsed() < Duration::from_secs(5), "{name}");
    }
}

/// Frames are kept for others to be built upon: so many of them would not fit.
#[test]
fn a_long_animation_that_does_not_fit_into_memory_stands_still_and_says_so() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/films/large.jxl"
    );
    let file = std::fs::read(path).unwrap();
    let metadata = read_metadata(&file);
    assert_eq!(metadata.animation.map(|it| it.n_frames), Some(3));
    assert_eq!(metadata.playback, None);
    let refused = FrameReader::open(file, 100).err();
    assert!(
        matches!(refused, Some(ImageError::TooLarge(_))),
        "{refused:?}"
    );
}

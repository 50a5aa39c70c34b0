//! Sequences in AVIF that are transparent: their alpha is in a track of its own.

use salon::imaging::{DecodedImage, FrameReader, ImageError, decode, read_metadata};

use super::{FULL, fixture};

const NAMES: [&str; 3] = [
    "animated-alpha.avif",
    "animated-alpha-premultiplied.avif",
    "animated-alpha-10-bit.avif",
];

const WIDTH: usize = 64;
const HEIGHT: usize = 48;
const N_FRAMES: usize = 5;

/// What `opacity` in `make.py` painted, colours not multiplied.
fn painted(frame: usize, x: usize, y: usize) -> [u8; 4] {
    let is_square = (8 * frame..8 * frame + 16).contains(&x) && (16..32).contains(&y);
    if is_square {
        [220, 40, 40, 255]
    } else {
        [40 + 2 * x, 60 + 3 * y, 200 - 2 * x, 3 * x + 15 * frame]
            .map(|sample| u8::try_from(sample).unwrap())
    }
}

fn frames(file: Vec<u8>) -> Vec<Result<DecodedImage, ImageError>> {
    let mut reader = FrameReader::open(file, 4096).unwrap();
    std::iter::from_fn(|| reader.next_frame()).collect()
}

#[test]
fn every_frame_is_as_opaque_as_it_was_painted() {
    for name in NAMES {
        let frames = frames(fixture(name));
        assert_eq!(frames.len(), N_FRAMES, "{name}");
        for (index, frame) in frames.into_iter().enumerate() {
            let frame = frame.unwrap();
            let places = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)));
            let mut sum = 0.0;
            for (pixel, (x, y)) in frame.pixels.chunks_exact(4).zip(places) {
                let [colors @ .., alpha] = painted(index, x, y);
                assert_eq!(pixel[3], alpha, "{name}, {index}: {x}, {y}");
                for (found, color) in pixel.iter().zip(colors) {
                    let expected = f64::from(color) * f64::from(alpha) / 255.0;
                    sum += (f64::from(*found) - expected).abs();
                }
            }
            let mean = sum / (3 * WIDTH * HEIGHT) as f64;
            assert!(mean < 2.0, "{name}, {index}: {mean}");
        }
    }
}

#[test]
fn the_first_frame_is_the_still() {
    for name in NAMES {
        let file = fixture(name);
        let still = decode(&file, FULL).unwrap();
        let first = frames(file).remove(0).unwrap();
        assert!(first.pixels == still.pixels, "{name}");
    }
}

/// Where the last box of this kind has its content: that of the alpha, which comes second.
fn last(file: &[u8], kind: &[u8]) -> usize {
    file.windows(4).rposition(|it| it == kind).unwrap() + 4
}

/// Where the box has its content that says what kind of track the second one is: its name is in
/// that content, too.
fn kind_of_track(file: &[u8]) -> usize {
    let entries = last(file, b"stsd");
    entries + first(&file[entries..], b"auxi")
}

/// The same of the colours.
fn first(file: &[u8], kind: &[u8]) -> usize {
    file.windows(4).position(|it| it == kind).unwrap() + 4
}

fn is_opaque(frame: &DecodedImage) -> bool {
    frame.pixels.chunks_exact(4).all(|pixel| pixel[3] == 255)
}

#[test]
fn a_track_beside_the_colors_is_their_alpha_only_where_it_says_so() {
    let file = fixture("animated-alpha.avif");
    let with_alpha = FrameReader::working_bytes(&file).unwrap();
    let of_another = {
        let mut file = file.clone();
        let at = last(&file, b"auxl");
        file[at + 3] = 9;
        file
    };
    let of_depth = {
        let mut file = file.clone();
        let at = kind_of_track(&file) + 4;
        let name = b"urn:mpeg:mpegB:cicp:systems:auxiliary:";
        assert!(file[at..].starts_with(name));
        file[at + name.len()..][..5].copy_from_slice(b"depth");
        file
    };
    for other in [of_another, of_depth] {
        assert!(FrameReader::working_bytes(&other).unwrap() < with_alpha);
        let frames = frames(other);
        assert_eq!(frames.len(), N_FRAMES);
        assert!(frames.iter().all(|it| is_opaque(it.as_ref().unwrap())));
    }
    // As it was before it had to be named.
    let unnamed = {
        let mut file = file;
        let at = kind_of_track(&file);
        file[at - 4..at].copy_from_slice(b"free");
        file
    };
    let expected = frames(fixture("animated-alpha.avif"));
    assert_eq!(frames(unnamed), expected);
}

/// With these bytes as the first sample of the alpha, and nothing as the others.
fn with_alpha_of(data: &[u8]) -> Vec<u8> {
    let mut file = fixture("animated-alpha.avif");
    let length = u32::try_from(data.len()).unwrap();
    let start = u32::try_from(file.len() + 8).unwrap();
    let (sizes, chunks) = (last(&file, b"stsz") + 12, last(&file, b"stco") + 8);
    file[sizes..sizes + 4].copy_from_slice(&length.to_be_bytes());
    file[sizes + 4..sizes + 4 * N_FRAMES].fill(0);
    file[chunks..chunks + 4].copy_from_slice(&start.to_be_bytes());
    file.extend((length + 8).to_be_bytes());
    file.extend(b"mdat");
    file.extend(data);
    file
}

/// The first sample of a track that has its tables there.
fn sample(file: &[u8], place: fn(&[u8], &[u8]) -> usize) -> Vec<u8> {
    let (length, start) = (place(file, b"stsz") + 12, place(file, b"stco") + 8);
    file[number(file, start)..][..number(file, length)].to_vec()
}

fn number(file: &[u8], at: usize) -> usize {
    u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize
}

#[test]
fn alpha_that_stays_is_that_of_the_frames_after_it() {
    let file = fixture("animated-alpha.avif");
    let shown = frames(with_alpha_of(&sample(&file, last)));
    assert_eq!(shown.len(), N_FRAMES);
    let expected = alpha(frames(file)[0].as_ref().unwrap());
    for frame in shown {
        assert!(alpha(&frame.unwrap()) == expected);
    }
}

fn alpha(frame: &DecodedImage) -> Vec<u8> {
    frame.pixels.iter().skip(3).step_by(4).copied().collect()
}

#[test]
fn where_alpha_is_damaged_the_colors_are_shown_as_the_still_has_them() {
    let file = fixture("animated-alpha.avif");
    let unknown = {
        let mut file = file.clone();
        let at = last(&file, b"av1C");
        file[at - 4..at].copy_from_slice(b"free");
        file
    };
    for (name, damaged) in [
        // Three, as the colours have, where one was announced.
        ("channels", with_alpha_of(&sample(&file, first))),
        (
            "sides",
            with_alpha_of(&coded_picture(&fixture("gray.avif"))),
        ),
        ("nothing", with_alpha_of(&[])),
        ("noise", with_alpha_of(&[0xFF; 100])),
        ("no decoder", unknown),
    ] {
        let still = decode(&damaged, FULL).unwrap();
        let frames = frames(damaged);
        assert_eq!(frames.len(), N_FRAMES, "{name}");
        for frame in &frames {
            let frame = frame.as_ref();
            assert!(is_opaque(frame.unwrap()), "{name}: {frame:?}");
        }
        assert!(frames[0].as_ref().unwrap().pixels == still.pixels, "{name}");
    }
}

#[test]
fn alpha_that_ends_in_damage_stays_as_it_was() {
    let file = fixture("animated-alpha.avif");
    let expected = alpha(frames(file.clone())[0].as_ref().unwrap());
    let mut damaged = file.clone();
    let start = number(&file, last(&file, b"stco") + 8);
    let sizes = last(&file, b"stsz") + 12;
    let second = start + number(&file, sizes);
    damaged[second..second + number(&file, sizes + 4)].fill(0xFF);
    let shown = frames(damaged);
    assert_eq!(shown.len(), N_FRAMES);
    for frame in shown {
        assert!(alpha(&frame.unwrap()) == expected);
    }
}

#[test]
fn a_piece_of_alpha_that_is_far_too_many_frames_is_refused() {
    let file = fixture("animated-alpha.avif");
    // The header of a frame that was kept, in one byte.
    let again = [0x1A, 0x01, 0x80].repeat(100_000);
    let bomb = with_alpha_of(&[sample(&file, last), again].concat());
    let still = decode(&bomb, FULL);
    assert!(matches!(still, Err(ImageError::TooLarge(_))), "{still:?}");
    let of_bomb = frames(bomb);
    assert!(
        matches!(&of_bomb[..], [Err(ImageError::TooLarge(_))]),
        "{of_bomb:?}"
    );
}

/// With so many copies of these bytes as the samples of the track that has its tables there.
fn with_copies(
    mut file: Vec<u8>,
    place: fn(&[u8], &[u8]) -> usize,
    data: &[u8],
    n: usize,
) -> Vec<u8> {
    let sizes = place(&file, b"stsz");
    let padding = number(&file, sizes - 8) - 20;
    for (at, number) in [
        // One size for all of them, and nothing where the others were.
        (sizes - 8, 20),
        (sizes + 4, data.len()),
        (sizes + 8, n),
        (sizes + 12, padding),
        (place(&file, b"stts") + 8, n),
        (place(&file, b"stsc") + 12, n),
        (place(&file, b"stco") + 8, file.len() + 8),
    ] {
        let number = u32::try_from(number).unwrap().to_be_bytes();
        file[at..at + 4].copy_from_slice(&number);
    }
    file[sizes + 16..sizes + 20].copy_from_slice(b"free");
    let length = u32::try_from(8 + data.len() * n).unwrap();
    file.extend(length.to_be_bytes());
    file.extend(b"mdat");
    file.extend(data.repeat(n));
    file
}

#[test]
fn alpha_of_colors_that_show_nothing_is_decoded_only_so_often() {
    let file = fixture("animated-large.avif");
    let alpha = sample(&file, last);
    // Where a frame begins, and nothing of it.
    let hidden = with_copies(file, first, b"\x12\0", 60);
    let hidden = with_copies(hidden, last, &alpha, 60);
    let still = decode(&hidden, FULL);
    assert!(matches!(still, Err(ImageError::TooLarge(_))), "{still:?}");
    let shown = frames(hidden);
    assert!(
        matches!(&shown[..], [Err(ImageError::TooLarge(_))]),
        "{shown:?}"
    );
}

#[test]
fn frames_far_larger_than_the_file_says_are_refused() {
    let mut file = fixture("animated-large.avif");
    assert_eq!(frames(file.clone()).len(), 2);
    let sides =
        |width: u32, height: u32| [width << 16, height << 16].map(u32::to_be_bytes).concat();
    // At the end of the head of the first track.
    let at = first(&file, b"tkhd") + 88;
    assert_eq!(file[at..at + 8], sides(400, 300));
    for (width, height, is_shown) in [(400, 300, true), (300, 300, true), (40, 30, false)] {
        file[at..at + 8].copy_from_slice(&sides(width, height));
        let shown = frames(file.clone());
        let is_refused = matches!(&shown[..], [Err(ImageError::TooLarge(_))]);
        assert_eq!(is_refused, !is_shown, "{width} x {height}: {shown:?}");
    }
}

/// The coded picture of a still: all that is behind the head of its last box.
fn coded_picture(file: &[u8]) -> Vec<u8> {
    file[last(file, b"mdat")..].to_vec()
}

#[test]
fn the_panel_knows_their_length() {
    for name in NAMES {
        let metadata = read_metadata(&fixture(name));
        assert_eq!(metadata.playback.unwrap().delays.len(), N_FRAMES, "{name}");
    }
}

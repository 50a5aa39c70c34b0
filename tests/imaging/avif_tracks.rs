//! Sequences in AVIF whose tracks are more than meets the eye: bombs and profiles.

use std::time::{Duration, Instant};

use salon::imaging::{
    DecodedImage, FrameReader, ImageError, Target, decode, peek_size, read_metadata,
};

use super::{FULL, fixture};

/// In which box the next one is.
const WAY: [&[u8]; 5] = [b"moov", b"trak", b"mdia", b"minf", b"stbl"];

fn place(file: &[u8], kind: &[u8]) -> usize {
    file.windows(4).position(|it| it == kind).unwrap() - 4
}

fn number(file: &[u8], at: usize) -> usize {
    let bytes = file[at..at + 4].try_into().unwrap();
    usize::try_from(u32::from_be_bytes(bytes)).unwrap()
}

fn set(file: &mut [u8], at: usize, number: usize) {
    let number = u32::try_from(number).unwrap();
    file[at..at + 4].copy_from_slice(&number.to_be_bytes());
}

fn boxed(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(8 + content.len()).unwrap();
    [&length.to_be_bytes()[..], kind, content].concat()
}

/// With these bytes put in at a place within these boxes; everything still points at its place.
fn grown(file: &[u8], at: usize, inserted: &[u8], within: &[&[u8]]) -> Vec<u8> {
    let mut file = file.to_vec();
    for kind in within {
        let at = place(&file, kind);
        let length = number(&file, at);
        set(&mut file, at, length + inserted.len());
    }
    let coded = place(&file, b"mdat") + 8;
    let pointers: Vec<usize> = (0..coded)
        .filter(|at| number(&file, *at) == coded)
        .collect();
    assert!(!pointers.is_empty());
    for pointer in pointers {
        set(&mut file, pointer, coded + inserted.len());
    }
    file.splice(at..at, inserted.iter().copied());
    file
}

/// The sequence with other tables of samples.
fn with_tables(tables: &[(&[u8], Vec<u8>)]) -> Vec<u8> {
    let mut file = fixture("animated.avif");
    for (kind, content) in tables {
        let at = place(&file, kind);
        let old = number(&file, at);
        let new = boxed(kind, content);
        for outer in WAY {
            let at = place(&file, outer);
            let length = number(&file, at);
            set(&mut file, at, length + new.len() - old);
        }
        file.splice(at..at + old, new);
    }
    file
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|n| n.to_be_bytes()).collect()
}

/// So many samples, of one byte each, in so many chunks, which all are at the same place.
fn many_samples(n_chunks: u32, samples_of_each: u32) -> Vec<u8> {
    let n_samples = n_chunks * samples_of_each;
    let mut chunks = numbers(&[0, n_chunks]);
    chunks.resize(8 + 4 * usize::try_from(n_chunks).unwrap(), 0);
    with_tables(&[
        (b"stts", numbers(&[0, 1, n_samples, 100])),
        (b"stsc", numbers(&[0, 1, 1, samples_of_each, 1])),
        (b"stsz", numbers(&[0, 1, n_samples])),
        (b"stco", chunks),
    ])
}

/// With a copy of its track behind it.
fn with_track(file: &[u8], handler: &[u8]) -> Vec<u8> {
    let start = place(file, b"trak");
    let end = start + number(file, start);
    let mut track = file[start..end].to_vec();
    let named = place(&track, b"hdlr") + 16;
    track[named..named + 4].copy_from_slice(handler);
    // The copy points where the original will.
    let coded = place(file, b"mdat") + 8;
    let chunks = place(&track, b"stco") + 16;
    assert_eq!(number(&track, chunks), coded);
    let moved = coded + track.len();
    set(&mut track, chunks, moved);
    grown(file, end, &track, &[b"moov"])
}

fn assert_refused(name: &str, file: &[u8]) {
    let start = Instant::now();
    for target in [FULL, Target::Thumbnail { edge_px: 24 }] {
        let refused = decode(file, target);
        assert!(
            matches!(refused, Err(ImageError::TooLarge(_))),
            "{name}: {refused:?}"
        );
    }
    let refused = FrameReader::open(file.to_vec(), 100).err();
    assert!(
        matches!(refused, Some(ImageError::TooLarge(_))),
        "{name}: {refused:?}"
    );
    assert_eq!(FrameReader::working_bytes(file), None, "{name}");
    peek_size(file);
    assert_eq!(read_metadata(file).playback, None, "{name}");
    let took = start.elapsed();
    assert!(took < Duration::from_secs(1), "{name}: {took:?}");
}

#[test]
fn a_few_bytes_of_millions_of_frames_are_refused_unread() {
    assert_refused("samples", &many_samples(4096, 4096));
    assert_refused("a few too many", &many_samples(1025, 64));
    let runs = numbers(&[0, 2, 60_000, 100, 60_000, 100]);
    assert_refused("times", &with_tables(&[(b"stts", runs)]));
    // As many as are played are not the trouble.
    let playable = read_metadata(&many_samples(1024, 64)).animation;
    assert_eq!(playable.map(|it| it.n_frames), Some(65_536));
}

#[test]
fn a_file_of_many_tracks_is_refused_unread() {
    let mut file = fixture("animated.avif");
    for _ in 0..7 {
        file = with_track(&file, b"pict");
    }
    assert!(decode(&file, FULL).is_ok());
    assert_refused("tracks", &with_track(&file, b"pict"));
}

#[test]
fn what_stands_behind_thousands_of_boxes_counts_too() {
    let file = many_samples(4096, 4096);
    let at = place(&file, b"stts");
    let file = {
        let free = boxed(b"free", &[]).repeat(5000);
        let mut file = file;
        for kind in WAY {
            let at = place(&file, kind);
            let length = number(&file, at);
            set(&mut file, at, length + free.len());
        }
        file.splice(at..at, free);
        file
    };
    assert_refused("boxes", &file);
}

#[test]
fn bytes_that_show_nothing_are_read_only_so_often() {
    const N_SAMPLES: u32 = 40;
    let padding = boxed(b"mdat", &[0x7A, 0].repeat(100_000));
    let tables = |start: u32| {
        let chunks = [vec![0, N_SAMPLES], vec![start; N_SAMPLES as usize]].concat();
        with_tables(&[
            (b"stts", numbers(&[0, 1, N_SAMPLES, 100])),
            (b"stsc", numbers(&[0, 1, 1, 1, 1])),
            (b"stsz", numbers(&[0, 200_000, N_SAMPLES])),
            (b"stco", numbers(&chunks)),
        ])
    };
    let start = u32::try_from(tables(0).len() + 8).unwrap();
    let file = [tables(start), padding].concat();
    let mut reader = FrameReader::open(file, 100).unwrap();
    let refused = reader.next_frame();
    assert!(
        matches!(refused, Some(Err(ImageError::TooLarge(_)))),
        "{refused:?}"
    );
}

fn frames(file: Vec<u8>) -> Vec<DecodedImage> {
    let mut reader = FrameReader::open(file, 100).unwrap();
    std::iter::from_fn(|| reader.next_frame().transpose().unwrap()).collect()
}

#[test]
fn a_profile_counts_while_it_plays() {
    let file = fixture("animated.avif");
    let entry = place(&file, b"stsd");
    // The one of the sequence: the item before it has another.
    let colors = entry + place(&file[entry..], b"colr");
    let mut by_number = file.clone();
    assert_eq!(&by_number[colors + 8..colors + 14], b"nclx\0\x01");
    by_number[colors + 13] = 12;
    let with_profile = fixture("display-p3.avif");
    let profile = place(&with_profile, b"prof") - 4;
    let profile = &with_profile[profile..profile + number(&with_profile, profile)];
    let by_profile = {
        let within = [&WAY[..], &[b"stsd".as_slice()]].concat();
        let mut file = grown(&file, colors, profile, &within);
        let entry = place(&file, b"stsd") + 16;
        let length = number(&file, entry);
        set(&mut file, entry, length + profile.len());
        file
    };
    let (plain, by_number, by_profile) = (frames(file), frames(by_number), frames(by_profile));
    assert_eq!((by_number.len(), by_profile.len()), (3, 3));
    let furthest = |a: &DecodedImage, b: &DecodedImage| {
        let pairs = a.pixels.iter().zip(b.pixels.iter());
        pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap()
    };
    for ((plain, by_number), by_profile) in plain.iter().zip(&by_number).zip(&by_profile) {
        assert!(furthest(by_number, by_profile) <= 3);
        assert!(furthest(plain, by_profile) > 8);
    }
}

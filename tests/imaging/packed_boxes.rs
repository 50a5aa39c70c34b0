//! JPEG XL with packed metadata, as its own encoder writes it.

use salon::imaging::{ImageError, Target, decode, read_metadata};

use super::{FULL, fixture};

/// What Brotli unpacks to this: stored as it is.
fn stored(content: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    // A window of 64 KiB; then blocks with their length less one, not compressed.
    for (index, block) in content.chunks(0x1_0000).enumerate() {
        let length = u32::try_from(block.len() - 1).unwrap();
        let (bits, n_bits) = if index == 0 {
            (length << 4 | 1 << 20, 21)
        } else {
            (length << 3 | 1 << 19, 20)
        };
        let n_bytes = usize::div_ceil(n_bits, 8);
        packed.extend(&bits.to_le_bytes()[..n_bytes]);
        packed.extend(block);
    }
    // Last and empty.
    packed.push(3);
    packed
}

fn boxed(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 8).unwrap();
    [&length.to_be_bytes()[..], &kind, content].concat()
}

/// The file with its boxes of these kinds packed.
fn packed(name: &str) -> Vec<u8> {
    let file = fixture(name);
    let mut made = Vec::new();
    let mut n_packed = 0;
    let mut at = 0;
    while at < file.len() {
        let length = u32::from_be_bytes(file[at..at + 4].try_into().unwrap());
        let end = match length {
            0 => file.len(),
            length => at + usize::try_from(length).unwrap(),
        };
        let kind: &[u8; 4] = file[at + 4..at + 8].try_into().unwrap();
        if matches!(kind, b"Exif" | b"xml ") {
            let content = [&kind[..], &stored(&file[at + 8..end])].concat();
            made.extend(boxed(*b"brob", &content));
            n_packed += 1;
        } else {
            made.extend(&file[at..end]);
        }
        at = end;
    }
    assert!(n_packed > 0, "{name} has nothing to pack");
    made
}

#[test]
fn packed_metadata_is_the_same_as_that_which_is_not() {
    for name in ["camera.jxl", "captions.jxl"] {
        let plain = read_metadata(&fixture(name));
        assert_ne!(plain.camera.is_some(), plain.title.is_some(), "{name}");
        assert_eq!(read_metadata(&packed(name)), plain, "{name}");
        let image = decode(&packed(name), FULL).unwrap();
        assert_eq!(image.pixels, decode(&fixture(name), FULL).unwrap().pixels);
    }
}

#[test]
fn what_unpacks_to_gigabytes_is_not_unpacked() {
    let file = fixture("camera.jxl");
    // A gigabyte of zeros, by Google's encoder.
    let bomb = include_bytes!("../fixtures/zeros.br");
    for kind in [b"Exif", b"xml ", b"jumb"] {
        let content = [&kind[..], bomb].concat();
        let start = std::time::Instant::now();
        let mut made = file[..32].to_vec();
        made.extend(boxed(*b"brob", &content));
        made.extend(&file[32..]);
        let image = decode(&made, FULL).unwrap();
        assert_eq!(image.pixels, decode(&file, FULL).unwrap().pixels);
        assert!(read_metadata(&made).dimensions.is_some());
        assert!(start.elapsed() < std::time::Duration::from_secs(3));
    }
}

#[test]
fn damaged_packed_boxes_are_boxes_that_are_not_there() {
    let file = packed("camera.jxl");
    let mut random = fastrand::Rng::with_seed(5);
    for n in 0..300 {
        let mut damaged = file.clone();
        for _ in 0..4 {
            let at = random.usize(32..damaged.len());
            damaged[at] = random.u8(..);
        }
        damaged.truncate(random.usize(32..=damaged.len()));
        read_metadata(&damaged);
        let ended = decode(&damaged, Target::Thumbnail { edge_px: 20 });
        assert_ne!(ended, Err(ImageError::DecoderCrashed), "{n}");
    }
}

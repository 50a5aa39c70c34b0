//! Files of a few bytes that announce more pixels than any machine should hold.

/// One of each format, by its name.
pub fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let fixture = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/images/");
        std::fs::read(format!("{folder}{name}")).unwrap()
    };
    // 48 and 32 become these.
    let with = |name: &str, at: [usize; 2], sides: [&[u8]; 2]| {
        let mut file = fixture(name);
        for (at, side) in at.into_iter().zip(sides) {
            file[at..at + side.len()].copy_from_slice(side);
        }
        file
    };
    let frame = |name: &str, marker: u8| {
        let file = fixture(name);
        let found = file.windows(2).position(|pair| pair == [0xFF, marker]);
        found.unwrap()
    };
    let large_be: &[u8] = &60_000_u32.to_be_bytes();
    let large_le: &[u8] = &60_000_u32.to_le_bytes();
    let short: &[u8] = &60_000_u16.to_be_bytes();
    let short_le: &[u8] = &65_535_u16.to_le_bytes();
    let (baseline, progressive) = (frame("baseline.jpg", 0xC0), frame("progressive.jpg", 0xC2));
    let mut bombs = vec![
        ("PNG", fixture("bomb.png")),
        (
            "JPEG",
            with("baseline.jpg", [baseline + 5, baseline + 7], [short, short]),
        ),
        (
            "progressive JPEG",
            with(
                "progressive.jpg",
                [progressive + 5, progressive + 7],
                [short, short],
            ),
        ),
        ("GIF", with("still.gif", [6, 8], [short_le, short_le])),
        (
            "animated GIF",
            with("animated.gif", [6, 8], [short_le, short_le]),
        ),
        // Fourteen bits each; with all of them set `image-webp` takes a side for zero.
        (
            "lossless WebP",
            b"RIFF\x1C\0\0\0WEBPVP8L\x10\0\0\0\x2F\xFE\xBF\xFF\x0F\0\0\0\0\0\0\0\0\0\0\0".to_vec(),
        ),
        ("BMP", with("rgb.bmp", [18, 22], [large_le, large_le])),
        ("QOI", with("rgb.qoi", [4, 8], [large_be, large_be])),
        ("TGA", with("rgb.tga", [12, 14], [short_le, short_le])),
        ("PNM", b"P6\n60000 60000\n255\nabc".to_vec()),
        (
            "HDR",
            b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 60000 +X 60000\nabcd".to_vec(),
        ),
        ("TIFF", tiff()),
        ("JPEG XL", jpeg_xl()),
    ];
    // Without a decoder there is nothing to refuse.
    if cfg!(feature = "avif") {
        bombs.push(("AVIF", avif(&fixture("small.avif"), 60_000)));
        bombs.push((
            "AVIF of 400 megapixels",
            avif(&fixture("small.avif"), 20_000),
        ));
        bombs.push(("AVIF of many frames", frames(&fixture("chroma-420.avif"))));
        bombs.push(("AVIF that says it is small", fixture("lying.avif")));
    }
    bombs
}

/// With these sides announced for everything in it.
fn avif(file: &[u8], side: u32) -> Vec<u8> {
    let side = side.to_be_bytes();
    let mut file = file.to_vec();
    while let Some(at) = file.windows(4).position(|kind| kind == b"ispe") {
        file[at..at + 4].copy_from_slice(b"ISPE");
        file[at + 8..at + 12].copy_from_slice(&side);
        file[at + 12..at + 16].copy_from_slice(&side);
    }
    while let Some(at) = file.windows(4).position(|kind| kind == b"ISPE") {
        file[at..at + 4].copy_from_slice(b"ispe");
    }
    file
}

/// The same picture five thousand times in one, all of which would be decoded and held.
fn frames(file: &[u8]) -> Vec<u8> {
    let place = |wanted: &[u8]| {
        file.windows(wanted.len())
            .position(|it| it == wanted)
            .unwrap()
    };
    let start = place(b"mdat") + 4;
    let coded = &file[start..];
    let number = |n: usize| u32::try_from(n).unwrap().to_be_bytes();
    let extent = [number(start), number(coded.len())].concat();
    let length_at = place(&extent) + 4;
    let many = coded.repeat(5000);
    let mut bomb = [&file[..start], &many].concat();
    bomb[length_at..length_at + 4].copy_from_slice(&number(many.len()));
    bomb[start - 8..start - 4].copy_from_slice(&number(many.len() + 8));
    bomb
}

/// A directory of sides, depth, compression and strips.
fn tiff() -> Vec<u8> {
    let mut file = b"II*\0\x08\0\0\0\x08\0".to_vec();
    let fields: [(u16, u32); 8] = [
        (256, 60_000),
        (257, 60_000),
        (258, 8),
        (259, 1),
        (262, 1),
        (273, 8),
        (278, 60_000),
        (279, 16),
    ];
    for (tag, value) in fields {
        file.extend(tag.to_le_bytes());
        file.extend([4, 0, 1, 0, 0, 0]);
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 20]);
    file
}

/// Bits, the lowest first: not small, a height of 30 bits, as wide as high, all else as usual.
fn jpeg_xl() -> Vec<u8> {
    let sides: u64 = 60_000 - 1;
    let header = 0b110 | sides << 3 | 0b001 << 33 | 0b11 << 36;
    [b"\xFF\x0A".as_slice(), &header.to_le_bytes(), &[0; 64]].concat()
}

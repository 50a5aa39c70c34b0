//! What files say about themselves.

use salon::domain::PixelSize;
use salon::imaging::{ColorModel, Colors, Metadata, peek_size, read_metadata};

use super::fixture;

#[test]
fn everything_a_camera_wrote_is_read_from_every_container() {
    for (name, format) in [
        ("camera.jpg", "JPEG"),
        ("camera.png", "PNG"),
        ("camera.webp", "WebP"),
        ("camera.jxl", "JPEG XL"),
        ("turned.heic", "HEIC"),
        ("camera.avif", "AVIF"),
    ] {
        let metadata = read_metadata(&fixture(name));
        let is_heic = format == "HEIC";
        let expected = Metadata {
            format: Some(format),
            dimensions: Some(if is_heic {
                PixelSize::new(3024, 4032)
            } else {
                PixelSize::new(48, 32)
            }),
            stored_dimensions: metadata.stored_dimensions,
            // Nobody says how that HEIC is coded.
            colors: (!is_heic).then_some(Colors {
                model: ColorModel::Rgb,
                has_alpha: false,
            }),
            chroma_subsampling: metadata.chroma_subsampling,
            compression: metadata.compression,
            n_pages: None,
            bits_per_channel: Some(if is_heic { 10 } else { 8 }),
            camera: Some("NIKON D90".to_owned()),
            lens: Some("35mm f/2.8".to_owned()),
            exposure_time: Some((1, 125)),
            f_number: Some(2.8),
            iso: Some(400),
            focal_length_mm: Some(35.0),
            has_flash_fired: Some(true),
            taken_at: Some(jiff::civil::datetime(2024, 6, 17, 6, 59, 23, 0)),
            taken_at_offset: Some("+02:00".to_owned()),
            other_time: None,
            // That of AVIF is the format's own; who wrote this file left no other.
            orientation: (format != "AVIF").then_some(6),
            position: metadata.position,
            software: Some("Salon's fixtures".to_owned()),
            artist: Some("Nobody".to_owned()),
            copyright: Some("CC0".to_owned()),
            description: Some("Four corners".to_owned()),
            title: None,
            keywords: Vec::new(),
            rating: None,
            color_profile: None,
            is_animated: false,
            animation: None,
            playback: None,
            histogram: None,
        };
        assert_eq!(metadata, expected, "{name}");
        let position = metadata.position.unwrap();
        assert!(
            (position.latitude + 33.859_833).abs() < 1e-5,
            "{name}: {position:?}"
        );
        assert!(
            (position.longitude - 151.211_111).abs() < 1e-5,
            "{name}: {position:?}"
        );
        assert_eq!(position.altitude_m, Some(-12.5), "{name}");
    }
}

#[test]
fn what_people_wrote_is_read_from_every_container() {
    for name in [
        "captions.jpg",
        "captions.png",
        "captions.webp",
        "captions.tiff",
        "captions.avif",
        "captions.jxl",
        "xmp-and-iptc.jpg",
    ] {
        let metadata = read_metadata(&fixture(name));
        assert_eq!(metadata.rating, Some(4), "{name}");
        for (found, expected) in [
            (&metadata.title, "Four corners & more"),
            (&metadata.description, "Red, green, blue and yellow"),
            (&metadata.artist, "Ada; Grace"),
            (&metadata.copyright, "CC0 1.0"),
        ] {
            assert_eq!(found.as_deref(), Some(expected), "{name}");
        }
        assert_eq!(metadata.keywords, ["corner", "colour"], "{name}");
    }
}

#[test]
fn iptc_is_read_where_there_is_no_xmp() {
    let metadata = read_metadata(&fixture("iptc.jpg"));
    for (found, expected) in [
        (&metadata.title, "Vier Ecken"),
        (&metadata.description, "Grün und Gelb"),
        (&metadata.artist, "Ada"),
        (&metadata.copyright, "CC0"),
    ] {
        assert_eq!(found.as_deref(), Some(expected));
    }
    assert_eq!(metadata.keywords, ["Ecke", "Farbe"]);
    assert_eq!(metadata.rating, None);
}

#[test]
fn absurd_values_are_no_values() {
    let metadata = read_metadata(&fixture("absurd-exif.jpg"));
    let expected = Metadata {
        format: Some("JPEG"),
        dimensions: Some(PixelSize::new(48, 32)),
        stored_dimensions: Some(PixelSize::new(48, 32)),
        colors: Some(Colors {
            model: ColorModel::Rgb,
            has_alpha: false,
        }),
        bits_per_channel: Some(8),
        chroma_subsampling: Some("4:2:0"),
        compression: Some("Baseline"),
        orientation: Some(1),
        ..Metadata::default()
    };
    assert_eq!(metadata, expected);
}

#[test]
fn directories_that_loop_or_lie_about_their_length_are_survived() {
    for name in ["looping-exif.jpg", "giant-exif.jpg"] {
        let metadata = read_metadata(&fixture(name));
        assert_eq!(metadata.orientation, Some(1), "{name}");
        assert_eq!(metadata.dimensions, Some(PixelSize::new(48, 32)), "{name}");
    }
}

#[test]
fn the_size_is_known_from_the_first_bytes() {
    let jpeg = fixture("camera.jpg");
    // Profile and preview segments between EXIF and the frame, as phones write them.
    let filler = [b"\xFF\xE2\x4E\x20".as_slice(), &vec![7; 0x4E1E]].concat();
    let (start, rest) = jpeg.split_at(
        jpeg.windows(2)
            .position(|pair| pair == [0xFF, 0xDB])
            .unwrap(),
    );
    let long = [start, &filler, &filler, &filler, rest].concat();
    assert_eq!(
        peek_size(&long[..long.len() - 300]),
        Some(PixelSize::new(48, 32))
    );
    assert_eq!(peek_size(&long[..30_000]), None);
    // In WebP the orientation comes last: until then nobody knows.
    let webp = fixture("camera.webp");
    assert_eq!(peek_size(&webp[..webp.len() / 4]), None);
    assert_eq!(peek_size(&webp), Some(PixelSize::new(48, 32)));
    assert_eq!(
        peek_size(&fixture("turned.heic")),
        Some(PixelSize::new(3024, 4032))
    );
    for name in [
        "small.avif",
        "rgb.bmp",
        "rgb.qoi",
        "animated.gif",
        "lossy.webp",
        "alpha.webp",
        "rgb.tga",
        "palette.tiff",
        "lzw.tiff",
        "rgb.ppm",
    ] {
        assert_eq!(
            peek_size(&fixture(name)),
            Some(PixelSize::new(48, 32)),
            "{name}"
        );
    }
}

//! Copies as another program reads them.

use std::fs;

use bytes::Bytes;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use roxmltree::{Document, Node};

use super::super::embedded::{Container, CopyError};
use super::super::privacy::without_position;
use super::{Credit, Credited, LeftAlone, with_credit};
use crate::imaging::{Metadata, read_metadata};

const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/images/");
    fs::read(format!("{folder}{name}")).unwrap()
}

fn credit() -> Credit<'static> {
    Credit {
        author: Some("Anna <\"&'> Schmidt\u{7}"),
        posted_at: Some("2025-11-04T14:32:05Z".parse().unwrap()),
        link: Some("https://chat.example.org/group/a?msg=1&x=2"),
    }
}

fn copy_of(file: &[u8]) -> Vec<u8> {
    match with_credit(file, &credit()).unwrap() {
        Credited::Copy(copy) => copy,
        left @ Credited::LeftAlone(_) => panic!("{left:?}"),
    }
}

fn packet_of(file: &[u8]) -> String {
    let packet = Container::open(file).unwrap().xmp().unwrap();
    String::from_utf8(packet.to_vec()).unwrap()
}

/// The text of the elements of this name, wherever they are.
fn said(packet: &str, name: &str) -> Vec<String> {
    let document = Document::parse(packet).unwrap();
    let named = document
        .descendants()
        .filter(|node| node.tag_name().name() == name);
    let text_of = |node: Node<'_, '_>| {
        let texts = node.descendants().filter(Node::is_text);
        texts.filter_map(|text| text.text()).collect()
    };
    named.map(text_of).collect()
}

fn jpeg_with(packet: &str) -> Vec<u8> {
    let mut jpeg = Jpeg::from_bytes(fixture("baseline.jpg").into()).unwrap();
    let contents = Bytes::from([XMP, packet.as_bytes()].concat());
    let segment = JpegSegment::new_with_contents(markers::APP1, contents);
    jpeg.segments_mut().insert(1, segment);
    jpeg.encoder().bytes().to_vec()
}

fn packet(properties: &str, end: &str) -> String {
    format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
         <r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <r:Description r:about=\"uuid:1\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">{properties}</r:Description></r:RDF>\
         </x:xmpmeta>\n{end}"
    )
}

#[test]
fn a_copy_says_who_posted_it_when_and_where() {
    for name in [
        "baseline.jpg",
        "orientation-6.jpg",
        "no-end-marker.jpg",
        "trailing-bytes.jpg",
        "rgb.png",
        "animated.png",
        "rgba.png",
        "lossy.webp",
        "alpha.webp",
        "animated.webp",
        "display-p3.webp",
    ] {
        let file = fixture(name);
        let copy = copy_of(&file);
        let pixels = |file: &[u8]| image::load_from_memory(file).unwrap();
        assert_eq!(pixels(&copy), pixels(&file), "{name}");
        let expected = Metadata {
            artist: Some("Anna <\"&'> Schmidt".to_owned()),
            ..read_metadata(&file)
        };
        assert_eq!(read_metadata(&copy), expected, "{name}");
        let packet = packet_of(&copy);
        assert_eq!(said(&packet, "creator"), ["Anna <\"&'> Schmidt"], "{name}");
        assert_eq!(said(&packet, "source"), [credit().link.unwrap()], "{name}");
        assert_eq!(said(&packet, "date"), ["2025-11-04T14:32:05Z"], "{name}");
        assert_eq!(
            said(&packet, "DateCreated"),
            ["2025-11-04T14:32:05Z"],
            "{name}"
        );
        let again = with_credit(&copy, &credit()).unwrap();
        assert_eq!(
            again,
            Credited::LeftAlone(LeftAlone::NothingToAdd),
            "{name}"
        );
        assert_eq!(without_position(&copy), Ok(None), "{name}");
    }
}

#[test]
fn a_lossless_file_of_the_simple_kind_keeps_its_transparency() {
    for alpha in [255, 90] {
        let picture = image::RgbaImage::from_pixel(33, 17, image::Rgba([200, 100, 50, alpha]));
        let mut file = Vec::new();
        let encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut file);
        let color = image::ExtendedColorType::Rgba8;
        encoder.encode(&picture, 33, 17, color).unwrap();
        assert_eq!(file.get(12..16), Some(b"VP8L".as_slice()));
        let copy = copy_of(&file);
        assert_eq!(
            image::load_from_memory(&copy).unwrap().into_rgba8(),
            picture
        );
        assert_eq!(
            read_metadata(&copy).dimensions,
            read_metadata(&file).dimensions
        );
        assert_eq!(said(&packet_of(&copy), "date").len(), 1);
    }
}

#[test]
fn what_the_camera_says_stays_true() {
    for name in ["camera.jpg", "camera.png", "camera.webp"] {
        let file = fixture(name);
        let known = read_metadata(&file);
        assert!(known.artist.is_some() && known.taken_at.is_some());
        let copy = copy_of(&file);
        assert_eq!(read_metadata(&copy), known, "{name}");
        let packet = packet_of(&copy);
        assert_eq!(said(&packet, "creator"), [""; 0], "the artist made it");
        assert_eq!(
            said(&packet, "DateCreated"),
            [""; 0],
            "it was taken earlier"
        );
        assert_eq!(said(&packet, "date").len(), 1);
    }
}

#[test]
fn a_packet_that_is_there_is_kept_and_extended() {
    let properties = "<dc:creator><r:Seq><r:li>Ben</r:li></r:Seq></dc:creator>\
                      <xmp:Rating>5</xmp:Rating>";
    let padding = " ".repeat(2000);
    let file = jpeg_with(&packet(
        properties,
        &format!("{padding}<?xpacket end=\"w\"?>"),
    ));
    let copy = copy_of(&file);
    assert_eq!(copy.len(), file.len(), "it grows into its padding");
    let packet = packet_of(&copy);
    assert_eq!(said(&packet, "creator"), ["Ben"]);
    assert_eq!(said(&packet, "Rating"), ["5"]);
    assert_eq!(said(&packet, "source"), [credit().link.unwrap()]);
    let document = Document::parse(&packet).unwrap();
    let about = document.descendants().filter_map(|node| {
        node.attribute(("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "about"))
    });
    assert_eq!(
        about.collect::<Vec<_>>(),
        ["uuid:1", "uuid:1"],
        "one subject"
    );
}

#[test]
fn a_packet_that_cannot_be_extended_safely_is_left_alone() {
    let rating = "<xmp:Rating>5</xmp:Rating>";
    let long = format!("<xmp:Label>{}</xmp:Label>", "x".repeat(64_800));
    for (packet, reason) in [
        (packet(rating, "<?xpacket end='r'?>"), LeftAlone::ReadOnly),
        (
            packet("<broken>", "<?xpacket end='w'?>"),
            LeftAlone::StrangePacket,
        ),
        ("<x/>".to_owned(), LeftAlone::StrangePacket),
        (
            "<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"/>".to_owned(),
            LeftAlone::StrangePacket,
        ),
        (packet(&long, "<?xpacket end='w'?>"), LeftAlone::NoRoom),
    ] {
        let left = with_credit(&jpeg_with(&packet), &credit()).unwrap();
        assert_eq!(left, Credited::LeftAlone(reason));
    }
    let nothing = Credit {
        author: Some(" "),
        ..Credit::default()
    };
    let left = with_credit(&fixture("rgb.png"), &nothing).unwrap();
    assert_eq!(left, Credited::LeftAlone(LeftAlone::NothingToAdd));
}

#[test]
fn pictures_behind_the_first_stay_where_their_list_says() {
    let mpf = |segments: &mut Vec<JpegSegment>, at: usize| {
        let list = JpegSegment::new_with_contents(markers::APP2, Bytes::from_static(b"MPF\0II*\0"));
        segments.insert(at, list);
    };
    let mut jpeg = Jpeg::from_bytes(fixture("camera.jpg").into()).unwrap();
    mpf(jpeg.segments_mut(), 0);
    let copy = copy_of(&jpeg.encoder().bytes());
    let find = |wanted: &[u8]| memchr::memmem::find(&copy, wanted).unwrap();
    assert!(
        find(XMP) < find(b"MPF\0"),
        "what is put in front of the list moves both alike"
    );

    let behind = jpeg_with(&packet("", "<?xpacket end=\"w\"?>"));
    let mut jpeg = Jpeg::from_bytes(behind.into()).unwrap();
    mpf(jpeg.segments_mut(), 0);
    let left = with_credit(&jpeg.encoder().bytes(), &credit()).unwrap();
    assert_eq!(left, Credited::LeftAlone(LeftAlone::NoRoom));
}

#[test]
fn damaged_files_are_refused_and_never_end_the_program() {
    assert_eq!(
        with_credit(b"GIF89a", &credit()),
        Err(CopyError::OtherFormat)
    );
    let mut random = fastrand::Rng::with_seed(3);
    for name in ["camera.jpg", "camera.png", "lossy.webp"] {
        let file = copy_of(&fixture(name));
        for at in 0..file.len() {
            with_credit(&file[..at], &credit()).ok();
            let mut damaged = file.clone();
            damaged[at] ^= 1 << random.u8(..8);
            if let Ok(Credited::Copy(copy)) = with_credit(&damaged, &credit()) {
                assert!(Container::open(&copy).is_ok(), "{name} changed at {at}");
            }
        }
    }
}

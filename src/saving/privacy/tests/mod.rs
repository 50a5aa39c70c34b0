//! Copies as somebody looks into them who wants to know where they were taken.

mod damage;

use std::fs;
use std::io::Cursor;

use bytes::Bytes;
use img_parts::jpeg::{Jpeg, JpegSegment, markers};
use img_parts::png::{Png, PngChunk};
use img_parts::riff::{RiffChunk, RiffContent};
use img_parts::webp::WebP;

use super::super::embedded::{Container, CopyError};
use super::without_position;
use crate::imaging::{Metadata, read_metadata};

const CAMERA: [&str; 3] = ["camera.jpg", "camera.png", "camera.webp"];

const PACKET: &str = "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\
    <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
    <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
    <rdf:Description rdf:about=\"\" xmlns:e=\"http://ns.adobe.com/exif/1.0/\" \
    xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
    xmlns:drone-dji=\"http://www.dji.com/drone-dji/1.0/\" \
    e:GPSLatitude=\"52,31.2N\" e:ISOSpeed='100' drone-dji:GpsLongtitude=\"+13.4\">\
    <e:GPSLongitude>13,24.5E</e:GPSLongitude><dc:format>GPS at 13,24.5E</dc:format>\
    </rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>";

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/images/");
    fs::read(format!("{folder}{name}")).unwrap()
}

fn pixels(file: &[u8]) -> Vec<u8> {
    image::load_from_memory(file).unwrap().into_bytes()
}

/// Every field but those of the position, as text.
fn other_fields(file: &[u8]) -> Vec<String> {
    let read = exif::Reader::new().read_from_container(&mut Cursor::new(file));
    let read = read.unwrap();
    let others = read
        .fields()
        .filter(|field| field.tag.context() != exif::Context::Gps)
        .map(|field| format!("{} {} {:?}", field.tag, field.ifd_num, field.value));
    others.collect()
}

fn n_position_fields(file: &[u8]) -> usize {
    let read = exif::Reader::new().read_from_container(&mut Cursor::new(file));
    let read = read.unwrap();
    let is_gps = |field: &&exif::Field| field.tag.context() == exif::Context::Gps;
    read.fields().filter(is_gps).count()
}

fn cleaned(file: &[u8]) -> Vec<u8> {
    without_position(file).unwrap().expect("a position")
}

fn contains(file: &[u8], text: &str) -> bool {
    memchr::memmem::find(file, text.as_bytes()).is_some()
}

#[test]
fn only_the_position_goes() {
    for name in CAMERA {
        let file = fixture(name);
        let before = read_metadata(&file);
        assert!(
            before.position.is_some() && n_position_fields(&file) > 3,
            "{name}"
        );

        let copy = cleaned(&file);

        let expected = Metadata {
            position: None,
            ..before
        };
        assert_eq!(read_metadata(&copy), expected, "{name}");
        assert_eq!(n_position_fields(&copy), 0, "{name}");
        assert_eq!(other_fields(&copy), other_fields(&file), "{name}");
        assert_eq!(pixels(&copy), pixels(&file), "{name}");
        assert_eq!(copy.len(), file.len(), "{name}: nothing moves");
        assert_eq!(without_position(&copy), Ok(None), "{name}: once is enough");
    }
}

#[test]
fn a_file_without_position_needs_no_copy() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/images");
    let mut n_files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let file = fs::read(&path).unwrap();
        let has_position = read_metadata(&file).position.is_some();
        match without_position(&file) {
            Ok(None) => n_files += 1,
            Ok(Some(copy)) => {
                assert_eq!(copy.len(), file.len(), "{}", path.display());
                let is_known = has_position || path.ends_with("absurd-exif.jpg");
                assert!(is_known, "{}", path.display());
            }
            Err(CopyError::OtherFormat) => {}
            Err(error) => assert!(!has_position, "{}: {error}", path.display()),
        }
    }
    assert!(n_files > 60, "{n_files}");
}

fn jpeg_with(file: &[u8], contents: &[u8]) -> Vec<u8> {
    let mut jpeg = Jpeg::from_bytes(Bytes::copy_from_slice(file)).unwrap();
    let segment = JpegSegment::new_with_contents(markers::APP1, Bytes::copy_from_slice(contents));
    jpeg.segments_mut().insert(1, segment);
    jpeg.encoder().bytes().to_vec()
}

fn png_with(file: &[u8], kind: [u8; 4], contents: Vec<u8>) -> Vec<u8> {
    let mut png = Png::from_bytes(Bytes::copy_from_slice(file)).unwrap();
    png.chunks_mut()
        .insert(1, PngChunk::new(kind, contents.into()));
    png.encoder().bytes().to_vec()
}

fn webp_with(file: &[u8], id: [u8; 4], contents: &[u8]) -> Vec<u8> {
    let mut webp = WebP::from_bytes(Bytes::copy_from_slice(file)).unwrap();
    let data = RiffContent::Data(Bytes::copy_from_slice(contents));
    webp.chunks_mut().push(RiffChunk::new(id, data));
    webp.encoder().bytes().to_vec()
}

fn folded(text: &[u8]) -> Vec<u8> {
    use std::io::Read as _;
    let mut folded = Vec::new();
    let mut encoder = flate2::read::ZlibEncoder::new(text, flate2::Compression::default());
    encoder.read_to_end(&mut folded).unwrap();
    folded
}

#[test]
fn the_position_goes_from_xmp_however_it_is_kept() {
    let in_jpeg = [b"http://ns.adobe.com/xap/1.0/\0", PACKET.as_bytes()].concat();
    let plain = [b"XML:com.adobe.xmp\0\0\0\0\0", PACKET.as_bytes()].concat();
    let compressed = [
        b"XML:com.adobe.xmp\0\x01\0de\0XMP\0".as_slice(),
        &folded(PACKET.as_bytes()),
    ];
    for file in [
        jpeg_with(&fixture("baseline.jpg"), &in_jpeg),
        png_with(&fixture("rgb.png"), *b"iTXt", plain),
        png_with(&fixture("rgb.png"), *b"iTXt", compressed.concat()),
        webp_with(&fixture("alpha.webp"), *b"XMP ", PACKET.as_bytes()),
    ] {
        let copy = cleaned(&file);
        assert_eq!(pixels(&copy), pixels(&file));
        let packet = Container::open(&copy).unwrap().xmp().unwrap();
        let packet = String::from_utf8(packet.to_vec()).unwrap();
        assert_eq!(packet.len(), PACKET.len());
        assert!(
            !packet.contains("52,31.2N") && !packet.contains("+13.4"),
            "{packet}"
        );
        assert!(!packet.contains("GPSLongitude"), "{packet}");
        assert!(packet.contains("e:ISOSpeed='100'"), "{packet}");
        assert!(
            packet.contains("<dc:format>GPS at 13,24.5E</dc:format>"),
            "{packet}"
        );
        assert_eq!(without_position(&copy), Ok(None));
    }
}

#[test]
fn what_cannot_be_taken_out_is_refused() {
    let broken = PACKET.replace("</rdf:RDF>", "");
    let wide: Vec<u8> = PACKET.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for packet in [broken.into_bytes(), wide] {
        let in_jpeg = [b"http://ns.adobe.com/xap/1.0/\0".as_slice(), &packet].concat();
        let refused = without_position(&jpeg_with(&fixture("baseline.jpg"), &in_jpeg));
        assert!(matches!(refused, Err(CopyError::Stuck(_))), "{refused:?}");
    }
    let more = [
        b"http://ns.adobe.com/xmp/extension/\0".as_slice(),
        &[b'0'; 40],
        b"<e:GPSLatitude>",
    ];
    let refused = without_position(&jpeg_with(&fixture("baseline.jpg"), &more.concat()));
    assert!(matches!(refused, Err(CopyError::Stuck(_))), "{refused:?}");
    assert_eq!(
        without_position(&fixture("still.gif")),
        Err(CopyError::OtherFormat)
    );
    assert_eq!(without_position(b""), Err(CopyError::OtherFormat));
}

#[test]
fn what_a_phone_put_behind_the_picture_is_cleaned_too() {
    let camera = fixture("camera.jpg");
    let film = b"\0\0\0\x10ftypmp42\0\0\0\0\0\0\0\x1d\xA9xyz\0\x12\x15\xC7+52.5200+013.405/moov";
    let file = [camera.as_slice(), &camera, film].concat();
    let copy = cleaned(&file);
    assert_eq!(copy.len(), file.len());
    let (first, rest) = copy.split_at(camera.len());
    let (second, film) = rest.split_at(camera.len());
    assert_eq!(first, cleaned(&camera));
    assert_eq!(second, first);
    assert!(!contains(film, "+52") && contains(film, "free") && film.ends_with(b"moov"));
}

#[test]
fn fields_that_a_program_kept_as_digits_are_cleaned_too() {
    let camera = Png::from_bytes(fixture("camera.png").into()).unwrap();
    let block = camera.chunk_by_type(*b"eXIf").unwrap().contents().clone();
    let block = block.strip_prefix(b"Exif\0\0").unwrap_or(&block);
    let block = [b"Exif\0\0", block].concat();
    let mut text = format!("\nexif\n{:8}", block.len());
    for line in block.chunks(36) {
        text.push('\n');
        text.extend(line.iter().map(|byte| format!("{byte:02x}")));
    }
    for (kind, contents) in [
        (
            *b"tEXt",
            [b"Raw profile type exif\0", text.as_bytes()].concat(),
        ),
        (
            *b"zTXt",
            [
                b"Raw profile type APP1\0\0".as_slice(),
                &folded(text.as_bytes()),
            ]
            .concat(),
        ),
    ] {
        let file = png_with(&fixture("rgb.png"), kind, contents);
        let copy = cleaned(&file);
        assert_eq!(pixels(&copy), pixels(&file));
        assert_eq!(without_position(&copy), Ok(None));
        assert_ne!(copy, file);
    }
}

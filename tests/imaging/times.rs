//! When a picture came to be: the next best time where none says when it was taken.

use jiff::civil::{date, time};
use salon::imaging::{Metadata, OtherTime, TimeKind, read_metadata};

use super::fixture;

/// A JPEG with the tags of EXIF renamed: the fixture has the time at which it was taken.
fn renamed(from: u16, to: u16, file: &[u8]) -> Vec<u8> {
    // The field's tag and type: text of twenty bytes.
    let field = |tag: u16| {
        let big = [
            tag.to_be_bytes(),
            2_u16.to_be_bytes(),
            [0; 2],
            20_u16.to_be_bytes(),
        ];
        let little = [
            tag.to_le_bytes(),
            2_u16.to_le_bytes(),
            20_u16.to_le_bytes(),
            [0; 2],
        ];
        [big.concat(), little.concat()]
    };
    let mut file = file.to_vec();
    for (old, new) in field(from).into_iter().zip(field(to)) {
        let found = file.windows(8).position(|part| part == old);
        if let Some(at) = found {
            file[at..at + 8].copy_from_slice(&new);
        }
    }
    file
}

const TAKEN: u16 = 0x9003;
const DIGITIZED: u16 = 0x9004;

fn with_segment(marker: u8, content: &[u8]) -> Metadata {
    let file = fixture("baseline.jpg");
    let length = u16::try_from(content.len() + 2).unwrap();
    let segment = [&[0xFF, marker][..], &length.to_be_bytes(), content].concat();
    read_metadata(&[&file[..2], &segment, &file[2..]].concat())
}

#[test]
fn the_time_of_digitizing_stands_where_none_says_when_it_was_taken() {
    let taken = read_metadata(&fixture("camera.jpg"));
    assert!(taken.taken_at.is_some() && taken.other_time.is_none());
    let file = renamed(TAKEN, DIGITIZED, &fixture("camera.jpg"));
    let digitized = read_metadata(&file);
    assert_eq!(digitized.taken_at, None);
    let other = digitized.other_time.unwrap();
    assert_eq!(other.kind, TimeKind::Digitized);
    assert_eq!(
        (other.date, other.time),
        (date(2024, 6, 17), Some(time(6, 59, 23, 0)))
    );
    // The zone in the file is that of the other field.
    assert_eq!(other.offset, None);
}

#[test]
fn xmp_and_iptc_say_when_it_was_made_as_they_have_it() {
    let xmp = "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>\
        <rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>\
        <rdf:Description xmlns:xmp='http://ns.adobe.com/xap/1.0/' \
        xmp:CreateDate='2024-06-17T06:59:23+02:00'/></rdf:RDF></x:xmpmeta>";
    let expected = OtherTime {
        kind: TimeKind::Created,
        date: date(2024, 6, 17),
        time: Some(time(6, 59, 23, 0)),
        offset: Some("+02:00".to_owned()),
    };
    let said = with_segment(0xE1, xmp.as_bytes());
    assert_eq!(said.other_time.as_ref(), Some(&expected));
    let records = |clock: &str| {
        let field = |number: u8, text: &str| {
            let length = u16::try_from(text.len()).unwrap().to_be_bytes();
            [&[0x1C, 2, number][..], &length, text.as_bytes()].concat()
        };
        let mut records = field(55, "20240617");
        if !clock.is_empty() {
            records.extend(field(60, clock));
        }
        let length = u32::try_from(records.len()).unwrap().to_be_bytes();
        [b"Photoshop 3.0\x008BIM\x04\x04\0\0", &length[..], &records].concat()
    };
    let said = with_segment(0xED, &records("065923+0200"));
    assert_eq!(said.other_time, Some(expected.clone()));
    let said = with_segment(0xED, &records(""));
    let without = OtherTime {
        time: None,
        offset: None,
        ..expected
    };
    assert_eq!(said.other_time, Some(without));
}

//! IPTC-IIM: what agencies wrote before there was XMP. A list of numbered texts, in a resource of
//! Photoshop's in JPEG. The one crate for it brings an AV1 encoder along.

use super::bytes::{array, be16, be32, byte, position};
use super::captions::Captions;
use super::exif::clean;
use super::times;

/// Of Photoshop's resources the one with IPTC in it.
const IPTC_RESOURCE: u16 = 0x0404;

/// "Record 2" is about the picture.
const APPLICATION: u8 = 2;

/// More words than anybody reads.
const MAX_WORDS: usize = 200;

/// What the resources, or the records alone, say.
pub(super) fn read(block: &[u8]) -> Captions {
    let records = if block.starts_with(b"8BIM") {
        resource(block).unwrap_or_default()
    } else {
        block
    };
    let mut said = Captions::default();
    let (mut day, mut clock) = (None, None);
    for (record, number, text) in fields(records) {
        if record != APPLICATION {
            continue;
        }
        match number {
            5 => put(&mut said.title, text),
            25 if said.keywords.len() < MAX_WORDS => said.keywords.extend(clean(text)),
            55 => put(&mut day, text),
            60 => put(&mut clock, text),
            80 => put(&mut said.creator, text),
            116 => put(&mut said.copyright, text),
            120 => put(&mut said.description, text),
            _ => {}
        }
    }
    said.created = day.and_then(|day| times::of_iptc(&day, clock.as_deref()));
    said
}

fn put(place: &mut Option<String>, text: &[u8]) {
    if place.is_none() {
        *place = clean(text);
    }
}

/// A signature, a number, a name of even length with its length before it, and the content.
fn resource(block: &[u8]) -> Option<&[u8]> {
    let mut at = 0_usize;
    loop {
        if array::<4>(block, at)? != *b"8BIM" {
            return None;
        }
        let number = be16(block, at + 4)?;
        let name_len = usize::from(byte(block, at + 6)?) + 1;
        let length_at = at + 6 + name_len.next_multiple_of(2);
        let start = length_at + 4;
        let end = start.checked_add(position(be32(block, length_at)?))?;
        if number == IPTC_RESOURCE {
            return block.get(start..end.min(block.len()));
        }
        at = end.checked_next_multiple_of(2)?;
    }
}

/// Record, number and text of each. Longer ones than 32 kB are of no interest here.
fn fields(records: &[u8]) -> impl Iterator<Item = (u8, u8, &[u8])> {
    let mut at = 0_usize;
    std::iter::from_fn(move || {
        let [marker, record, number] = array(records, at)?;
        let length = usize::from(be16(records, at + 3)?);
        if marker != 0x1C || length > 0x7FFF {
            return None;
        }
        let text = records.get(at + 5..at + 5 + length)?;
        at += 5 + length;
        Some((record, number, text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: u8, text: &str) -> Vec<u8> {
        let length = u16::try_from(text.len()).unwrap();
        [
            &[0x1C, 2, number][..],
            &length.to_be_bytes(),
            text.as_bytes(),
        ]
        .concat()
    }

    #[test]
    fn records_are_read_with_and_without_the_resource_around_them() {
        let records = [
            field(5, "Title"),
            field(25, "a"),
            field(25, "b"),
            field(80, "Ada"),
        ]
        .concat();
        let mut block = b"8BIM\x03\xED\x03abc\0\0\0\x01x\0".to_vec();
        block.extend(b"8BIM\x04\x04\0\0");
        block.extend(u32::try_from(records.len()).unwrap().to_be_bytes());
        block.extend(&records);
        for bytes in [&records, &block] {
            let said = read(bytes);
            assert_eq!(said.title.as_deref(), Some("Title"));
            assert_eq!(said.keywords, ["a", "b"]);
            assert_eq!(said.creator.as_deref(), Some("Ada"));
        }
    }

    #[test]
    fn damaged_records_say_what_came_before_the_damage() {
        let records = [field(5, "Title"), field(80, "Ada")].concat();
        for end in 0..records.len() {
            let said = read(&records[..end]);
            assert_eq!(said.title.is_some(), end >= 10, "{end}");
            assert_eq!(said.creator, None);
        }
        let mut random = fastrand::Rng::with_seed(3);
        for _ in 0..2000 {
            let mut block = [b"8BIM\x04\x04\0\0\0\0\0\x20".to_vec(), records.clone()].concat();
            for _ in 0..3 {
                let at = random.usize(..block.len());
                block[at] = random.u8(..);
            }
            read(&block);
        }
        let many = field(25, "word").repeat(5000);
        assert_eq!(read(&many).keywords.len(), MAX_WORDS);
    }
}

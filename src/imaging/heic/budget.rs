//! What a file may cost. The boxes announce one size, but the coded pictures in them have sizes of
//! their own, and one picture may be part of another as often as the file likes: a few kilobytes
//! can be ten thousand pictures of 50 megapixels.

use std::collections::{HashMap, HashSet};

use heifer::heifer_hevc_dec::nal::{NalHeader, NalUnit, NalUnitType, split_annex_b};
use heifer::heifer_hevc_dec::params::Sps;
use heifer::heifer_isobmff::boxes::Property;
use heifer::heifer_isobmff::{HeifFile, Item, ItemId};

use super::super::ImageError;
use crate::domain::PixelSize;

/// Coded pixels for each that is shown: the picture, its alpha, tiles that reach beyond it.
const MOST_CODED_FOR_SHOWN: u64 = 6;

/// What small pictures may have beside that: tiles are larger than they are.
const PIXELS_FOR_FREE: u64 = 4_000_000;

/// Bytes to read for each of the file: parts of it may be read for more than one picture.
const MOST_READ_OF_FILE: u64 = 4;

/// The decoder goes no deeper.
const DEEPEST: u32 = 5;

/// What other pictures are called that are the transparency of one: those that are decoded with it.
/// Phones have maps of light and of depth beside it, which are not.
const ALPHA: [&str; 2] = [
    "urn:mpeg:hevc:2015:auxid:1",
    "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
];

/// Four bytes of a pixel, and six of its planes while they are put together; with transparency
/// that is decoded, too, while the colours are held.
pub(super) fn bytes_of_a_pixel(file: &HeifFile<'_>) -> u64 {
    let alphas = alphas(file);
    let mut others = file.references.iter();
    let has_alpha = others.any(|it| &it.ref_type.0 == b"auxl" && alphas.contains(&it.from));
    if has_alpha { 16 } else { 10 }
}

/// The pictures that are the transparency of others.
fn alphas(file: &HeifFile<'_>) -> HashSet<ItemId> {
    let is_named = |property: &Property| match property {
        Property::AuxiliaryType(name) => ALPHA.contains(&name.as_str()),
        _ => false,
    };
    let is_alpha = |item: &&Item| {
        let mut numbers = item.properties.iter().map(|it| usize::from(it.index));
        // They are counted from one.
        numbers.any(|number| number > 0 && file.properties.get(number - 1).is_some_and(is_named))
    };
    let alphas = file.items.iter().filter(is_alpha);
    alphas.map(|item| item.id).collect()
}

/// Refuses a file that has far more coded pixels than it announces, or holds too many at a time.
pub(super) fn check(
    file: &HeifFile<'_>,
    file_len: usize,
    announced: PixelSize,
    max_pixels: u64,
) -> Result<(), ImageError> {
    let most_bytes = (file_len as u64).saturating_mul(MOST_READ_OF_FILE);
    let mut costs = Costs::new(file, most_bytes);
    let coded = costs.of(file.primary_id, 0)?;
    let too_many = |n: u64| {
        let text = format!("{n} pixels for a picture of {announced}");
        Err(ImageError::TooLarge(text))
    };
    if costs.largest > max_pixels {
        return too_many(costs.largest);
    }
    let most = announced
        .area()
        .saturating_mul(MOST_CODED_FOR_SHOWN)
        .saturating_add(PIXELS_FOR_FREE);
    // Pictures that lie upon others are all held before the first is drawn.
    let holds_all = file.items.iter().any(|item| &item.item_type.0 == b"iovl");
    let most = if holds_all {
        most.min(2 * max_pixels)
    } else {
        most
    };
    if coded.pixels > most {
        return too_many(coded.pixels);
    }
    Ok(())
}

/// What is decoded for an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cost {
    pixels: u64,
    bytes: u64,
}

struct Costs<'a, 'b> {
    file: &'a HeifFile<'b>,
    alphas: HashSet<ItemId>,
    /// `None` while an item is being looked at.
    known: HashMap<ItemId, Option<Cost>>,
    /// The largest coded picture.
    largest: u64,
    /// How much may be read.
    most_bytes: u64,
    /// How much was read to find out.
    n_read: u64,
}

impl<'a, 'b> Costs<'a, 'b> {
    fn new(file: &'a HeifFile<'b>, most_bytes: u64) -> Self {
        Self {
            file,
            alphas: alphas(file),
            known: HashMap::new(),
            largest: 0,
            most_bytes,
            n_read: 0,
        }
    }

    /// How much is decoded for this item.
    fn of(&mut self, id: ItemId, depth: u32) -> Result<Cost, ImageError> {
        match self.known.get(&id) {
            Some(Some(known)) => return Ok(*known),
            Some(None) => return Err(nested()),
            None => {}
        }
        if depth > DEEPEST {
            return Err(nested());
        }
        self.known.insert(id, None);
        let mut sum = self.coded(id);
        self.largest = self.largest.max(sum.pixels);
        self.n_read = self.n_read.saturating_add(sum.bytes);
        let mut planes = self.file.referencing_items(id, b"auxl");
        planes.retain(|plane| self.alphas.contains(plane));
        let kind = self.file.item(id).map_or([0; 4], |item| item.item_type.0);
        // What other kinds are made of is nothing that they are decoded from.
        let parts = match &kind {
            b"grid" | b"iovl" | b"iden" => self.file.referenced_items(id, b"dimg"),
            _ => &[],
        };
        for part in parts.iter().chain(&planes) {
            let part = self.of(*part, depth + 1)?;
            sum.pixels = sum.pixels.saturating_add(part.pixels);
            sum.bytes = sum.bytes.saturating_add(part.bytes);
        }
        if sum.bytes.max(self.n_read) > self.most_bytes {
            let text = format!("{} bytes to decode", sum.bytes.max(self.n_read));
            return Err(ImageError::TooLarge(text));
        }
        self.known.insert(id, Some(sum));
        Ok(sum)
    }

    /// Of a coded picture, as large as it says in any place; else what its box says.
    fn coded(&self, id: ItemId) -> Cost {
        let sides = self.file.image_size(id).ok().flatten();
        let announced = sides.map_or(0, |(width, height)| u64::from(width) * u64::from(height));
        let stream = self.file.hevc_bitstream(id).unwrap_or_default();
        let is_set = |unit: &&[u8]| {
            NalHeader::parse(unit).is_ok_and(|header| header.unit_type == NalUnitType::Sps)
        };
        let sets = split_annex_b(&stream)
            .filter(is_set)
            .filter_map(|unit| Sps::parse(&NalUnit::parse(unit).ok()?.rbsp).ok());
        let areas = sets.map(|set| {
            u64::from(set.pic_width_in_luma_samples) * u64::from(set.pic_height_in_luma_samples)
        });
        Cost {
            pixels: areas.fold(announced, u64::max),
            bytes: stream.len() as u64,
        }
    }
}

fn nested() -> ImageError {
    ImageError::Corrupt("pictures within pictures without end".to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::tests::file;
    use super::*;

    const MAX_PIXELS: u64 = 50_000_000;

    #[test]
    fn what_real_files_have_is_allowed_and_counted() {
        for (name, expected) in [
            ("420", 96 * 64),
            ("alpha", 2 * 96 * 64),
            ("grid", 120 * 100 + 4 * 64 * 64),
            ("overlay", 120 * 100 + 2 * 64 * 64),
        ] {
            let bytes = file(name);
            let file = HeifFile::parse(&bytes).unwrap();
            let cost = Costs::new(&file, u64::MAX).of(file.primary_id, 0);
            assert_eq!(cost.map(|cost| cost.pixels), Ok(expected), "{name}");
            let allowed = check(&file, bytes.len(), PixelSize::new(96, 64), MAX_PIXELS);
            assert_eq!(allowed, Ok(()), "{name}");
        }
    }

    /// The file with transparency, of which another plane is made.
    fn with_gain_map() -> Vec<u8> {
        let mut bytes = file("alpha");
        let at = bytes.windows(4).position(|kind| kind == b"auxC").unwrap();
        let name = &mut bytes[at + 8..];
        let length = name.iter().position(|byte| *byte == 0).unwrap();
        let name = &mut name[..length];
        assert!(ALPHA.contains(&std::str::from_utf8(name).unwrap()));
        name.fill(b'x');
        bytes
    }

    #[test]
    fn only_transparency_is_decoded_beside_a_picture() {
        let (alpha, other) = (file("alpha"), with_gain_map());
        let cost = |bytes: &[u8]| {
            let file = HeifFile::parse(bytes).unwrap();
            let cost = Costs::new(&file, u64::MAX).of(file.primary_id, 0);
            (bytes_of_a_pixel(&file), cost.unwrap().pixels)
        };
        assert_eq!(cost(&alpha), (16, 2 * 96 * 64));
        assert_eq!(cost(&other), (10, 96 * 64));
        assert_eq!(cost(&file("420")), (10, 96 * 64));
    }

    /// The largest that phones make: it is refused for its pixels only where they are not allowed.
    #[test]
    fn forty_eight_megapixels_with_a_gain_map_are_not_too_many() {
        let announced = PixelSize::new(8064, 6048);
        for (bytes, is_refused) in [(with_gain_map(), false), (file("alpha"), true)] {
            let decoded = super::super::decode(&bytes, Some(announced), "HEIC");
            let refused = matches!(decoded, Err(ImageError::TooLarge(_)));
            assert_eq!(refused, is_refused);
        }
    }

    #[test]
    fn a_picture_that_is_coded_larger_than_announced_is_refused() {
        let bytes = file("420");
        let file = HeifFile::parse(&bytes).unwrap();
        let refused = check(&file, bytes.len(), PixelSize::new(1, 1), 96 * 64 - 1);
        assert!(
            matches!(refused, Err(ImageError::TooLarge(_))),
            "{refused:?}"
        );
    }
}

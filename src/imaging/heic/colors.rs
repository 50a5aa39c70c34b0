//! What the colours of a HEIC are: of the primary picture, or of the first one that it is put
//! together from.

use heifer::heifer_hevc_dec::nal::NalUnit;
use heifer::heifer_hevc_dec::params::ParameterSets;
use heifer::heifer_isobmff::boxes::{ColorInfo, Property};
use heifer::heifer_isobmff::{HeifFile, ItemId};

/// How deep pictures are put together from others: the decoder goes no deeper. References of a
/// hostile file go round in circles.
const DEEPEST: usize = 5;

/// The embedded ICC profile, which may be none.
pub(super) fn profile(file: &HeifFile<'_>) -> Option<Vec<u8>> {
    items(file)
        .flat_map(|item| colors(file, item))
        .find_map(|color| match color {
            ColorInfo::Icc(profile) if !profile.is_empty() => Some(profile.clone()),
            _ => None,
        })
}

/// Primaries and curve, as H.273 counts them, from a box or from what was coded.
pub(super) fn numbers(file: &HeifFile<'_>) -> Option<(u8, u8)> {
    items(file).find_map(|item| {
        let boxed = colors(file, item).find_map(|color| match color {
            ColorInfo::Nclx {
                primaries,
                transfer,
                ..
            } => u8::try_from(*primaries)
                .ok()
                .zip(u8::try_from(*transfer).ok()),
            ColorInfo::Icc(_) => None,
        });
        boxed.or_else(|| coded_numbers(file, item))
    })
}

fn coded_numbers(file: &HeifFile<'_>, item: ItemId) -> Option<(u8, u8)> {
    const UNSPECIFIED: u8 = 2;
    let config = file.hevc_config(item).ok().flatten()?;
    let mut sets = ParameterSets::default();
    for unit in &config.nal_units {
        sets.add(&NalUnit::parse(unit).ok()?).ok()?;
    }
    let mut said = sets.sps.iter().flatten().filter_map(|set| set.vui.as_ref());
    said.find_map(|vui| {
        let numbers = (vui.colour_primaries, vui.transfer_characteristics);
        (numbers.0 != UNSPECIFIED && numbers.1 != UNSPECIFIED).then_some(numbers)
    })
}

/// The primary picture, the first of those that it is made of, the first of those.
fn items<'a>(file: &'a HeifFile<'_>) -> impl Iterator<Item = ItemId> + 'a {
    let first_part = move |id: &ItemId| file.referenced_items(*id, b"dimg").first().copied();
    std::iter::successors(Some(file.primary_id), first_part).take(DEEPEST)
}

fn colors<'a>(file: &'a HeifFile<'_>, item: ItemId) -> impl Iterator<Item = &'a ColorInfo> {
    let properties = file.item_properties(item).ok().into_iter().flatten();
    properties.filter_map(|property| match property {
        Property::Color(color) => Some(color),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::file;
    use super::*;

    #[test]
    fn colours_are_found_at_the_picture_and_at_a_tile() {
        for (name, expected) in [
            ("grid", Some((1, 13))),
            ("pq", Some((9, 16))),
            ("420", None),
        ] {
            let bytes = file(name);
            let file = HeifFile::parse(&bytes).unwrap();
            assert_eq!(numbers(&file), expected, "{name}");
            assert_eq!(profile(&file), None, "{name}");
        }
        let bytes = file("display-p3");
        assert!(profile(&HeifFile::parse(&bytes).unwrap()).is_some());
    }

    /// Once the decoder's own search for a profile never came back from such a file.
    #[test]
    fn pictures_that_are_made_of_each_other_have_an_end() {
        let bytes = file("circle");
        let file = HeifFile::parse(&bytes).unwrap();
        assert_eq!(items(&file).count(), DEEPEST);
        assert_eq!(profile(&file), None);
    }
}

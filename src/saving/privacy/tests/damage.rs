//! Files that are broken, by accident or on purpose.

use super::super::without_position;
use super::{CAMERA, fixture, jpeg_with, pixels};
use crate::imaging::read_metadata;
use crate::saving::CopyError;

/// A block of fields with these entries and what follows them, in the order of Intel.
fn block(entries: &[(u16, u16, u32, u32)], rest: &[u8]) -> Vec<u8> {
    let mut block = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    block.extend(u16::try_from(entries.len()).unwrap().to_le_bytes());
    for (tag, kind, count, value) in entries {
        block.extend(tag.to_le_bytes());
        block.extend(kind.to_le_bytes());
        block.extend(count.to_le_bytes());
        block.extend(value.to_le_bytes());
    }
    block.extend([0; 4]);
    block.extend(rest);
    block
}

#[test]
fn fields_in_the_place_of_the_position_are_not_destroyed() {
    let with = |block: &[u8]| without_position(&jpeg_with(&fixture("baseline.jpg"), block));
    // The GPS directory is the first directory itself.
    let refused = with(&block(&[(0x8825, 4, 1, 8)], b""));
    assert!(matches!(refused, Err(CopyError::Stuck(_))), "{refused:?}");
    // Its value is the text of another field.
    let gps = [
        &[1, 0],
        b"\x02\0\x05\0\x01\0\0\0\x40\0\0\0\0\0\0\0".as_slice(),
        &[b'x'; 40],
    ]
    .concat();
    let shared = block(&[(0x010F, 2, 8, 0x40), (0x8825, 4, 1, 38)], &gps);
    let refused = with(&shared);
    assert!(matches!(refused, Err(CopyError::Stuck(_))), "{refused:?}");
    // The same with a text elsewhere.
    let apart = block(&[(0x010F, 2, 8, 0x4a), (0x8825, 4, 1, 38)], &gps);
    let copy = with(&apart).unwrap().unwrap();
    assert_eq!(read_metadata(&copy).camera.as_deref(), Some("xxxxxxxx"));
}

#[test]
fn fields_that_point_anywhere_do_no_harm() {
    let mut random = fastrand::Rng::with_seed(5);
    let clean = fixture("baseline.jpg");
    let mut n_cleaned = 0;
    for _ in 0..3000 {
        let entries: Vec<_> = (0..random.usize(1..6))
            .map(|_| {
                let tags = [
                    0x8825, 0x8769, 0xA005, 0x014A, 0x010F, 0x02BC, 0x0002, 0x0004,
                ];
                let count = random.choice([0, 1, 2, 3, 40, u32::MAX]).unwrap();
                let most = random.choice([160, u32::MAX]).unwrap();
                let value = random.u32(..most);
                (random.choice(tags).unwrap(), random.u16(..15), count, value)
            })
            .collect();
        let rest: Vec<u8> = (0..80)
            .map(|_| random.choice([0, 1, 2, 5, 0x25, 0x88]).unwrap())
            .collect();
        let file = jpeg_with(&clean, &block(&entries, &rest));
        if let Ok(Some(copy)) = without_position(&file) {
            n_cleaned += 1;
            assert_eq!(copy.len(), file.len());
            assert_eq!(pixels(&copy), pixels(&clean));
            let again = without_position(&copy);
            assert!(!matches!(again, Ok(Some(_))), "{entries:?} {rest:?}");
        }
    }
    assert!(n_cleaned > 100, "{n_cleaned}");
}

#[test]
fn no_damage_leaves_a_position_behind_or_ends_the_program() {
    let mut random = fastrand::Rng::with_seed(11);
    for name in CAMERA {
        let file = fixture(name);
        let is_safe = |damaged: &[u8]| match without_position(damaged) {
            Ok(Some(copy)) => read_metadata(&copy).position.is_none(),
            Ok(None) => read_metadata(damaged).position.is_none(),
            Err(_refused) => true,
        };
        for length in 0..file.len() {
            assert!(is_safe(&file[..length]), "{name} cut at {length}");
        }
        for at in 0..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 1 << random.u8(..8);
            assert!(is_safe(&damaged), "{name} changed at {at}");
            damaged[at] = random.choice([0, 0xFF]).unwrap();
            assert!(is_safe(&damaged), "{name} overwritten at {at}");
        }
    }
}

#[test]
fn a_file_that_ends_early_is_refused() {
    for name in ["camera.png", "camera.webp"] {
        let file = fixture(name);
        let refused = without_position(&file[..file.len() - 1]);
        assert!(
            matches!(refused, Err(CopyError::Damaged(_))),
            "{name}: {refused:?}"
        );
    }
    let file = fixture("camera.jpg");
    let refused = without_position(&file[..200]);
    assert!(matches!(refused, Err(CopyError::Damaged(_))), "{refused:?}");
}

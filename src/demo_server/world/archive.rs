//! The room of 100,000 images: everything about an image follows from its place.

use super::super::bytes::{Content, Encoding, Painting};
use super::super::paint::{Motif, SCENES};
use super::ids::{archive_id, archive_index, mixed};
use super::upload::{PathStyle, Upload};

/// Images nobody holds in memory.
#[derive(Debug, Clone)]
pub(crate) struct Archive {
    pub(crate) seed: u64,
    pub(crate) room: String,
    pub(crate) newest: i64,
    pub(crate) people: Vec<String>,
}

/// Spreads 100,000 images over about 21 months.
const STEP_MILLIS: i64 = 553_000;

/// Different pictures; few enough that a cache helps, enough that no screen shows one twice.
const N_PICTURES: u64 = 240;

const SIZES: [(u32, u32); 6] = [
    (800, 600),
    (600, 800),
    (720, 720),
    (960, 540),
    (640, 480),
    (400, 300),
];

impl Archive {
    /// The time of an image, newest first. Every seventh group of five shares its millisecond.
    pub(crate) fn uploaded_at(&self, index: u32) -> i64 {
        let tied = (index / 5).is_multiple_of(7);
        let step = if tied { index - index % 5 } else { index };
        self.newest - i64::from(step) * STEP_MILLIS
    }

    /// The place of an image.
    pub(crate) fn index_of(&self, id: &str) -> Option<u32> {
        archive_index(self.seed, id)
    }

    /// The image at a place.
    pub(crate) fn upload(&self, index: u32) -> Upload {
        let dice = mixed(self.seed, "archive-image", u64::from(index));
        let picture = dice % N_PICTURES;
        let size = at(&SIZES, picture, (800, 600));
        let motif = at(&SCENES, picture / 6, Motif::Landscape);
        let painting = Painting::new(motif, self.seed ^ (picture << 8), size, Encoding::Jpeg);
        let name = format!("archive-{:06}.jpg", 100_000 - index.min(100_000));
        let mut upload = Upload::new(
            archive_id(self.seed, index),
            &self.room,
            &name,
            self.uploaded_at(index),
        );
        "image/jpeg".clone_into(&mut upload.media_type);
        upload.user = usize::try_from(dice >> 20)
            .ok()
            .and_then(|dice| self.people.get(dice % self.people.len().max(1)).cloned());
        upload.content = Content::Painted(painting);
        if !dice.is_multiple_of(11) {
            upload.identify = Some(("jpeg", size.0, size.1));
        }
        if (dice >> 8).is_multiple_of(9) {
            upload.path_style = PathStyle::Ufs;
        }
        upload
    }
}

fn at<T: Copy>(list: &[T], n: u64, fallback: T) -> T {
    let index = usize::try_from(n).unwrap_or(0) % list.len().max(1);
    list.get(index).copied().unwrap_or(fallback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_never_rise_and_some_are_equal() {
        let archive = Archive {
            seed: 7,
            room: "r".into(),
            newest: 0,
            people: vec!["u".into()],
        };
        let times: Vec<i64> = (0..1000).map(|index| archive.uploaded_at(index)).collect();
        assert!(times.is_sorted_by(|earlier, later| earlier >= later));
        assert_eq!(times[0], times[4]);
        assert_ne!(times[4], times[5]);
    }
}

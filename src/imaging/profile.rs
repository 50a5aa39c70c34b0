//! In which colours a file has its pixels: by its profile, or by tags that stand for one.

use image::{ImageDecoder, ImageFormat};

use super::color;
use super::decode::Source;
use super::light::Curve;

impl Source<'_> {
    /// What the numbers of a PNG's tags say is brighter than paper.
    pub(super) fn high_dynamic_range(&self) -> Option<(Curve, u8)> {
        self.tags.as_ref()?.high_dynamic_range()
    }

    /// The embedded ICC profile, or the one that the file's tags stand for.
    pub(super) fn profile(&self, decoder: &mut dyn ImageDecoder) -> Option<Vec<u8>> {
        self.profile_beside(self.embedded_profile(decoder))
    }

    /// The same where the embedded one is known.
    pub(super) fn profile_beside(&self, embedded: Option<Vec<u8>>) -> Option<Vec<u8>> {
        match &self.tags {
            Some(tags) => tags.profile(embedded),
            None => embedded,
        }
    }

    pub(super) fn profile_name(&self, decoder: &mut dyn ImageDecoder) -> Option<String> {
        let embedded = self.embedded_profile(decoder);
        match &self.tags {
            Some(tags) => tags.name(embedded.as_deref()),
            None => color::profile_name(&embedded?),
        }
    }

    /// One that cannot be read is one that is not there.
    fn embedded_profile(&self, decoder: &mut dyn ImageDecoder) -> Option<Vec<u8>> {
        let profile = decoder.icc_profile().ok().flatten();
        // `image` 0.25 does not find the profile of a TIFF when it has the type it should have.
        if profile.is_none() && self.is_by_image(ImageFormat::Tiff) {
            return self.fields()?.icc_profile();
        }
        profile
    }
}

//! In which colours a file has its pixels: by its profile, or by tags that stand for one.

use image::{ImageDecoder, ImageFormat};

use super::decode::Source;
use super::light::Curve;
use super::png_colors::{Colors, Tags};
use super::{cicp, color};

impl Source<'_> {
    /// What the numbers of a PNG's tags say is brighter than paper.
    pub(super) fn high_dynamic_range(&self) -> Option<(Curve, u8)> {
        if !self.is_by_image(ImageFormat::Png) {
            return None;
        }
        match Tags::read(self.bytes).colors() {
            Colors::Numbers { primaries, curve } => Some((Curve::of(curve)?, primaries)),
            Colors::Profile(_) => None,
        }
    }

    /// The embedded ICC profile, or the one that the file's tags stand for.
    pub(super) fn profile(&self, decoder: &mut dyn ImageDecoder) -> Option<Vec<u8>> {
        let embedded = self.embedded_profile(decoder);
        if !self.is_by_image(ImageFormat::Png) {
            return embedded;
        }
        match Tags::read(self.bytes).colors() {
            Colors::Numbers { primaries, curve } => cicp::profile(primaries, curve),
            Colors::Profile(by_hand) => embedded.or(by_hand),
        }
    }

    pub(super) fn profile_name(&self, decoder: &mut dyn ImageDecoder) -> Option<String> {
        let embedded = self.embedded_profile(decoder);
        if self.is_by_image(ImageFormat::Png) {
            return Tags::read(self.bytes).name(embedded.as_deref());
        }
        color::profile_name(&embedded?)
    }

    /// One that cannot be read is one that is not there.
    fn embedded_profile(&self, decoder: &mut dyn ImageDecoder) -> Option<Vec<u8>> {
        let profile = decoder.icc_profile().ok().flatten();
        // `image` 0.25 does not find the profile of a TIFF when it has the type it should have.
        profile.or_else(|| {
            self.fields()
                .filter(|_| self.is_by_image(ImageFormat::Tiff))?
                .icc_profile()
        })
    }
}

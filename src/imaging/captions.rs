//! What people write into files beside what cameras write: a title, a rating, words to find them
//! by. XMP says it today, IPTC said it before; EXIF, where it says the same, comes first.

use image::ImageDecoder;

use super::exif::Fields;
use super::header::jxl;
use super::{Metadata, OtherTime, iptc, xmp};

/// What a file says for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Captions {
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) creator: Option<String>,
    pub(super) copyright: Option<String>,
    pub(super) keywords: Vec<String>,
    /// 0 to 5.
    pub(super) rating: Option<u8>,
    pub(super) created: Option<OtherTime>,
}

impl Captions {
    /// Those that a decoder finds. What is broken is not there.
    pub(super) fn read(decoder: &mut dyn ImageDecoder) -> Self {
        let of_xmp = decoder.xmp_metadata().ok().flatten();
        let of_iptc = decoder.iptc_metadata().ok().flatten();
        let xmp = of_xmp.map(|packet| xmp::read(&packet)).unwrap_or_default();
        let iptc = of_iptc.map(|block| iptc::read(&block)).unwrap_or_default();
        xmp.or(iptc)
    }

    /// Those of formats without a decoder that knows them.
    pub(super) fn in_boxes(format: &str, bytes: &[u8]) -> Self {
        if !matches!(format, "AVIF" | "HEIC" | "HEIF" | "JPEG XL") {
            return Self::default();
        }
        if let Some(packet) = xmp::packet(bytes) {
            return xmp::read(packet);
        }
        let packed = jxl::packed_xmp(bytes).filter(|_| format == "JPEG XL");
        packed.map(|packet| xmp::read(&packet)).unwrap_or_default()
    }

    /// Those beside the fields of EXIF, which in a TIFF are those of the file: `image` 0.25 does
    /// not find them there.
    pub(super) fn in_fields(fields: &Fields) -> Self {
        const XMP: u16 = 700;
        const IPTC: u16 = 33_723;
        let of_xmp = fields.bytes(XMP).map(xmp::read).unwrap_or_default();
        of_xmp.or(fields.bytes(IPTC).map(iptc::read).unwrap_or_default())
    }

    /// With what the others say where these say nothing.
    pub(super) fn or(self, others: Self) -> Self {
        Self {
            title: self.title.or(others.title),
            description: self.description.or(others.description),
            creator: self.creator.or(others.creator),
            copyright: self.copyright.or(others.copyright),
            keywords: if self.keywords.is_empty() {
                others.keywords
            } else {
                self.keywords
            },
            rating: self.rating.or(others.rating),
            created: self.created.or(others.created),
        }
    }

    /// Puts them where EXIF says nothing.
    pub(super) fn complete(self, metadata: &mut Metadata) {
        metadata.title = self.title;
        metadata.keywords = self.keywords;
        metadata.rating = self.rating;
        if metadata.other_time.is_none() {
            metadata.other_time = self.created;
        }
        for (place, value) in [
            (&mut metadata.description, self.description),
            (&mut metadata.artist, self.creator),
            (&mut metadata.copyright, self.copyright),
        ] {
            if place.is_none() {
                *place = value;
            }
        }
    }
}

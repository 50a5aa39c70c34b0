//! TIFF: directories of fields, each of which names the next.

use std::collections::HashSet;

use super::super::bytes::{array, be16, be32, le16, le32};
use super::super::{ColorModel, Colors};
use super::Header;

/// A fax of a thousand pages is one; more is no document.
const MAX_DIRECTORIES: usize = 10_000;

/// More are not counted by what a directory has for that.
const MAX_FIELDS_OF_ONE: u64 = 65_535;

/// Fields of all directories together: they may lie upon each other, and each is looked through for
/// what it may not have.
const MAX_FIELDS: u64 = 1_000_000;

const NEW_SUBFILE_TYPE: u16 = 254;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const EXTRA_SAMPLES: u16 = 338;

/// What the directories say. The fields of the first are EXIF's, which are read elsewhere.
pub(super) fn read(bytes: &[u8]) -> Header<'_> {
    let mut header = Header {
        exif: Some(bytes),
        ..Header::default()
    };
    let Some(file) = File::open(bytes) else {
        return header;
    };
    let mut seen = HashSet::new();
    let mut n_pages = 0;
    let mut fields_left = MAX_FIELDS;
    let mut next = file.first();
    while let Some(at) = next.filter(|at| *at != 0) {
        let Some(n_fields) = file.number(at, file.count_len()) else {
            break;
        };
        if !seen.insert(at) || seen.len() > MAX_DIRECTORIES {
            break;
        }
        let Some(left) = fields_left.checked_sub(n_fields.min(MAX_FIELDS_OF_ONE)) else {
            break;
        };
        fields_left = left;
        let field = |tag| file.field(at, n_fields, tag);
        if n_pages == 0 {
            header.compression = field(COMPRESSION).and_then(compression);
            // The first of what follows the colours; others are channels of a program's own.
            let has_alpha = matches!(field(EXTRA_SAMPLES), Some(1 | 2));
            let model = field(PHOTOMETRIC).and_then(color_model);
            header.colors = model.map(|model| Colors { model, has_alpha });
        }
        // The first bit says that this is another page's thumbnail.
        let is_page = field(NEW_SUBFILE_TYPE).is_none_or(|kind| kind & 1 == 0);
        n_pages += u32::from(is_page);
        next = file.number(file.after_fields(at, n_fields), file.offset_len());
    }
    header.n_pages = Some(n_pages).filter(|n_pages| *n_pages > 1);
    header
}

/// Where the number of this field of the first directory has its last eight bits.
pub(in super::super) fn low_byte_at(bytes: &[u8], tag: u16) -> Option<usize> {
    let file = File::open(bytes)?;
    let at = file.first()?;
    let n_fields = file.number(at, file.count_len())?;
    let (kind, value_at) = file.place(at, n_fields, tag)?;
    let last = match (kind, file.is_little_endian) {
        (3 | 4, true) => 0,
        (3, false) => 1,
        (4, false) => 3,
        _ => return None,
    };
    usize::try_from(value_at.checked_add(last)?).ok()
}

const fn compression(scheme: u64) -> Option<&'static str> {
    Some(match scheme {
        1 => "None",
        2..=4 => "Fax",
        5 => "LZW",
        6 | 7 => "JPEG",
        8 | 32_946 => "Deflate",
        32_773 => "PackBits",
        50_000 => "Zstandard",
        50_001 => "WebP",
        _ => return None,
    })
}

const fn color_model(photometric: u64) -> Option<ColorModel> {
    Some(match photometric {
        0 | 1 => ColorModel::Gray,
        // Red, green and blue, or brightness and differences.
        2 | 6 => ColorModel::Rgb,
        3 => ColorModel::Palette,
        5 => ColorModel::Cmyk,
        _ => return None,
    })
}

/// The two ways to write numbers, and the two widths of places in the file.
struct File<'a> {
    bytes: &'a [u8],
    is_little_endian: bool,
    is_big: bool,
}

impl<'a> File<'a> {
    fn open(bytes: &'a [u8]) -> Option<Self> {
        let is_little_endian = bytes.starts_with(b"II");
        let mut file = Self {
            bytes,
            is_little_endian,
            is_big: false,
        };
        file.is_big = file.number(2, 2)? == 43;
        Some(file)
    }

    fn first(&self) -> Option<u64> {
        let at = if self.is_big { 8 } else { 4 };
        self.number(at, self.offset_len())
    }

    const fn count_len(&self) -> u8 {
        if self.is_big { 8 } else { 2 }
    }

    const fn offset_len(&self) -> u8 {
        if self.is_big { 8 } else { 4 }
    }

    const fn field_len(&self) -> u64 {
        if self.is_big { 20 } else { 12 }
    }

    fn after_fields(&self, directory: u64, n_fields: u64) -> u64 {
        let len = n_fields.saturating_mul(self.field_len());
        let start = directory.saturating_add(self.count_len().into());
        start.saturating_add(len)
    }

    /// The number that a field holds, if it is one short or one long.
    fn field(&self, directory: u64, n_fields: u64, tag: u16) -> Option<u64> {
        let (kind, value_at) = self.place(directory, n_fields, tag)?;
        match kind {
            3 => self.number(value_at, 2),
            4 => self.number(value_at, 4),
            _ => None,
        }
    }

    /// The type of a field, and where its value is.
    fn place(&self, directory: u64, n_fields: u64, tag: u16) -> Option<(u64, u64)> {
        for index in 0..n_fields.min(MAX_FIELDS_OF_ONE) {
            let at = self.after_fields(directory, index);
            if self.number(at, 2)? == u64::from(tag) {
                let kind = self.number(at.checked_add(2)?, 2)?;
                let value_at = at.checked_add(if self.is_big { 12 } else { 8 })?;
                return Some((kind, value_at));
            }
        }
        None
    }

    fn number(&self, at: u64, len: u8) -> Option<u64> {
        let at = usize::try_from(at).ok()?;
        match (len, self.is_little_endian) {
            (2, true) => le16(self.bytes, at).map(u64::from),
            (2, false) => be16(self.bytes, at).map(u64::from),
            (4, true) => le32(self.bytes, at).map(u64::from),
            (4, false) => be32(self.bytes, at).map(u64::from),
            (_, true) => array(self.bytes, at).map(u64::from_le_bytes),
            (_, false) => array(self.bytes, at).map(u64::from_be_bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Directories with one field each, the kind of subfile, and what the last one names as next.
    fn file(kinds: &[u32], after_last: u32) -> Vec<u8> {
        let mut file = b"II*\0\x08\0\0\0".to_vec();
        for (index, kind) in kinds.iter().enumerate() {
            file.extend([1, 0, 254, 0, 4, 0, 1, 0, 0, 0]);
            file.extend(kind.to_le_bytes());
            let is_last = index + 1 == kinds.len();
            let next = u32::try_from(file.len()).unwrap() + 4;
            file.extend(if is_last { after_last } else { next }.to_le_bytes());
        }
        file
    }

    #[test]
    fn pages_are_counted_and_thumbnails_are_none() {
        assert_eq!(read(&file(&[2, 2, 1, 2], 0)).n_pages, Some(3));
        assert_eq!(read(&file(&[0, 1], 0)).n_pages, None);
        assert_eq!(
            read(&super::super::super::fixture("lzw.tiff")).n_pages,
            None
        );
    }

    #[test]
    fn directories_that_name_each_other_end() {
        assert_eq!(read(&file(&[0, 0, 0], 8)).n_pages, Some(3));
        assert_eq!(read(&file(&[0, 0], 0xFFFF_FFF0)).n_pages, Some(2));
        let many = file(&vec![0; MAX_DIRECTORIES + 10], 8);
        assert_eq!(
            read(&many).n_pages.map(|n| n as usize),
            Some(MAX_DIRECTORIES)
        );
    }

    #[test]
    fn directories_upon_each_other_are_looked_through_only_so_often() {
        const N_FIELDS: usize = 65_535;
        const N_DIRECTORIES: usize = 1000;
        // Each begins fourteen bytes after the one before, and names the next behind its fields.
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        bytes.resize(8 + 12 * N_FIELDS + 14 * (N_DIRECTORIES + 1), 0xFF);
        let mut at = 8;
        for _ in 0..N_DIRECTORIES {
            let next = at + 14;
            let link = at + 2 + 12 * N_FIELDS;
            let name = u32::try_from(next).unwrap().to_le_bytes();
            bytes[link..link + 4].copy_from_slice(&name);
            at = next;
        }
        let header = read(&bytes);
        let most = u32::try_from(MAX_FIELDS / MAX_FIELDS_OF_ONE).unwrap();
        assert_eq!(header.n_pages, Some(most));
    }
}

//! The ids of a page, one after the other.

use super::bytes::{Reader, from_hex, put_bytes, to_hex};

/// See the [module documentation](self).
#[derive(Debug, Clone)]
pub(super) enum Ids {
    /// Hexadecimal ones of one length, two digits in a byte.
    Hex(usize, Box<[u8]>),
    /// Ones of one length.
    Even(usize, Box<[u8]>),
    /// Any, each with its length.
    Mixed(Box<[u8]>),
}

impl Ids {
    pub(super) fn pack<S: AsRef<str>>(ids: &[S]) -> Self {
        let mut texts = ids.iter().map(AsRef::as_ref);
        let len = ids.first().map_or(0, |id| id.as_ref().len());
        if len == 0 || texts.clone().any(|id| id.len() != len) {
            let mut out = Vec::new();
            texts.for_each(|id| put_bytes(&mut out, id.as_bytes()));
            return Self::Mixed(out.into_boxed_slice());
        }
        match texts.clone().map(from_hex).collect::<Option<Vec<_>>>() {
            Some(hex) => Self::Hex(len / 2, hex.concat().into_boxed_slice()),
            None => Self::Even(len, texts.by_ref().collect::<String>().into_bytes().into()),
        }
    }

    pub(super) fn position(&self, id: &str) -> Option<usize> {
        let find = |len: usize, bytes: &[u8], wanted: &[u8]| {
            let is_it = |slot: &[u8]| slot == wanted;
            bytes.chunks_exact(len.max(1)).position(is_it)
        };
        match self {
            Self::Hex(len, bytes) => find(*len, bytes, &from_hex(id)?),
            Self::Even(len, bytes) => find(*len, bytes, id.as_bytes()),
            Self::Mixed(_) => self.iter().position(|known| known == id),
        }
    }

    #[cfg(test)]
    pub(super) fn byte_len(&self) -> usize {
        let (Self::Hex(_, bytes) | Self::Even(_, bytes) | Self::Mixed(bytes)) = self;
        bytes.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = String> + '_ {
        let (Self::Hex(_, bytes) | Self::Even(_, bytes) | Self::Mixed(bytes)) = self;
        let mut reader = Reader(bytes);
        std::iter::from_fn(move || {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
            match self {
                Self::Hex(len, _) => {
                    let mut id = String::with_capacity(len * 2);
                    to_hex(reader.take(*len)?, &mut id);
                    Some(id)
                }
                Self::Even(len, _) => text(reader.take(*len)?),
                Self::Mixed(_) => text(reader.bytes()?),
            }
        })
    }
}

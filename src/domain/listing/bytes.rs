//! Numbers and texts in few bytes.

/// Seven bits a byte, the lowest first; the eighth says that more follow.
pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(low_byte(number) | 0x80);
        number >>= 7;
    }
    out.push(low_byte(number));
}

/// Small numbers of either sign stay short: 0, −1, 1, −2, …
pub(super) fn put_signed(out: &mut Vec<u8>, number: i64) {
    put_number(out, ((number << 1) ^ (number >> 63)).cast_unsigned());
}

/// Its length, then itself.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[expect(clippy::cast_possible_truncation, reason = "the lowest byte is meant")]
const fn low_byte(number: u64) -> u8 {
    number as u8
}

/// Reads what the functions of this module wrote; `None` behind the end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn byte(&mut self) -> Option<u8> {
        let Some((first, rest)) = self.0.split_first() else {
            return None;
        };
        self.0 = rest;
        Some(*first)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        let mut shift = 0;
        loop {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(number);
            }
            shift += 7;
        }
    }

    pub(super) fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    pub(super) const fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let Some((taken, rest)) = self.0.split_at_checked(count) else {
            return None;
        };
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let count = self.number()?;
        self.take(usize::try_from(count).ok()?)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        str::from_utf8(self.bytes()?).ok()
    }
}

/// Two hexadecimal digits, as servers write them, in each byte; `None` for any other text.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let byte = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
    pairs.iter().map(byte).collect()
}

/// Takes [`from_hex`] back.
pub(super) fn to_hex(bytes: &[u8], out: &mut String) {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    for byte in bytes {
        out.push(digit(byte >> 4));
        out.push(digit(byte & 0xf));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_any_size_come_back() {
        let numbers = [0, 1, 127, 128, 300, u64::MAX - 1, u64::MAX];
        let signed = [0, -1, 1, i64::MIN, i64::MAX, -1_700_000_000_000];
        let mut out = Vec::new();
        numbers.iter().for_each(|one| put_number(&mut out, *one));
        signed.iter().for_each(|one| put_signed(&mut out, *one));
        let mut reader = Reader(&out);
        assert_eq!(numbers.map(|_| reader.number().unwrap()), numbers);
        assert_eq!(signed.map(|_| reader.signed().unwrap()), signed);
        assert_eq!(reader.number(), None);
    }

    #[test]
    fn only_what_can_be_written_back_the_same_is_taken_as_hexadecimal() {
        for text in ["", "0123456789abcdef", "ff"] {
            let mut back = String::new();
            to_hex(&from_hex(text).unwrap(), &mut back);
            assert_eq!(back, text);
        }
        for text in ["f", "FF", "0g", "é"] {
            assert_eq!(from_hex(text), None, "{text}");
        }
    }
}

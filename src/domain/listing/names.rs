//! File names as they are searched: without regard to case, one after the other.

use memchr::memchr;
use memchr::memmem::Finder;
use unicode_normalization::UnicodeNormalization as _;

use super::bytes::{Reader, put_bytes};

/// Ends a name: no byte of UTF-8.
const END: u8 = 0xff;

/// What a name and what is looked for in it have in common, whatever their case and however
/// their accents are put together.
pub(super) fn folded(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        text.nfc().flat_map(char::to_lowercase).collect()
    }
}

/// How a name is got back from its folded form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameForm {
    /// It is the same.
    Same,
    /// Some letters are capitals.
    Capitals,
    /// The name itself is kept too.
    Own,
}

/// Adds a name to the searched ones, and to `rest` what is needed to get it back.
pub(super) fn put_name(names: &mut Vec<u8>, rest: &mut Vec<u8>, name: &str) -> NameForm {
    let searched = folded(name);
    names.extend_from_slice(searched.as_bytes());
    names.push(END);
    if searched == name {
        NameForm::Same
    } else if name.is_ascii() {
        put_bytes(rest, &capitals(name));
        NameForm::Capitals
    } else {
        put_bytes(rest, name.as_bytes());
        NameForm::Own
    }
}

/// A bit for each byte that is a capital, up to the last one.
fn capitals(name: &str) -> Vec<u8> {
    let mut bits: Vec<u8> = name
        .as_bytes()
        .chunks(8)
        .map(|eight| {
            eight.iter().enumerate().fold(0, |bits, (at, byte)| {
                bits | u8::from(byte.is_ascii_uppercase()) << at
            })
        })
        .collect();
    let used = bits.iter().rposition(|bits| *bits != 0);
    bits.truncate(used.map_or(0, |last| last + 1));
    bits
}

/// The next of the searched names, as it was given to [`put_name`].
pub(super) fn take_name<'a>(
    names: &mut &'a [u8],
    rest: &mut Reader<'a>,
    form: NameForm,
) -> Option<String> {
    let (searched, others) = names.split_at_checked(memchr(END, names)?)?;
    *names = others.get(1..)?;
    let bytes = match form {
        NameForm::Same => searched.to_vec(),
        NameForm::Own => rest.bytes()?.to_vec(),
        NameForm::Capitals => {
            let capitals = rest.bytes()?;
            let is_capital = |at: usize| {
                capitals
                    .get(at / 8)
                    .is_some_and(|bits| bits >> (at % 8) & 1 == 1)
            };
            let letters = searched.iter().enumerate();
            letters
                .map(|(at, byte)| {
                    if is_capital(at) {
                        byte.to_ascii_uppercase()
                    } else {
                        *byte
                    }
                })
                .collect()
        }
    };
    String::from_utf8(bytes).ok()
}

/// A text to look for in many names.
#[derive(Debug)]
pub(super) struct Needle<'a> {
    bytes: &'a [u8],
    finder: Finder<'a>,
}

impl<'a> Needle<'a> {
    /// A needle for a [`folded`] text.
    pub(super) fn new(folded: &'a str) -> Self {
        let bytes = folded.as_bytes();
        let finder = Finder::new(bytes);
        Self { bytes, finder }
    }

    /// Calls `found` with the number of each name that contains the needle, in order. `ends` are
    /// those of the names.
    pub(super) fn find_in(&self, names: &[u8], ends: &[u32], mut found: impl FnMut(u32)) {
        let (mut start, mut guess) = (0, 0);
        let mut rest = (0..).zip(ends.iter().map(|end| *end as usize));
        while let Some((mut number, mut end)) = rest.next() {
            // Cameras give names of one form: the next one has it at the same place.
            let likely = start + guess..start + guess + self.bytes.len();
            if likely.end > end || names.get(likely) != Some(self.bytes) {
                let next = names.get(start..).and_then(|names| self.next(names));
                let Some(at) = next.map(|at| start + at) else {
                    return;
                };
                while end < at {
                    start = end + 1;
                    let Some(next) = rest.next() else {
                        return;
                    };
                    (number, end) = next;
                }
                guess = at - start;
            }
            found(number);
            start = end + 1;
        }
    }

    fn next(&self, names: &[u8]) -> Option<usize> {
        match self.bytes {
            [byte] => memchr(*byte, names),
            _ => self.finder.find(names),
        }
    }
}

/// Where each of the searched names ends.
pub(super) fn ends_of(names: &[u8]) -> Box<[u32]> {
    let ends = memchr::memchr_iter(END, names);
    ends.map(|end| u32::try_from(end).unwrap_or(u32::MAX))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 9] = [
        "IMG_20240312_1.JPG",
        "lower.png",
        "",
        "Sonnenuntergang am Bodensee.jpeg",
        "ÄRGER mit Straße.png",
        "a\u{308}rger.png",
        "ΟΔΥΣΣΕΥΣ.gif",
        "\u{130}stanbul \0 \n.png",
        "日本語 🌄.PNG",
    ];

    fn found(query: &str) -> Vec<u32> {
        let (mut names, mut rest) = (Vec::new(), Vec::new());
        for name in NAMES {
            put_name(&mut names, &mut rest, name);
        }
        let query = folded(query);
        let mut found = Vec::new();
        Needle::new(&query).find_in(&names, &ends_of(&names), |number| found.push(number));
        found
    }

    #[test]
    fn names_come_back_as_they_were() {
        let (mut names, mut rest) = (Vec::new(), Vec::new());
        let forms = NAMES.map(|name| put_name(&mut names, &mut rest, name));
        let (mut names, mut rest) = (names.as_slice(), Reader(&rest));
        for (name, form) in NAMES.into_iter().zip(forms) {
            let back = take_name(&mut names, &mut rest, form);
            assert_eq!(back.as_deref(), Some(name));
        }
    }

    #[test]
    fn a_text_is_found_whatever_its_case_and_its_accents() {
        assert_eq!(found("img_"), [0]);
        assert_eq!(found("PNG"), [1, 4, 5, 7, 8]);
        assert_eq!(found("ärger"), [4, 5]);
        assert!(found("ODESSA").is_empty());
        assert_eq!(found("οδυσσευσ"), [6]);
        assert_eq!(found("g"), [0, 1, 3, 4, 5, 6, 7, 8]);
        assert_eq!(found("本語 🌄"), [8]);
        assert!(found("gger").is_empty());
        assert_eq!(found(""), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(found("bodensee"), [3]);
        assert_eq!(found(".p"), [1, 4, 5, 7, 8]);
    }
}

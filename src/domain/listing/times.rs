//! The times of a page: differences, as its images come in the order of their times.

use jiff::Timestamp;

use super::bytes::{Reader, put_number, put_signed};
use crate::domain::Upload;

/// How one time is kept, in two bits of a byte.
const NONE: u8 = 0;
/// Milliseconds after the time before: servers know nothing finer.
const MILLIS: u8 = 1;
/// Seconds and nanoseconds.
const EXACT: u8 = 2;

pub(super) fn pack(uploads: &[Upload]) -> Box<[u8]> {
    let mut out = Vec::new();
    let mut before = 0;
    for upload in uploads {
        let at = out.len();
        out.push(0);
        let uploaded = put_time(&mut out, upload.uploaded_at, &mut before);
        // Changed a moment after it was uploaded, as a rule.
        let mut base = before;
        let updated = put_time(&mut out, upload.updated_at, &mut base);
        if let Some(kinds) = out.get_mut(at) {
            *kinds = uploaded | updated << 2;
        }
    }
    out.into_boxed_slice()
}

pub(super) fn unpack(
    bytes: &[u8],
) -> impl Iterator<Item = (Option<Timestamp>, Option<Timestamp>)> + '_ {
    let mut reader = Reader(bytes);
    let mut before = 0;
    std::iter::from_fn(move || {
        let kinds = reader.byte()?;
        let uploaded_at = take_time(&mut reader, kinds & 3, &mut before)?;
        let mut base = before;
        let updated_at = take_time(&mut reader, kinds >> 2, &mut base)?;
        Some((uploaded_at, updated_at))
    })
}

fn put_time(out: &mut Vec<u8>, time: Option<Timestamp>, before: &mut i64) -> u8 {
    let Some(time) = time else {
        return NONE;
    };
    let millis = time.as_millisecond();
    if Timestamp::from_millisecond(millis).ok() == Some(time) {
        put_signed(out, millis - *before);
        *before = millis;
        MILLIS
    } else {
        put_signed(out, time.as_second());
        put_number(out, i64::from(time.subsec_nanosecond()).cast_unsigned());
        EXACT
    }
}

/// `None` where no time can be read, as opposed to no time being there.
#[expect(clippy::option_option, reason = "two questions: readable, and there")]
fn take_time(reader: &mut Reader<'_>, kind: u8, before: &mut i64) -> Option<Option<Timestamp>> {
    match kind {
        NONE => Some(None),
        MILLIS => {
            *before += reader.signed()?;
            Some(Some(Timestamp::from_millisecond(*before).ok()?))
        }
        _ => {
            let seconds = reader.signed()?;
            let nanos = i32::try_from(reader.number()?.cast_signed()).ok()?;
            Some(Some(Timestamp::new(seconds, nanos).ok()?))
        }
    }
}

//! Fields whose type differs from version to version.

use jiff::Timestamp;
use serde::{Deserialize as _, Deserializer};
use serde_json::Value;

/// A text; numbers are taken as text.
pub(super) fn text<'de, D: Deserializer<'de>>(value: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(value)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// `true`, also when it comes as text or number; anything else is `false`.
pub(super) fn flag<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    Ok(optional_flag(value)?.unwrap_or(false))
}

/// A flag for which missing is not the same as `false`.
pub(super) fn optional_flag<'de, D: Deserializer<'de>>(value: D) -> Result<Option<bool>, D::Error> {
    Ok(match Value::deserialize(value)? {
        Value::Bool(flag) => Some(flag),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        _ => None,
    })
}

/// A date: ISO 8601, `{"$date": …}` or milliseconds.
pub(super) fn date<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Timestamp>, D::Error> {
    Ok(time(&Value::deserialize(value)?))
}

/// A count or a number of bytes, also when it comes as text or with a fraction.
pub(super) fn count<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u64>, D::Error> {
    Ok(whole_number(&Value::deserialize(value)?))
}

/// Texts; what is no text is left out.
pub(super) fn texts<'de, D: Deserializer<'de>>(value: D) -> Result<Vec<String>, D::Error> {
    Ok(match Value::deserialize(value)? {
        Value::Array(items) => items
            .into_iter()
            .filter_map(|item| match item {
                Value::String(text) => Some(text),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    })
}

/// A document inside the document; of another shape, it counts as missing.
pub(super) fn part<'de, D, T>(value: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    Ok(serde_json::from_value(Value::deserialize(value)?).ok())
}

/// Documents inside the document; those of another shape are left out.
pub(super) fn parts<'de, D, T>(value: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    Ok(match Value::deserialize(value)? {
        Value::Array(items) => items
            .into_iter()
            .filter_map(|item| serde_json::from_value(item).ok())
            .collect(),
        _ => Vec::new(),
    })
}

/// A field that matters by being there.
pub(super) fn is_present<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    Ok(!Value::deserialize(value)?.is_null())
}

/// Over REST dates are ISO 8601, over the websocket `{"$date": …}`; some old documents hold
/// plain milliseconds.
pub(in crate::rocketchat) fn time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => text
            .trim()
            .parse()
            .ok()
            .or_else(|| Timestamp::from_millisecond(text.trim().parse().ok()?).ok()),
        Value::Number(number) => Timestamp::from_millisecond(number.as_i64()?).ok(),
        Value::Object(object) => time(object.get("$date")?),
        _ => None,
    }
}

/// See [`count`].
pub(super) fn whole_number(value: &Value) -> Option<u64> {
    /// Above this a floating-point number no longer counts in ones.
    const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) => number.as_u64().or_else(|| {
            let float = number.as_f64()?;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to be within what both types count in ones"
            )]
            (0.0..=LARGEST_EXACT)
                .contains(&float)
                .then_some(float as u64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        Value::Object(object) => whole_number(object.get("$numberLong")?),
        _ => None,
    }
}

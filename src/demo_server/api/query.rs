//! Query strings and the strict schemas over them.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

/// A parameter that a route knows; every other is refused.
pub(super) struct Param {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) is_required: bool,
}

/// What ajv coerces a parameter to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Truth,
}

impl Param {
    pub(super) const fn text(name: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Text,
            is_required: false,
        }
    }

    pub(super) const fn number(name: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Number,
            is_required: false,
        }
    }

    pub(super) const fn truth(name: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Truth,
            is_required: false,
        }
    }

    pub(super) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }
}

/// A decoded query.
#[derive(Debug, Default)]
pub(super) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// `None` for what is not UTF-8 once decoded.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let pairs = text
            .split('&')
            .filter(|part| !part.is_empty())
            .map(|part| {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                Some((decoded(name)?, decoded(value)?))
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Self { pairs })
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let pair = self.pairs.iter().find(|(known, _)| known == name);
        pair.map(|(_, value)| value.as_str())
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)
            .and_then(|text| text.parse::<f64>().ok())
            .map(whole)
    }

    pub(super) fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some("true")
    }

    /// What ajv finds wrong, in its words.
    pub(super) fn violations(&self, params: &[Param]) -> Vec<String> {
        let mut messages = Vec::new();
        for param in params {
            match self.get(param.name) {
                None if param.is_required => {
                    messages.push(format!("must have required property '{}'", param.name));
                }
                // An empty number is coerced to null, which these schemas allow.
                Some(value)
                    if param.kind == Kind::Number
                        && !value.is_empty()
                        && value.parse::<f64>().is_err() =>
                {
                    messages.push("must be number".to_owned());
                }
                Some(value) if param.kind == Kind::Truth && !matches!(value, "true" | "false") => {
                    messages.push("must be boolean".to_owned());
                }
                _ => {}
            }
        }
        let is_unknown = |name: &String| params.iter().all(|param| param.name != name);
        if self.pairs.iter().any(|(name, _)| is_unknown(name)) {
            messages.push("must NOT have additional properties".to_owned());
        }
        messages
    }

    /// A form as the JSON it stands for.
    pub(super) fn into_json(self) -> Value {
        let fields = self
            .pairs
            .into_iter()
            .map(|(name, value)| (name, Value::from(value)));
        Value::Object(fields.collect::<Map<_, _>>())
    }
}

fn decoded(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced)
        .decode_utf8()
        .ok()
        .map(std::borrow::Cow::into_owned)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what a page number can be just before"
)]
fn whole(number: f64) -> u64 {
    number.clamp(0.0, 9e15) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: &[Param] = &[Param::text("roomId").required(), Param::number("count")];

    #[test]
    fn a_strict_schema_names_everything_that_is_wrong() {
        let violations = |text: &str| Query::parse(text).unwrap().violations(PARAMS);
        assert!(violations("roomId=a&count=50").is_empty());
        assert_eq!(
            violations("count=5"),
            ["must have required property 'roomId'"]
        );
        assert_eq!(violations("roomId=a&count=x"), ["must be number"]);
        assert_eq!(
            violations("roomId=a&_=1"),
            ["must NOT have additional properties"]
        );
    }
}

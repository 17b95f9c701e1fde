//! A number of pods, or a percentage of them: the API's IntOrString.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::object::Field;
use crate::tree::Value;

/// A number of pods, or a percentage of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "serde_json::Value", try_from = "serde_json::Value")]
pub enum Amount {
    /// That many.
    Number(u64),
    /// So many of a hundred.
    Percent(u64),
}

/// A value that is neither a number nor a percentage.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("neither a number nor a percentage like 25%")]
pub struct NotAnAmount;

impl Amount {
    /// The amount a field holds, if it is a well-formed one.
    pub fn of(field: &Field<'_>) -> Option<Self> {
        match field.value() {
            Value::Int(number) => u64::try_from(number).ok().map(Self::Number),
            Value::String(text) => Self::percent(text),
            _ => None,
        }
    }

    fn percent(text: &str) -> Option<Self> {
        let digits = text.strip_suffix('%')?;
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse().ok().map(Self::Percent)).flatten()
    }

    /// So many of `whole`, fractions rounded up.
    pub fn rounded_up(self, whole: u64) -> u64 {
        match self {
            Self::Number(number) => number,
            Self::Percent(percent) => percent.saturating_mul(whole).div_ceil(100),
        }
    }

    /// So many of `whole`, fractions rounded down.
    pub fn rounded_down(self, whole: u64) -> u64 {
        match self {
            Self::Number(number) => number,
            Self::Percent(percent) => percent.saturating_mul(whole) / 100,
        }
    }

    /// Whether it is nothing of any whole.
    pub fn is_nothing(self) -> bool {
        matches!(self, Self::Number(0) | Self::Percent(0))
    }

    /// Whether it is all of any whole.
    pub fn is_everything(self) -> bool {
        matches!(self, Self::Percent(100..))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl From<Amount> for serde_json::Value {
    fn from(amount: Amount) -> Self {
        match amount {
            Amount::Number(number) => number.into(),
            Amount::Percent(_) => amount.to_string().into(),
        }
    }
}

impl TryFrom<serde_json::Value> for Amount {
    type Error = NotAnAmount;

    fn try_from(value: serde_json::Value) -> Result<Self, NotAnAmount> {
        match value {
            serde_json::Value::Number(number) => number.as_u64().map(Self::Number).ok_or(NotAnAmount),
            serde_json::Value::String(text) => Self::percent(&text).ok_or(NotAnAmount),
            _ => Err(NotAnAmount),
        }
    }
}

impl JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A number, or a percentage like `25%`.", "oneOf": [{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": "^[0-9]+%$" }] })
    }
}

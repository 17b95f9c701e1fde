//! Resource quantities, parsed and compared as numbers, never as text.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// An amount of a resource in billionths: what the API server keeps of a quantity.
///
/// Source: [`resource.Quantity`](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/). Finer
/// amounts are rounded up, larger ones than 2⁶³−1 are capped, as it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "serde_json::Value")]
pub struct Quantity(i128);

const NANO: i128 = 1_000_000_000;
const MAX: i128 = (i64::MAX as i128) * NANO;

/// Text that is no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a quantity: digits, then nothing, one of n u m k M G T P E, one of Ki Mi Gi Ti Pi Ei, or an exponent")]
pub struct NotAQuantity;

impl Quantity {
    /// Nothing of a resource.
    pub const ZERO: Self = Self(0);

    /// A whole number of units: cores, or bytes.
    pub const fn from_units(units: u64) -> Self {
        Self(units as i128 * NANO)
    }

    /// A number of thousandths: millicores.
    pub const fn from_milli(milli: u64) -> Self {
        Self(milli as i128 * (NANO / 1000))
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whole units, rounded up: bytes, or cores.
    pub fn units(self) -> i128 {
        self.0.div_euclid(NANO) + i128::from(self.0.rem_euclid(NANO) != 0)
    }

    /// Thousandths, rounded up: millicores.
    pub fn milli(self) -> i128 {
        let step = NANO / 1000;
        self.0.div_euclid(step) + i128::from(self.0.rem_euclid(step) != 0)
    }

    /// How many times the other fits into it.
    pub fn ratio(self, other: Self) -> f64 {
        self.0 as f64 / other.0 as f64
    }

    /// A share of it, rounded down to a whole unit.
    #[must_use]
    pub fn share(self, share: f64) -> Self {
        Self(((self.0 / NANO) as f64 * share).floor() as i128 * NANO)
    }

    /// Several of it.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(i128::from(count)).min(MAX))
    }
}

impl std::ops::Add for Quantity {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Quantity {
    fn sum<I: Iterator<Item = Self>>(quantities: I) -> Self {
        quantities.fold(Self::ZERO, |sum, quantity| sum + quantity)
    }
}

impl FromStr for Quantity {
    type Err = NotAQuantity;

    fn from_str(text: &str) -> Result<Self, NotAQuantity> {
        let (negative, unsigned) = match text.as_bytes().first().ok_or(NotAQuantity)? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return Err(NotAQuantity);
        }
        let (base, exponent) = scale(suffix).ok_or(NotAQuantity)?;
        let magnitude = amount(whole, fraction, base, exponent);
        Ok(Self(if negative { -magnitude } else { magnitude }))
    }
}

/// The multiplier of a suffix as base and exponent: 10ⁿ or 1024ⁿ.
fn scale(suffix: &str) -> Option<(i128, i32)> {
    Some(match suffix {
        "" => (10, 0),
        "n" => (10, -9),
        "u" => (10, -6),
        "m" => (10, -3),
        "k" => (10, 3),
        "M" => (10, 6),
        "G" => (10, 9),
        "T" => (10, 12),
        "P" => (10, 15),
        "E" => (10, 18),
        "Ki" => (1024, 1),
        "Mi" => (1024, 2),
        "Gi" => (1024, 3),
        "Ti" => (1024, 4),
        "Pi" => (1024, 5),
        "Ei" => (1024, 6),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?;
            let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
            if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            // Beyond these bounds every amount is zero or the maximum; the parse cannot overflow after the clamp.
            let magnitude = digits
                .trim_start_matches('0')
                .get(..5)
                .map_or_else(|| digits.trim_start_matches('0').parse().unwrap_or(0), |_| 10_000);
            (10, if exponent.starts_with('-') { -magnitude } else { magnitude })
        }
    })
}

/// `whole.fraction × base^exponent` in billionths, rounded up and capped.
fn amount(whole: &str, fraction: &str, base: i128, exponent: i32) -> i128 {
    // Digits are added one by one, each with its own power, so that no intermediate leaves 128 bits.
    let mut sum: i128 = 0;
    let mut inexact = false;
    let whole_digits = whole.trim_start_matches('0');
    let digits = whole_digits.bytes().chain(fraction.bytes());
    let binary: i128 = if base == 1024 { 1024_i128.pow(exponent as u32) } else { 1 };
    let decimal = if base == 10 { exponent } else { 0 };
    let mut power = whole_digits.len() as i32 - 1 + decimal + 9;
    for digit in digits.map(|digit| i128::from(digit - b'0')) {
        if digit != 0 {
            if power >= 38 {
                return MAX;
            }
            if base == 1024 && power < 0 {
                // A fraction of a binary unit below a billionth still counts in bytes: multiply first.
                let divisor = 10_i128.checked_pow(power.unsigned_abs());
                match divisor {
                    Some(divisor) => {
                        sum += digit * binary / divisor;
                        inexact |= digit * binary % divisor != 0;
                    }
                    None => inexact = true,
                }
            } else if power < 0 {
                inexact = true;
            } else {
                let Some(part) = 10_i128.pow(power as u32).checked_mul(digit).and_then(|part| part.checked_mul(binary))
                else {
                    return MAX;
                };
                sum = sum.saturating_add(part);
            }
        }
        power -= 1;
        if sum > MAX {
            return MAX;
        }
    }
    (sum + i128::from(inexact)).min(MAX)
}

impl fmt::Display for Quantity {
    /// The shortest usual spelling: `1500m`, `2`, `768Mi`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 % NANO != 0 {
            return if self.0 % (NANO / 1000) == 0 {
                write!(f, "{}m", self.0 / (NANO / 1000))
            } else {
                write!(f, "{}n", self.0)
            };
        }
        let units = self.0 / NANO;
        let suffixes = [("Ti", 40), ("Gi", 30), ("Mi", 20), ("Ki", 10)];
        let binary = suffixes.iter().find(|(_, bits)| units != 0 && units % (1 << bits) == 0);
        match binary {
            Some((suffix, bits)) => write!(f, "{}{suffix}", units >> bits),
            None => write!(f, "{units}"),
        }
    }
}

impl From<Quantity> for String {
    fn from(quantity: Quantity) -> Self {
        quantity.to_string()
    }
}

impl TryFrom<serde_json::Value> for Quantity {
    type Error = NotAQuantity;

    fn try_from(value: serde_json::Value) -> Result<Self, NotAQuantity> {
        match value {
            serde_json::Value::Number(number) => number.to_string().parse(),
            serde_json::Value::String(text) => text.parse(),
            _ => Err(NotAQuantity),
        }
    }
}

impl JsonSchema for Quantity {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An amount of a resource: `500m`, `2`, `768Mi`.",
            "oneOf": [
                { "type": "number" },
                { "type": "string", "pattern": r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?$" },
            ],
        })
    }
}

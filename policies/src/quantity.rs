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

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.0 < 0
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
            "type": ["string", "number"],
            "pattern": r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Quantity;

    /// Every expectation is what `resource.ParseQuantity` of k8s.io/apimachinery v0.33 answers, in billionths.
    #[test]
    fn quantities_are_read_as_the_api_server_reads_them() {
        let table: [(&str, Option<i128>); 46] = [
            ("1", Some(1_000_000_000)),
            ("0", Some(0)),
            ("-1", Some(-1_000_000_000)),
            ("+1", Some(1_000_000_000)),
            ("0.5", Some(500_000_000)),
            (".5", Some(500_000_000)),
            ("1.", Some(1_000_000_000)),
            ("1000m", Some(1_000_000_000)),
            ("1e3", Some(1_000_000_000_000)),
            ("1E3", Some(1_000_000_000_000)),
            ("1e-3", Some(1_000_000)),
            ("1e+3", Some(1_000_000_000_000)),
            ("1E", Some(super::MAX.min(1_000_000_000_000_000_000_000_000_000))),
            ("1Ki", Some(1_024_000_000_000)),
            ("1024Mi", Some(1_073_741_824_000_000_000)),
            ("1Gi", Some(1_073_741_824_000_000_000)),
            ("0.5Gi", Some(536_870_912_000_000_000)),
            ("0.1Ki", Some(102_400_000_000)),
            ("0.0001Ki", Some(102_400_000)),
            ("3.14Mi", Some(3_292_528_640_000_000)),
            ("1.1Ti", Some(1_209_462_790_553_600_000_000)),
            ("1.0000000000001Gi", Some(1_073_741_824_000_107_375)),
            ("1k", Some(1_000_000_000_000)),
            ("1u", Some(1_000)),
            ("0.1n", Some(1)),
            ("0.123456789123", Some(123_456_790)),
            ("00012", Some(12_000_000_000)),
            ("1e-100", Some(1)),
            ("0e99999", Some(0)),
            ("8Ei", Some(super::MAX)),
            ("7Ei", Some(8_070_450_532_247_928_832_000_000_000)),
            ("-5m", Some(-5_000_000)),
            ("1K", None),
            ("1e", None),
            ("1e+", None),
            (" 1", None),
            ("1 Gi", None),
            ("1gi", None),
            ("1GiB", None),
            ("700MB", None),
            ("512mi", None),
            ("1.2.3", None),
            ("1e3m", None),
            ("0x10", None),
            ("1_000", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse::<Quantity>().ok().map(|quantity| quantity.0), expected, "{text}");
        }
    }

    #[test]
    fn quantities_are_compared_as_numbers_and_shown_short() {
        let quantity = |text: &str| text.parse::<Quantity>().unwrap_or_default();
        assert_eq!(quantity("1024Mi"), quantity("1Gi"));
        assert_eq!(quantity("2"), quantity("2000m"));
        assert!(quantity("1G") < quantity("1Gi"));
        for text in ["1500m", "2", "768Mi", "1Gi", "0", "100n"] {
            assert_eq!(quantity(text).to_string(), text);
        }
    }
}

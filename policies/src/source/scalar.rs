//! The value of a plain YAML scalar, as `sigs.k8s.io/yaml` resolves it: YAML 1.1 with Go's number syntax.

use crate::tree::Scalar;

/// The value of a plain scalar, or `None` for a string.
///
/// # Errors
/// Infinity and not-a-number, which JSON cannot express and every Kubernetes client refuses.
pub(super) fn resolve(text: &str) -> Result<Option<Scalar<'static>>, &'static str> {
    let Some(first) = text.bytes().next() else { return Ok(Some(Scalar::Null)) };
    Ok(match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        b'.' => match text {
            ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN" => return Err(NOT_FINITE),
            _ => float(text),
        },
        b'0'..=b'9' | b'+' | b'-' => match text {
            "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" => return Err(NOT_FINITE),
            _ => number(text),
        },
        _ => None,
    })
}

const NOT_FINITE: &str = "JSON has no infinity and no not-a-number, so no API server takes one";

fn word(text: &str) -> Option<Scalar<'static>> {
    match text {
        "~" | "null" | "Null" | "NULL" => Some(Scalar::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(Scalar::Bool(true)),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Some(Scalar::Bool(false))
        }
        _ => None,
    }
}

fn number(text: &str) -> Option<Scalar<'static>> {
    let plain = if text.contains('_') { text.replace('_', "").into() } else { std::borrow::Cow::Borrowed(text) };
    match integer(&plain) {
        Some(value) => Some(value),
        None => float(&plain),
    }
}

/// Go's `strconv.ParseInt(text, 0, 64)`: a sign, then decimal, `0x`, `0b`, `0o` or a leading `0` for octal.
fn integer(text: &str) -> Option<Scalar<'static>> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.get(..2).map(str::to_ascii_lowercase);
    let (radix, digits) = match lower.as_deref() {
        Some("0x") => (16, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some(two) if two.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = i128::from(u64::from_str_radix(digits, radix).ok()?);
    let value = if negative { -magnitude } else { magnitude };
    if value < i128::from(i64::MIN) {
        return None;
    }
    Some(i64::try_from(value).map_or(Scalar::Float(value as f64), Scalar::Int))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn float(text: &str) -> Option<Scalar<'static>> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let number = digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty());
    if !number || exponent.is_some_and(|exponent| exponent.is_empty() || !digits(exponent)) {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    value.is_finite().then_some(Scalar::Float(value))
}

/// A float as it is after one trip through JSON: a whole one in 64 bits has become an integer.
pub(super) fn through_json(value: f64) -> Scalar<'static> {
    // 2^63 is the first float that does not fit; the comparison is exact.
    if value.fract() == 0.0 && value.abs() < 9_223_372_036_854_775_808.0 {
        Scalar::Int(value as i64)
    } else {
        Scalar::Float(value)
    }
}

/// The name of a mapping's key that is no string, as Go's client writes it into JSON.
pub(super) fn key_name(key: &Scalar<'_>) -> Option<String> {
    match key {
        Scalar::Bool(value) => Some(value.to_string()),
        Scalar::Int(value) => Some(value.to_string()),
        Scalar::Float(value) => Some(short_float(*value as f32)),
        _ => None,
    }
}

/// Go's `strconv.FormatFloat(value, 'g', -1, 32)`.
fn short_float(value: f32) -> String {
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        value.to_string()
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{mantissa}e{sign}{:02}", exponent.abs())
    }
}

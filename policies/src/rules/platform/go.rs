//! How Go reads its environment: sizes, numbers, durations, and the memory limit of a container.

use crate::environment::Variable;
use crate::inventory::Inventory;
use crate::object::{Container, Field};
use crate::quantity::Quantity;

/// A well-formed value of GOMEMLIMIT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MemoryLimit {
    /// `off`: the collector knows no bound.
    Off,
    /// So many bytes.
    Bytes(u64),
}

impl MemoryLimit {
    /// GOMEMLIMIT as the runtime reads it: digits, then nothing, `B`, `KiB`, `MiB`, `GiB` or `TiB`. `None` kills the process.
    ///
    /// Source: `parseByteCount` of [package runtime](https://pkg.go.dev/runtime#hdr-Environment_Variables).
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "off" {
            return Some(Self::Off);
        }
        let units = [("KiB", 10), ("MiB", 20), ("GiB", 30), ("TiB", 40), ("B", 0), ("", 0)];
        let (digits, shift) = units.iter().find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, *shift)))?;
        if digits.starts_with('+') {
            return None;
        }
        let number: i64 = digits.parse().ok()?;
        let bytes = u64::try_from(number).ok()?.checked_mul(1 << shift)?;
        i64::try_from(bytes).ok()?;
        Some(Self::Bytes(bytes))
    }
}

/// An integer as the runtime reads GOGC and GOMAXPROCS. Anything else counts as not set.
pub(super) fn integer(text: &str) -> Option<i32> {
    if text.starts_with('+') { None } else { text.parse().ok() }
}

/// Whether [`time.ParseDuration`](https://pkg.go.dev/time#ParseDuration) takes the text.
pub(super) fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    loop {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = &rest[..rest.len() - digits.len()];
        let units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
        // `ms` before `m` and `s`, or the longer unit would never be read.
        let Some(after) = units.iter().find_map(|unit| digits.strip_prefix(unit)) else { return false };
        if !number.bytes().any(|byte| byte.is_ascii_digit()) || number.matches('.').count() > 1 {
            return false;
        }
        if after.is_empty() {
            return true;
        }
        rest = after;
    }
}

/// How much memory GOMEMLIMIT allows a container's program.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance<'a> {
    /// The amount.
    pub(super) amount: Quantity,
    /// Where it stands: the literal, or the reference that sets it.
    pub(super) field: Field<'a>,
}

/// What GOMEMLIMIT allows; `None` where it is absent, off, malformed, or not known.
pub(super) fn allowance<'a>(container: &Container<'a>, inventory: &'a Inventory) -> Option<Allowance<'a>> {
    match container.variable("GOMEMLIMIT", inventory) {
        Variable::Text(text, field) => match MemoryLimit::parse(text)? {
            MemoryLimit::Bytes(bytes) => Some(Allowance { amount: Quantity::from_units(bytes), field }),
            MemoryLimit::Off => None,
        },
        Variable::Resource(field) => {
            let amount = Quantity::from_units(resource(container, field, inventory)?);
            Some(Allowance { amount, field })
        }
        Variable::Absent | Variable::Unknown(_) => None,
    }
}

/// The number that a `resourceFieldRef` puts into the environment: the amount by the divisor, rounded up. `None` where that
/// depends on the node.
pub(super) fn resource<'a>(container: &Container<'a>, field: Field<'a>, inventory: &'a Inventory) -> Option<u64> {
    if field.at("containerName").as_str().is_some_and(|name| name != container.name()) {
        return None;
    }
    let amount = match field.at("resource").as_str()? {
        "limits.memory" => container.effective_limit("memory", inventory),
        "limits.cpu" => container.effective_limit("cpu", inventory),
        "requests.memory" => container.effective_request("memory", inventory),
        "requests.cpu" => container.effective_request("cpu", inventory),
        _ => None,
    }?;
    let divisor = field.at("divisor").as_quantity().filter(|divisor| !divisor.is_zero());
    let number = amount.quantity.ratio(divisor.unwrap_or(Quantity::from_units(1))).ceil();
    (number >= 1.0).then_some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::{MemoryLimit, integer, is_duration};

    #[test]
    fn memory_limits_are_read_as_the_runtime_does() {
        let bytes = |text: &str| match MemoryLimit::parse(text) {
            Some(MemoryLimit::Bytes(bytes)) => Some(bytes),
            _ => None,
        };
        assert_eq!(bytes("1024"), Some(1024));
        assert_eq!(bytes("1024B"), Some(1024));
        assert_eq!(bytes("700MiB"), Some(700 << 20));
        assert_eq!(bytes("1GiB"), Some(1 << 30));
        assert_eq!(bytes("-0"), Some(0));
        assert_eq!(bytes("8388607TiB"), Some(8_388_607 << 40));
        assert_eq!(MemoryLimit::parse("off"), Some(MemoryLimit::Off));
        for text in [
            "",
            "700Mi",
            "700MB",
            "700M",
            "0.7GiB",
            "700 MiB",
            " 700MiB",
            "700MiB ",
            "700mib",
            "+1",
            "-1",
            "B",
            "MiB",
            "OFF",
            "9223372036854775808",
            "8388608TiB",
            "1PiB",
            "1kiB",
        ] {
            assert_eq!(MemoryLimit::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn integers_are_read_as_the_runtime_does() {
        assert_eq!(integer("80"), Some(80));
        assert_eq!(integer("-1"), Some(-1));
        for text in ["", " 80", "80 ", "80%", "+80", "0x50", "1.5", "2147483648"] {
            assert_eq!(integer(text), None, "{text:?}");
        }
    }

    #[test]
    fn durations_are_read_as_the_library_does() {
        for text in ["0", "30m", "1h30m", "500ms", "1.5s", "-2s", ".5h", "1µs", "100ns", "+5m"] {
            assert!(is_duration(text), "{text:?}");
        }
        for text in ["", "30", "30 m", "30min", "1d", "m", "1..5s", ".s", "1h30", "-", "PT5M"] {
            assert!(!is_duration(text), "{text:?}");
        }
    }
}

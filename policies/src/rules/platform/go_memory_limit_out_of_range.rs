//! GOMEMLIMIT values that do not fit the memory limit of their container.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::go::allowance;
use super::memory::outside;
use super::runtime::{Runtime, containers_on};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// GOMEMLIMIT must lie between `minimum` and `maximum` of the container's memory limit.
///
/// Too near to the limit, what the collector does not count (stacks of C code, mapped files, the kernel's buffers) has no
/// room, and the kernel kills the process first. Too far below it, memory is paid for that the program may not use, and
/// the collector runs without need. `resourceFieldRef: limits.memory` is the whole limit, and a `divisor` makes it a
/// number of bytes that is far too small. Not judged without a memory limit, and where GOMEMLIMIT is `off`, malformed, or
/// not known from the manifests.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct GoMemoryLimitOutOfRange {
    /// The least share of the memory limit.
    minimum: f64,
    /// The most share of the memory limit.
    maximum: f64,
}

impl Default for GoMemoryLimitOutOfRange {
    fn default() -> Self {
        Self { minimum: 0.5, maximum: 0.9 }
    }
}

impl Rule for GoMemoryLimitOutOfRange {
    const META: Meta = Meta {
        name: "go-memory-limit-out-of-range",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "set GOMEMLIMIT to 50 % to 90 % of the memory limit",
        fix: Some(Safety::Unsafe),
        origin: "https://go.dev/doc/gc-guide#Suggested_uses",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for (_, container) in containers_on(Runtime::Go, object, inventory) {
            let Some(limit) = container.effective_limit("memory", inventory).filter(|limit| !limit.quantity.is_zero())
            else {
                continue;
            };
            let Some(allowance) = allowance(&container, inventory) else { continue };
            let share = allowance.amount.ratio(limit.quantity);
            if (self.minimum..=self.maximum).contains(&share) {
                continue;
            }
            let (name, written) = (container.name(), allowance.field.as_str().unwrap_or_default());
            let what = if written.is_empty() { allowance.amount.to_string() } else { written.to_owned() };
            let is = outside(share, &limit, self.minimum, self.maximum);
            let finding = report.at(&allowance.field, format!("container `{name}` has a GOMEMLIMIT of {what}, {is}"));
            finding.because(&limit.field, "the memory limit");
            if !written.is_empty() {
                // The nearest bound is the least change. The lower one is rounded up, or it would still be outside.
                let bytes = limit.quantity.units() as f64;
                let mebibytes = if share > self.maximum {
                    (bytes * self.maximum / 1_048_576.0).floor()
                } else {
                    (bytes * self.minimum / 1_048_576.0).ceil()
                };
                finding.fix(Safety::Unsafe, &allowance.field, format!("{mebibytes}MiB"));
            }
        }
    }
}

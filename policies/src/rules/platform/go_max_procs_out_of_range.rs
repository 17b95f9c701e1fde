//! GOMAXPROCS values that are no number, or more threads than the container has CPU.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::go::{integer, resource};
use super::runtime::{Runtime, containers_on};
use crate::environment::Variable;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Object};
use crate::resources::Resource;
use crate::rule::{Family, Meta, Profile, Rule};

/// GOMAXPROCS of a Go container must be a positive integer, and at most its CPU limit rounded up to whole cores.
///
/// More threads than cores use up the CPU quota of a period early: the kernel then stops all of them, requests wait for the
/// next period, and the P99 shows it. The run time ignores anything that is no positive integer and takes the number of
/// cores it sees. `resourceFieldRef: limits.cpu` is right by itself (unless a `divisor` such as `1m` makes it a number of
/// millicores). Not judged against a limit where there is none.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct GoMaxProcsOutOfRange {
    /// Also report Go containers with a CPU limit that set no GOMAXPROCS: before Go 1.25 they run as many threads as the
    /// node has cores.
    required: bool,
}

impl Rule for GoMaxProcsOutOfRange {
    const META: Meta = Meta {
        name: "go-max-procs-out-of-range",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "set GOMAXPROCS to the CPU limit rounded up to whole cores, by `resourceFieldRef: limits.cpu`",
        fix: Some(Safety::Unsafe),
        origin: "https://pkg.go.dev/runtime#GOMAXPROCS, https://go.dev/blog/container-aware-gomaxprocs",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for (_, container) in containers_on(Runtime::Go, object, inventory) {
            let limit = container.effective_limit("cpu", inventory).filter(|limit| !limit.quantity.is_zero());
            let variable = container.variable("GOMAXPROCS", inventory);
            let (threads, field) = match variable {
                Variable::Text(text, field) => (integer(text).filter(|threads| *threads > 0).map(i128::from), field),
                Variable::Resource(field) => match resource(&container, field, inventory) {
                    Some(threads) => (Some(i128::from(threads)), field),
                    None => continue,
                },
                Variable::Unknown(_) => continue,
                Variable::Absent => {
                    self.check_absence(&container, limit, report);
                    continue;
                }
            };
            let name = container.name();
            let Some(threads) = threads else {
                let text = variable.text().map_or("", |(text, _)| text);
                let message = format!("container `{name}` has a GOMAXPROCS of `{text}`, which is no positive integer");
                fix(report.at(&field, message), &field, limit);
                continue;
            };
            let Some(limit) = limit.filter(|limit| threads > limit.quantity.units()) else { continue };
            let message =
                format!("container `{name}` has a GOMAXPROCS of {threads} under a CPU limit of {}", limit.written());
            let finding = report.at(&field, message);
            finding.because(&limit.field, "the CPU limit");
            fix(finding, &field, Some(limit));
        }
    }
}

fn fix(finding: &mut crate::finding::Finding, field: &crate::object::Field<'_>, limit: Option<Resource<'_>>) {
    if let Some(limit) = limit.filter(|_| field.as_str().is_some()) {
        finding.fix(Safety::Unsafe, field, limit.quantity.units().to_string());
    }
}

impl GoMaxProcsOutOfRange {
    fn check_absence(&self, container: &Container<'_>, limit: Option<Resource<'_>>, report: &mut Report) {
        let Some(limit) = limit.filter(|_| self.required) else { return };
        let (name, amount) = (container.name(), limit.written());
        let message = format!("container `{name}` sets no GOMAXPROCS under a CPU limit of {amount}");
        report.at(&container.at("env"), message).because(&limit.field, "the CPU limit");
    }
}

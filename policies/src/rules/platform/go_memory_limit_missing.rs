//! Go programs whose collector does not know how much memory their container may take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::go::MemoryLimit;
use super::runtime::{Runtime, containers_on};
use crate::environment::Variable;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::quantity::Quantity;
use crate::rule::{Family, Meta, Profile, Rule};

/// A Go container with a memory limit must set GOMEMLIMIT.
///
/// The Go collector looks at no cgroup: without GOMEMLIMIT it lets the heap double between two collections, and the kernel
/// kills the process at the limit although most of the heap is garbage. Reported where `env` and `envFrom` give the
/// container no GOMEMLIMIT, an empty one, or `off`, while `resources.limits.memory`, or the namespace's LimitRange, limits
/// it. A GOMEMLIMIT from a `resourceFieldRef`, or from somewhere this cannot be read, counts as set.
///
/// A container is a Go container by the label or annotation `lint.traffictacos.store/runtime: go` (on the object or its
/// pod template; `lint.traffictacos.store/runtime.<container>` for one of several), else by the workload's name in
/// `cluster.runtimes`, else because it sets GOMEMLIMIT, GOGC or GODEBUG.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct GoMemoryLimitMissing {}

impl Rule for GoMemoryLimitMissing {
    const META: Meta = Meta {
        name: "go-memory-limit-missing",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "set GOMEMLIMIT to at most 90 % of the memory limit, such as `460MiB` of 512Mi",
        fix: Some(Safety::Unsafe),
        origin: "https://go.dev/doc/gc-guide#Memory_limit",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for (_, container) in containers_on(Runtime::Go, object, inventory) {
            let Some(limit) = container.effective_limit("memory", inventory).filter(|limit| !limit.quantity.is_zero())
            else {
                continue;
            };
            let variable = container.env("GOMEMLIMIT");
            let (place, state) = match container.variable("GOMEMLIMIT", inventory) {
                Variable::Absent => {
                    (variable.map_or(container.at("env"), |variable| variable.at("value")), "sets no GOMEMLIMIT")
                }
                Variable::Text(text, field) if MemoryLimit::parse(text) == Some(MemoryLimit::Off) => {
                    (field, "turns GOMEMLIMIT off")
                }
                Variable::Text(..) | Variable::Resource(_) | Variable::Unknown(_) => continue,
            };
            let (name, amount) = (container.name(), limit.written());
            let finding = report.at(&place, format!("container `{name}` {state} under a memory limit of {amount}"));
            finding.because(&limit.field, "the memory limit that the collector does not know");
            if let Some(variable) = variable.filter(|variable| variable.at("valueFrom").is_absent()) {
                finding.fix(Safety::Unsafe, &variable.at("value"), whole_mebibytes(limit.quantity, 0.9));
            }
        }
    }
}

/// A share of a memory limit as GOMEMLIMIT spells it, rounded down to whole mebibytes.
fn whole_mebibytes(limit: Quantity, share: f64) -> String {
    format!("{}MiB", limit.share(share).units() >> 20)
}

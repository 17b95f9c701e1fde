//! Containers that may take all the CPU of a node.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bound, Demand};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Object, Role};
use crate::rule::{Family, Meta, Profile, Rule};

/// A container must have a CPU limit.
///
/// Without one it may take all the CPU that others leave, so what it can do on an empty node says nothing of what it can do on a
/// full one, and capacity that was measured is not capacity that can be promised. Many leave CPU unlimited on purpose; their rule
/// is `cpu-limit-set`, and a policy can hold one of the two.
///
/// The field is `resources.limits.cpu` of every regular and init container. Where it is absent, a LimitRange of the namespace may
/// give one. An explicit `0` is no limit.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct CpuLimitMissing {
    /// Whether a limit that a LimitRange of the namespace gives counts.
    limit_range: bool,
    /// The containers that are judged.
    containers: Vec<Role>,
}

impl Default for CpuLimitMissing {
    fn default() -> Self {
        Self { limit_range: true, containers: Role::WITH_RESOURCES.to_vec() }
    }
}

impl Rule for CpuLimitMissing {
    const META: Meta = Meta {
        name: "cpu-limit-missing",
        family: Family::Resources,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Audit,
        kinds: Kind::PODS,
        remediation: "set `resources.limits.cpu`, or turn the rule off where requests alone divide the CPU",
        fix: None,
        origin: "kube-linter unset-cpu-requirements, kube-score container-resources, Polaris cpuLimitsMissing, Kyverno, Gatekeeper; \
                 https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        let demand = Demand {
            bound: Bound::Limit,
            resource: "cpu",
            noun: "CPU",
            limit_range: self.limit_range,
            containers: &self.containers,
        };
        demand.check(object, inventory, report);
    }
}

//! Containers that may take all the memory of a node.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bound, Demand};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Object, Role};
use crate::rule::{Family, Meta, Profile, Rule};

/// A container must have a memory limit.
///
/// Without one a leak in one container takes the memory of its whole node, and the kernel may kill a neighbour for it.
///
/// The field is `resources.limits.memory` of every regular and init container. Where it is absent, a LimitRange of the namespace
/// may give one. An explicit `0` is no limit.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct MemoryLimitMissing {
    /// Whether a limit that a LimitRange of the namespace gives counts.
    limit_range: bool,
    /// The containers that are judged.
    containers: Vec<Role>,
}

impl Default for MemoryLimitMissing {
    fn default() -> Self {
        Self { limit_range: true, containers: Role::WITH_RESOURCES.to_vec() }
    }
}

impl Rule for MemoryLimitMissing {
    const META: Meta = Meta {
        name: "memory-limit-missing",
        family: Family::Resources,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "set `resources.limits.memory` to the most the container may ever need",
        fix: None,
        origin: "kube-linter unset-memory-requirements, kube-score container-resources, Polaris memoryLimitsMissing, Kyverno, Gatekeeper; \
                 https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        let demand = Demand {
            bound: Bound::Limit,
            resource: "memory",
            noun: "memory",
            limit_range: self.limit_range,
            containers: &self.containers,
        };
        demand.check(object, inventory, report);
    }
}

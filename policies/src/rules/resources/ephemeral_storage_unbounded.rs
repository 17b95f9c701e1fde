//! Containers that may fill the disk of a node.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bound, Demand};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Object, Role};
use crate::rule::{Family, Meta, Profile, Rule};

/// A container must have a limit of ephemeral storage.
///
/// Logs, the writable layer and `emptyDir` volumes share the disk of the node. A container without a limit can fill it, and then
/// the kubelet evicts pods until there is room again, not only the one that filled it.
///
/// The fields are `ephemeral-storage` in `resources.limits` and, on request, in `resources.requests` of every regular and init
/// container. Where they are absent, the limit stands in for the request, then what a LimitRange of the namespace gives. An
/// explicit `0` is none.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct EphemeralStorageUnbounded {
    /// What must be set.
    require: Vec<Bound>,
    /// Whether what a LimitRange of the namespace gives counts.
    limit_range: bool,
    /// The containers that are judged.
    containers: Vec<Role>,
}

impl Default for EphemeralStorageUnbounded {
    fn default() -> Self {
        Self { require: vec![Bound::Limit], limit_range: true, containers: Role::WITH_RESOURCES.to_vec() }
    }
}

impl Rule for EphemeralStorageUnbounded {
    const META: Meta = Meta {
        name: "ephemeral-storage-unbounded",
        family: Family::Resources,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "set `ephemeral-storage` in `resources.limits` to the most the container may ever write",
        fix: None,
        origin: "kube-score container-ephemeral-storage-request-and-limit, Gatekeeper; \
                 https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for &bound in &self.require {
            let demand = Demand {
                bound,
                resource: "ephemeral-storage",
                noun: "ephemeral-storage",
                limit_range: self.limit_range,
                containers: &self.containers,
            };
            demand.check(object, inventory, report);
        }
    }
}

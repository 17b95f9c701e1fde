//! Containers for which no memory is reserved.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bound, Demand};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Object, Role};
use crate::rule::{Family, Meta, Profile, Rule};

/// A container must request memory.
///
/// The scheduler counts a container without a request as nothing, so the pod lands on nodes whose memory is already taken; when
/// such a node runs short, the pod is among the first that are evicted or killed.
///
/// The field is `resources.requests.memory` of every regular and init container. Where it is absent, `limits.memory` stands in
/// for it, then what a LimitRange of the namespace gives. An explicit `0` is no request.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct MemoryRequestMissing {
    /// Whether a request that a LimitRange of the namespace gives counts.
    limit_range: bool,
    /// The containers that are judged.
    containers: Vec<Role>,
}

impl Default for MemoryRequestMissing {
    fn default() -> Self {
        Self { limit_range: true, containers: Role::WITH_RESOURCES.to_vec() }
    }
}

impl Rule for MemoryRequestMissing {
    const META: Meta = Meta {
        name: "memory-request-missing",
        family: Family::Resources,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "set `resources.requests.memory` to what the container needs under normal load",
        fix: None,
        origin: "kube-linter unset-memory-requirements, kube-score container-resources, Polaris memoryRequestsMissing, Kyverno, Gatekeeper; \
                 https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        let demand = Demand {
            bound: Bound::Request,
            resource: "memory",
            noun: "memory",
            limit_range: self.limit_range,
            containers: &self.containers,
        };
        demand.check(object, inventory, report);
    }
}

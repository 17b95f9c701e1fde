//! Containers for which no CPU is reserved.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bound, Demand};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Object, Role};
use crate::rule::{Family, Meta, Profile, Rule};

/// A container must request CPU.
///
/// The scheduler counts a container without a request as nothing, so the pod lands on nodes that are already full; there it gets
/// the smallest share of the CPU, and an autoscaler that works by utilisation has nothing to measure it against.
///
/// The field is `resources.requests.cpu` of every regular and init container. Where it is absent, `limits.cpu` stands in for it,
/// then what a LimitRange of the namespace gives. An explicit `0` is no request.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct CpuRequestMissing {
    /// Whether a request that a LimitRange of the namespace gives counts.
    limit_range: bool,
    /// The containers that are judged.
    containers: Vec<Role>,
}

impl Default for CpuRequestMissing {
    fn default() -> Self {
        Self { limit_range: true, containers: Role::WITH_RESOURCES.to_vec() }
    }
}

impl Rule for CpuRequestMissing {
    const META: Meta = Meta {
        name: "cpu-request-missing",
        family: Family::Resources,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "set `resources.requests.cpu` to what the container needs under normal load",
        fix: None,
        origin: "kube-linter unset-cpu-requirements, kube-score container-resources, Polaris cpuRequestsMissing, Kyverno, Gatekeeper; \
                 https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        let demand = Demand {
            bound: Bound::Request,
            resource: "cpu",
            noun: "CPU",
            limit_range: self.limit_range,
            containers: &self.containers,
        };
        demand.check(object, inventory, report);
    }
}

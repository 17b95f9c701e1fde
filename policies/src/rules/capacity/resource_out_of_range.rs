//! Requests and limits that nobody meant to allow.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Object, Role};
use crate::quantity::Quantity;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::resources::Bound;

/// The requests and limits of a container must lie within the bounds that are set for them.
///
/// A request that is a typing error away from what was meant takes a node of its own, or fits on none; a limit that is too low
/// kills the container as soon as it starts.
///
/// The fields are `cpu`, `memory` and `ephemeral-storage` in `resources.requests` and `resources.limits` of every regular and init
/// container, compared as numbers. Where a request is absent the limit stands in for it; a LimitRange of the namespace may give
/// both. What is absent even so is left alone. Without `bounds` nothing is reported.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ResourceOutOfRange {
    /// The bounds: `{limits.memory: {min: 64Mi, max: 8Gi}}`.
    bounds: BTreeMap<Subject, QuantityRange>,
    /// The containers that are judged.
    containers: Vec<Role>,
}

/// What is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
enum Subject {
    #[serde(rename = "limits.cpu")]
    CpuLimit,
    #[serde(rename = "limits.memory")]
    MemoryLimit,
    #[serde(rename = "limits.ephemeral-storage")]
    StorageLimit,
    #[serde(rename = "requests.cpu")]
    CpuRequest,
    #[serde(rename = "requests.memory")]
    MemoryRequest,
    #[serde(rename = "requests.ephemeral-storage")]
    StorageRequest,
}

/// The least and the most that is allowed; absent, there is no such bound.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct QuantityRange {
    /// The least that is allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<Quantity>,
    /// The most that is allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<Quantity>,
}

impl Default for ResourceOutOfRange {
    fn default() -> Self {
        Self { bounds: BTreeMap::new(), containers: Role::WITH_RESOURCES.to_vec() }
    }
}

impl Rule for ResourceOutOfRange {
    const META: Meta = Meta {
        name: "resource-out-of-range",
        family: Family::Capacity,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "choose an amount within the bounds of the policy",
        fix: None,
        origin: "kube-linter cpu-requirements and memory-requirements, Polaris, Gatekeeper; \
                 https://kubernetes.io/docs/concepts/policy/limit-range/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for container in object.pods().flat_map(|pod| pod.containers_of(&self.containers)) {
            for (subject, range) in &self.bounds {
                compare(&container, *subject, *range, inventory, report);
            }
        }
    }
}

fn compare(
    container: &Container<'_>,
    subject: Subject,
    range: QuantityRange,
    inventory: &Inventory,
    report: &mut Report,
) {
    let (bound, resource) = match subject {
        Subject::CpuLimit => (Bound::Limit, "cpu"),
        Subject::MemoryLimit => (Bound::Limit, "memory"),
        Subject::StorageLimit => (Bound::Limit, "ephemeral-storage"),
        Subject::CpuRequest => (Bound::Request, "cpu"),
        Subject::MemoryRequest => (Bound::Request, "memory"),
        Subject::StorageRequest => (Bound::Request, "ephemeral-storage"),
    };
    let (request, limit) = (container.request(resource), container.limit(resource));
    let (amount, own) = if bound == Bound::Limit {
        (container.effective_limit(resource, inventory), limit)
    } else {
        let stands_in = request.is_absent() && limit.is_present();
        (container.effective_request(resource, inventory), if stands_in { limit } else { request })
    };
    let Some(amount) = amount else { return };
    let below = range.min.filter(|min| amount.quantity < *min).map(|min| ("below the least allowed", min));
    let above = || range.max.filter(|max| amount.quantity > *max).map(|max| ("above the most allowed", max));
    if let Some((fault, bounded)) = below.or_else(above) {
        let (name, value) = (container.name(), amount.field.text().unwrap_or_default());
        let message = format!("container `{name}` has `{value}` as its {resource} {bound}, {fault}, `{bounded}`");
        let finding = report.at(&own, message);
        if own.is_absent() {
            finding.because(&amount.field, "what the namespace gives");
        }
    }
}

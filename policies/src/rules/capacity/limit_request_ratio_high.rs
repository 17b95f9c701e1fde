//! Containers that may take many times what is reserved for them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Object, Role};
use crate::rule::{Family, Meta, Profile, Rule};

/// The limit of a container must not be many times its request.
///
/// The scheduler fills nodes by requests. Where limits are far above them, a node has promised several times what it has, and one
/// busy hour evicts and kills pods.
///
/// The fields are `resources.limits` and `resources.requests` of every regular and init container. Where a request is absent the
/// limit stands in for it, so the ratio is 1; a LimitRange of the namespace may give both. A container without a limit is left
/// alone; a request of `0` is below any ratio.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct LimitRequestRatioHigh {
    /// The largest ratio of limit to request, by resource.
    maximum: BTreeMap<String, f64>,
    /// The containers that are judged.
    containers: Vec<Role>,
}

impl Default for LimitRequestRatioHigh {
    fn default() -> Self {
        Self { maximum: BTreeMap::from([("memory".to_owned(), 2.5)]), containers: Role::WITH_RESOURCES.to_vec() }
    }
}

impl Rule for LimitRequestRatioHigh {
    const META: Meta = Meta {
        name: "limit-request-ratio-high",
        family: Family::Capacity,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "request more, or lower the limit",
        fix: None,
        origin: "Kyverno, Gatekeeper; https://kubernetes.io/docs/concepts/policy/limit-range/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for container in object.pods().flat_map(|pod| pod.containers_of(&self.containers)) {
            for (resource, &maximum) in &self.maximum {
                compare(&container, resource, maximum, inventory, report);
            }
        }
    }
}

fn compare(container: &Container<'_>, resource: &str, maximum: f64, inventory: &Inventory, report: &mut Report) {
    let limit = container.effective_limit(resource, inventory);
    let request = container.effective_request(resource, inventory);
    let Some((limit, request)) = limit.zip(request) else { return };
    let ratio = limit.quantity.ratio(request.quantity);
    if ratio > maximum {
        let (name, most) = (container.name(), limit.field.text().unwrap_or_default());
        let reserved = request.field.text().unwrap_or_default();
        let message = if request.quantity.is_zero() {
            format!("container `{name}` requests `{reserved}` of {resource} and may take `{most}`")
        } else {
            let times = (ratio * 100.0).round() / 100.0;
            format!("container `{name}` may take `{most}` of {resource}, {times} times the `{reserved}` it requests")
        };
        report.at(&container.limit(resource), message).because(&request.field, "the request");
    }
}

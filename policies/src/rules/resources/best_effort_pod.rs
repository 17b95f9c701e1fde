//! Pods that are the first to go when a node runs short.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{may_be_given, pod_resources};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Field, Object, Pod, Role};
use crate::quantity::Quantity;
use crate::resources::Resource;
use crate::rule::{Family, Meta, Profile, Rule};

/// A pod must request or limit some CPU or memory.
///
/// A pod in which no container does is of the class BestEffort: nothing is reserved for it, it starves first on a busy node, and
/// it is evicted and killed before all others.
///
/// The fields are `cpu` and `memory` in `resources.requests` and `resources.limits` of every regular and init container. One that
/// is above zero is enough, and so is one that a LimitRange of the namespace gives.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct BestEffortPod {
    /// Whether what a LimitRange of the namespace gives counts.
    limit_range: bool,
}

impl Default for BestEffortPod {
    fn default() -> Self {
        Self { limit_range: true }
    }
}

impl Rule for BestEffortPod {
    const META: Meta = Meta {
        name: "best-effort-pod",
        family: Family::Resources,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "set `resources.requests` of the containers to what they need under normal load",
        fix: None,
        origin: "Kyverno; https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            let mut containers = pod.containers_of(&Role::WITH_RESOURCES).peekable();
            let Some(&first) = containers.peek() else { continue };
            let has_nothing = containers.all(|container| self.is_nothing(&container, inventory));
            if !has_nothing || is_of_a_better_class(&pod, inventory) {
                continue;
            }
            if self.limit_range && may_be_given(&first, inventory, report) {
                continue;
            }
            report.at(&pod.spec(), "no container of the pod has a request or limit of CPU or memory above zero");
        }
    }
}

impl BestEffortPod {
    /// Whether a container has nothing reserved and nothing limited. What cannot be read may be something.
    fn is_nothing(&self, container: &Container<'_>, inventory: &Inventory) -> bool {
        ["cpu", "memory"].into_iter().all(|resource| {
            let (request, limit) = (container.request(resource), container.limit(resource));
            let is_something = |given: Option<Resource<'_>>| given.is_some_and(|given| !given.quantity.is_zero());
            let is_given = self.limit_range
                && limit.is_absent()
                && (is_something(container.effective_limit(resource, inventory))
                    || request.is_absent() && is_something(container.effective_request(resource, inventory)));
            is_nothing(&request) && is_nothing(&limit) && !is_given
        })
    }
}

fn is_nothing(field: &Field<'_>) -> bool {
    !field.is_blocked() && (field.is_absent() || field.as_quantity().is_some_and(Quantity::is_zero))
}

/// Whether the pod as a whole has resources.
fn is_of_a_better_class(pod: &Pod<'_>, inventory: &Inventory) -> bool {
    pod_resources(pod, inventory).is_some_and(|resources| {
        let mut all = ["requests", "limits"].into_iter().flat_map(|section| resources.at(section).entries());
        all.any(|(_, quantity)| !is_nothing(&quantity))
    })
}

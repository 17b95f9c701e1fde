//! Pods with a priority that does not exist, or is not theirs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A pod must name a PriorityClass that exists and that it may use.
///
/// The API refuses a pod whose `priorityClassName` does not exist; a workload then has no pods. `system-cluster-critical`
/// and `system-node-critical` always exist. Absent passes, see `priority-class-missing`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct PriorityClassNotAllowed {
    /// The classes that may be used; empty means any that exists.
    allowed: Vec<String>,
}

impl Rule for PriorityClassNotAllowed {
    const META: Meta = Meta {
        name: "priority-class-not-allowed",
        family: Family::Availability,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "name a PriorityClass that exists, or add it",
        fix: None,
        origin: "kube-linter priority-class-name, Kyverno; \
                 https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        for pod in object.pods() {
            let field = pod.at("priorityClassName");
            let Some(name) = field.as_str().filter(|name| !name.is_empty()) else { continue };
            let is_built_in = matches!(name, "system-cluster-critical" | "system-node-critical");
            if !is_built_in && inventory.lookup(Kind::PriorityClass, "", name).is_missing() {
                report.at(&field, format!("PriorityClass `{name}` does not exist"));
            } else if !self.allowed.is_empty() && !self.allowed.iter().any(|allowed| allowed == name) {
                report.at(&field, format!("PriorityClass `{name}` is not an allowed one"));
            }
        }
    }
}

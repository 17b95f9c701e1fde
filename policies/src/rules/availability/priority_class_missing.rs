//! Pods without a priority.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A pod should name a PriorityClass.
///
/// Pods without `priorityClassName` have priority 0: when nodes are short they wait behind, and are preempted by, whatever
/// has a class. Passes where a PriorityClass with `globalDefault: true` is known, because admission fills that in. The
/// pods of a k6 TestRun and the target allocator of a collector have no field for it.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct PriorityClassMissing {}

impl Rule for PriorityClassMissing {
    const META: Meta = Meta {
        name: "priority-class-missing",
        family: Family::Availability,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "set `priorityClassName`",
        fix: None,
        origin: "Polaris priorityClassNotSet, Kyverno; \
                 https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        if object.is_owned() || object.kind() == Kind::TestRun {
            return;
        }
        for pod in object.pods().filter(|pod| pod.pointer() != "/spec/targetAllocator") {
            let field = pod.at("priorityClassName");
            let is_set = field.is_present() && field.as_str() != Some("");
            let has_default = || inventory.all_of(Kind::PriorityClass).any(|class| class.at("globalDefault").is_true());
            if is_set || has_default() {
                continue;
            }
            if inventory.holds_all(Kind::PriorityClass, "") {
                report.at(&field, "the pod has no PriorityClass");
            } else {
                report.not_evaluated("a PriorityClass that is not known may be the default");
            }
        }
    }
}

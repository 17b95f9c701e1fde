//! Pods that choose their own runtime.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A pod may only choose a runtime class that is on the list.
///
/// A runtime class decides what separates the pod from its node; another one may isolate less. Absent means the runtime
/// of the node and passes.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RuntimeClassNotAllowed {
    /// The runtime classes; empty allows none.
    allowed: Vec<String>,
}

impl Rule for RuntimeClassNotAllowed {
    const META: Meta = Meta {
        name: "runtime-class-not-allowed",
        family: Family::Security,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "remove `runtimeClassName`, or choose one of the allowed classes",
        fix: None,
        origin: "Kyverno; https://kubernetes.io/docs/concepts/containers/runtime-class/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        for pod in object.pods() {
            let field = pod.at("runtimeClassName");
            let Some(class) = field.as_str() else { continue };
            if !self.allowed.iter().any(|allowed| allowed == class) {
                report.at(&field, format!("the pod chooses the runtime class `{class}`"));
            }
        }
    }
}

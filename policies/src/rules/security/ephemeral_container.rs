//! Debug containers in running pods.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A pod must not have ephemeral containers.
///
/// They are put into a running pod to debug it, with an image and rights that no review has seen, and stay there until
/// the pod goes.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct EphemeralContainer {}

impl Rule for EphemeralContainer {
    const META: Meta = Meta {
        name: "ephemeral-container",
        family: Family::Security,
        profile: Profile::All,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::Pod],
        remediation: "debug a copy of the pod, with `kubectl debug --copy-to`",
        fix: None,
        origin: "Kyverno; https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/",
    };

    fn check(&self, pod: &Object, _: &Inventory, report: &mut Report) {
        for container in pod.at("spec/ephemeralContainers").items() {
            let name = container.at("name");
            report.at(&name, format!("the pod has the ephemeral container `{}`", name.as_str().unwrap_or_default()));
        }
    }
}

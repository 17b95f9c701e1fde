//! Windows containers that are processes of their node.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::levels;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// No pod and no container may be a HostProcess container.
///
/// It runs directly on the Windows node with the rights of an account of the node. The field is
/// `windowsOptions.hostProcess` of the pod and of every container; absent means false.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct WindowsHostProcess {
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for WindowsHostProcess {
    const META: Meta = Meta {
        name: "windows-host-process",
        family: Family::Security,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "remove `hostProcess`",
        fix: None,
        origin: "Polaris hostProcess, Gatekeeper, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for (owner, context) in object.pods().flat_map(|pod| levels(pod, &self.containers)) {
            let field = context.at("windowsOptions/hostProcess");
            if field.is_true() {
                report.at(&field, format!("{owner} runs as a process of its node"));
            }
        }
    }
}

//! SELinux labels that open the node.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{levels, minor};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// SELinux options may only choose one of the container types.
///
/// Another type, a user or a role lifts the confinement that keeps a container from the files and processes of its
/// node. Looked at are the pod and every container; absent and empty pass.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct SelinuxOptionNotAllowed {
    /// The types that may be chosen; `container_engine_t` only from Kubernetes 1.31.
    types: Vec<String>,
    /// The containers that are judged.
    containers: Containers,
}

impl Default for SelinuxOptionNotAllowed {
    fn default() -> Self {
        let types = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];
        Self { types: types.map(str::to_owned).to_vec(), containers: Containers::default() }
    }
}

impl Rule for SelinuxOptionNotAllowed {
    const META: Meta = Meta {
        name: "selinux-option-not-allowed",
        family: Family::Security,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "remove `seLinuxOptions`, or choose one of the container types",
        fix: None,
        origin: "Kyverno, Gatekeeper, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for (owner, context) in object.pods().flat_map(|pod| levels(pod, &self.containers)) {
            let options = context.at("seLinuxOptions");
            for name in ["type", "user", "role"] {
                let field = options.at(name);
                let Some(value) = field.as_str().filter(|value| !value.is_empty()) else { continue };
                let is_listed = self.types.iter().any(|allowed| allowed == value)
                    && (value != "container_engine_t" || minor(inventory) >= 31);
                if name != "type" || !is_listed {
                    report.at(&field, format!("{owner} sets the SELinux {name} `{value}`"));
                }
            }
        }
    }
}

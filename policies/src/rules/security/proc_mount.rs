//! Containers that see `/proc` unmasked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{contexts, has_user_namespace};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// A container must leave `procMount` at `Default`.
///
/// `Unmasked` opens the parts of `/proc` that a runtime hides and locks, which lead to the kernel of the node. Absent
/// means `Default`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ProcMount {
    /// Accept it in pods with `hostUsers: false` from Kubernetes 1.35, as the baseline level of the Pod Security Standards
    /// does and the restricted one does not.
    user_namespace: bool,
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for ProcMount {
    const META: Meta = Meta {
        name: "proc-mount",
        family: Family::Security,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "remove `procMount`",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter unsafe-proc-mount, Polaris procMount, Gatekeeper, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for (pod, container, context) in contexts(object, &self.containers) {
            let field = context.at("procMount");
            let Some(mount) = field.as_str().filter(|mount| *mount != "Default") else { continue };
            if self.user_namespace && has_user_namespace(&pod, inventory) {
                continue;
            }
            let finding = report.at(&field, format!("container `{}` has `{mount}` as `procMount`", container.name()));
            finding.fix(Safety::Unsafe, &field, "Default");
        }
    }

    fn in_profile(profile: Profile) -> Self {
        Self { user_namespace: profile == Profile::Baseline, ..Self::default() }
    }
}

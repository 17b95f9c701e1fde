//! Containers without walls.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contexts;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// No container may be `privileged`.
///
/// A privileged container has every capability, every device of the node and no seccomp, AppArmor or SELinux
/// confinement: whoever breaks into it owns the node and the pods beside it. Absent means false.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct PrivilegedContainer {
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for PrivilegedContainer {
    const META: Meta = Meta {
        name: "privileged-container",
        family: Family::Security,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "remove `privileged`, and give the container the one capability it needs",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter privileged-container, Polaris runAsPrivileged, Gatekeeper, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for (_, container, context) in contexts(object, &self.containers) {
            let field = context.at("privileged");
            if field.is_true() {
                let finding = report.at(&field, format!("container `{}` is privileged", container.name()));
                finding.fix(Safety::Unsafe, &field, false);
            }
        }
    }
}

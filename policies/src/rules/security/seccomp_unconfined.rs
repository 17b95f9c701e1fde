//! Containers that may use every system call.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{WrongProfile, levels, minor};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Object, Pod};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// A seccomp profile that is set must be `RuntimeDefault` or `Localhost`.
///
/// `Unconfined` opens the whole kernel to the container, and with it the system calls that exploits need. Looked at are
/// the pod and every container; absent passes here, and seccomp-missing asks for one.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct SeccompUnconfined {
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for SeccompUnconfined {
    const META: Meta = Meta {
        name: "seccomp-unconfined",
        family: Family::Security,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "use the seccomp profile `RuntimeDefault`",
        fix: Some(Safety::Unsafe),
        origin: "Pod Security Standards; https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            if minor(inventory) < 19 {
                check_annotations(&pod, report);
                continue;
            }
            for (owner, context) in levels(pod, &self.containers) {
                let Some(wrong) = WrongProfile::of(context.at("seccompProfile")) else { continue };
                let finding = report.at(&wrong.field, wrong.describe(owner, "seccomp"));
                finding.fix(Safety::Unsafe, &wrong.field, wrong.right);
            }
        }
    }
}

/// How seccomp profiles were written before Kubernetes 1.19.
fn check_annotations(pod: &Pod<'_>, report: &mut Report) {
    for (key, field) in pod.annotations().entries() {
        let is_profile = key == "seccomp.security.alpha.kubernetes.io/pod"
            || key.starts_with("container.seccomp.security.alpha.kubernetes.io/");
        let Some(profile) = field.as_str().filter(|_| is_profile) else { continue };
        if !matches!(profile, "runtime/default" | "docker/default") && !profile.starts_with("localhost/") {
            let finding = report.at(&field, format!("the pod has the seccomp profile `{profile}`"));
            finding.fix(Safety::Unsafe, &field, "runtime/default");
        }
    }
}

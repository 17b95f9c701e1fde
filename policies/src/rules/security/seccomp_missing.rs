//! Containers without a seccomp profile.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Owner, WrongProfile, is_exempt_windows, levels, minor};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// Every container must have the seccomp profile `RuntimeDefault` or `Localhost`, of its own or of its pod.
///
/// Without one it may use every system call of the kernel, most of which no application needs and many an exploit does.
/// What the container says goes before what its pod says; absent on both means unconfined. Pods for Windows are exempt.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct SeccompMissing {
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for SeccompMissing {
    const META: Meta = Meta {
        name: "seccomp-missing",
        family: Family::Security,
        profile: Profile::Restricted,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "set `seccompProfile.type: RuntimeDefault` on the pod",
        fix: Some(Safety::Unsafe),
        origin: "kube-score container-seccomp-profile, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        if minor(inventory) < 19 {
            return;
        }
        for pod in object.pods().filter(|pod| !is_exempt_windows(pod, inventory)) {
            let is_given = !pod.security_context().at("seccompProfile").is_unset();
            for (owner, context) in levels(pod, &self.containers) {
                let profile = context.at("seccompProfile");
                let wrong = WrongProfile::of(profile);
                let is_missing = matches!(owner, Owner::Container(_)) && profile.is_unset() && !is_given;
                let (field, right, message) = match wrong {
                    Some(wrong) => (wrong.field, wrong.right, wrong.describe(owner, "seccomp")),
                    None if is_missing => {
                        let message = format!("{owner} has no seccomp profile, and neither has the pod");
                        (profile.at("type"), "RuntimeDefault", message)
                    }
                    None => continue,
                };
                report.at(&field, message).fix(Safety::Unsafe, &field, right);
            }
        }
    }
}

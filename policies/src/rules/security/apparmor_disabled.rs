//! Containers without AppArmor.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{WrongProfile, levels};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// An AppArmor profile that is set must be `RuntimeDefault` or `Localhost`.
///
/// `Unconfined` takes away the profile that the runtime applies on its own. Looked at are the field `appArmorProfile`
/// of the pod and of every container, and the older annotations
/// `container.apparmor.security.beta.kubernetes.io/<container>`. Absent passes.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ApparmorDisabled {
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for ApparmorDisabled {
    const META: Meta = Meta {
        name: "apparmor-disabled",
        family: Family::Security,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "use the AppArmor profile `RuntimeDefault`",
        fix: Some(Safety::Unsafe),
        origin: "Kyverno, Gatekeeper, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            for (owner, context) in levels(pod, &self.containers) {
                let Some(wrong) = WrongProfile::of(context.at("appArmorProfile")) else { continue };
                let finding = report.at(&wrong.field, wrong.describe(owner, "AppArmor"));
                finding.fix(Safety::Unsafe, &wrong.field, wrong.right);
            }
            for (key, field) in pod.annotations().entries() {
                let Some(container) = key.strip_prefix("container.apparmor.security.beta.kubernetes.io/") else {
                    continue;
                };
                let Some(profile) = field.as_str() else { continue };
                if !matches!(profile, "" | "runtime/default") && !profile.starts_with("localhost/") {
                    let message = format!("container `{container}` has the AppArmor profile `{profile}`");
                    report.at(&field, message).fix(Safety::Unsafe, &field, "runtime/default");
                }
            }
        }
    }
}

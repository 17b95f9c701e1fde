//! Pods that ask to run as root.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{has_user_namespace, levels, minor};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// Neither a pod nor a container may set `runAsUser` to 0.
///
/// User 0 is root, and root inside is root on the node as soon as something breaks out. A 0 on the pod is reported even
/// where every container overrides it, as the Pod Security Standards do. Absent leaves the user to the image and
/// passes. From Kubernetes 1.35 pods with `hostUsers: false` pass.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RunAsUserZero {
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for RunAsUserZero {
    const META: Meta = Meta {
        name: "run-as-user-zero",
        family: Family::Security,
        profile: Profile::Restricted,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "use a number other than 0",
        fix: Some(Safety::Unsafe),
        origin: "Gatekeeper, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        if minor(inventory) < 23 {
            return;
        }
        for pod in object.pods().filter(|pod| !has_user_namespace(pod, inventory)) {
            for (owner, context) in levels(pod, &self.containers) {
                let field = context.at("runAsUser");
                if field.as_int() == Some(0) {
                    let finding = report.at(&field, format!("{owner} sets `runAsUser` to 0, which is root"));
                    finding.fix_by_removal(Safety::Unsafe, &field);
                }
            }
        }
    }
}

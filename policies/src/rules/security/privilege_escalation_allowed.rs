//! Processes that may gain more than they were given.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{contexts, is_exempt_windows};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// Every container must set `allowPrivilegeEscalation` to false.
///
/// Otherwise a process may gain privileges its parent does not have, by a setuid binary for one, and a hole in the
/// application becomes a hole in the container. Absent means true. Pods for Windows are exempt, for the field has no
/// meaning there.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct PrivilegeEscalationAllowed {
    /// Report only an explicit true, `privileged`, and `SYS_ADMIN` among the added capabilities.
    explicit_only: bool,
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for PrivilegeEscalationAllowed {
    const META: Meta = Meta {
        name: "privilege-escalation-allowed",
        family: Family::Security,
        profile: Profile::Restricted,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "set `allowPrivilegeEscalation: false`",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter privilege-escalation-container, Polaris privilegeEscalationAllowed, Gatekeeper, Pod \
                 Security Standards; https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for (pod, container, context) in contexts(object, &self.containers) {
            let field = context.at("allowPrivilegeEscalation");
            let is_needed = context.at("privileged").is_true() || adds_sys_admin(context);
            let is_wrong =
                if self.explicit_only { field.is_true() || is_needed } else { field.is_true() || field.is_unset() };
            if !is_wrong || is_exempt_windows(&pod, inventory) {
                continue;
            }
            let name = container.name();
            let message = if field.is_unset() {
                format!("container `{name}` does not rule out `allowPrivilegeEscalation`")
            } else if field.is_true() {
                format!("container `{name}` sets `allowPrivilegeEscalation` to true")
            } else {
                format!("container `{name}` is privileged or adds `SYS_ADMIN`, which allows privilege escalation")
            };
            let finding = report.at(&field, message);
            // The API refuses false beside either of them.
            if !is_needed {
                finding.fix(Safety::Unsafe, &field, false);
            }
        }
    }
}

fn adds_sys_admin(context: Field<'_>) -> bool {
    let mut added = context.at("capabilities/add").items();
    added.any(|capability| matches!(capability.as_str(), Some("SYS_ADMIN" | "CAP_SYS_ADMIN")))
}

#[cfg(test)]
mod tests {
    use super::{Containers, PrivilegeEscalationAllowed};
    use crate::rules::testing::messages;

    #[test]
    fn only_what_is_said_counts_if_so_demanded() {
        let rule = PrivilegeEscalationAllowed { explicit_only: true, containers: Containers::default() };
        let count = |context: &str| {
            let container = format!("{{name: app, securityContext: {{{context}}}}}");
            let pod =
                format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: pod}}\nspec: {{containers: [{container}]}}\n");
            messages(&rule, &pod).len()
        };
        assert_eq!(count(""), 0);
        assert_eq!(count("allowPrivilegeEscalation: true"), 1);
        assert_eq!(count("privileged: true"), 1);
        assert_eq!(count("capabilities: {add: [SYS_ADMIN]}"), 1);
        assert_eq!(count("capabilities: {add: [CHOWN]}"), 0);
    }
}

//! Rights for everybody who can reach the API server.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// No binding may name callers that nobody knows, or a group that no rule can hold back.
///
/// `system:anonymous` and `system:unauthenticated` are everybody who can reach the API server, without any credentials;
/// members of `system:masters` are past all checks, and cannot be shut out again. Reported is each such subject. The bindings
/// that Kubernetes makes, `system:public-info-viewer` and `cluster-admin`, pass.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RbacAnonymous {
    /// The groups that may not be bound.
    groups: Vec<String>,
}

impl Default for RbacAnonymous {
    fn default() -> Self {
        Self { groups: ["system:unauthenticated", "system:masters"].map(str::to_owned).to_vec() }
    }
}

impl Rule for RbacAnonymous {
    const META: Meta = Meta {
        name: "rbac-anonymous",
        family: Family::Identity,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::ClusterRoleBinding, Kind::RoleBinding],
        remediation: "bind named users, groups or ServiceAccounts",
        fix: None,
        origin: "Kyverno restrict-binding-system-groups, Gatekeeper K8sDisallowAnonymous; \
                 https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
    };

    fn check(&self, binding: &Object, _inventory: &Inventory, report: &mut Report) {
        let is_own = matches!(binding.name(), "system:public-info-viewer" | "cluster-admin");
        if is_own && binding.kind() == Kind::ClusterRoleBinding {
            return;
        }
        for subject in binding.at("subjects").items() {
            let name = subject.at("name");
            let Some(text) = name.as_str() else { continue };
            let is_reported = match subject.at("kind").as_str() {
                Some("User") => text == "system:anonymous",
                Some("Group") => self.groups.iter().any(|group| group == text),
                _ => false,
            };
            if is_reported {
                let role = binding.at("roleRef/name").as_str().unwrap_or_default();
                report.at(&name, format!("gives `{text}` the role `{role}`"));
            }
        }
    }
}

//! Bindings to roles that do not exist.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Within;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// The role that a binding grants must exist.
///
/// The API takes a binding to a role that does not exist, and it grants nothing: the failure comes later, as a refused call of
/// the workload, and whoever creates a role of that name decides what its subjects may do. A `Role` is looked for in the
/// binding's namespace. The ClusterRoles `admin`, `edit`, `view`, `cluster-admin` and `system:*` are part of every cluster.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RoleMissing {}

impl Rule for RoleMissing {
    const META: Meta = Meta {
        name: "role-missing",
        family: Family::References,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::ClusterRoleBinding, Kind::RoleBinding],
        remediation: "declare the role, or name one that exists",
        fix: None,
        origin: "kube-linter; https://kubernetes.io/docs/reference/access-authn-authz/rbac/",
    };

    fn check(&self, binding: &Object, inventory: &Inventory, report: &mut Report) {
        let name = binding.at("roleRef/name");
        let Some(role) = name.as_str() else { return };
        let (kind, namespace) = match binding.at("roleRef/kind").as_str() {
            Some("ClusterRole") => (Kind::ClusterRole, ""),
            Some("Role") => (Kind::Role, binding.namespace()),
            _ => return,
        };
        let is_built_in = matches!(role, "admin" | "cluster-admin" | "edit" | "view") || role.starts_with("system:");
        if kind == Kind::ClusterRole && is_built_in {
            return;
        }
        if inventory.lookup(kind, namespace, role).is_missing() {
            report.at(&name, format!("{} `{role}` does not exist{}", kind.name(), Within(namespace)));
        }
    }
}

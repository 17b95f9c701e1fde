//! Bindings that give everything away.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rbac::{Grant, Referent, find_rule, is_built_in_binding, role_of};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// Nobody may be bound to `cluster-admin`, or to a role that grants as much.
///
/// Such an account can read every Secret, change every rule, and run anything on every node; whoever takes it over has the
/// cluster, and often the AWS account. With `equivalent`, a role counts as much that has one rule with `*` for groups and
/// resources, and `*` or all of get, list, watch, create, update, patch and delete for verbs. The bindings of Kubernetes
/// itself, `cluster-admin` and `system:*`, pass.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RbacClusterAdmin {
    /// Also report roles that grant as much under another name.
    equivalent: bool,
}

impl Default for RbacClusterAdmin {
    fn default() -> Self {
        Self { equivalent: true }
    }
}

impl Rule for RbacClusterAdmin {
    const META: Meta = Meta {
        name: "rbac-cluster-admin",
        family: Family::Identity,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::ClusterRoleBinding, Kind::RoleBinding],
        remediation: "bind a role that grants what is needed",
        fix: None,
        origin: "kube-linter cluster-admin-role-binding, Polaris clusterrolebindingClusterAdmin, Kyverno \
                 restrict-binding-clusteradmin; \
                 https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
    };

    fn check(&self, binding: &Object, inventory: &Inventory, report: &mut Report) {
        if is_built_in_binding(binding) {
            return;
        }
        let name = binding.at("roleRef/name");
        match role_of(binding, inventory) {
            Referent::BuiltIn("cluster-admin") => {
                report.at(&name, "binds `cluster-admin`");
            }
            Referent::Known(role) if self.equivalent => {
                let Some(rule) = find_rule(role, inventory, &Grant::is_everything) else { return };
                let message = format!("binds `{}`, which grants everything, like `cluster-admin`", role.name());
                report.at(&name, message).because(&rule.field(), "this rule grants everything");
            }
            Referent::Known(_) | Referent::BuiltIn(_) | Referent::Unknown => {}
        }
    }
}

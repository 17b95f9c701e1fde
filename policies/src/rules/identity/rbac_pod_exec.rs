//! Grants to run commands in other people's pods.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rbac::{At, Grant, Granted, report_grants};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// No role may grant `pods/exec` or `pods/attach`.
///
/// A command in a pod has all its secrets, its AWS role and its network, and leaves no trace in the image or the repository.
/// Reported are the verbs get and create, each enough for a command, on `pods/exec` and `pods/attach` (also by `*`, `pods/*`,
/// `*/exec`, `*/attach`) of the core group: at the role, and at each binding of one that is known. The roles of Kubernetes
/// itself pass.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RbacPodExec {
    /// Where a grant is reported.
    at: Vec<At>,
}

impl Default for RbacPodExec {
    fn default() -> Self {
        Self { at: vec![At::Role, At::Binding] }
    }
}

impl Rule for RbacPodExec {
    const META: Meta = Meta {
        name: "rbac-pod-exec",
        family: Family::Identity,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::ClusterRole, Kind::ClusterRoleBinding, Kind::Role, Kind::RoleBinding],
        remediation: "leave `pods/exec` and `pods/attach` out, or grant them for the time they are needed",
        fix: None,
        origin: "Polaris rolebindingRolePodExecAttach; \
                 https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        report_grants(object, inventory, &self.at, &grant, &|_| None, report);
    }
}

/// The verb and the resource by which a rule grants it.
fn grant<'a>(rule: &Grant<'a>) -> Option<Granted<'a>> {
    const RESOURCES: [&str; 5] = ["pods/exec", "pods/attach", "pods/*", "*/exec", "*/attach"];
    let (verb, _) = rule.verb(|verb| matches!(verb, "get" | "create"))?;
    let (resource, field) = rule.resource(|resource| RESOURCES.contains(&resource))?;
    rule.is_of_group("").then_some((verb, resource, field))
}

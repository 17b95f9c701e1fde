//! Roles that grant what does not exist yet.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rbac::{Grant, is_aggregated, is_built_in_role, own_rules};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A role must name its verbs and resources.
///
/// A `*` grants more than anybody has thought of: with `verbs` also `escalate` and `impersonate`, with `resources` also
/// Secrets, and both also what later versions and other operators add. Roles of Kubernetes itself (`cluster-admin`, `system:*`)
/// pass, and so do aggregated ClusterRoles, whose rules are judged where they are written. `*/scale` and the like are no
/// wildcard.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RbacWildcard {
    /// The fields of a rule that must not hold `*`.
    fields: Vec<Part>,
}

/// A field of a rule.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Part {
    /// What may be done.
    Verbs,
    /// To what.
    Resources,
    /// Of which API groups.
    ApiGroups,
    /// To which URLs that are no resources.
    #[serde(rename = "nonResourceURLs")]
    NonResourceUrls,
}

impl Default for RbacWildcard {
    fn default() -> Self {
        Self { fields: vec![Part::Verbs, Part::Resources] }
    }
}

impl Rule for RbacWildcard {
    const META: Meta = Meta {
        name: "rbac-wildcard",
        family: Family::Identity,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::ClusterRole, Kind::Role],
        remediation: "name the verbs and resources that are needed",
        fix: None,
        origin: "kube-linter wildcard-in-rules, Kyverno restrict-wildcard-verbs and restrict-wildcard-resources; \
                 https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
    };

    fn check(&self, role: &Object, _inventory: &Inventory, report: &mut Report) {
        if is_aggregated(role) || is_built_in_role(role) {
            return;
        }
        for rule in own_rules(role) {
            for part in &self.fields {
                part.check(&rule, report);
            }
        }
    }
}

impl Part {
    fn check(self, rule: &Grant<'_>, report: &mut Report) {
        let key = match self {
            Self::Verbs => "verbs",
            Self::Resources => "resources",
            Self::ApiGroups => "apiGroups",
            Self::NonResourceUrls => "nonResourceURLs",
        };
        let Some((_, field)) = rule.strings(key).find(|(text, _)| *text == "*") else { return };
        let list = |key| rule.strings(key).map(|(text, _)| text).collect::<Vec<_>>().join("`, `");
        let objects = || list(if rule.strings("resources").next().is_some() { "resources" } else { "nonResourceURLs" });
        let message = match self {
            Self::Verbs => format!("grants every verb on `{}`", objects()),
            Self::Resources => format!("grants `{}` on every resource", list("verbs")),
            Self::ApiGroups => format!("grants `{}` on `{}` of every API group", list("verbs"), objects()),
            Self::NonResourceUrls => format!("grants `{}` on every URL", list("verbs")),
        };
        report.at(&field, message);
    }
}

//! Grants to read every Secret.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rbac::{At, Grant, Granted, report_grants};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// No role may grant access to all Secrets.
///
/// Who can list Secrets has every password, certificate and token of the namespace, or with a ClusterRoleBinding of the
/// cluster, and so every right that any of them gives. Reported is a rule with one of `verbs`, or `*`, on `secrets` or `*` of
/// the core group: at the role, and at each binding of one that is known or built in (`admin` and `edit` grant it). Passes: a
/// rule that is narrowed by `resourceNames` (creation cannot be narrowed), and the roles of Kubernetes itself. An aggregated
/// ClusterRole counts with the rules it gathers.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RbacSecretAccess {
    /// The verbs that are reported.
    verbs: Vec<String>,
    /// Where a grant is reported.
    at: Vec<At>,
}

impl Default for RbacSecretAccess {
    fn default() -> Self {
        Self { verbs: ["get", "list", "watch"].map(str::to_owned).to_vec(), at: vec![At::Role, At::Binding] }
    }
}

impl Rule for RbacSecretAccess {
    const META: Meta = Meta {
        name: "rbac-secret-access",
        family: Family::Identity,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::ClusterRole, Kind::ClusterRoleBinding, Kind::Role, Kind::RoleBinding],
        remediation: "name the Secrets that are needed in `resourceNames`, and only the verb get",
        fix: None,
        origin: "kube-linter access-to-secrets, Kyverno restrict-secret-role-verbs; \
                 https://kubernetes.io/docs/concepts/security/rbac-good-practices/#listing-secrets",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        let built_in = |role: &str| {
            let granted = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
            let verb = granted.into_iter().find(|verb| self.verbs.iter().any(|wanted| wanted == verb));
            verb.filter(|_| matches!(role, "admin" | "edit")).map(|verb| (verb, "secrets"))
        };
        report_grants(object, inventory, &self.at, &|rule| self.grant(rule), &built_in, report);
    }
}

impl RbacSecretAccess {
    fn grant<'a>(&self, rule: &Grant<'a>) -> Option<Granted<'a>> {
        let is_narrowed = rule.is_narrowed();
        // The name of a new object is not known when its creation is authorised.
        let is_open = |verb: &str| !is_narrowed || verb == "create";
        let (verb, _) = rule
            .strings("verbs")
            .find(|(verb, _)| is_open(verb) && (*verb == "*" || self.verbs.iter().any(|wanted| wanted == verb)))?;
        let (resource, field) = rule.resource(|resource| resource == "secrets")?;
        rule.is_of_group("").then_some((verb, resource, field))
    }
}

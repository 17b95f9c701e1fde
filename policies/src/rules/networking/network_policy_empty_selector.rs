//! NetworkPolicies that open every pod of a namespace.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::pattern::Glob;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::selector::Selector;

/// A NetworkPolicy with rules must say which pods it is for.
///
/// Policies add up: what one allows for `podSelector: {}`, it allows for every pod of the namespace, those of tomorrow
/// included. A default deny has no rules and passes. An absent `podSelector` is an empty one.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct NetworkPolicyEmptySelector {
    /// Names of policies that may be for every pod, as globs.
    allowed_names: Vec<Glob>,
}

impl Rule for NetworkPolicyEmptySelector {
    const META: Meta = Meta {
        name: "network-policy-empty-selector",
        family: Family::Networking,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::NetworkPolicy],
        remediation: "select the pods that need the rules",
        fix: None,
        origin: "Kyverno; https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    };

    fn check(&self, policy: &Object, _: &Inventory, report: &mut Report) {
        let field = policy.at("spec/podSelector");
        let has_rules = !policy.at("spec/ingress").is_empty() || !policy.at("spec/egress").is_empty();
        let is_allowed = || self.allowed_names.iter().any(|glob| glob.matches(policy.name()));
        if has_rules && Selector::or_everything(field).is_everything() && !is_allowed() {
            report.at(&field, format!("the rules of `{}` hold for every pod of the namespace", policy.name()));
        }
    }
}

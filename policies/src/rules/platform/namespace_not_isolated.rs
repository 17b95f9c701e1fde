//! Namespaces that are open unless somebody thinks of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::networking::Direction;
use crate::selector::Selector;

/// A namespace that runs pods must deny traffic by default.
///
/// NetworkPolicies only ever allow: a pod that none selects is open. A default deny (`podSelector: {}`, the direction
/// among its `policyTypes`, and no rules for it) turns that around, so that a new workload is closed until somebody
/// says whom it talks to. An absent `podSelector` is an empty one.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct NamespaceNotIsolated {
    /// The directions that must be denied.
    directions: Vec<Direction>,
}

impl Default for NamespaceNotIsolated {
    fn default() -> Self {
        Self { directions: vec![Direction::Ingress, Direction::Egress] }
    }
}

impl Rule for NamespaceNotIsolated {
    const META: Meta = Meta {
        name: "namespace-not-isolated",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: &[Kind::Namespace],
        remediation: "add a NetworkPolicy with `podSelector: {}`, both `policyTypes` and no rules",
        fix: None,
        origin: "Kubernetes; \
                 https://kubernetes.io/docs/concepts/services-networking/network-policies/#default-policies",
    };

    fn check(&self, namespace: &Object, inventory: &Inventory, report: &mut Report) {
        let name = namespace.name();
        if !inventory.has_pods(name) {
            return;
        }
        let denies = |policy: &Object, direction: Direction| {
            Selector::or_everything(policy.at("spec/podSelector")).is_everything()
                && direction.is_of(policy)
                && direction.rules(policy).is_empty()
        };
        let is_closed = |direction: &&Direction| {
            inventory.in_namespace(Kind::NetworkPolicy, name).any(|policy| denies(policy, **direction))
        };
        let open = || self.directions.iter().filter(|direction| !is_closed(direction));
        if open().next().is_some() {
            if !inventory.holds_all(Kind::NetworkPolicy, name) {
                return report.not_evaluated("a NetworkPolicy that is not known may deny traffic by default");
            }
            let what = open().map(|direction| direction.name()).collect::<Vec<_>>().join(" and ");
            let message = format!("no NetworkPolicy denies {what} by default in namespace `{name}`");
            report.at(&namespace.at("metadata/name"), message);
        }
    }
}

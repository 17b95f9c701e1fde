//! Pods that anybody may talk to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Direction;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Object, Pod};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::references::Within;

/// Every pod must be selected by a NetworkPolicy, for what comes in and for what goes out.
///
/// A pod that no policy selects for a direction may be reached by every pod of the cluster, or may reach everything. A
/// policy that only denies counts, too. The directions of a policy are its `policyTypes`; absent means Ingress, and
/// Egress if there are egress rules. Pods whose labels an operator chooses pass as soon as any policy of the namespace
/// may mean them.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct NetworkPolicyMissing {
    /// The directions that are judged.
    directions: Vec<Direction>,
    /// Whether each of them needs a policy, or any one is enough.
    need: NeededDirections,
}

impl Default for NetworkPolicyMissing {
    fn default() -> Self {
        Self { directions: vec![Direction::Ingress, Direction::Egress], need: NeededDirections::Each }
    }
}

impl Rule for NetworkPolicyMissing {
    const META: Meta = Meta {
        name: "network-policy-missing",
        family: Family::Networking,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "add a NetworkPolicy that selects the pod, or a default deny for its namespace",
        fix: None,
        origin: "kube-linter non-isolated-pod, kube-score pod-networkpolicy, Polaris missingNetworkPolicy; \
                 https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        for pod in object.pods() {
            let is_covered = |direction: Direction| is_covered(&pod, direction, inventory);
            let missing = || self.directions.iter().filter(|direction| !is_covered(**direction));
            let is_fine = match self.need {
                NeededDirections::Each => missing().next().is_none(),
                NeededDirections::Any => missing().count() < self.directions.len().max(1),
            };
            if is_fine {
                continue;
            }
            if !inventory.holds_all(Kind::NetworkPolicy, pod.namespace()) {
                return report.not_evaluated("a NetworkPolicy that is not known may select the pod");
            }
            let what = missing().map(|direction| direction.name()).collect::<Vec<_>>().join(" and ");
            let field = if pod.has_unknown_labels() { pod.spec() } else { pod.labels() };
            let within = Within(pod.namespace());
            report.at(&field, format!("no NetworkPolicy{within} selects the pod for {what}"));
        }
    }
}

/// How many of the directions need a policy.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum NeededDirections {
    /// All of them.
    Each,
    /// One of them.
    Any,
}

fn is_covered(pod: &Pod<'_>, direction: Direction, inventory: &Inventory) -> bool {
    if pod.has_unknown_labels() {
        let mut policies = inventory.in_namespace(Kind::NetworkPolicy, pod.namespace());
        return policies.any(|policy| direction.is_of(policy));
    }
    inventory.selecting(Kind::NetworkPolicy, pod).any(|policy| direction.is_of(policy))
}

#[cfg(test)]
mod tests {
    use super::{NeededDirections, NetworkPolicyMissing};
    use crate::rules::testing::{messages, messages_if_incomplete};

    const MANIFESTS: &str = "apiVersion: v1
kind: Pod
metadata: {name: pod, namespace: shop, labels: {app: pod}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ingress-only, namespace: shop}
spec: {podSelector: {}}
";

    #[test]
    fn one_direction_may_be_enough() {
        assert_eq!(messages(&NetworkPolicyMissing::default(), MANIFESTS).len(), 1);
        let any = NetworkPolicyMissing { need: NeededDirections::Any, ..NetworkPolicyMissing::default() };
        assert_eq!(messages(&any, MANIFESTS).len(), 0);
    }

    #[test]
    fn a_policy_that_is_not_known_may_select_the_pod() {
        assert_eq!(messages_if_incomplete(&NetworkPolicyMissing::default(), MANIFESTS).len(), 0);
    }
}

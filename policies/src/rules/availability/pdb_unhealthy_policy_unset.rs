//! Budgets that protect pods which do not work.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A PodDisruptionBudget should say what happens to pods that are not healthy.
///
/// Without `unhealthyPodEvictionPolicy` the policy is `IfHealthyBudget`: a pod that never becomes ready may only be evicted
/// while the budget is kept by the others, so that crash-looping pods can block a drain for ever. `AlwaysAllow` lets them
/// go.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct PdbUnhealthyPolicyUnset {
    /// The policies that will do; empty means any that is written out.
    allowed: Vec<String>,
}

impl Rule for PdbUnhealthyPolicyUnset {
    const META: Meta = Meta {
        name: "pdb-unhealthy-policy-unset",
        family: Family::Availability,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Audit,
        kinds: &[Kind::PodDisruptionBudget],
        remediation: "set `unhealthyPodEvictionPolicy: AlwaysAllow`",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter pdb-unhealthy-pod-eviction-policy; \
                 https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy",
    };

    fn check(&self, budget: &Object, _: &Inventory, report: &mut Report) {
        let field = budget.at("spec/unhealthyPodEvictionPolicy");
        let message = match field.as_str() {
            Some(policy) if self.allowed.is_empty() || self.allowed.iter().any(|allowed| allowed == policy) => return,
            Some(policy) => format!("`unhealthyPodEvictionPolicy` is {policy}"),
            None if field.is_present() => return,
            None => {
                "does not set `unhealthyPodEvictionPolicy`, so pods that never become ready can block a drain".into()
            }
        };
        let policy = self.allowed.first().map_or("AlwaysAllow", String::as_str);
        report.at(&field, message).fix(Safety::Unsafe, &field, policy);
    }
}

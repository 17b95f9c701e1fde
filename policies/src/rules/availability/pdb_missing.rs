//! Workloads that no budget protects.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::known_replicas;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A workload of several replicas must be protected by a PodDisruptionBudget.
///
/// Without one, node drains and Karpenter's consolidation may evict all replicas at once. A budget protects a workload if
/// its selector matches all it demands in the labels of the pod template, in the same namespace; an empty selector
/// matches every pod, an absent one none. The number of replicas that counts is the least the autoscaler allows.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct PdbMissing {
    /// From how many replicas on a budget is demanded.
    replicas: u64,
}

impl Default for PdbMissing {
    fn default() -> Self {
        Self { replicas: 2 }
    }
}

impl Rule for PdbMissing {
    const META: Meta = Meta {
        name: "pdb-missing",
        family: Family::Availability,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::SCALABLE,
        remediation: "add a PodDisruptionBudget that selects the pods and lets at least one of them go",
        fix: None,
        origin: "kube-score deployment-has-poddisruptionbudget, Polaris missingPodDisruptionBudget, Kyverno; \
                 https://kubernetes.io/docs/concepts/workloads/pods/disruptions/",
    };

    fn check(&self, workload: &Object, inventory: &Inventory, report: &mut Report) {
        let Some(pod) = workload.pod().filter(|_| !workload.is_owned()) else { return };
        let Some((fewest, _)) = known_replicas(workload, inventory) else { return };
        if fewest.count < self.replicas || inventory.budgets_of(&pod).next().is_some() {
            return;
        }
        if !inventory.holds_all(Kind::PodDisruptionBudget, workload.namespace()) {
            return report.not_evaluated("a PodDisruptionBudget that is not known may select the pods");
        }
        let message = format!("no PodDisruptionBudget protects its {}", super::pods(fewest.count));
        report.at(&workload.root(), message).because(&fewest.field, "the fewest replicas it has");
    }
}

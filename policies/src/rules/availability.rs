//! Replicas, spreading, disruption budgets, probes, rollouts.

mod anti_affinity_unsatisfiable;
mod budget;
mod cronjob_deadline_missing;
mod liveness_probe_missing;
mod non_rolling_update;
mod pdb_blocks_drain;
mod pdb_missing;
mod pdb_policy_ambiguous;
mod pdb_selection_shared;
mod pdb_selector_too_broad;
mod pdb_selects_nothing;
mod pdb_unhealthy_policy_unset;
mod pdb_without_policy;
mod priority_class_missing;
mod priority_class_not_allowed;
mod probes;
mod probes_identical;
mod readiness_probe_missing;
mod replicas_not_spread;
mod replicas_out_of_range;
mod restart_policy_invalid;
mod rolling_update_out_of_range;
mod spread;
mod topology_spread_invalid;
mod unowned_object;

pub(super) use anti_affinity_unsatisfiable::AntiAffinityUnsatisfiable;
pub(super) use cronjob_deadline_missing::CronjobDeadlineMissing;
pub(super) use liveness_probe_missing::LivenessProbeMissing;
pub(super) use non_rolling_update::NonRollingUpdate;
pub(super) use pdb_blocks_drain::PdbBlocksDrain;
pub(super) use pdb_missing::PdbMissing;
pub(super) use pdb_policy_ambiguous::PdbPolicyAmbiguous;
pub(super) use pdb_selection_shared::PdbSelectionShared;
pub(super) use pdb_selector_too_broad::PdbSelectorTooBroad;
pub(super) use pdb_selects_nothing::PdbSelectsNothing;
pub(super) use pdb_unhealthy_policy_unset::PdbUnhealthyPolicyUnset;
pub(super) use pdb_without_policy::PdbWithoutPolicy;
pub(super) use priority_class_missing::PriorityClassMissing;
pub(super) use priority_class_not_allowed::PriorityClassNotAllowed;
pub(super) use probes_identical::ProbesIdentical;
pub(super) use readiness_probe_missing::ReadinessProbeMissing;
pub(super) use replicas_not_spread::ReplicasNotSpread;
pub(super) use replicas_out_of_range::ReplicasOutOfRange;
pub(super) use restart_policy_invalid::RestartPolicyInvalid;
pub(super) use rolling_update_out_of_range::RollingUpdateOutOfRange;
pub(super) use topology_spread_invalid::TopologySpreadInvalid;
pub(super) use unowned_object::UnownedObject;

use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Object, Pod};
use crate::scaling::Replicas;

/// Labels that controllers put on their pods, and that no template therefore holds.
const SET_BY_CONTROLLERS: &[&str] = &[
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "job-name",
    "pod-template-generation",
    "pod-template-hash",
    "rollouts-pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

/// Whether what scales a workload is known: its autoscaler, or that it has none.
fn knows_scaler(workload: &Object, inventory: &Inventory) -> bool {
    let namespace = workload.namespace();
    let kinds = [Kind::HorizontalPodAutoscaler, Kind::ScaledObject];
    inventory.scaler_of(workload).is_some() || kinds.iter().all(|kind| inventory.holds_all(*kind, namespace))
}

/// The fewest and the most replicas a workload may have, unless an autoscaler that nobody could read may set other numbers.
fn known_replicas<'a>(workload: &'a Object, inventory: &'a Inventory) -> Option<(Replicas<'a>, Replicas<'a>)> {
    if !knows_scaler(workload, inventory) {
        return None;
    }
    Some((inventory.fewest_replicas(workload)?, inventory.most_replicas(workload)?))
}

/// Whether a Service sends traffic to a pod.
fn is_behind_service(pod: &Pod<'_>, inventory: &Inventory) -> bool {
    inventory.services_selecting(pod).next().is_some()
}

/// `3 pods`, `1 pod`.
fn pods(count: u64) -> String {
    if count == 1 { "1 pod".to_owned() } else { format!("{count} pods") }
}

#[cfg(test)]
mod tests {
    use super::{
        AntiAffinityUnsatisfiable, PdbBlocksDrain, PdbMissing, PdbSelectsNothing, PriorityClassMissing,
        PriorityClassNotAllowed, ReplicasNotSpread, ReplicasOutOfRange,
    };
    use crate::rule::Rule;
    use crate::rules::testing::{messages, messages_if_incomplete};

    const MANIFESTS: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  replicas: 3
  template:
    metadata: {labels: {app: a}}
    spec:
      priorityClassName: a
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            - topologyKey: topology.kubernetes.io/zone
              labelSelector: {matchLabels: {app: a}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: b}
spec:
  template:
    metadata: {labels: {app: b}}
    spec: {containers: [{name: b}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: b}
spec: {minAvailable: 1, selector: {matchLabels: {app: b}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: c}
spec: {minAvailable: 1, selector: {matchLabels: {app: c}}}
---
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: pool}
spec:
  template:
    spec:
      requirements: [{key: topology.kubernetes.io/zone, operator: In, values: [a, b]}]
";

    fn hinges_on_what_is_absent<R: Rule>() {
        assert_eq!(messages(&R::default(), MANIFESTS).len(), 1, "{}", R::META.name);
        assert!(messages_if_incomplete(&R::default(), MANIFESTS).is_empty(), "{}", R::META.name);
    }

    #[test]
    fn absence_is_no_evidence_where_not_everything_was_read() {
        hinges_on_what_is_absent::<AntiAffinityUnsatisfiable>();
        hinges_on_what_is_absent::<PdbBlocksDrain>();
        hinges_on_what_is_absent::<PdbMissing>();
        hinges_on_what_is_absent::<PdbSelectsNothing>();
        hinges_on_what_is_absent::<PriorityClassMissing>();
        hinges_on_what_is_absent::<PriorityClassNotAllowed>();
        hinges_on_what_is_absent::<ReplicasNotSpread>();
        hinges_on_what_is_absent::<ReplicasOutOfRange>();
    }

    #[test]
    fn zones_are_not_known_where_a_pool_leaves_them_open() {
        let open = format!("{MANIFESTS}---\napiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {{name: open}}\n");
        assert!(messages(&AntiAffinityUnsatisfiable::default(), &open).is_empty());
    }
}

//! Workloads with too few or too many replicas.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{is_behind_service, knows_scaler};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Stance;
use crate::scaling::Replicas;

/// A workload must have enough replicas, and not too many.
///
/// A single replica is down whenever its node is drained, its pod is rescheduled, or a rollout goes wrong. Absent
/// `spec.replicas` is 1. A workload that a HorizontalPodAutoscaler or ScaledObject scales is left to
/// `autoscaler-minimum-low`, one with 0 replicas is parked, and what a controller made is left to its controller.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ReplicasOutOfRange {
    /// The fewest replicas.
    minimum: u64,
    /// The most replicas; absent means any number.
    maximum: Option<u64>,
    /// What to do about 0 replicas.
    zero: Stance,
    /// What to do about workloads that an autoscaler scales.
    autoscaled: Stance,
    /// Whether only workloads count that a Service sends traffic to.
    only_behind_service: bool,
}

impl Default for ReplicasOutOfRange {
    fn default() -> Self {
        Self { minimum: 2, maximum: None, zero: Stance::Pass, autoscaled: Stance::Pass, only_behind_service: false }
    }
}

impl Rule for ReplicasOutOfRange {
    const META: Meta = Meta {
        name: "replicas-out-of-range",
        family: Family::Availability,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::Deployment, Kind::ReplicaSet, Kind::ReplicationController, Kind::Rollout, Kind::StatefulSet],
        remediation: "set `spec.replicas` to a number in range, or let an autoscaler decide",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter minimum-three-replicas, kube-score deployment-replicas, Polaris deploymentMissingReplicas, \
                 Kyverno, Gatekeeper replicalimits; https://kubernetes.io/docs/concepts/workloads/controllers/deployment/",
    };

    fn check(&self, workload: &Object, inventory: &Inventory, report: &mut Report) {
        let Some(replicas) = Replicas::declared(workload).filter(|_| !workload.is_owned()) else { return };
        let (count, maximum) = (replicas.count, self.maximum.unwrap_or(u64::MAX));
        let is_parked = count == 0 && self.zero == Stance::Pass;
        if is_parked || (self.minimum..=maximum).contains(&count) {
            return;
        }
        let is_left_alone = || inventory.scaler_of(workload).is_some() || !knows_scaler(workload, inventory);
        if self.autoscaled == Stance::Pass && is_left_alone() {
            return;
        }
        let is_served = || workload.pods().any(|pod| is_behind_service(&pod, inventory));
        if self.only_behind_service && !is_served() {
            return;
        }
        let (bound, side) =
            if count < self.minimum { (self.minimum, "below the minimum") } else { (maximum, "above the maximum") };
        let message = format!("runs {}, {side} of {bound}", super::pods(count));
        report.at(&replicas.field, message).fix(Safety::Unsafe, &replicas.field, bound);
    }
}

//! Autoscalers that go down to too little.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Stance;
use crate::scaling::Scaler;

/// An autoscaler must keep enough replicas when there is nothing to do.
///
/// At its minimum a workload must still survive the loss of a node. Absent `minReplicas` of a HorizontalPodAutoscaler is 1,
/// absent `minReplicaCount` of a ScaledObject 0, which is right for workers that events wake up.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct AutoscalerMinimumLow {
    /// The least `minReplicas` of a HorizontalPodAutoscaler.
    hpa: u64,
    /// The least `minReplicaCount` of a ScaledObject.
    scaled_object: u64,
    /// What to do about an absent minimum: `report` judges its default.
    absent: Stance,
}

impl Default for AutoscalerMinimumLow {
    fn default() -> Self {
        Self { hpa: 2, scaled_object: 0, absent: Stance::Report }
    }
}

impl Rule for AutoscalerMinimumLow {
    const META: Meta = Meta {
        name: "autoscaler-minimum-low",
        family: Family::Autoscaling,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::HorizontalPodAutoscaler, Kind::ScaledObject],
        remediation: "raise the minimum",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter hpa-minimum-three-replicas, kube-score horizontalpodautoscaler-replicas, Polaris \
                 hpaMinAvailability, Gatekeeper; \
                 https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        let Some(scaler) = Scaler::new(object).filter(|_| !object.is_owned()) else { return };
        let least = if object.kind() == Kind::ScaledObject { self.scaled_object } else { self.hpa };
        let minimum = scaler.minimum();
        let is_absent = minimum.field.is_absent();
        if minimum.count >= least || is_absent && self.absent == Stance::Pass {
            return;
        }
        let unit = if minimum.count == 1 { "replica" } else { "replicas" };
        let message = format!("goes down to {} {unit}, below the minimum of {least}", minimum.count);
        let finding = report.at(&minimum.field, message);
        if scaler.maximum().count >= least {
            finding.fix(Safety::Unsafe, &minimum.field, least);
        }
    }
}

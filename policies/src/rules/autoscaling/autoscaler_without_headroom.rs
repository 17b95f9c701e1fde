//! Autoscalers that have no room to scale.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::scaling::Scaler;

/// An autoscaler must have room between its minimum and its maximum.
///
/// Where both are the same, it scales nothing, whatever the load. Pinning them is an emergency measure, so admission only
/// warns; left behind, it is the cause of the next outage. Absent `maxReplicaCount` of a ScaledObject is 100.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct AutoscalerWithoutHeadroom {
    /// How many replicas the maximum must at least be above the minimum.
    spread: u64,
}

impl Default for AutoscalerWithoutHeadroom {
    fn default() -> Self {
        Self { spread: 1 }
    }
}

impl Rule for AutoscalerWithoutHeadroom {
    const META: Meta = Meta {
        name: "autoscaler-without-headroom",
        family: Family::Autoscaling,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::HorizontalPodAutoscaler, Kind::ScaledObject],
        remediation: "raise the maximum to what the highest expected load needs",
        fix: Some(Safety::Unsafe),
        origin: "Polaris hpaMaxAvailability, Gatekeeper horizontalpodautoscaler; \
                 https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        let Some(scaler) = Scaler::new(object).filter(|_| !object.is_owned()) else { return };
        let (minimum, maximum) = (scaler.minimum(), scaler.maximum());
        let is_unset = maximum.field.is_absent() && object.kind() == Kind::HorizontalPodAutoscaler;
        let needed = minimum.count.saturating_add(self.spread);
        if is_unset || maximum.count >= needed {
            return;
        }
        let message = format!("scales from {} to {} replicas only", minimum.count, maximum.count);
        report.at(&maximum.field, message).because(&minimum.field, "the minimum").fix(
            Safety::Unsafe,
            &maximum.field,
            needed,
        );
    }
}

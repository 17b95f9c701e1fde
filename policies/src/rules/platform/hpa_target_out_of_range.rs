//! Utilization targets that scale too early or too late.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bounds::Bounds;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::scaling::Scaler;

/// The utilization that an autoscaler aims at must leave room to react.
///
/// Between the moment the load rises and the moment new pods serve it, the old ones carry it: with a target near 100 % they
/// are throttled or killed meanwhile. A low target pays for pods that idle. Judged are Resource and ContainerResource
/// metrics with `averageUtilization`; a HorizontalPodAutoscaler without `metrics` aims at 80 % of the CPU.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct HpaTargetOutOfRange {
    /// The range for CPU, in percent.
    cpu: Bounds,
    /// The range for memory, in percent.
    memory: Bounds,
}

impl Default for HpaTargetOutOfRange {
    fn default() -> Self {
        Self { cpu: Bounds { min: 40, max: 80 }, memory: Bounds { min: 40, max: 85 } }
    }
}

impl Rule for HpaTargetOutOfRange {
    const META: Meta = Meta {
        name: "hpa-target-out-of-range",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::HorizontalPodAutoscaler],
        remediation: "aim at a utilization within the range of the policy",
        fix: Some(Safety::Unsafe),
        origin: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        let Some(scaler) = Scaler::new(object).filter(|_| !object.is_owned()) else { return };
        for metric in scaler.resource_metrics() {
            let range = match metric.resource {
                "cpu" => self.cpu,
                "memory" => self.memory,
                _ => continue,
            };
            let Some(percent) = metric.utilization.filter(|percent| !range.contain(*percent)) else { continue };
            let (bound, side) =
                if percent < range.min { (range.min, "below the minimum") } else { (range.max, "above the maximum") };
            let message = format!("aims at {percent}% of the requested {}, {side} of {bound}%", metric.resource);
            let finding = report.at(&metric.target, message);
            // Where the default holds, there is no single field to set.
            if metric.target.is_present() {
                finding.fix(Safety::Unsafe, &metric.target, bound);
            }
        }
    }
}

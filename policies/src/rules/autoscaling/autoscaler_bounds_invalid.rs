//! Autoscalers whose bounds the API refuses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cluster::Version;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// The bounds of a HorizontalPodAutoscaler must be ones that the API accepts.
///
/// `maxReplicas` is mandatory, at least 1 and not below `minReplicas` (absent is 1). `minReplicas` is at least 1; from
/// Kubernetes 1.37 on it may be 0 where an Object or External metric can tell when to start again.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct AutoscalerBoundsInvalid {}

/// The first version in which the API server lets a HorizontalPodAutoscaler go down to 0 without a feature gate.
const SCALES_TO_ZERO: Version = Version { minor: 37 };

impl Rule for AutoscalerBoundsInvalid {
    const META: Meta = Meta {
        name: "autoscaler-bounds-invalid",
        family: Family::Autoscaling,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::HorizontalPodAutoscaler],
        remediation: "set `minReplicas` to at least 1 and `maxReplicas` above it; to scale to 0, use a ScaledObject",
        fix: None,
        origin: "the API server; https://kubernetes.io/docs/reference/kubernetes-api/autoscaling/horizontal-pod-autoscaler-v2/",
    };

    fn check(&self, hpa: &Object, inventory: &Inventory, report: &mut Report) {
        let (minimum, maximum) = (hpa.at("spec/minReplicas"), hpa.at("spec/maxReplicas"));
        let is_number = |field: crate::object::Field<'_>| field.is_absent() || field.as_int().is_some();
        if !is_number(minimum) || !is_number(maximum) {
            return;
        }
        let (least, most) = (minimum.as_int().unwrap_or(1), maximum.as_int().unwrap_or(0));
        if least < 0 {
            report.at(&minimum, format!("`minReplicas` is {least}, less than 0"));
        } else if least == 0 && inventory.cluster().kubernetes_version < SCALES_TO_ZERO {
            let version = inventory.cluster().kubernetes_version;
            report.at(&minimum, format!("`minReplicas` is 0, which Kubernetes {version} refuses"));
        } else if least == 0 && !has_wake_up_metric(hpa) {
            report.at(&minimum, "`minReplicas` is 0, but no Object or External metric tells when to start again");
        }
        if maximum.is_absent() {
            report.at(&maximum, "has no `maxReplicas`");
        } else if most < 1 {
            report.at(&maximum, format!("`maxReplicas` is {most}, less than 1"));
        } else if most < least {
            let message = format!("`minReplicas` is {least}, above `maxReplicas` with {most}");
            report.at(&minimum, message).because(&maximum, "the maximum");
        }
    }
}

/// Whether a metric exists that does not come from the pods themselves.
fn has_wake_up_metric(hpa: &Object) -> bool {
    let mut metrics = hpa.at("spec/metrics").items();
    metrics.any(|metric| matches!(metric.at("type").as_str(), Some("External" | "Object")))
}

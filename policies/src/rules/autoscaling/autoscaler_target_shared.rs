//! Autoscalers that work against each other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::scaling::{Scaler, target_of};

/// A workload must have one autoscaler only.
///
/// Two HorizontalPodAutoscalers or ScaledObjects set the number of replicas in turns; two VerticalPodAutoscalers evict each
/// other's pods; and a VerticalPodAutoscaler that acts changes the requests by which a HorizontalPodAutoscaler on the same
/// resource measures utilization. It acts unless its `updateMode` (absent is `Auto`) is `Off` or `Initial`, and on all
/// resources its `controlledResources` name. Each of the two is reported. The HorizontalPodAutoscaler that KEDA makes for
/// a ScaledObject passes, and so does one that a ScaledObject takes over by naming it in
/// `advanced.horizontalPodAutoscalerConfig.name`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct AutoscalerTargetShared {}

impl Rule for AutoscalerTargetShared {
    const META: Meta = Meta {
        name: "autoscaler-target-shared",
        family: Family::Autoscaling,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::HorizontalPodAutoscaler, Kind::ScaledObject, Kind::VerticalPodAutoscaler],
        remediation: "keep one autoscaler for the workload; a ScaledObject takes cpu and memory triggers, too",
        fix: None,
        origin: "Kyverno; https://keda.sh/docs/2.18/concepts/scaling-deployments/, \
                 https://github.com/kubernetes/autoscaler/blob/master/vertical-pod-autoscaler/docs/known-limitations.md",
    };

    fn check(&self, autoscaler: &Object, inventory: &Inventory, report: &mut Report) {
        let Some(target) = target_of(autoscaler) else { return };
        let others = inventory.autoscalers_sharing(&target, autoscaler.namespace());
        for other in others.filter(|other| !is_same(other, autoscaler) && clash(autoscaler, other)) {
            let message = format!("{}/{} is the target of {}, too", target.kind, target.name, other.reference());
            let finding = report.at(&target.field.at("name"), message);
            if let Some(target) = target_of(other) {
                finding.because(&target.field.at("name"), "the target of the other one");
            }
        }
    }
}

fn is_same(one: &Object, other: &Object) -> bool {
    one.kind() == other.kind() && one.name() == other.name()
}

/// Whether two autoscalers of one target are in each other's way.
fn clash(one: &Object, other: &Object) -> bool {
    match (one.kind(), other.kind()) {
        (Kind::VerticalPodAutoscaler, Kind::VerticalPodAutoscaler) => true,
        (Kind::VerticalPodAutoscaler, _) => resizes_by_metric_of(one, other),
        (_, Kind::VerticalPodAutoscaler) => resizes_by_metric_of(other, one),
        (Kind::HorizontalPodAutoscaler, Kind::ScaledObject) => !is_made_for(one, other),
        (Kind::ScaledObject, Kind::HorizontalPodAutoscaler) => !is_made_for(other, one),
        _ => true,
    }
}

/// Whether KEDA makes a HorizontalPodAutoscaler for a ScaledObject, or takes it over.
fn is_made_for(hpa: &Object, scaled: &Object) -> bool {
    let given = scaled.at("spec/advanced/horizontalPodAutoscalerConfig/name").as_str().filter(|name| !name.is_empty());
    match given {
        Some(name) => hpa.name() == name,
        None => hpa.name().strip_prefix("keda-hpa-") == Some(scaled.name()),
    }
}

/// Whether a VerticalPodAutoscaler changes a resource that a scaler follows.
fn resizes_by_metric_of(vpa: &Object, scaler: &Object) -> bool {
    let acts = !matches!(vpa.at("spec/updatePolicy/updateMode").as_str(), Some("Off" | "Initial"));
    let metrics = Scaler::new(scaler).map(|scaler| scaler.resource_metrics());
    acts && metrics.is_some_and(|metrics| metrics.iter().any(|metric| controls(vpa, metric.resource)))
}

/// Whether a VerticalPodAutoscaler sets a resource of some container. Containers without a policy get both resources.
fn controls(vpa: &Object, resource: &str) -> bool {
    let policies = vpa.at("spec/resourcePolicy/containerPolicies").items();
    let covers_all = policies.clone().any(|policy| policy.at("containerName").as_str() == Some("*"));
    let mut acting = policies.filter(|policy| policy.at("mode").as_str() != Some("Off"));
    !covers_all
        || acting.any(|policy| {
            let resources = policy.at("controlledResources");
            resources.is_absent() || resources.items().any(|name| name.as_str() == Some(resource))
        })
}

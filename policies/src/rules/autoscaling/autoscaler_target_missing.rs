//! Autoscalers of something that does not exist.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::scaling::{ScaleTarget, target_of};

/// The target of an autoscaler must exist, and be something that has replicas.
///
/// An autoscaler without its target does nothing, and says so only in its status: the workload keeps the size it has, under
/// any load. The target is looked up by API group, kind and name in the autoscaler's namespace; the version does not
/// matter, an absent `apiVersion` is the core group, and a ScaledObject without `kind` means a Deployment. DaemonSets,
/// Jobs, CronJobs and Pods have no replicas to set. Targets of custom kinds that are not known are not judged.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct AutoscalerTargetMissing {}

impl Rule for AutoscalerTargetMissing {
    const META: Meta = Meta {
        name: "autoscaler-target-missing",
        family: Family::Autoscaling,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: &[Kind::HorizontalPodAutoscaler, Kind::ScaledObject, Kind::VerticalPodAutoscaler],
        remediation: "name the apiVersion, kind and name of a workload in the same namespace",
        fix: None,
        origin: "kube-linter dangling-horizontalpodautoscaler, kube-score horizontalpodautoscaler-has-target, Kyverno, \
                 Gatekeeper; https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    };

    fn check(&self, autoscaler: &Object, inventory: &Inventory, report: &mut Report) {
        let Some(target) = target_of(autoscaler).filter(|target| !target.kind.is_empty()) else { return };
        let (kind, name) = (target.kind, target.name);
        if autoscaler.kind() != Kind::VerticalPodAutoscaler && has_no_replicas(&target) {
            report.at(&target.field.at("kind"), format!("{kind}/{name} has no replicas to set"));
            return;
        }
        let namespace = autoscaler.namespace();
        // Custom resources that the rules do not know may be ones that nobody collects.
        let is_foreign = target.group.contains('.') && Kind::of(target.group, kind) == Kind::Other;
        if is_foreign || !inventory.lookup_named(target.group, kind, namespace, name).is_missing() {
            return;
        }
        match inventory.find(expected_group(kind), kind, namespace, name) {
            Some(object) => {
                let message = format!("{kind}/{name} is not in {}", group_name(target.group));
                let finding = report.at(&target.field.at("apiVersion"), message);
                finding.because(&object.at("apiVersion"), "the group it is in");
            }
            None => {
                report.at(&target.field.at("name"), format!("{kind}/{name} does not exist"));
            }
        }
    }
}

/// Whether no object of the kind has a scale subresource. Of custom resources that is not known.
fn has_no_replicas(target: &ScaleTarget<'_>) -> bool {
    match target.group {
        "apps" => !matches!(target.kind, "Deployment" | "ReplicaSet" | "StatefulSet"),
        "" => matches!(target.kind, "Pod" | "PodTemplate" | "Service" | "ConfigMap"),
        "batch" => true,
        _ => false,
    }
}

/// The group in which a kind of that name is usually meant.
fn expected_group(kind: &str) -> &'static str {
    match kind {
        "ReplicationController" => "",
        "Rollout" => "argoproj.io",
        _ => "apps",
    }
}

fn group_name(group: &str) -> String {
    if group.is_empty() { "the core group".to_owned() } else { format!("the group {group}") }
}

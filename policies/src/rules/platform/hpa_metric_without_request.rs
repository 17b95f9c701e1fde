//! Autoscalers that measure against a request nobody made.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Object, Pod};
use crate::quantity::Quantity;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::scaling::{ResourceMetric, Scaler, target_of};

/// A container that is scaled by utilization must request the resource.
///
/// Utilization is the use in percent of the request. If one container of a pod has no request, the autoscaler gets no
/// figure for the pod and does not scale at all. Regular containers and sidecars count, the limit of a container and the
/// defaults of a LimitRange stand for its request; a ContainerResource metric is about one container, which must exist. A
/// HorizontalPodAutoscaler without `metrics` follows the CPU at 80 %, a collector's `autoscaler` without targets at 90 %.
/// Targets that are not known are not judged.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct HpaMetricWithoutRequest {}

impl Rule for HpaMetricWithoutRequest {
    const META: Meta = Meta {
        name: "hpa-metric-without-request",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::HorizontalPodAutoscaler, Kind::OpenTelemetryCollector, Kind::ScaledObject],
        remediation: "set the request of the resource for every container of the pod",
        fix: None,
        origin: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#how-does-a-horizontalpodautoscaler-work",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        let (metrics, target) = match Scaler::new(object) {
            Some(scaler) if !object.is_owned() => {
                let target = target_of(object)
                    .and_then(|target| inventory.find(target.group, target.kind, object.namespace(), target.name));
                (scaler.resource_metrics(), target)
            }
            Some(_) => return,
            None => (of_collector(object), Some(object)),
        };
        let Some(pod) = target.and_then(Object::pod) else { return };
        for metric in metrics.iter().filter(|metric| metric.utilization.is_some()) {
            judge(metric, &pod, inventory, report);
        }
    }
}

fn judge<'a>(metric: &ResourceMetric<'a>, pod: &Pod<'a>, inventory: &'a Inventory, report: &mut Report) {
    let (resource, target) = (metric.resource, pod.object());
    let measured = || pod.run_containers().filter(|one| metric.container.is_none_or(|name| one.name() == name));
    if let Some(name) = metric.container.filter(|_| measured().next().is_none()) {
        let message = format!("{} has no container `{name}`", target.reference());
        report.at(&metric.name, message).because(&pod.at("containers"), "its containers");
        return;
    }
    if metric.container.is_none() && pod.at("resources/requests").get(resource).is_present() {
        return;
    }
    let is_known = inventory.holds_all(Kind::LimitRange, target.namespace());
    let requested = |one: &Container<'a>| one.effective_request(resource, inventory).map(|request| request.quantity);
    // The requests of a pod are added up: beside others a request for nothing does no harm.
    let is_nothing = measured().all(|one| requested(&one).is_none_or(Quantity::is_zero));
    for container in measured() {
        let (request, limit) = (container.request(resource), container.limit(resource));
        let is_missing = match requested(&container) {
            Some(quantity) => quantity.is_zero() && is_nothing,
            // What is written but no quantity is for the schema to report.
            None => request.is_absent() && limit.is_absent(),
        };
        if is_missing && !is_known {
            report.not_evaluated("a LimitRange that is not known may give containers what they do not set");
        } else if is_missing {
            let (name, target) = (container.name(), target.reference());
            report
                .at(&metric.name, format!("container `{name}` of {target} requests no {resource}"))
                .because(&request, "where the request would stand");
        }
    }
}

/// What the autoscaler of a collector follows: the operator makes it once there is a maximum.
fn of_collector(collector: &Object) -> SmallVec<[ResourceMetric<'_>; 2]> {
    let block = collector.at("spec/autoscaler");
    if block.at("maxReplicas").is_absent() {
        return SmallVec::new();
    }
    let (cpu, memory) = (block.at("targetCPUUtilization"), block.at("targetMemoryUtilization"));
    let default = (cpu.is_absent() && memory.is_absent()).then_some(90);
    [("cpu", cpu, default), ("memory", memory, None)]
        .into_iter()
        .map(|(resource, field, default)| ResourceMetric {
            resource,
            container: None,
            utilization: field.as_int().or(default),
            name: field,
            target: field,
        })
        .collect()
}

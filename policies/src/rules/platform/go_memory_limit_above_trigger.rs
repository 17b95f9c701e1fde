//! Go programs whose collector lets the heap grow to where the autoscaler reacts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::go::allowance;
use super::memory::mebibytes;
use super::runtime::{Runtime, containers_on};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Field, Object, Pod};
use crate::quantity::Quantity;
use crate::resources::Resource;
use crate::rule::{Family, Meta, Profile, Rule};

/// GOMEMLIMIT must stay below the memory at which the autoscaler adds pods.
///
/// The Go collector is lazy: it lets the heap grow towards GOMEMLIMIT whatever the load. Where the HorizontalPodAutoscaler
/// or ScaledObject scales on memory below that, a pod at rest looks busy, the workload scales out to its maximum, and new
/// pods do not help, because each grows as far. The trigger is `averageUtilization` of the memory requests (all containers
/// of the pod for `Resource`, one for `ContainerResource`) or `averageValue`; for KEDA the `memory` trigger's `value`.
/// Not judged where GOMEMLIMIT or a request is not known.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct GoMemoryLimitAboveTrigger {}

impl Rule for GoMemoryLimitAboveTrigger {
    const META: Meta = Meta {
        name: "go-memory-limit-above-trigger",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::SCALABLE,
        remediation: "lower GOMEMLIMIT below the trigger, raise the memory request or the target, or scale on cpu alone",
        fix: None,
        origin: "https://go.dev/doc/gc-guide#Memory_limit, \
                 https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#algorithm-details",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for (pod, container) in containers_on(Runtime::Go, object, inventory) {
            let Some(allowance) = allowance(&container, inventory) else { continue };
            let autoscalers = inventory.autoscalers_of(object);
            let targets = autoscalers.flat_map(targets_of).filter(|target| target.is_about(&container));
            let triggers = targets.filter_map(|target| Some((target.memory(&pod, &container, inventory)?, target)));
            let Some((trigger, target)) = triggers.min_by_key(|(trigger, _)| trigger.quantity) else { continue };
            if allowance.amount < trigger.quantity {
                continue;
            }
            let message = format!(
                "container `{}` lets its heap grow to {}, but {} adds pods at {}",
                container.name(),
                mebibytes(allowance.amount),
                target.value.object().reference(),
                mebibytes(trigger.quantity),
            );
            let finding = report.at(&allowance.field, message);
            finding.because(&target.value, "the target of the autoscaler");
            if target.is_utilization {
                finding.because(&trigger.field, "the memory request it is a share of");
            }
        }
    }
}

/// A memory target of an autoscaler.
struct Target<'a> {
    value: Field<'a>,
    is_utilization: bool,
    /// The container it looks at; `None` for the whole pod.
    container: Option<&'a str>,
}

/// The memory targets of a HorizontalPodAutoscaler or a ScaledObject.
fn targets_of(autoscaler: &Object) -> impl Iterator<Item = Target<'_>> {
    let metrics = autoscaler.at("spec/metrics").items().filter_map(|metric| {
        let is_own = metric.at("type").as_str() == Some("ContainerResource");
        let source = if is_own { metric.at("containerResource") } else { metric.at("resource") };
        let container = if is_own { Some(source.at("container").as_str()?) } else { None };
        let target = source.at("target");
        let is_utilization = target.at("type").as_str() == Some("Utilization");
        let value = target.at(if is_utilization { "averageUtilization" } else { "averageValue" });
        (source.at("name").as_str() == Some("memory")).then_some(Target { value, is_utilization, container })
    });
    let triggers = autoscaler.at("spec/triggers").items().filter_map(|trigger| {
        let metadata = trigger.at("metadata");
        let kind = trigger.at("metricType").as_str().or(metadata.at("type").as_str())?;
        let container = metadata.at("containerName").as_str().filter(|name| !name.is_empty());
        let (value, is_utilization) = (metadata.at("value"), kind == "Utilization");
        (trigger.at("type").as_str() == Some("memory")).then_some(Target { value, is_utilization, container })
    });
    metrics.chain(triggers)
}

impl<'a> Target<'a> {
    fn is_about(&self, container: &Container<'_>) -> bool {
        self.container.is_none_or(|name| name == container.name())
    }

    /// The memory at which it is reached, and the request that it is a share of.
    fn memory(&self, pod: &Pod<'a>, container: &Container<'a>, inventory: &'a Inventory) -> Option<Resource<'a>> {
        let value = self.value.as_quantity()?;
        if !self.is_utilization {
            return Some(Resource { quantity: value, field: self.value });
        }
        let own = container.effective_request("memory", inventory)?;
        let requested: Quantity = match self.container {
            Some(_) => own.quantity,
            None => {
                let requests = pod.run_containers().map(|each| each.effective_request("memory", inventory));
                requests.map(|request| request.map(|request| request.quantity)).sum::<Option<Quantity>>()?
            }
        };
        let share = value.units() as f64 / 100.0;
        Some(Resource { quantity: requested.share(share), field: own.field })
    }
}

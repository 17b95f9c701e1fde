//! What a container asks for and may take.

mod best_effort_pod;
mod cpu_limit_missing;
mod cpu_limit_set;
mod cpu_request_missing;
mod empty_dir_unbounded;
mod ephemeral_storage_unbounded;
mod memory_limit_missing;
mod memory_request_missing;
mod request_limit_unequal;
mod resource_quantity_invalid;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) use best_effort_pod::BestEffortPod;
pub(super) use cpu_limit_missing::CpuLimitMissing;
pub(super) use cpu_limit_set::CpuLimitSet;
pub(super) use cpu_request_missing::CpuRequestMissing;
pub(super) use empty_dir_unbounded::EmptyDirUnbounded;
pub(super) use ephemeral_storage_unbounded::EphemeralStorageUnbounded;
pub(super) use memory_limit_missing::MemoryLimitMissing;
pub(super) use memory_request_missing::MemoryRequestMissing;
pub(super) use request_limit_unequal::RequestLimitUnequal;
pub(super) use resource_quantity_invalid::ResourceQuantityInvalid;

use crate::finding::Report;
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Field, Object, Pod, Role};
use crate::quantity::Quantity;

/// What a container reserves, or what it may take at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Bound {
    /// What is reserved for it.
    Request,
    /// What it may take at most.
    Limit,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Request { "request" } else { "limit" })
    }
}

/// That containers have a request or a limit of a resource, and not an empty one.
struct Demand<'r> {
    bound: Bound,
    /// The resource, and its name in a sentence.
    resource: &'static str,
    noun: &'static str,
    /// Whether what a LimitRange gives counts.
    limit_range: bool,
    containers: &'r [Role],
}

impl Demand<'_> {
    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        let pods = object.pods().filter(|pod| !self.is_met_by_pod(pod, inventory));
        for container in pods.flat_map(|pod| pod.containers_of(self.containers)) {
            self.check_container(&container, inventory, report);
        }
    }

    fn check_container(&self, container: &Container<'_>, inventory: &Inventory, report: &mut Report) {
        let (request, limit) = (container.request(self.resource), container.limit(self.resource));
        let stands_in = self.bound == Bound::Request && request.is_absent() && limit.is_present();
        let field = if self.bound == Bound::Limit || stands_in { limit } else { request };
        let (name, noun, bound) = (container.name(), self.noun, self.bound);
        if field.is_absent() {
            if field.is_blocked() || self.is_given(container, inventory) {
                return;
            }
            if self.limit_range && may_be_given(container, inventory, report) {
                return;
            }
            report.at(&field, format!("container `{name}` has no {noun} {bound}"));
        } else if field.as_quantity().is_some_and(Quantity::is_zero) {
            let zero = field.text().unwrap_or_default();
            let message = if stands_in {
                format!("container `{name}` has no {noun} request, and its limit of `{zero}` gives none")
            } else {
                format!("container `{name}` has `{zero}` as its {noun} {bound}, which is none")
            };
            report.at(&field, message);
        }
    }

    /// Whether the namespace gives it to a container that sets nothing.
    fn is_given(&self, container: &Container<'_>, inventory: &Inventory) -> bool {
        let given = match self.bound {
            Bound::Request => container.effective_request(self.resource, inventory),
            Bound::Limit => container.effective_limit(self.resource, inventory),
        };
        self.limit_range && given.is_some_and(|given| !given.quantity.is_zero())
    }

    /// Whether the pod as a whole has it, so that its containers need not.
    fn is_met_by_pod(&self, pod: &Pod<'_>, inventory: &Inventory) -> bool {
        let is_set = |field: Field<'_>| field.as_quantity().is_some_and(|quantity| !quantity.is_zero());
        pod_resources(pod, inventory).is_some_and(|resources| {
            is_set(resources.at("limits").get(self.resource))
                || self.bound == Bound::Request && is_set(resources.at("requests").get(self.resource))
        })
    }
}

/// The resources of a pod as a whole, which Kubernetes knows from 1.34 on. A custom resource's block has those of a container.
fn pod_resources<'a>(pod: &Pod<'a>, inventory: &Inventory) -> Option<Field<'a>> {
    let is_known = inventory.cluster().kubernetes_version.minor >= 34 && !pod.has_unknown_labels();
    is_known.then(|| pod.at("resources"))
}

/// Whether a LimitRange that is not known may give a container what it does not set: then nothing can be said.
fn may_be_given(container: &Container<'_>, inventory: &Inventory, report: &mut Report) -> bool {
    let is_known = inventory.holds_all(Kind::LimitRange, container.field().object().namespace());
    if !is_known {
        report.not_evaluated("a LimitRange that is not known may give containers what they do not set");
    }
    !is_known
}

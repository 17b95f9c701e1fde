//! Containers that may take more than was reserved for them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::may_be_given;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Object, Role};
use crate::rule::{Family, Meta, Profile, Rule};

/// A container must request as much of a resource as its limit allows.
///
/// What a container takes above its request was reserved for nobody: when the node runs short of memory, containers above their
/// request are the ones that are evicted and killed. A pod whose containers request exactly their CPU and memory limits is of the
/// class Guaranteed and goes last.
///
/// The fields are `resources.requests` and `resources.limits` of every regular and init container, compared as numbers, so that
/// `1Gi` and `1024Mi` are equal. Where a request is absent the limit stands in for it; a LimitRange of the namespace may give
/// both. A request without a limit is unequal; a container with neither is left alone.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RequestLimitUnequal {
    /// The resources that are compared.
    resources: Vec<String>,
    /// Whether a container with neither request nor limit is reported.
    present: bool,
    /// Whether a container with a request and no limit is left alone.
    both_set: bool,
    /// The containers that are judged.
    containers: Vec<Role>,
}

impl Default for RequestLimitUnequal {
    fn default() -> Self {
        Self {
            resources: vec!["memory".to_owned()],
            present: false,
            both_set: false,
            containers: Role::WITH_RESOURCES.to_vec(),
        }
    }
}

impl Rule for RequestLimitUnequal {
    const META: Meta = Meta {
        name: "request-limit-unequal",
        family: Family::Resources,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "request what the limit allows, or lower the limit to what is requested",
        fix: Some(Safety::Unsafe),
        origin: "kube-score container-memory-requests-equal-limits, Kyverno; \
                 https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for container in object.pods().flat_map(|pod| pod.containers_of(&self.containers)) {
            for resource in &self.resources {
                self.compare(&container, resource, inventory, report);
            }
        }
    }
}

impl RequestLimitUnequal {
    fn compare(&self, container: &Container<'_>, resource: &str, inventory: &Inventory, report: &mut Report) {
        let fields @ [request, limit] = [container.request(resource), container.limit(resource)];
        if fields.iter().any(|field| field.is_blocked() || field.is_present() && field.as_quantity().is_none()) {
            return;
        }
        let name = container.name();
        let requested = container.effective_request(resource, inventory);
        match (requested, container.effective_limit(resource, inventory)) {
            (None, None) if !self.present => {}
            (Some(_), None) if self.both_set => {}
            (_, None) if may_be_given(container, inventory, report) => {}
            (None, None) => {
                report.at(&request, format!("container `{name}` has neither request nor limit of {resource}"));
            }
            (Some(requested), None) => {
                let value = requested.field.text().unwrap_or_default();
                let message = format!("container `{name}` requests `{value}` of {resource} and has no limit of it");
                let finding = report.at(&limit, message);
                finding.because(&requested.field, "the request").fix(Safety::Unsafe, &limit, requested.field.to_json());
            }
            // The API server rounds both up to thousandths before it compares them.
            (Some(requested), Some(limited)) if requested.quantity.milli() != limited.quantity.milli() => {
                let value = requested.field.text().unwrap_or_default();
                let most = limited.field.text().unwrap_or_default();
                let message = format!("container `{name}` requests `{value}` of {resource} and may take `{most}`");
                let finding = report.at(&request, message);
                finding.because(&limited.field, "the limit").fix(Safety::Unsafe, &request, limited.field.to_json());
            }
            _ => {}
        }
    }
}

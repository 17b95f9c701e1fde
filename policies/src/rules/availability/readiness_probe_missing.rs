//! Pods that get traffic before they can serve it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::is_behind_service;
use super::probes::{Need, PROBED, Probe, is_exempt};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::object::{Container, Object, Pod};
use crate::rule::{Family, Meta, Profile, Rule};

/// A pod behind a Service must say when it is ready.
///
/// Without `readinessProbe` a pod gets traffic the moment its process starts, and keeps getting it when it can serve none:
/// every rollout drops requests. Regular containers count. Jobs, CronJobs and Helm tests need no probe.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ReadinessProbeMissing {
    /// Whether only pods count that a Service sends traffic to.
    only_behind_service: bool,
    /// Which containers of a pod need a probe.
    containers: Need,
    /// The probes that will do.
    accept: Vec<Probe>,
}

impl Default for ReadinessProbeMissing {
    fn default() -> Self {
        Self { only_behind_service: true, containers: Need::Any, accept: vec![Probe::Readiness] }
    }
}

impl Rule for ReadinessProbeMissing {
    const META: Meta = Meta {
        name: "readiness-probe-missing",
        family: Family::Availability,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: PROBED,
        remediation: "add a `readinessProbe` to the container that serves the traffic",
        fix: None,
        origin: "kube-linter no-readiness-probe, kube-score pod-probes, Polaris readinessProbeMissing, Kyverno, Gatekeeper \
                 requiredprobes; https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for pod in object.pods().filter(|_| !is_exempt(object)) {
            if self.is_satisfied(&pod) || self.only_behind_service && !is_behind_service(&pod, inventory) {
                continue;
            }
            let bare = || pod.regular_containers().filter(|container| !self.is_probed(container));
            match self.containers {
                Need::Any if bare().nth(1).is_some() => {
                    report.at(&pod.at("containers"), format!("none of the containers has {}", self.probes()));
                }
                _ => bare().for_each(|container| {
                    let message =
                        format!("container `{}` has no {}", container.name(), self.probes().trim_start_matches("a "));
                    report.at(&container.at("readinessProbe"), message);
                }),
            }
        }
    }
}

impl ReadinessProbeMissing {
    fn is_probed(&self, container: &Container<'_>) -> bool {
        self.accept.iter().any(|probe| probe.is_on(container))
    }

    fn is_satisfied(&self, pod: &Pod<'_>) -> bool {
        let mut containers = pod.regular_containers();
        match self.containers {
            Need::Any => containers.any(|container| self.is_probed(&container)),
            Need::Each => containers.all(|container| self.is_probed(&container)),
        }
    }

    /// `a readiness probe`, `a readiness or startup probe`
    fn probes(&self) -> String {
        let names = self.accept.iter().map(|probe| probe.field().trim_end_matches("Probe"));
        format!("a {} probe", names.collect::<Vec<_>>().join(" or "))
    }
}

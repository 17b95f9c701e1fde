//! Containers that nobody restarts when they hang.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::is_behind_service;
use super::probes::{Need, PROBED, Probe, is_exempt};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A container that keeps running should have a liveness probe.
///
/// Without `livenessProbe` a process that hangs is never restarted. Off by default: a probe that fails under load does
/// more harm than none. Regular containers and sidecars count; Jobs, CronJobs and Helm tests run to their end, and need
/// none.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct LivenessProbeMissing {
    /// Whether only pods count that a Service sends traffic to.
    only_behind_service: bool,
    /// Which containers of a pod need the probe.
    containers: Need,
}

impl Default for LivenessProbeMissing {
    fn default() -> Self {
        Self { only_behind_service: false, containers: Need::Each }
    }
}

impl Rule for LivenessProbeMissing {
    const META: Meta = Meta {
        name: "liveness-probe-missing",
        family: Family::Availability,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: PROBED,
        remediation: "add a `livenessProbe` that fails only when a restart helps",
        fix: None,
        origin: "kube-linter no-liveness-probe, kube-score pod-probes, Polaris livenessProbeMissing, Gatekeeper \
                 requiredprobes; https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for pod in object.pods().filter(|_| !is_exempt(object)) {
            let is_satisfied =
                self.containers == Need::Any && pod.run_containers().any(|one| Probe::Liveness.is_on(&one));
            let mut bare = pod.run_containers().filter(|container| !Probe::Liveness.is_on(container)).peekable();
            if is_satisfied || bare.peek().is_none() || self.only_behind_service && !is_behind_service(&pod, inventory)
            {
                continue;
            }
            for container in bare {
                let message = format!("container `{}` has no liveness probe", container.name());
                report.at(&container.at("livenessProbe"), message);
            }
        }
    }
}

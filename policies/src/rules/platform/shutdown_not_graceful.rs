//! Pods that stop before the traffic to them does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stop::{PreStop, duration, pre_stop};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::nodes::NodePool;
use crate::object::{Container, Field, Object, Pod, Role};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::runtime::{is_defaulted, protocol};

/// A pod behind a Service must outlive the traffic that is still on its way.
///
/// When a pod is deleted, its containers get SIGTERM at the same moment as proxies and load balancers begin to forget it: a
/// process that stops at once drops requests at every rollout, scale-down and node drain. A `preStop` hook that waits (the
/// `sleep` action, or `sleep` in a command) closes the gap; `terminationGracePeriodSeconds` (absent: 30) must hold the wait and
/// the time the process needs to finish its work, and may be no longer than the node can wait. Judged are the containers that
/// a Service sends to; hooks that do something else than sleep pass.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ShutdownNotGraceful {
    /// The seconds that `preStop` must wait at least.
    wait: u32,
    /// The seconds that a process may need to finish after `preStop`.
    drain: u32,
    /// The seconds that a pod may take at most where a spot node may run it: AWS takes such a node back after two minutes.
    spot: u32,
    /// Let the wait also cover the time until a failing readiness probe takes the pod out: `periodSeconds` (absent: 10) times
    /// `failureThreshold` (absent: 3).
    cover_readiness: bool,
}

impl Default for ShutdownNotGraceful {
    fn default() -> Self {
        Self { wait: 5, drain: 20, spot: 120, cover_readiness: false }
    }
}

impl Rule for ShutdownNotGraceful {
    const META: Meta = Meta {
        name: "shutdown-not-graceful",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::SCALABLE,
        remediation: "let `preStop` sleep, and `terminationGracePeriodSeconds` hold the sleep and the drain",
        fix: Some(Safety::Unsafe),
        origin: "Kubernetes; https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination, \
                 https://kubernetes.io/docs/tutorials/services/pods-and-endpoint-termination-flow/",
    };

    fn check(&self, workload: &Object, inventory: &Inventory, report: &mut Report) {
        let Some(pod) = workload.pod().filter(|_| !workload.is_owned()) else { return };
        if inventory.services_selecting(&pod).next().is_none() {
            return;
        }
        let mut longest: f64 = 0.0;
        for container in pod.run_containers() {
            let pre_stop = pre_stop(&container);
            if let PreStop::Seconds(seconds) = pre_stop {
                longest = longest.max(seconds);
            }
            if is_reached(&pod, &container, inventory) {
                self.check_wait(&container, &pre_stop, report);
            }
        }
        self.check_grace(&pod, longest, inventory, report);
    }
}

impl ShutdownNotGraceful {
    fn check_grace(&self, pod: &Pod<'_>, longest: f64, inventory: &Inventory, report: &mut Report) {
        let grace = pod.at("terminationGracePeriodSeconds");
        let Some(seconds) = grace.as_int().or(grace.is_unset().then_some(30)) else { return };
        let needed = longest + f64::from(self.drain);
        if (seconds as f64) < needed {
            let message = format!(
                "the pod has {seconds} s to stop, less than {longest} s of `preStop` and {} s to finish its work",
                self.drain
            );
            report.at(&grace, message).fix(Safety::Unsafe, &grace, needed.ceil() as i64);
        }
        for pool in inventory.all_of(Kind::NodePool).map(NodePool::new) {
            let (limit, spot) = (pool.grace().as_str().and_then(duration), i64::from(self.spot));
            if let Some(limit) = limit.filter(|limit| seconds as f64 > *limit && pool.accepts(pod)) {
                let name = pool.object().reference();
                let message = format!("the pod may take {seconds} s to stop, but nodes of {name} wait only {limit} s");
                report.at(&grace, message).because(&pool.grace(), "how long they wait");
            } else if seconds > spot && pool.accepts_on_spot(pod) {
                let name = pool.object().reference();
                let message =
                    format!("the pod may take {seconds} s to stop, but spot nodes of {name} have only {spot} s");
                report.at(&grace, message).because(&pool.object().at("metadata/name"), "it may launch spot nodes");
            } else {
                continue;
            }
            return;
        }
    }

    fn check_wait(&self, container: &Container<'_>, pre_stop: &PreStop, report: &mut Report) {
        let probe = container.at("readinessProbe");
        let readiness = if self.cover_readiness && probe.is_present() {
            let number = |name, default| probe.at(name).as_int().unwrap_or(default).max(0);
            number("periodSeconds", 10).saturating_mul(number("failureThreshold", 3))
        } else {
            0
        };
        let (name, wait) = (container.name(), i64::from(self.wait).max(readiness));
        match pre_stop {
            PreStop::Nothing => {
                let field = container.at("lifecycle/preStop");
                let message = format!("container `{name}` stops while requests still come: it has no `preStop`");
                report.at(&field, message).fix(
                    Safety::Unsafe,
                    &field,
                    serde_json::json!({ "sleep": { "seconds": wait } }),
                );
            }
            PreStop::Seconds(seconds) if *seconds < wait as f64 => {
                let sleep = container.at("lifecycle/preStop/sleep/seconds");
                let field = if sleep.is_present() { sleep } else { container.at("lifecycle/preStop/exec/command") };
                let message = format!("container `{name}` waits {seconds} s before it stops, less than {wait} s");
                let finding = report.at(&field, message);
                if sleep.is_present() {
                    finding.fix(Safety::Unsafe, &field, wait);
                }
            }
            _ => {}
        }
    }
}

/// Whether some Service sends to a container: to a port that it declares, or to one that nobody does, if it is the first.
fn is_reached(pod: &Pod<'_>, container: &Container<'_>, inventory: &Inventory) -> bool {
    let is_first =
        pod.regular_containers().next().is_some_and(|first| first.field().path() == container.field().path());
    let reaches = |port: Field<'_>| {
        let is_target = |container: Container<'_>| container.at("ports").items().any(|own| leads_to(port, own));
        is_target(*container) || is_first && !pod.run_containers().any(is_target)
    };
    inventory.services_selecting(pod).any(|service| {
        let ports = service.at("spec/ports");
        ports.items().any(reaches) || ports.is_empty() && container.role() == Role::Regular
    })
}

/// Whether a port of a Service leads to a port of a container.
fn leads_to(port: Field<'_>, own: Field<'_>) -> bool {
    let target = port.at("targetPort");
    let wanted = if is_defaulted(&target) { port.at("port") } else { target };
    let is_same = match wanted.as_str() {
        Some(name) => own.at("name").as_str() == Some(name),
        None => wanted.as_int().is_some_and(|number| own.at("containerPort").as_int() == Some(number)),
    };
    is_same && protocol(&port) == protocol(&own)
}

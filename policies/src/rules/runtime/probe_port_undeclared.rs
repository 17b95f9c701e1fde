//! Probes of ports that the container does not have.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::containers;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Object};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// A probe must name a port that its container declares.
///
/// A name that no port of the container has can never be resolved: the probe fails for ever, so the pod never gets traffic, or
/// is restarted again and again. Looked at are the liveness, readiness and startup probes by HTTP, TCP and gRPC. A port by
/// number works whether it is declared or not.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ProbePortUndeclared {
    /// Also report ports by number that the container does not declare.
    numbers: bool,
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for ProbePortUndeclared {
    const META: Meta = Meta {
        name: "probe-port-undeclared",
        family: Family::Runtime,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "declare the port in the container's `ports`, or probe one that is declared",
        fix: None,
        origin: "kube-linter liveness-port, readiness-port and startup-port; \
                 https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for container in containers(object, &self.containers) {
            for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
                for handler in ["httpGet/port", "tcpSocket/port", "grpc/port"] {
                    let port = container.at(probe).at(handler);
                    let what = match (port.as_str(), port.as_int()) {
                        (Some(name), _) if !declares_name(&container, name) => format!("port `{name}`"),
                        (_, Some(number)) if self.numbers && !declares(&container, number) => format!("port {number}"),
                        _ => continue,
                    };
                    let name = container.name();
                    report.at(&port, format!("{probe} of container `{name}` uses {what}, which it does not declare"));
                }
            }
        }
    }
}

fn declares_name(container: &Container<'_>, name: &str) -> bool {
    container.at("ports").named(name).is_some()
}

fn declares(container: &Container<'_>, number: i64) -> bool {
    container.at("ports").items().any(|port| port.at("containerPort").as_int() == Some(number))
}

//! Ports that no container should open.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PortRange;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;
use crate::rules::runtime::{containers, protocol};

/// A container must not declare a forbidden port.
///
/// Port 22 means that somebody runs an SSH server inside, which bypasses the access control and the logs of Kubernetes.
/// An absent `protocol` means TCP.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ContainerPortNotAllowed {
    /// The forbidden ports.
    forbidden: Vec<ForbiddenPort>,
    /// The containers that are judged.
    containers: Containers,
}

impl Default for ContainerPortNotAllowed {
    fn default() -> Self {
        let ssh = ForbiddenPort { port: Some(22), range: None, protocol: Some("TCP".to_owned()) };
        Self { forbidden: vec![ssh], containers: Containers::default() }
    }
}

impl Rule for ContainerPortNotAllowed {
    const META: Meta = Meta {
        name: "container-port-not-allowed",
        family: Family::Security,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "remove the port, or let the process listen on another one",
        fix: None,
        origin: "kube-linter ssh-port and privileged-ports; \
                 https://kubernetes.io/docs/concepts/security/security-checklist/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        for container in containers(object, &self.containers) {
            for port in container.at("ports").items() {
                let (field, protocol) = (port.at("containerPort"), protocol(&port));
                let Some(number) = field.as_int() else { continue };
                if self.forbidden.iter().any(|forbidden| forbidden.covers(number, protocol)) {
                    let message = format!("container `{}` opens port {number} ({protocol})", container.name());
                    report.at(&field, message);
                }
            }
        }
    }
}

/// A port or a range of ports, with a protocol or with any.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ForbiddenPort {
    /// The number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    /// The numbers, such as `1-1023`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    range: Option<PortRange>,
    /// The protocol; absent means any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    protocol: Option<String>,
}

impl ForbiddenPort {
    fn covers(&self, number: i64, protocol: &str) -> bool {
        let is_number = self.port.is_some_and(|port| i64::from(port) == number);
        let is_in_range = self.range.is_some_and(|range| range.contains(number));
        (is_number || is_in_range) && self.protocol.as_deref().is_none_or(|wanted| wanted == protocol)
    }
}

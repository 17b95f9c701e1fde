//! Containers that take a port of their node.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PortRange;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// A container must not take a port of its node.
///
/// The port is open to everyone who reaches the node, past Services and often past NetworkPolicies, and no two pods
/// with the same port fit on one node. It is a `hostPort` other than 0; with `hostNetwork: true` an absent one is the
/// `containerPort`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct HostPort {
    /// Ports that may be taken.
    allowed_ranges: Vec<PortRange>,
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for HostPort {
    const META: Meta = Meta {
        name: "host-port",
        family: Family::Security,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "remove `hostPort`, and reach the container through a Service",
        fix: Some(Safety::Unsafe),
        origin: "Polaris hostPortSet, Gatekeeper, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            let is_inherited = pod.at("hostNetwork").is_true();
            for container in pod.containers_of(&self.containers) {
                for port in container.at("ports").items() {
                    let field = port.at("hostPort");
                    let own = field.as_int().filter(|number| *number != 0);
                    let inherited = || port.at("containerPort").as_int().filter(|_| is_inherited);
                    let Some(number) = own.or_else(inherited) else { continue };
                    if self.allowed_ranges.iter().any(|range| range.contains(number)) {
                        continue;
                    }
                    let message = format!("container `{}` takes port {number} of its node", container.name());
                    let finding = report.at(&field, message);
                    if is_inherited {
                        finding.because(&pod.at("hostNetwork"), "every port of the pod is a port of its node");
                    } else {
                        finding.fix_by_removal(Safety::Unsafe, &field);
                    }
                }
            }
        }
    }
}

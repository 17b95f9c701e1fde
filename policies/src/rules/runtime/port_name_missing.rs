//! Container ports without a name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::containers;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// A container port must have a name.
///
/// Services, probes and monitors that refer to a port by name keep working when its number changes, and say what it is for. An
/// absent name is no name.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct PortNameMissing {
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for PortNameMissing {
    const META: Meta = Meta {
        name: "port-name-missing",
        family: Family::Runtime,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "name the port after what it serves, such as `http` or `metrics`",
        fix: None,
        origin: "Kyverno; https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        for container in containers(object, &self.containers) {
            for port in container.at("ports").items() {
                let name = port.at("name");
                if name.is_unset() || name.as_str() == Some("") {
                    let number = port.at("containerPort").as_int().unwrap_or_default();
                    report.at(&name, format!("port {number} of container `{}` has no name", container.name()));
                }
            }
        }
    }
}

//! Services that select the same pods.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::runtime::protocol;

/// Two Services of a namespace must not have the same selector.
///
/// It is nearly always a copy whose selector was forgotten, and then traffic for one application reaches another. Compared are
/// whole selectors; an empty or absent one selects nothing and passes.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ServiceSelectorShared {
    /// Report only Services that have a port in common, by number and protocol.
    same_ports: bool,
}

impl Rule for ServiceSelectorShared {
    const META: Meta = Meta {
        name: "service-selector-shared",
        family: Family::References,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::Service],
        remediation: "give each Service a selector of its own, or keep one Service with all ports",
        fix: None,
        origin: "Kyverno, Gatekeeper; https://kubernetes.io/docs/concepts/services-networking/service/",
    };

    fn check(&self, service: &Object, inventory: &Inventory, report: &mut Report) {
        let selector = service.at("spec/selector");
        if selector.is_empty() {
            return;
        }
        let is_twin = |other: &&Object| {
            other.name() != service.name()
                && other.at("spec/selector").same_as(&selector)
                && (!self.same_ports || share_a_port(service, other))
        };
        if let Some(other) = inventory.in_namespace(Kind::Service, service.namespace()).find(is_twin) {
            let finding = report.at(&selector, format!("selects the same pods as {}", other.reference()));
            finding.because(&other.at("spec/selector"), "the other selector");
        }
    }
}

fn share_a_port(left: &Object, right: &Object) -> bool {
    left.at("spec/ports").items().any(|mine| {
        let mut theirs = right.at("spec/ports").items();
        theirs.any(|port| port.at("port").value() == mine.at("port").value() && protocol(&port) == protocol(&mine))
    })
}

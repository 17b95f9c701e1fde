//! Ingresses that catch what others do not want.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// An Ingress must not have a default backend.
///
/// It gets every request that matches no other rule, of any host: what should be a 404 reaches an application. An
/// absent `defaultBackend` leaves the answer to the controller.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct IngressDefaultBackend {}

impl Rule for IngressDefaultBackend {
    const META: Meta = Meta {
        name: "ingress-default-backend",
        family: Family::Networking,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::Ingress],
        remediation: "remove `defaultBackend`, and name hosts and paths",
        fix: None,
        origin: "Kyverno; https://kubernetes.io/docs/concepts/services-networking/ingress/#default-backend",
    };

    fn check(&self, ingress: &Object, _: &Inventory, report: &mut Report) {
        let field = ingress.at("spec/defaultBackend");
        if field.is_present() {
            report.at(&field, "the Ingress has a default backend");
        }
    }
}

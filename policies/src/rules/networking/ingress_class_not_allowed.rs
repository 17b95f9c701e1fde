//! Ingresses for a controller that is not meant for them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// An Ingress must be of an allowed class.
///
/// The class chooses the controller, and with it the network the application is reachable from. It is
/// `ingressClassName`, else the older annotation `kubernetes.io/ingress.class`; absent means the default class and
/// passes.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct IngressClassNotAllowed {
    /// The classes; empty allows none.
    allowed: Vec<String>,
}

impl Rule for IngressClassNotAllowed {
    const META: Meta = Meta {
        name: "ingress-class-not-allowed",
        family: Family::Networking,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::Ingress],
        remediation: "use one of the allowed classes",
        fix: None,
        origin: "Kyverno; https://kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class",
    };

    fn check(&self, ingress: &Object, _: &Inventory, report: &mut Report) {
        let (own, older) = (ingress.at("spec/ingressClassName"), ingress.at("metadata/annotations"));
        let field = if own.is_present() { own } else { older.get("kubernetes.io/ingress.class") };
        let Some(class) = field.as_str() else { return };
        if !self.allowed.iter().any(|allowed| allowed == class) {
            report.at(&field, format!("the Ingress is of the class `{class}`"));
        }
    }
}

//! Ingresses that answer for too many hosts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A rule of an Ingress must name one host.
///
/// A rule without host answers for every name that reaches the controller, and one with `*` for names that belong to
/// others; an application that was meant to be internal is then reachable under any of them.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct IngressHostTooBroad {
    /// Report rules with paths but without host.
    empty: bool,
    /// Report hosts with `*`.
    wildcard: bool,
}

impl Default for IngressHostTooBroad {
    fn default() -> Self {
        Self { empty: true, wildcard: true }
    }
}

impl Rule for IngressHostTooBroad {
    const META: Meta = Meta {
        name: "ingress-host-too-broad",
        family: Family::Networking,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::Ingress],
        remediation: "name the host",
        fix: None,
        origin: "Kyverno, Gatekeeper; \
                 https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards",
    };

    fn check(&self, ingress: &Object, _: &Inventory, report: &mut Report) {
        for rule in ingress.at("spec/rules").items() {
            let field = rule.at("host");
            let has_paths = rule.at("http").is_present();
            match field.as_str().unwrap_or_default() {
                "" if self.empty && has_paths && (field.is_unset() || field.as_str().is_some()) => {
                    report.at(&field, "the rule names no host, so it answers for every host");
                }
                host if self.wildcard && host.contains('*') => {
                    report.at(&field, format!("the host `{host}` stands for many"));
                }
                _ => {}
            }
        }
    }
}

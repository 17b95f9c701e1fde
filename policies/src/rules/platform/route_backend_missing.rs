//! Routes that lead nowhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Target, backends};
use crate::finding::{Action, Report, Severity};
use crate::inventory::{Existence, Inventory};
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::references::{Within, object};

/// Every backend of a route must be a Service that exists, with the port it names, and every rule must have one.
///
/// A rule without a working backend answers 500, on every request. The port is that of the Service, not of its pods.
/// Looked at are `backendRefs` and what a RequestMirror filter copies to; absent kind and weight mean Service and 1. A
/// rule that redirects, or that an ExtensionRef answers, needs no backend; an HTTPRoute without `rules` has one without
/// backends.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RouteBackendMissing {}

impl Rule for RouteBackendMissing {
    const META: Meta = Meta {
        name: "route-backend-missing",
        family: Family::Platform,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::ROUTES,
        remediation: "name a Service and one of its ports",
        fix: None,
        origin: "Gateway API; https://gateway-api.sigs.k8s.io/reference/spec/#backendref",
    };

    fn check(&self, route: &Object, inventory: &Inventory, report: &mut Report) {
        backends(route).for_each(|backend| check_backend(backend, inventory, report));
        let rules = route.at("spec/rules");
        if route.kind() == Kind::HttpRoute && rules.is_unset() {
            report.at(&rules, "the route has no rules, so it answers 500");
        }
        for rule in rules.items() {
            let refs = rule.at("backendRefs");
            let answers =
                |filter: Field<'_>| matches!(filter.at("type").as_str(), Some("RequestRedirect" | "ExtensionRef"));
            if refs.has_no_content() && !rule.at("filters").items().any(answers) {
                report.at(&refs, "the rule has neither a backend nor a redirect");
            } else if !refs.is_empty() && refs.items().all(|backend| backend.at("weight").as_int() == Some(0)) {
                report.at(&refs, "the rule has no backend with a weight over 0");
            }
        }
    }
}

fn check_backend(backend: Field<'_>, inventory: &Inventory, report: &mut Report) {
    let target = Target::new(backend, "Service");
    let Some(name) = target.name.as_str() else { return };
    let namespace = target.namespace();
    let found = match object(inventory, (target.group, target.kind), namespace, name) {
        Existence::Found(service) if target.kind == "Service" && target.group.is_empty() => service,
        Existence::Missing => {
            let message = format!("{} `{name}` does not exist{}", target.kind, Within(namespace));
            report.at(&target.name, message);
            return;
        }
        _ => return,
    };
    let (port, ports) = (backend.at("port"), found.at("spec/ports"));
    match port.as_int() {
        None if port.is_unset() => {
            report.at(&port, format!("the backend `{name}` has no `port`"));
        }
        Some(number) if !ports.is_empty() && !ports.items().any(|port| port.at("port").as_int() == Some(number)) => {
            let finding = report.at(&port, format!("Service `{name}` has no port {number}"));
            finding.because(&ports, "the ports it has");
        }
        _ => {}
    }
}

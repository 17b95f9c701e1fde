//! Routes that no Gateway serves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{GROUP, Target};
use crate::finding::{Action, Report, Severity};
use crate::inventory::{Existence, Inventory};
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::references::Within;

/// Every parent of a route must be a Gateway that exists, with the listener it names.
///
/// A route without a parent, or with one that is not there, is never served, and nothing but its status says so. An
/// absent `namespace` of a parent is that of the route; an absent `sectionName` or `port` means any listener. Parents
/// of another kind than Gateway pass.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RouteParentMissing {}

impl Rule for RouteParentMissing {
    const META: Meta = Meta {
        name: "route-parent-missing",
        family: Family::Platform,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: Kind::ROUTES,
        remediation: "name a Gateway and one of its listeners",
        fix: None,
        origin: "Gateway API; https://gateway-api.sigs.k8s.io/reference/spec/#parentreference",
    };

    fn check(&self, route: &Object, inventory: &Inventory, report: &mut Report) {
        let parents = route.at("spec/parentRefs");
        if parents.has_no_content() {
            report.at(&parents, "the route has no parent");
        }
        parents.items().for_each(|parent| check_parent(parent, inventory, report));
    }
}

fn check_parent(parent: Field<'_>, inventory: &Inventory, report: &mut Report) {
    let target = Target::parent(parent);
    let Some(name) = target.name.as_str().filter(|_| target.kind == "Gateway" && target.group == GROUP) else { return };
    let gateway = match inventory.lookup(Kind::Gateway, target.namespace(), name) {
        Existence::Found(gateway) => gateway,
        Existence::Unknown => return,
        Existence::Missing => {
            let message = format!("Gateway `{name}` does not exist{}", Within(target.namespace()));
            report.at(&target.name, message);
            return;
        }
    };
    let (section, port, listeners) = (parent.at("sectionName"), parent.at("port"), gateway.at("spec/listeners"));
    let has_name =
        |listener: &Field<'_>| section.as_str().is_none_or(|name| listener.at("name").as_str() == Some(name));
    let has_port = |listener: &Field<'_>| port.as_int().is_none_or(|port| listener.at("port").as_int() == Some(port));
    let (place, message) = if !listeners.items().any(|listener| has_name(&listener)) {
        (section, format!("Gateway `{name}` has no listener `{}`", section.as_str().unwrap_or_default()))
    } else if !listeners.items().any(|listener| has_port(&listener)) {
        (port, format!("Gateway `{name}` has no listener on port {}", port.as_int().unwrap_or_default()))
    } else if !listeners.items().any(|listener| has_name(&listener) && has_port(&listener)) {
        let section = section.as_str().unwrap_or_default();
        (port, format!("listener `{section}` of Gateway `{name}` is not on port {}", port.as_int().unwrap_or_default()))
    } else {
        return;
    };
    report.at(&place, message).because(&listeners, "the listeners it has");
}

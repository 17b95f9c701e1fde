//! Ingresses that lead nowhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Within, object, service};
use crate::finding::{Action, Report, Severity};
use crate::inventory::{Existence, Inventory};
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};

/// Every backend of an Ingress must be a Service of its namespace, with the port it names.
///
/// The API takes a backend that does not exist; the controller then answers 503 for the path, or drops the whole rule. The
/// port is found by `port.number` among the ports of the Service or by `port.name` among their names, never among the
/// `targetPort`s. A `resource` backend is looked for by group, kind and name. The actions of the AWS Load Balancer Controller
/// (`port.name: use-annotation`) name no Service and pass.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct IngressBackendMissing {}

impl Rule for IngressBackendMissing {
    const META: Meta = Meta {
        name: "ingress-backend-missing",
        family: Family::References,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::Ingress],
        remediation: "name a Service of the namespace and one of its ports",
        fix: None,
        origin: "kube-linter dangling-ingress, kube-score ingress-targets-service; \
                 https://kubernetes.io/docs/concepts/services-networking/ingress/",
    };

    fn check(&self, ingress: &Object, inventory: &Inventory, report: &mut Report) {
        let rules = ingress.at("spec/rules").items();
        let paths = rules.flat_map(|rule| rule.at("http/paths").items()).map(|path| path.at("backend"));
        for backend in paths.chain([ingress.at("spec/defaultBackend")]) {
            check_service(backend.at("service"), inventory, report);
            check_resource(backend.at("resource"), inventory, report);
        }
    }
}

fn check_service(backend: Field<'_>, inventory: &Inventory, report: &mut Report) {
    let (field, port) = (backend.at("name"), backend.at("port"));
    let (Some(name), namespace) = (field.as_str(), backend.object().namespace()) else { return };
    let (port_name, number) = (port.at("name"), port.at("number"));
    if port_name.as_str() == Some("use-annotation") {
        return;
    }
    let found = match service(inventory, namespace, name) {
        Existence::Found(service) => service,
        Existence::Unknown => return,
        Existence::Missing => {
            report.at(&field, format!("Service `{name}` does not exist{}", Within(namespace)));
            return;
        }
    };
    let ports = found.at("spec/ports");
    if ports.is_empty() {
        return;
    }
    let (wanted, what) = match (port_name.as_str(), number.as_int()) {
        (Some(wanted), _) if ports.named(wanted).is_none() => (port_name, format!("port named `{wanted}`")),
        (None, Some(wanted)) if !ports.items().any(|port| port.at("port").as_int() == Some(wanted)) => {
            (number, format!("port {wanted}"))
        }
        _ => return,
    };
    report.at(&wanted, format!("Service `{name}` has no {what}")).because(&ports, "the ports it has");
}

fn check_resource(backend: Field<'_>, inventory: &Inventory, report: &mut Report) {
    let (field, group) = (backend.at("name"), backend.at("apiGroup").as_str().unwrap_or_default());
    let (Some(name), Some(kind)) = (field.as_str(), backend.at("kind").as_str()) else { return };
    let namespace = backend.object().namespace();
    if object(inventory, (group, kind), namespace, name).is_missing() {
        report.at(&field, format!("{kind} `{name}` does not exist{}", Within(namespace)));
    }
}

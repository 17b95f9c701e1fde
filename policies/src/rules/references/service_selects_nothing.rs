//! Services that lead to no pod, or to no port of one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Within, is_text, selects_none};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Stance;
use crate::rules::runtime::{is_defaulted, protocol};
use crate::selector::Selector;

/// A Service must select some pods, and the ports it sends to must exist on them.
///
/// A selector that matches nothing makes a Service without endpoints: every call to it fails at once. So does a `targetPort`
/// by name that no selected container declares with the same protocol. A Service without selector has endpoints that are kept
/// by hand, and an ExternalName has none; both pass. Pods of custom resources whose labels an operator chooses may be the ones
/// that are meant, so a Service beside them passes.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ServiceSelectsNothing {
    /// Labels that the control plane sets on pods: no template shows them, so the selector is judged without them.
    ignored_labels: Vec<String>,
    /// What becomes of a Service without selector.
    selectorless: Stance,
    /// Also report a `targetPort` by number (absent: the `port`) that no selected container declares, if they declare any
    /// ports. Declaring ports is only informational, so such a Service may work.
    numbers: bool,
}

impl Default for ServiceSelectsNothing {
    fn default() -> Self {
        let ignored = [
            "statefulset.kubernetes.io/pod-name",
            "apps.kubernetes.io/pod-index",
            "pod-template-hash",
            "controller-revision-hash",
        ];
        let ignored_labels = ignored.map(str::to_owned).to_vec();
        Self { ignored_labels, selectorless: Stance::Pass, numbers: false }
    }
}

impl Rule for ServiceSelectsNothing {
    const META: Meta = Meta {
        name: "service-selects-nothing",
        family: Family::References,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: &[Kind::Service],
        remediation: "select labels that a pod template has, and name a port that its containers declare",
        fix: None,
        origin: "kube-linter dangling-service, kube-score service-targets-pod; \
                 https://kubernetes.io/docs/concepts/services-networking/service/",
    };

    fn check(&self, service: &Object, inventory: &Inventory, report: &mut Report) {
        if service.at("spec/type").as_str() == Some("ExternalName") {
            return;
        }
        let (labels, namespace) = (service.at("spec/selector"), service.namespace());
        let selector = Selector::map(labels).without(&self.ignored_labels);
        if !is_text(labels) {
            return;
        }
        if selector.is_nothing() {
            if self.selectorless == Stance::Report {
                report.at(&labels, "there is no selector, so it has no endpoints of its own");
            }
            return;
        }
        if selects_none(inventory, &selector, namespace) {
            report.at(&labels, format!("no pod{} has the labels {}", Within(namespace), pairs(labels)));
            return;
        }
        if inventory.selected_by(&selector, namespace).next().is_none() {
            return report.not_evaluated("the namespace may hold pods that no manifest shows");
        }
        for port in service.at("spec/ports").items() {
            self.check_port(port, &selector, inventory, report);
        }
    }
}

impl ServiceSelectsNothing {
    fn check_port<'a>(&self, port: Field<'a>, selector: &Selector<'a>, inventory: &'a Inventory, report: &mut Report) {
        let (target, protocol, namespace) = (port.at("targetPort"), protocol(&port), port.object().namespace());
        let number = if is_defaulted(&target) { port.at("port").as_int() } else { target.as_int() };
        let selected = || inventory.selected_by(selector, namespace);
        let containers = || selected().flat_map(|pod| pod.run_containers());
        let what = match (target.as_str().filter(|name| !name.is_empty()), number) {
            (Some(name), _) if !containers().any(|container| declares_name(&container, name, protocol)) => {
                format!("port named `{name}`")
            }
            (_, Some(number)) if self.numbers && !containers().any(|it| declares(&it, number, protocol)) => {
                if containers().all(|container| container.at("ports").is_empty()) {
                    return;
                }
                format!("port {number}")
            }
            _ => return,
        };
        let Some(pod) = selected().next() else { return };
        let message = format!("no container of {} declares a {protocol} {what}", pod.object().reference());
        report.at(&target, message).because(&pod.at("containers"), "the containers it selects");
    }
}

fn declares_name(container: &Container<'_>, name: &str, wanted: &str) -> bool {
    container.at("ports").items().any(|port| port.at("name").as_str() == Some(name) && protocol(&port) == wanted)
}

fn declares(container: &Container<'_>, number: i64, wanted: &str) -> bool {
    let mut ports = container.at("ports").items();
    ports.any(|port| port.at("containerPort").as_int() == Some(number) && protocol(&port) == wanted)
}

/// The labels of a selector in the words of a manifest.
fn pairs(labels: Field<'_>) -> String {
    let pairs = labels.entries().filter_map(|(key, value)| Some(format!("`{key}: {}`", value.as_str()?)));
    pairs.collect::<Vec<_>>().join(", ")
}

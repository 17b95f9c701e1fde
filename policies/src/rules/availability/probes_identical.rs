//! Liveness probes that only repeat the readiness probe.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::tree::Value;

/// The liveness probe of a container must differ from its readiness probe.
///
/// Where both ask the same, a container that is only busy, or waits for another service, is restarted at the moment it is
/// taken out of traffic: one slow dependency restarts the whole fleet. Compared are the handlers, named ports resolved,
/// and the timings and thresholds, all with their defaults filled in.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ProbesIdentical {
    /// Whether probes that differ in timings or thresholds only are different.
    timings: bool,
}

impl Default for ProbesIdentical {
    fn default() -> Self {
        Self { timings: true }
    }
}

impl Rule for ProbesIdentical {
    const META: Meta = Meta {
        name: "probes-identical",
        family: Family::Availability,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "let the liveness probe ask only whether the process works, at an endpoint of its own or more patiently",
        fix: None,
        origin: "kube-score pod-probes-identical, Kyverno; \
                 https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        for container in object.pods().flat_map(|pod| pod.run_containers()) {
            let (liveness, readiness) = (container.at("livenessProbe"), container.at("readinessProbe"));
            let both = liveness.is_present() && readiness.is_present();
            if both
                && is_same_handler(liveness, readiness, &container)
                && (!self.timings || is_same_pace(liveness, readiness))
            {
                let message = format!(
                    "the liveness probe of container `{}` is the same as its readiness probe",
                    container.name()
                );
                report.at(&liveness, message).because(&readiness, "the readiness probe");
            }
        }
    }
}

fn is_same_handler(one: Field<'_>, other: Field<'_>, container: &Container<'_>) -> bool {
    let handlers = ["httpGet", "tcpSocket", "exec", "grpc"];
    let mut present =
        handlers.into_iter().filter(|handler| one.at(handler).is_present() || other.at(handler).is_present());
    let (Some(handler), None) = (present.next(), present.next()) else { return false };
    let (one, other) = (one.at(handler), other.at(handler));
    let same_text = |key, default| text(one.at(key), default) == text(other.at(key), default);
    let same_list = |key| one.at(key).is_empty() && other.at(key).is_empty() || one.at(key).same_as(&other.at(key));
    one.is_present()
        && other.is_present()
        && port(one, container) == port(other, container)
        && same_text("host", "")
        && same_text("path", "/")
        && same_text("scheme", "HTTP")
        && same_text("service", "")
        && same_list("httpHeaders")
        && same_list("command")
}

fn is_same_pace(one: Field<'_>, other: Field<'_>) -> bool {
    let defaults = [
        ("initialDelaySeconds", 0),
        ("periodSeconds", 10),
        ("timeoutSeconds", 1),
        ("successThreshold", 1),
        ("failureThreshold", 3),
    ];
    // A value of 0 is the default to the API server, too.
    let number = |field: Field<'_>, default| field.as_int().filter(|value| *value != 0).unwrap_or(default);
    defaults.into_iter().all(|(key, default)| number(one.at(key), default) == number(other.at(key), default))
}

/// A string, with absent and empty meaning the default.
fn text<'a>(field: Field<'a>, default: &'a str) -> &'a str {
    field.as_str().filter(|text| !text.is_empty()).unwrap_or(default)
}

/// The port of a handler by its number, if the container declares its name.
fn port<'a>(handler: Field<'a>, container: &Container<'a>) -> Value<'a> {
    let port = handler.at("port");
    let named = port.as_str().and_then(|name| container.at("ports").named(name));
    named.map_or(port.value(), |declared| declared.at("containerPort").value())
}

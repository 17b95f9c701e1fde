//! Ports that the API refuses, or that hide each other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{containers, protocol};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// Ports must have valid names and numbers, and none may be there twice.
///
/// The API refuses most of this, and of what it takes one port silently hides another. A container port has a number from 1 to
/// 65535 and, perhaps, a name: 1 to 15 of `a-z`, `0-9` and `-`, with a letter, without a dash at either end or two in a row. No
/// two ports of a container share a name, or number and protocol (absent: TCP). A named `targetPort` of a Service is such a
/// name, and the ports of a Service must have names as soon as there are two.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct PortInvalid {
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for PortInvalid {
    const META: Meta = Meta {
        name: "port-invalid",
        family: Family::Runtime,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &Kind::pods_and::<{ Kind::PODS.len() + 1 }>(&[Kind::Service]),
        remediation: "use a valid name and number, each once",
        fix: None,
        origin: "kube-linter invalid-target-ports, kube-score container-ports-check; \
                 https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if object.kind() == Kind::Service {
            check_service(object.at("spec/ports"), report);
        } else {
            containers(object, &self.containers).for_each(|container| check_container(&container, report));
        }
    }
}

fn check_container(container: &Container<'_>, report: &mut Report) {
    let (ports, owner) = (container.at("ports"), container.name());
    for (index, port) in ports.items().enumerate() {
        let (name, number) = (port.at("name"), port.at("containerPort"));
        if let Some(text) = name.as_str().filter(|text| !text.is_empty())
            && let Some(fault) = fault(text)
        {
            report.at(&name, format!("the name `{text}` of a port of container `{owner}` {fault}"));
        }
        match number.as_int() {
            Some(1..=65535) => {}
            Some(other) => {
                report.at(&number, format!("container `{owner}` has port {other}, which is not between 1 and 65535"));
            }
            None if number.is_unset() => {
                report.at(&number, format!("a port of container `{owner}` has no `containerPort`"));
            }
            None => {}
        }
        check_repeated(ports, index, "containerPort", &format_args!("container `{owner}`"), report);
    }
}

fn check_service(ports: Field<'_>, report: &mut Report) {
    let is_alone = ports.items().nth(1).is_none();
    for (index, port) in ports.items().enumerate() {
        let (name, target) = (port.at("name"), port.at("targetPort"));
        if !is_alone && name.as_str().unwrap_or_default().is_empty() && (name.is_unset() || name.as_str().is_some()) {
            report.at(&name, "the port has no name, and the Service has several ports");
        }
        if let Some(text) = target.as_str().filter(|text| !text.is_empty())
            && let Some(fault) = fault(text)
        {
            report.at(&target, format!("the `targetPort` name `{text}` {fault}"));
        }
        check_repeated(ports, index, "port", &format_args!("the Service"), report);
    }
}

/// Reports what a port has in common with one before it: the name, else number and protocol.
fn check_repeated(
    ports: Field<'_>,
    index: usize,
    number: &'static str,
    owner: &std::fmt::Arguments<'_>,
    report: &mut Report,
) {
    let Some(port) = ports.items().nth(index) else { return };
    let before = || ports.items().take(index);
    if let Some(name) = port.at("name").as_str().filter(|name| !name.is_empty())
        && let Some(first) = before().find(|other| other.at("name").as_str() == Some(name))
    {
        let finding = report.at(&port.at("name"), format!("{owner} has two ports named `{name}`"));
        finding.because(&first.at("name"), "the other one");
    }
    let same =
        |other: &Field<'_>| other.at(number).as_int() == port.at(number).as_int() && protocol(other) == protocol(&port);
    if let (Some(value), Some(first)) = (port.at(number).as_int(), before().find(same)) {
        let message = format!("{owner} has port {value} ({}) twice", protocol(&port));
        report.at(&port.at(number), message).because(&first.at(number), "the other one");
    }
}

/// What keeps a text from being the name of a port, by IANA's rules for service names.
fn fault(name: &str) -> Option<&'static str> {
    if name.len() > 15 {
        return Some("is longer than 15 characters");
    }
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        return Some("has characters other than a-z, 0-9 and -");
    }
    if !name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Some("has no letter");
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Some("begins or ends with a dash");
    }
    name.contains("--").then_some("has two dashes in a row")
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn names_follow_iana() {
        for name in ["a", "http", "http-2", "1a", "abcdefghijklmno"] {
            assert_eq!(fault(name), None, "{name}");
        }
        for name in ["abcdefghijklmnop", "Http", "80", "-a", "a-", "a--b", "a_b", "ä"] {
            assert!(fault(name).is_some(), "{name}");
        }
    }
}

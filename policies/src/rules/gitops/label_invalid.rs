//! Labels and selectors that the API server refuses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object, Pod};
use crate::rule::{Family, Meta, Profile, Rule};

/// Labels must be written as the API server takes them, wherever they stand.
///
/// It refuses an object whose labels are malformed, and an operator that copies such labels from a custom resource fails later. In
/// a selector they could match nothing.
///
/// The fields are `metadata.labels`, those of pod templates, Job templates and volume claim templates, `nodeSelector`, and the
/// label selectors of workloads, Services, PodDisruptionBudgets, NetworkPolicies, volume claims, webhooks and of a pod's affinity
/// and spreading. A key is a name, or a DNS name, a slash and a name; a name has 1 to 63 letters, digits, `-`, `_` and `.` with a
/// letter or digit at both ends. A value is empty or like a name.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct LabelInvalid {}

impl Rule for LabelInvalid {
    const META: Meta = Meta {
        name: "label-invalid",
        family: Family::Gitops,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::ALL,
        remediation: "use letters, digits, `-`, `_` and `.`, at most 63 of them, with a letter or digit at both ends",
        fix: None,
        origin: "kube-score label-values; \
                 https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        check_labels(object.at("metadata/labels"), report);
        check_selectors(object, report);
        for pod in object.pods() {
            // A Pod's labels are its object's.
            if !pod.pointer().is_empty() {
                check_labels(pod.labels(), report);
            }
            check_pod(&pod, report);
        }
    }
}

fn check_selectors(object: &Object, report: &mut Report) {
    let selector = object.at("spec/selector");
    match object.kind() {
        Kind::Service | Kind::ReplicationController => check_labels(selector, report),
        Kind::CronJob => check_labels(object.at("spec/jobTemplate/metadata/labels"), report),
        Kind::NetworkPolicy => {
            check_selector(object.at("spec/podSelector"), report);
            let from = object.at("spec/ingress").items().flat_map(|rule| rule.at("from").items());
            let to = object.at("spec/egress").items().flat_map(|rule| rule.at("to").items());
            for peer in from.chain(to) {
                check_selector(peer.at("podSelector"), report);
                check_selector(peer.at("namespaceSelector"), report);
            }
        }
        Kind::MutatingWebhookConfiguration | Kind::ValidatingWebhookConfiguration => {
            for webhook in object.at("webhooks").items() {
                check_selector(webhook.at("namespaceSelector"), report);
                check_selector(webhook.at("objectSelector"), report);
            }
        }
        Kind::DaemonSet
        | Kind::Deployment
        | Kind::Job
        | Kind::PersistentVolumeClaim
        | Kind::PodDisruptionBudget
        | Kind::ReplicaSet
        | Kind::Rollout => check_selector(selector, report),
        Kind::StatefulSet => {
            check_selector(selector, report);
            for claim in object.at("spec/volumeClaimTemplates").items() {
                check_labels(claim.at("metadata/labels"), report);
                check_selector(claim.at("spec/selector"), report);
            }
        }
        _ => {}
    }
}

fn check_pod(pod: &Pod<'_>, report: &mut Report) {
    check_labels(pod.at("nodeSelector"), report);
    for constraint in pod.at("topologySpreadConstraints").items() {
        check_selector(constraint.at("labelSelector"), report);
    }
    for affinity in [pod.at("affinity/podAffinity"), pod.at("affinity/podAntiAffinity")] {
        let required = affinity.at("requiredDuringSchedulingIgnoredDuringExecution").items();
        let preferred = affinity.at("preferredDuringSchedulingIgnoredDuringExecution").items();
        for term in required.chain(preferred.map(|weighted| weighted.at("podAffinityTerm"))) {
            check_selector(term.at("labelSelector"), report);
            check_selector(term.at("namespaceSelector"), report);
        }
    }
}

fn check_selector(selector: Field<'_>, report: &mut Report) {
    check_labels(selector.at("matchLabels"), report);
    for expression in selector.at("matchExpressions").items() {
        let key = expression.at("key");
        let Some(name) = key.as_str() else { continue };
        check_key(name, &key, report);
        expression.at("values").items().for_each(|value| check_value(name, &value, report));
    }
}

fn check_labels(labels: Field<'_>, report: &mut Report) {
    for (key, value) in labels.entries() {
        check_key(key, &value, report);
        check_value(key, &value, report);
    }
}

fn check_key(key: &str, field: &Field<'_>, report: &mut Report) {
    let (prefix, name) = key.split_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    if prefix.is_some_and(|prefix| !is_dns_name(prefix)) {
        report.at(field, format!("the label key `{key}` has a prefix that is no DNS name"));
    } else if let Some(fault) = if name.is_empty() { Some("is empty") } else { fault(name) } {
        report.at(field, format!("the label key `{key}` has a name that {fault}"));
    }
}

/// Values that are no text are the schema's matter.
fn check_value(key: &str, field: &Field<'_>, report: &mut Report) {
    let Some(value) = field.as_str() else { return };
    if let Some(fault) = fault(value) {
        report.at(field, format!("the label `{key}` has the value `{value}`, which {fault}"));
    }
}

/// What is wrong with the name in a key, or with a value; the empty one is judged by the caller.
fn fault(text: &str) -> Option<&'static str> {
    let is_alphanumeric = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    if bytes.iter().any(|byte| !byte.is_ascii_alphanumeric() && !b"-_.".contains(byte)) {
        Some("holds more than letters, digits, `-`, `_` and `.`")
    } else if bytes.len() > 63 {
        Some("is longer than 63 characters")
    } else if !is_alphanumeric(bytes.first()) || !is_alphanumeric(bytes.last()) {
        Some("does not begin and end with a letter or digit")
    } else {
        None
    }
}

fn is_dns_name(text: &str) -> bool {
    let is_label = |label: &str| {
        let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && label.bytes().all(is_inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::{fault, is_dns_name};

    #[test]
    fn names_are_read_as_the_api_server_reads_them() {
        for text in ["a", "A.b_c-9", "1", &"x".repeat(63)] {
            assert_eq!(fault(text), None, "{text}");
        }
        for text in ["a b", "ä", "a/b", "1.0+build", "-a", "a-", ".a", "a_", &"x".repeat(64)] {
            assert!(fault(text).is_some(), "{text}");
        }
    }

    #[test]
    fn prefixes_are_dns_names() {
        for text in ["app.kubernetes.io", "x", "a-b.c9"] {
            assert!(is_dns_name(text), "{text}");
        }
        for text in ["", "App.io", "a..b", "-a.b", "a_b", ".a", &"a".repeat(254)] {
            assert!(!is_dns_name(text), "{text}");
        }
    }
}

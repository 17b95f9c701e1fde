//! Workloads that do not select the pods they make.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{is_readable, is_text};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object, Pod};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::selector::Selector;

/// The selector of a workload must be there, be well formed, and match the labels of its own pod template.
///
/// The API refuses anything else, because the workload would create pods without end and never count them. All of
/// `matchLabels` and `matchExpressions` must hold. An absent selector is fine only in a ReplicationController, where it means
/// the labels of the template, in a Rollout with a `workloadRef`, and in a Job without `manualSelector`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct SelectorMismatch {}

impl Rule for SelectorMismatch {
    const META: Meta = Meta {
        name: "selector-mismatch",
        family: Family::References,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[
            Kind::DaemonSet,
            Kind::Deployment,
            Kind::Job,
            Kind::ReplicaSet,
            Kind::ReplicationController,
            Kind::Rollout,
            Kind::StatefulSet,
        ],
        remediation: "give selector and pod template the same labels",
        fix: None,
        origin: "kube-linter mismatching-selector, kube-score; \
                 https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector",
    };

    fn check(&self, workload: &Object, _: &Inventory, report: &mut Report) {
        let field = workload.at("spec/selector");
        let Some(pod) = workload.pod() else { return };
        match workload.kind() {
            Kind::ReplicationController => return check_labels(field, &pod, report),
            Kind::Job if !workload.at("spec/manualSelector").is_true() => return,
            Kind::Rollout if workload.at("spec/workloadRef").is_present() => return,
            _ => {}
        }
        let (labels, expressions) = (field.at("matchLabels"), field.at("matchExpressions"));
        if labels.has_no_content() && expressions.has_no_content() {
            report.at(&field, "selects nothing: there are neither `matchLabels` nor `matchExpressions`");
            return;
        }
        let before = report.findings.len();
        expressions.items().for_each(|expression| check_expression(expression, report));
        check_labels(labels, &pod, report);
        let is_judged = is_readable(field) && is_text(pod.labels()) && !pod.labels().is_blocked();
        if is_judged && report.findings.len() == before && !Selector::new(field).matches(pod.labels()) {
            let finding = report.at(&expressions, "does not match the labels of the pod template");
            finding.because(&pod.labels(), "the labels of the pod template");
        }
    }
}

/// Reports each label that the template does not have.
fn check_labels(labels: Field<'_>, pod: &Pod<'_>, report: &mut Report) {
    for (key, wanted) in labels.entries() {
        let Some(value) = wanted.as_str() else { continue };
        let label = pod.labels().get(key);
        if label.as_str() == Some(value) || label.as_str().is_none() && !label.is_unset() {
            continue;
        }
        let message = match label.as_str() {
            Some(other) => format!("selects `{key}: {value}`, but the pod template has `{key}: {other}`"),
            None => format!("selects `{key}: {value}`, but the pod template has no label `{key}`"),
        };
        report.at(&wanted, message).because(&label, "the label of the pod template");
    }
}

/// Reports an expression that the API cannot read.
fn check_expression(expression: Field<'_>, report: &mut Report) {
    let (operator, values) = (expression.at("operator"), expression.at("values"));
    let has_values = values.items().next().is_some();
    match operator.as_str() {
        Some(name @ ("In" | "NotIn")) if !has_values => {
            report.at(&values, format!("operator `{name}` has no values"));
        }
        Some(name @ ("Exists" | "DoesNotExist")) if has_values => {
            report.at(&values, format!("operator `{name}` takes no values"));
        }
        Some("In" | "NotIn" | "Exists" | "DoesNotExist") => {}
        Some(name) => {
            report.at(&operator, format!("there is no operator `{name}`"));
        }
        None if operator.is_unset() => {
            report.at(&operator, "the expression has no operator");
        }
        None => {}
    }
}

//! Budgets that protect no pod.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::selector::Selector;

/// A PodDisruptionBudget must select pods.
///
/// One whose selector matches no workload of its namespace protects nothing, mostly because a label was renamed in one
/// place only: drains take all replicas at once, and nobody notices before. A budget without a selector selects nothing,
/// either. Not judged where pods may exist that no manifest shows: those of custom resources that an operator turns into
/// pods, of charts that an Argo CD Application installs, and what the policy declares external.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct PdbSelectsNothing {}

impl Rule for PdbSelectsNothing {
    const META: Meta = Meta {
        name: "pdb-selects-nothing",
        family: Family::Availability,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: &[Kind::PodDisruptionBudget],
        remediation: "select labels that the pod template of the workload has",
        fix: None,
        origin: "Kubernetes documentation; \
                 https://kubernetes.io/docs/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget",
    };

    fn check(&self, budget: &Object, inventory: &Inventory, report: &mut Report) {
        let (field, namespace) = (budget.at("spec/selector"), budget.namespace());
        let selector = Selector::new(field);
        if selector.is_nothing() {
            report.at(&field, "selects no pod, for it has no `selector`");
            return;
        }
        if selector.is_everything() || inventory.selected_by(&selector, namespace).next().is_some() {
            return;
        }
        if inventory.may_hold_other_pods(namespace) {
            return report.not_evaluated("the namespace may hold pods that no manifest shows");
        }
        report.at(&field, "the selector matches the pods of no workload in the namespace");
    }
}

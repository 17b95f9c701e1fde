//! Budgets over a whole namespace.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::selector::Selector;

/// A PodDisruptionBudget should not select every pod of its namespace.
///
/// An empty selector counts the pods of all workloads together, Jobs and debugging pods among them: one workload may lose
/// all its replicas while the others keep the budget, and no second budget can be added without the two colliding. In
/// `policy/v1beta1` an empty selector selected nothing.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct PdbSelectorTooBroad {}

impl Rule for PdbSelectorTooBroad {
    const META: Meta = Meta {
        name: "pdb-selector-too-broad",
        family: Family::Availability,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::PodDisruptionBudget],
        remediation: "select the labels of one workload, and add a budget for each of the others",
        fix: None,
        origin: "Kubernetes documentation; \
                 https://kubernetes.io/docs/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget",
    };

    fn check(&self, budget: &Object, _: &Inventory, report: &mut Report) {
        let field = budget.at("spec/selector");
        if budget.api_version() != "policy/v1beta1" && Selector::new(field).is_everything() {
            report.at(&field, "an empty selector selects every pod of the namespace");
        }
    }
}

//! Budgets that get in each other's way.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::selector::Selector;

/// A pod must be selected by one PodDisruptionBudget at most.
///
/// The eviction API does not support several budgets for a pod: it answers with an internal error, and a drain of its
/// node cannot go on. Each of the budgets is reported, since either may be the one that has to change.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct PdbSelectionShared {}

impl Rule for PdbSelectionShared {
    const META: Meta = Meta {
        name: "pdb-selection-shared",
        family: Family::Availability,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: &[Kind::PodDisruptionBudget],
        remediation: "give the budgets selectors that share no pod, or drop one of the budgets",
        fix: None,
        origin: "the eviction API; https://kubernetes.io/docs/tasks/run-application/configure-pdb/#arbitrary-controllers-and-selectors",
    };

    fn check(&self, budget: &Object, inventory: &Inventory, report: &mut Report) {
        let field = budget.at("spec/selector");
        let mut others: SmallVec<[(&Object, &Object); 2]> = SmallVec::new();
        for pod in inventory.selected_by(&Selector::new(field), budget.namespace()) {
            let workload = pod.object();
            if workload.kind() == Kind::PodTemplate {
                continue;
            }
            for other in inventory.budgets_of(&pod).filter(|other| other.name() != budget.name()) {
                if !others.iter().any(|(known, _)| known.name() == other.name()) {
                    others.push((other, workload));
                }
            }
        }
        let Some((first, workload)) = others.first() else { return };
        let message = format!("selects the pods of {}, as {} does", workload.reference(), first.reference());
        let finding = report.at(&field, message);
        for (other, workload) in others {
            finding
                .because(&other.at("spec/selector"), format!("{} selects them, too", other.reference()))
                .because(&workload.root(), format!("{} is selected by both", workload.reference()));
        }
    }
}

//! Budgets that say two things.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A PodDisruptionBudget must not set both `minAvailable` and `maxUnavailable`.
///
/// The two exclude each other, and the API server refuses an object with both. `null` counts as absent.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct PdbPolicyAmbiguous {}

impl Rule for PdbPolicyAmbiguous {
    const META: Meta = Meta {
        name: "pdb-policy-ambiguous",
        family: Family::Availability,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::PodDisruptionBudget],
        remediation: "keep one of the two; `maxUnavailable` stays right when the number of replicas changes",
        fix: Some(Safety::Unsafe),
        origin: "the API server; \
                 https://kubernetes.io/docs/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget",
    };

    fn check(&self, budget: &Object, _: &Inventory, report: &mut Report) {
        let (minimum, maximum) = (budget.at("spec/minAvailable"), budget.at("spec/maxUnavailable"));
        let (Some(held), Some(freed)) = (minimum.text(), maximum.text()) else { return };
        let message = format!("sets both `minAvailable` ({held}) and `maxUnavailable` ({freed})");
        report.at(&maximum, message).because(&minimum, "the other one").fix_by_removal(Safety::Unsafe, &minimum);
    }
}

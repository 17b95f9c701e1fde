//! Budgets that say nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A PodDisruptionBudget must set `minAvailable` or `maxUnavailable`.
///
/// The API accepts one that sets neither, and no value is filled in: the disruption controller then expects no pods and
/// allows no disruptions, so that none of the selected pods can ever be evicted. `null` counts as absent.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct PdbWithoutPolicy {}

impl Rule for PdbWithoutPolicy {
    const META: Meta = Meta {
        name: "pdb-without-policy",
        family: Family::Availability,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::PodDisruptionBudget],
        remediation: "set `maxUnavailable: 1`",
        fix: Some(Safety::Unsafe),
        origin: "kube-score poddisruptionbudget-has-policy; \
                 https://kubernetes.io/docs/tasks/run-application/configure-pdb/#specifying-a-poddisruptionbudget",
    };

    fn check(&self, budget: &Object, _: &Inventory, report: &mut Report) {
        let (minimum, maximum) = (budget.at("spec/minAvailable"), budget.at("spec/maxUnavailable"));
        if minimum.is_present() || maximum.is_present() {
            return;
        }
        let message = "sets neither `minAvailable` nor `maxUnavailable`, so no pod it selects can be evicted";
        report.at(&maximum, message).fix(Safety::Unsafe, &maximum, 1);
    }
}

//! Budgets that no eviction can satisfy.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::scaling::Replicas;
use crate::selector::Selector;

/// A PodDisruptionBudget must let some pods go.
///
/// Where it holds as many pods as there are, no pod may ever be evicted: a node drain waits for ever, and every node
/// upgrade with it. The number that counts is the least the autoscaler allows; percentages are rounded up, as the
/// disruption controller does.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct PdbBlocksDrain {
    /// How many pods an eviction must always be able to take: a number, or a percentage of the pods.
    evictable: Amount,
}

impl Default for PdbBlocksDrain {
    fn default() -> Self {
        Self { evictable: Amount::Number(1) }
    }
}

impl Rule for PdbBlocksDrain {
    const META: Meta = Meta {
        name: "pdb-blocks-drain",
        family: Family::Availability,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: &[Kind::PodDisruptionBudget],
        remediation: "use `maxUnavailable: 1`, or keep `minAvailable` below the fewest replicas",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter pdb-min-available and pdb-max-unavailable, Polaris pdbDisruptionsIsZero, Gatekeeper; \
                 https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
    };

    fn check(&self, budget: &Object, inventory: &Inventory, report: &mut Report) {
        let (minimum, maximum) = (budget.at("spec/minAvailable"), budget.at("spec/maxUnavailable"));
        let limit = if maximum.is_present() { maximum } else { minimum };
        let Some(amount) = Amount::of(&limit) else { return };
        let is_maximum = maximum.is_present();
        if amount.is_nothing() && is_maximum || amount.is_everything() && !is_maximum {
            let message =
                format!("lets no pod go, however many there are: {} {limit}", limit.last_segment(), limit = amount);
            offer(report.at(&limit, message), &limit, is_maximum);
            return;
        }
        let selector = Selector::new(budget.at("spec/selector"));
        for pod in inventory.selected_by(&selector, budget.namespace()) {
            let workload = pod.object();
            let Some(replicas) = inventory.fewest_replicas(workload) else { continue };
            let pods = replicas.count.max(1);
            let held = if is_maximum {
                pods.saturating_sub(amount.rounded_up(pods))
            } else {
                amount.rounded_up(pods).min(pods)
            };
            if pods - held < self.evictable.rounded_up(pods) {
                let message = format!("holds {held} of the {pods} pods of {}", workload.reference());
                let finding = report.at(&limit, message);
                because(finding, &replicas);
                offer(finding, &limit, is_maximum);
                return;
            }
        }
    }
}

fn because(finding: &mut crate::finding::Finding, replicas: &Replicas<'_>) {
    finding.because(&replicas.field, "the replicas it is measured against");
}

/// One pod at a time is what a drain needs at least, and what a workload can bear at most without knowing more of it.
fn offer(finding: &mut crate::finding::Finding, limit: &Field<'_>, is_maximum: bool) {
    let object = limit.object();
    if !is_maximum {
        finding.fix_by_removal(Safety::Unsafe, limit);
    }
    finding.fix(Safety::Unsafe, &object.at("spec/maxUnavailable"), 1);
}

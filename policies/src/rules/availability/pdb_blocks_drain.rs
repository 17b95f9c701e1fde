//! Budgets that no eviction can satisfy.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::known_replicas;
use crate::amount::Amount;
use crate::finding::{Action, Finding, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::scaling::Replicas;
use crate::selector::Selector;

/// A PodDisruptionBudget must let some pods go.
///
/// Where it holds as many pods as there are, no pod may ever be evicted: a node drain waits for ever, and every node
/// upgrade with it. `minAvailable` and `maxUnavailable` are measured against the pods of all the workloads the budget
/// selects together, at every number of replicas that their HorizontalPodAutoscalers and ScaledObjects allow;
/// percentages are rounded up, as the disruption controller does. `maxUnavailable: 0` and `minAvailable: 100%` let no pod
/// go, whatever they are measured against. A minimum of no replicas counts as one: that is when a drain has something to
/// wait for.
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
        origin: "kube-linter pdb-min-available and pdb-max-unavailable, Polaris pdbDisruptionsIsZero and \
                 pdbMinAvailableGreaterThanHPAMinReplicas, Gatekeeper poddisruptionbudget; \
                 https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
    };

    fn check(&self, budget: &Object, inventory: &Inventory, report: &mut Report) {
        let Some(limit) = Limit::of(budget) else { return };
        let field = limit.field;
        if limit.is_absolute() {
            let message =
                format!("lets no pod go, however many there are: `{}` is {}", field.last_segment(), limit.amount);
            self.offer(report.at(&field, message), &limit);
            return;
        }
        let Some(protected) = Protected::of(budget, inventory) else { return };
        let Some(pods) = protected.scales().find(|pods| self.blocks(&limit, *pods)) else { return };
        let message = format!("holds {} of the {pods} pods of {}", limit.held(pods), protected.names());
        let finding = report.at(&field, message);
        for (fewest, most) in protected.workloads.iter().map(|(_, fewest, most)| (fewest, most)) {
            let replicas = if pods == protected.fewest { fewest } else { most };
            finding.because(&replicas.field, "the replicas it is measured against");
        }
        self.offer(finding, &limit);
    }
}

impl PdbBlocksDrain {
    fn blocks(&self, limit: &Limit<'_>, pods: u64) -> bool {
        pods - limit.held(pods) < self.evictable.rounded_up(pods).min(pods)
    }

    /// Letting go what the rule asks for, by the field that holds at every scale.
    fn offer(&self, finding: &mut Finding, limit: &Limit<'_>) {
        let budget = limit.field.object();
        if !limit.is_maximum {
            finding.fix_by_removal(Safety::Unsafe, &limit.field);
        }
        let evictable = if self.evictable.is_nothing() { Amount::Number(1) } else { self.evictable };
        finding.fix(Safety::Unsafe, &budget.at("spec/maxUnavailable"), evictable);
    }
}

/// What a budget demands.
struct Limit<'a> {
    field: Field<'a>,
    amount: Amount,
    is_maximum: bool,
}

impl<'a> Limit<'a> {
    /// The demand of a budget that has one; one with both is for the API to refuse.
    fn of(budget: &'a Object) -> Option<Self> {
        let (minimum, maximum) = (budget.at("spec/minAvailable"), budget.at("spec/maxUnavailable"));
        let (field, is_maximum) = match (minimum.is_present(), maximum.is_present()) {
            (true, false) => (minimum, false),
            (false, true) => (maximum, true),
            _ => return None,
        };
        Amount::of(&field).map(|amount| Self { field, amount, is_maximum })
    }

    /// Whether it lets nothing go at any scale.
    fn is_absolute(&self) -> bool {
        if self.is_maximum { self.amount.is_nothing() } else { self.amount.is_everything() }
    }

    /// How many of so many pods it holds.
    fn held(&self, pods: u64) -> u64 {
        let amount = self.amount.rounded_up(pods).min(pods);
        if self.is_maximum { pods - amount } else { amount }
    }
}

/// The workloads a budget protects, and how many pods they may have together.
struct Protected<'a> {
    workloads: SmallVec<[(&'a Object, Replicas<'a>, Replicas<'a>); 1]>,
    fewest: u64,
    most: u64,
}

impl<'a> Protected<'a> {
    /// `None` if there are none, or if the number of some is not known.
    fn of(budget: &'a Object, inventory: &'a Inventory) -> Option<Self> {
        let mut workloads = SmallVec::new();
        let (mut fewest, mut most) = (0, 0);
        for pod in inventory.selected_by(&Selector::new(budget.at("spec/selector")), budget.namespace()) {
            let workload = pod.object();
            if workload.kind() == Kind::PodTemplate {
                continue;
            }
            let (least, peak) = known_replicas(workload, inventory)?;
            fewest += least.count;
            most += peak.count.max(least.count);
            workloads.push((workload, least, peak));
        }
        (most > 0 && inventory.is_complete()).then_some(Self { workloads, fewest: fewest.max(1), most })
    }

    /// The numbers of pods to judge. Percentages repeat every hundred pods, so that the first and the last hundred show the
    /// worst there is.
    fn scales(&self) -> impl Iterator<Item = u64> + use<> {
        let (fewest, most) = (self.fewest, self.most);
        let last = most.saturating_sub(99).max(fewest);
        (fewest..=most.min(fewest.saturating_add(99))).chain(last..=most)
    }

    /// `Deployment/a, Deployment/b and StatefulSet/c`
    fn names(&self) -> String {
        let mut names = String::new();
        for (index, (workload, ..)) in self.workloads.iter().enumerate() {
            names.push_str(match index {
                0 => "",
                _ if index + 1 == self.workloads.len() => " and ",
                _ => ", ",
            });
            let _ = write!(names, "{}", workload.reference());
        }
        names
    }
}

//! A budget as the disruption controller sees it: what it demands, and how many pods it demands it of.

use std::fmt::Write as _;

use smallvec::SmallVec;

use super::known_replicas;
use crate::amount::Amount;
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::scaling::Replicas;
use crate::selector::Selector;

/// What a budget demands.
pub(super) struct Limit<'a> {
    pub(super) field: Field<'a>,
    pub(super) amount: Amount,
    pub(super) is_maximum: bool,
}

impl<'a> Limit<'a> {
    /// The demand of a budget that has one; one with both is for the API to refuse.
    pub(super) fn of(budget: &'a Object) -> Option<Self> {
        let (minimum, maximum) = (budget.at("spec/minAvailable"), budget.at("spec/maxUnavailable"));
        let (field, is_maximum) = match (minimum.is_present(), maximum.is_present()) {
            (true, false) => (minimum, false),
            (false, true) => (maximum, true),
            _ => return None,
        };
        Amount::of(&field).map(|amount| Self { field, amount, is_maximum })
    }

    /// Whether it lets nothing go at any scale.
    pub(super) fn is_absolute(&self) -> bool {
        if self.is_maximum { self.amount.is_nothing() } else { self.amount.is_everything() }
    }

    /// How many of so many pods it holds.
    pub(super) fn held(&self, pods: u64) -> u64 {
        let amount = self.amount.rounded_up(pods).min(pods);
        if self.is_maximum { pods - amount } else { amount }
    }
}

/// The workloads a budget protects, and how many pods they may have together.
pub(super) struct Protected<'a> {
    pub(super) workloads: SmallVec<[(&'a Object, Replicas<'a>, Replicas<'a>); 1]>,
    pub(super) fewest: u64,
    pub(super) most: u64,
}

impl<'a> Protected<'a> {
    /// `None` if there are none, or if the number of some is not known.
    pub(super) fn of(budget: &'a Object, inventory: &'a Inventory) -> Option<Self> {
        let mut workloads = SmallVec::new();
        let (mut fewest, mut most) = (0_u64, 0_u64);
        for pod in inventory.selected_by(&Selector::new(budget.at("spec/selector")), budget.namespace()) {
            let workload = pod.object();
            if workload.kind() == Kind::PodTemplate {
                continue;
            }
            let (least, peak) = known_replicas(workload, inventory)?;
            fewest = least.count.saturating_add(fewest);
            most = peak.count.max(least.count).saturating_add(most);
            workloads.push((workload, least, peak));
        }
        (most > 0 && inventory.is_complete()).then_some(Self { workloads, fewest: fewest.max(1), most })
    }

    /// The numbers of pods to judge. Percentages repeat every hundred pods, so that the first and the last hundred show the
    /// worst there is.
    pub(super) fn scales(&self) -> impl Iterator<Item = u64> + use<> {
        let (fewest, most) = (self.fewest, self.most);
        let last = most.saturating_sub(99).max(fewest);
        (fewest..=most.min(fewest.saturating_add(99))).chain(last..=most)
    }

    /// `Deployment/a, Deployment/b and StatefulSet/c`
    pub(super) fn names(&self) -> String {
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

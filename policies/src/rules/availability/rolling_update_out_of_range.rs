//! Rolling updates that go too fast or too slowly.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::known_replicas;
use crate::amount::Amount;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A rolling update must take away and add pods within the given bounds.
///
/// Too many at once, and the remaining pods cannot carry the traffic, or the cluster not the surge; too few, and a release
/// takes hours. Numbers and percentages of a Deployment are both resolved to pods of its fewest replicas before they are
/// compared, `maxUnavailable` rounded down and `maxSurge` rounded up; absent is 25 % each. A DaemonSet has as many pods as
/// there are nodes, which is not known: numbers are compared with numbers there, percentages with percentages; absent
/// `maxUnavailable` is 1, absent `maxSurge` 0.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RollingUpdateOutOfRange {
    /// How many pods may be missing during an update.
    max_unavailable: Bounds,
    /// How many pods may be added during an update.
    max_surge: Bounds,
}

/// The least and the most that will do.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct Bounds {
    /// The least; absent means no bound.
    min: Option<Amount>,
    /// The most; absent means no bound.
    max: Option<Amount>,
}

impl Rule for RollingUpdateOutOfRange {
    const META: Meta = Meta {
        name: "rolling-update-out-of-range",
        family: Family::Availability,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::DaemonSet, Kind::Deployment],
        remediation: "choose a value within the bounds of the policy",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter no-rolling-update-strategy; \
                 https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment",
    };

    fn check(&self, workload: &Object, inventory: &Inventory, report: &mut Report) {
        let is_deployment = workload.kind() == Kind::Deployment;
        let (strategy, unavailable, surge) = if is_deployment {
            ("spec/strategy", Amount::Percent(25), Amount::Percent(25))
        } else {
            ("spec/updateStrategy", Amount::Number(1), Amount::Number(0))
        };
        let strategy = workload.at(strategy);
        let is_rolling = matches!(strategy.at("type").as_str(), None | Some("RollingUpdate"));
        let replicas = known_replicas(workload, inventory).map(|(fewest, _)| fewest.count);
        if !is_rolling || workload.is_owned() || is_deployment && replicas.is_none() {
            return;
        }
        let resolve_down = |amount: Amount| replicas.map(|replicas| amount.rounded_down(replicas));
        let resolve_up = |amount: Amount| replicas.map(|replicas| amount.rounded_up(replicas));
        let sides: [(_, _, _, &dyn Fn(Amount) -> Option<u64>); 2] = [
            ("rollingUpdate/maxUnavailable", unavailable, &self.max_unavailable, &resolve_down),
            ("rollingUpdate/maxSurge", surge, &self.max_surge, &resolve_up),
        ];
        for (pointer, default, bounds, resolve) in sides {
            let field = strategy.at(pointer);
            let Some(amount) = (if field.is_present() { Amount::of(&field) } else { Some(default) }) else { continue };
            let Some((bound, side)) = bounds.broken_by(amount, resolve) else { continue };
            let name = field.last_segment();
            let pods = resolve(amount).filter(|_| matches!(amount, Amount::Percent(_)));
            let pods = pods.map(|pods| format!(" or {}", super::pods(pods))).unwrap_or_default();
            let message = format!("`{name}` is {amount}{pods}, {side} of {bound}");
            report.at(&field, message).fix(Safety::Unsafe, &field, bound);
        }
    }
}

impl Bounds {
    /// The bound that an amount breaks, and which it is.
    fn broken_by(&self, amount: Amount, resolve: &dyn Fn(Amount) -> Option<u64>) -> Option<(Amount, &'static str)> {
        let compare = |bound: Amount| match (resolve(amount), resolve(bound)) {
            (Some(amount), Some(bound)) => Some(amount.cmp(&bound)),
            _ => match (amount, bound) {
                (Amount::Number(amount), Amount::Number(bound)) => Some(amount.cmp(&bound)),
                (Amount::Percent(amount), Amount::Percent(bound)) => Some(amount.cmp(&bound)),
                _ => None,
            },
        };
        let is_low = |bound: &Amount| compare(*bound).is_some_and(|order| order.is_lt());
        let is_high = |bound: &Amount| compare(*bound).is_some_and(|order| order.is_gt());
        let low = self.min.filter(is_low).map(|bound| (bound, "below the minimum"));
        low.or_else(|| self.max.filter(is_high).map(|bound| (bound, "above the maximum")))
    }
}

//! Autoscalers that let go of pods too fast.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};

use crate::amount::Amount;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::scaling::Scaler;

/// An autoscaler must not remove many pods at once after a short dip of the load.
///
/// The load of a sale comes in waves: pods that a dip of a minute takes away are missing in the next wave, and new ones need
/// a minute or more to serve. Reported where the rules under `behavior.scaleDown` let too many pods go within a minute,
/// and the number of pods is not kept up for a while first. Absent rules let all pods go in 15 seconds; absent
/// `stabilizationWindowSeconds` is 300, explicit 0 is none; `selectPolicy` absent is `Max`, `Disabled` lets no pod go. What
/// lies below the minimum does not count.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ScaleDownAbrupt {
    /// How many pods may go within a minute: a number, or a percentage of the pods.
    per_minute: Amount,
    /// From how many seconds of stabilization on any number of pods may go.
    window: u32,
}

impl Default for ScaleDownAbrupt {
    fn default() -> Self {
        Self { per_minute: Amount::Percent(50), window: 120 }
    }
}

impl Rule for ScaleDownAbrupt {
    const META: Meta = Meta {
        name: "scale-down-abrupt",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::HorizontalPodAutoscaler, Kind::ScaledObject],
        remediation: "set `stabilizationWindowSeconds: 300`, or a policy that removes fewer pods per minute",
        fix: Some(Safety::Unsafe),
        origin: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#configurable-scaling-behavior",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        let Some(scaler) = Scaler::new(object).filter(|_| !object.is_owned()) else { return };
        let behavior = match object.kind() {
            Kind::ScaledObject => "spec/advanced/horizontalPodAutoscalerConfig/behavior/scaleDown",
            _ => "spec/behavior/scaleDown",
        };
        let rules = object.at(behavior);
        let window = rules.at("stabilizationWindowSeconds");
        let seconds = if window.is_absent() { Some(DEFAULT_WINDOW) } else { window.as_int() };
        let Some(seconds) = seconds.filter(|seconds| *seconds < i64::from(self.window)) else { return };
        // The last pod is KEDA's to remove, after the cooldown period.
        let (fewest, most) = (scaler.minimum().count.max(1), scaler.maximum().count);
        let Some(steps) = Steps::of(rules).filter(|_| most > fewest) else { return };
        let worst = steps.scales(fewest, most).find(|pods| steps.removed(*pods, fewest) > self.allowed(*pods));
        if let Some(pods) = worst {
            let removed = steps.removed(pods, fewest).floor();
            let message = format!("lets {removed} of {pods} pods go within a minute, {seconds} s after the load falls");
            report.at(&rules, message).fix(Safety::Unsafe, &window, self.window);
        }
    }
}

impl ScaleDownAbrupt {
    fn allowed(&self, pods: u64) -> f64 {
        match self.per_minute {
            Amount::Number(number) => number as f64,
            Amount::Percent(percent) => percent as f64 / 100.0 * pods as f64,
        }
    }
}

const DEFAULT_WINDOW: i64 = 300;

/// What scale-down policies let go within a minute.
struct Steps {
    steps: SmallVec<[Step; 2]>,
    takes_least: bool,
}

enum Step {
    /// So many pods.
    Pods(f64),
    /// Such a share of them.
    Share(f64),
}

impl Steps {
    /// `None` if no pod may ever go, or if a policy is malformed.
    fn of(rules: Field<'_>) -> Option<Self> {
        let select = rules.at("selectPolicy").as_str().unwrap_or("Max");
        let policies = rules.at("policies");
        let steps = if policies.is_empty() {
            Some(smallvec![Step::Share(1.0)])
        } else {
            policies.items().map(Step::of).collect()
        };
        (select != "Disabled").then_some(Self { steps: steps?, takes_least: select == "Min" })
    }

    /// How many of so many pods may go, none of them below the fewest.
    fn removed(&self, pods: u64, fewest: u64) -> f64 {
        let steps = self.steps.iter().map(|step| match step {
            Step::Pods(count) => *count,
            Step::Share(share) => share * pods as f64,
        });
        let removed = if self.takes_least { steps.fold(f64::MAX, f64::min) } else { steps.fold(0.0, f64::max) };
        removed.min((pods - fewest) as f64)
    }

    /// The numbers of pods to judge: shares are worst at the most pods, numbers just above where the fewest stop them.
    fn scales(&self, fewest: u64, most: u64) -> impl Iterator<Item = u64> {
        let counts = self.steps.iter().filter_map(move |step| match step {
            Step::Pods(count) => Some(fewest.saturating_add(*count as u64).min(most)),
            Step::Share(_) => None,
        });
        std::iter::once(most).chain(counts)
    }
}

impl Step {
    fn of(policy: Field<'_>) -> Option<Self> {
        let (value, period) = (policy.at("value").as_int()?, policy.at("periodSeconds").as_int()?);
        // A policy can be used up once at the start of the minute, and again after each period.
        let times = 59 / period.max(1) + 1;
        match policy.at("type").as_str()? {
            "Pods" => Some(Self::Pods(value as f64 * times as f64)),
            "Percent" => Some(Self::Share(1.0 - (1.0 - (value as f64 / 100.0).min(1.0)).powi(times as i32))),
            _ => None,
        }
    }
}

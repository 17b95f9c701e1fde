//! Budgets that no eviction can satisfy.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::budget::{Limit, Protected};
use crate::amount::Amount;
use crate::finding::{Action, Finding, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

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

#[cfg(test)]
mod tests {
    use super::PdbBlocksDrain;
    use crate::amount::Amount;
    use crate::rules::testing::messages;

    fn of(evictable: Amount, budget: &str, (fewest, most): (u64, u64)) -> Vec<String> {
        let rule = PdbBlocksDrain { evictable };
        let manifests = format!(
            "apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {{name: a}}
spec: {{selector: {{matchLabels: {{app: a}}}}, {budget}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: a}}
spec: {{template: {{metadata: {{labels: {{app: a}}}}, spec: {{}}}}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {{name: a}}
spec:
  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: a}}
  minReplicas: {fewest}
  maxReplicas: {most}
"
        );
        messages(&rule, &manifests)
    }

    #[test]
    fn a_share_must_be_evictable() {
        let half = Amount::Percent(50);
        assert_eq!(of(half, "minAvailable: 2", (3, 3)), ["holds 2 of the 3 pods of Deployment/a"]);
        assert!(of(half, "maxUnavailable: 2", (3, 3)).is_empty());
        assert!(of(half, "minAvailable: 50%", (4, 4)).is_empty());
    }

    #[test]
    fn every_scale_of_the_autoscaler_is_judged() {
        // Five may go: half of ten pods, but not a tenth of sixty.
        let tenth = Amount::Percent(10);
        assert!(of(tenth, "maxUnavailable: 5", (10, 50)).is_empty());
        assert_eq!(of(tenth, "maxUnavailable: 5", (10, 60)), ["holds 46 of the 51 pods of Deployment/a"]);
        assert_eq!(of(tenth, "maxUnavailable: 5", (1, 5000)), ["holds 46 of the 51 pods of Deployment/a"]);
        assert_eq!(of(Amount::Number(1), "minAvailable: 90%", (9, 100)), ["holds 9 of the 9 pods of Deployment/a"]);
        assert!(of(Amount::Number(1), "minAvailable: 90%", (10, 100)).is_empty());
    }

    #[test]
    fn more_than_there_are_pods_need_not_go() {
        assert!(of(Amount::Number(3), "maxUnavailable: 1", (1, 1)).is_empty());
        assert_eq!(of(Amount::Number(3), "maxUnavailable: 1", (2, 2)), ["holds 1 of the 2 pods of Deployment/a"]);
    }
}

//! Workloads that do not replace their pods one after the other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::is_behind_service;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A workload should be updated pod by pod.
///
/// `Recreate` stops every pod before it starts the first new one, so that each release is an outage; `OnDelete` replaces
/// no pod until somebody deletes it, so that a release does not arrive. Absent is `RollingUpdate`. The strategies of a
/// Rollout, `canary` and `blueGreen`, pass.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct NonRollingUpdate {
    /// Whether only workloads count that a Service sends traffic to.
    only_behind_service: bool,
}

impl Rule for NonRollingUpdate {
    const META: Meta = Meta {
        name: "non-rolling-update",
        family: Family::Availability,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::DaemonSet, Kind::Deployment, Kind::StatefulSet],
        remediation: "set the strategy's type to RollingUpdate",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter no-rolling-update-strategy, kube-score deployment-strategy; \
                 https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy",
    };

    fn check(&self, workload: &Object, inventory: &Inventory, report: &mut Report) {
        let strategy =
            if workload.kind() == Kind::Deployment { "spec/strategy/type" } else { "spec/updateStrategy/type" };
        let field = workload.at(strategy);
        let message = match field.as_str() {
            Some("Recreate") => "Recreate stops all pods before the first new one starts",
            Some("OnDelete") => "OnDelete replaces no pod until somebody deletes it",
            _ => return,
        };
        let is_served = || workload.pods().any(|pod| is_behind_service(&pod, inventory));
        if workload.is_owned() || self.only_behind_service && !is_served() {
            return;
        }
        report.at(&field, message).fix(Safety::Unsafe, &field, "RollingUpdate");
    }
}

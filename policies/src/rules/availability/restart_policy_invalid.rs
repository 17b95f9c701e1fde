//! Restart policies that do not fit what runs the pod.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// The restart policy of a pod must be one that its controller supports.
///
/// The pods of a Job or CronJob must end, so they need `restartPolicy: Never` or `OnFailure`; absent is `Always`, which the
/// API refuses there. The pods of all other controllers must not end: only `Always`, or nothing, is accepted. A Pod of its
/// own may have any policy.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RestartPolicyInvalid {
    /// Whether a Pod without a controller that is never restarted is reported.
    report_never: bool,
}

impl Rule for RestartPolicyInvalid {
    const META: Meta = Meta {
        name: "restart-policy-invalid",
        family: Family::Availability,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[
            Kind::CronJob,
            Kind::DaemonSet,
            Kind::Deployment,
            Kind::Job,
            Kind::Pod,
            Kind::ReplicaSet,
            Kind::ReplicationController,
            Kind::Rollout,
            Kind::ScaledJob,
            Kind::StatefulSet,
        ],
        remediation: "use Never or OnFailure for a Job, Always for everything that keeps running",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter restart-policy, kube-score cronjob-restartpolicy; \
                 https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            let field = pod.at("restartPolicy");
            let Some(policy) = (if field.is_absent() { Some("Always") } else { field.as_str() }) else { continue };
            let (is_wrong, right) = match object.kind() {
                Kind::CronJob | Kind::Job | Kind::ScaledJob => (policy == "Always", "Never"),
                Kind::Pod => (policy == "Never" && self.report_never && !object.is_owned(), "Always"),
                _ => (policy != "Always", "Always"),
            };
            if is_wrong {
                let message = format!("`restartPolicy` is {policy}, which does not fit a {}", object.kind_name());
                report.at(&field, message).fix(Safety::Unsafe, &field, right);
            }
        }
    }
}

//! CronJobs whose Jobs vanish before their history limits say so.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// The Jobs of a CronJob must not delete themselves.
///
/// A CronJob keeps as many finished Jobs as `successfulJobsHistoryLimit` and `failedJobsHistoryLimit` say. A time to live in its
/// Job template competes with them: the failed run that somebody wants to look into is gone before the next one.
///
/// The field is `spec.jobTemplate.spec.ttlSecondsAfterFinished`. Absent is right.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct CronjobJobTtlSet {}

impl Rule for CronjobJobTtlSet {
    const META: Meta = Meta {
        name: "cronjob-job-ttl-set",
        family: Family::Capacity,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Audit,
        kinds: &[Kind::CronJob],
        remediation: "remove `ttlSecondsAfterFinished` and let the history limits of the CronJob decide",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter job-ttl-seconds-after-finished; \
                 https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#jobs-history-limits",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        let seconds = object.at("spec/jobTemplate/spec/ttlSecondsAfterFinished");
        if let Some(value) = seconds.as_int() {
            let message = format!("deletes a finished Job after {value} seconds, whatever the history limits keep");
            report.at(&seconds, message).fix_by_removal(Safety::Unsafe, &seconds);
        }
    }
}

//! CronJobs that stop for good after an outage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A CronJob must say until when a missed start is made up for.
///
/// Without `startingDeadlineSeconds` the controller counts every start missed since the last one; after more than 100, say
/// a night of `concurrencyPolicy: Forbid` or of a suspended CronJob, it gives up and starts no Job any more. A deadline
/// under 10 seconds is met by chance only, since the controller looks every 10 seconds.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct CronjobDeadlineMissing {
    /// The shortest deadline, in seconds.
    minimum: u32,
}

impl Default for CronjobDeadlineMissing {
    fn default() -> Self {
        Self { minimum: 10 }
    }
}

/// What a fix sets: long enough for a controller that restarts.
const USUAL: u32 = 300;

impl Rule for CronjobDeadlineMissing {
    const META: Meta = Meta {
        name: "cronjob-deadline-missing",
        family: Family::Availability,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::CronJob],
        remediation: "set `startingDeadlineSeconds` to how late the Job may start",
        fix: Some(Safety::Unsafe),
        origin: "kube-score cronjob-has-deadline; \
                 https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#starting-deadline",
    };

    fn check(&self, cronjob: &Object, _: &Inventory, report: &mut Report) {
        let field = cronjob.at("spec/startingDeadlineSeconds");
        let (message, seconds) = match field.as_int() {
            Some(seconds) if seconds >= i64::from(self.minimum) => return,
            Some(seconds) => {
                (format!("`startingDeadlineSeconds` is {seconds}, below the minimum of {}", self.minimum), self.minimum)
            }
            None if field.is_present() => return,
            None => ("has no `startingDeadlineSeconds`".to_owned(), self.minimum.max(USUAL)),
        };
        report.at(&field, message).fix(Safety::Unsafe, &field, seconds);
    }
}

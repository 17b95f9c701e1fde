//! Jobs that stay for ever once they have finished.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A Job that no controller owns must be deleted some time after it has finished.
///
/// Otherwise it and its pods stay until somebody deletes them by hand; they fill the API server's store, and the next Job of the
/// same name cannot be made.
///
/// The field is `spec.ttlSecondsAfterFinished`; `0` deletes at once, absent never. Jobs that Helm runs as hooks need none, nor do
/// hooks of Argo CD with a delete policy.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct JobTtlMissing {}

impl Rule for JobTtlMissing {
    const META: Meta = Meta {
        name: "job-ttl-missing",
        family: Family::Capacity,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::Job],
        remediation: "set `spec.ttlSecondsAfterFinished`, to an hour for example",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter job-ttl-seconds-after-finished; \
                 https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        let seconds = object.at("spec/ttlSecondsAfterFinished");
        if seconds.is_absent() && !object.is_owned() && !is_deleted_by_its_tool(object) {
            let message = "has no `ttlSecondsAfterFinished`, so it stays with its pods for ever once it has finished";
            report.at(&seconds, message).fix(Safety::Unsafe, &seconds, 3600);
        }
    }
}

fn is_deleted_by_its_tool(job: &Object) -> bool {
    let has = |key| job.annotation(key).is_some_and(|value| !value.is_empty());
    has("helm.sh/hook") || has("argocd.argoproj.io/hook") && has("argocd.argoproj.io/hook-delete-policy")
}

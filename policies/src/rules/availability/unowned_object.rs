//! Pods that nothing replaces.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A Pod should be made by a controller.
///
/// A Pod of its own is gone with its node, and nothing starts another. Static pods and the hooks of Helm and Argo CD pass.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct UnownedObject {
    /// The kinds that need a controller.
    kinds: Vec<Owned>,
}

/// A kind that controllers make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
enum Owned {
    /// Made by workloads.
    Pod,
    /// Made by CronJobs.
    Job,
}

impl Default for UnownedObject {
    fn default() -> Self {
        Self { kinds: vec![Owned::Pod] }
    }
}

/// What marks objects that somebody else looks after.
const LOOKED_AFTER: [&str; 3] = ["argocd.argoproj.io/hook", "helm.sh/hook", "kubernetes.io/config.mirror"];

impl Rule for UnownedObject {
    const META: Meta = Meta {
        name: "unowned-object",
        family: Family::Availability,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::Job, Kind::Pod],
        remediation: "use a Deployment, a Job or a CronJob",
        fix: None,
        origin: "Kyverno; https://kubernetes.io/docs/concepts/configuration/overview/#naked-pods-vs-replicasets-deployments-and-jobs",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        let kind = if object.kind() == Kind::Job { Owned::Job } else { Owned::Pod };
        let is_exempt = LOOKED_AFTER.iter().any(|annotation| object.annotation(annotation).is_some());
        if self.kinds.contains(&kind) && !is_exempt && !object.is_owned() {
            report.at(&object.root(), format!("no controller owns this {kind:?}"));
        }
    }
}

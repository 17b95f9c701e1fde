//! Service accounts that do not exist.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Within;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// The service account of a pod must exist.
///
/// Where it does not, no pod is ever created: the ReplicaSet, StatefulSet or Job retries for ever, and a rollout hangs without
/// a word in the Deployment. The account is `serviceAccountName`, else the older `serviceAccount`; absent means `default`, which
/// every namespace has.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ServiceAccountMissing {}

impl Rule for ServiceAccountMissing {
    const META: Meta = Meta {
        name: "service-account-missing",
        family: Family::References,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "declare the ServiceAccount in the pod's namespace, or name one that exists",
        fix: None,
        origin: "kube-linter non-existent-service-account; \
                 https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            let (name, field) = pod.service_account();
            if name != "default" && inventory.service_account_of(&pod).is_missing() {
                let within = Within(pod.namespace());
                report.at(&field, format!("ServiceAccount `{name}` does not exist{within}"));
            }
        }
    }
}

//! Pods that run under the account of everybody.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tokens::mounted_token;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A pod that gets a service account's token must name an account of its own.
///
/// Every pod that names none shares `default`: whatever is granted for one of them is granted to all, and the audit log
/// cannot tell them apart. Reported where `serviceAccountName` (or the older `serviceAccount`) is absent or `default`, and the
/// token is mounted: `automountServiceAccountToken` is not false in the pod, nor, where the pod does not say, in the account.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct DefaultServiceAccount {}

impl Rule for DefaultServiceAccount {
    const META: Meta = Meta {
        name: "default-service-account",
        family: Family::Identity,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "name a ServiceAccount of the workload's own, or set `automountServiceAccountToken: false`",
        fix: None,
        origin: "kube-linter default-service-account; \
                 https://kubernetes.io/docs/concepts/security/service-accounts/#default-service-accounts",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            let (name, field) = pod.service_account();
            if name != "default" {
                continue;
            }
            let Some(mounted) = mounted_token(&pod, inventory) else { continue };
            let finding = report.at(&field, "runs under the service account `default`, and gets its token");
            if mounted.is_present() {
                finding.because(&mounted, "this mounts the token");
            }
        }
    }
}

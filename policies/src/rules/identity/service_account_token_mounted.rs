//! Tokens that open nothing, given to pods that do not need them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::tokens::{is_bound, mounted_token};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A pod that does not call the Kubernetes API must not get a token for it.
///
/// Whoever breaks into the pod has the token, and with it whatever anybody ever grants to the account. Reported where
/// `automountServiceAccountToken` is not false in the pod, nor, where the pod does not say, in its ServiceAccount. Passes
/// where a binding grants the account something, because the pod then needs the API; a token projected for another audience,
/// as for AWS, is none of these. Judged by the field, never by the volume that admission adds.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ServiceAccountTokenMounted {
    /// Leave out the pods of accounts that a RoleBinding or ClusterRoleBinding grants something.
    exempt_bound: bool,
    /// Also report every ServiceAccount that does not set `automountServiceAccountToken: false`.
    service_accounts: bool,
}

impl Default for ServiceAccountTokenMounted {
    fn default() -> Self {
        Self { exempt_bound: true, service_accounts: false }
    }
}

impl Rule for ServiceAccountTokenMounted {
    const META: Meta = Meta {
        name: "service-account-token-mounted",
        family: Family::Identity,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &Kind::pods_and::<{ Kind::PODS.len() + 1 }>(&[Kind::ServiceAccount]),
        remediation: "set `automountServiceAccountToken: false` in the pod or its ServiceAccount",
        fix: Some(Safety::Unsafe),
        origin: "Polaris automountServiceAccountToken, Kyverno restrict-automount-sa-token, Gatekeeper; \
                 https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        if object.kind() == Kind::ServiceAccount {
            let field = object.at("automountServiceAccountToken");
            if self.service_accounts && field.as_bool() != Some(false) {
                let message = "every pod of this account gets its token, unless it says otherwise";
                report.at(&field, message).fix(Safety::Unsafe, &field, false);
            }
            return;
        }
        for pod in object.pods() {
            let Some(mounted) = mounted_token(&pod, inventory) else { continue };
            let name = pod.service_account().0;
            if self.exempt_bound && is_bound(pod.namespace(), name, inventory) {
                continue;
            }
            let holds_all = |kind| inventory.holds_all(kind, pod.namespace());
            if self.exempt_bound && !(holds_all(Kind::RoleBinding) && holds_all(Kind::ClusterRoleBinding)) {
                report.not_evaluated("a binding that is not known may grant the service account something");
                continue;
            }
            let field = pod.at("automountServiceAccountToken");
            let grants = if self.exempt_bound { ", which no binding grants anything" } else { "" };
            let finding = report.at(&field, format!("gets the token of the service account `{name}`{grants}"));
            if field.is_absent() && mounted.is_present() {
                finding.because(&mounted, "the account mounts it");
            }
            if object.kind() == Kind::TestRun {
                finding.fix(Safety::Unsafe, &field, "false");
            } else {
                finding.fix(Safety::Unsafe, &field, false);
            }
        }
    }
}

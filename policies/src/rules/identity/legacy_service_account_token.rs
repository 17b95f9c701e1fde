//! Tokens of service accounts that never expire.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// Tokens of service accounts must not be kept in Secrets.
///
/// Such a token never expires, is bound to no pod, and can be read by whoever may read Secrets. Pods get a fresh one by
/// projection, and everybody else by the TokenRequest API. Reported are a Secret of type
/// `kubernetes.io/service-account-token`, and a ServiceAccount with a list of `secrets`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct LegacyServiceAccountToken {}

impl Rule for LegacyServiceAccountToken {
    const META: Meta = Meta {
        name: "legacy-service-account-token",
        family: Family::Identity,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::Secret, Kind::ServiceAccount],
        remediation: "delete the Secret, and ask for tokens by projection or `kubectl create token`",
        fix: None,
        origin: "Kyverno restrict-sa-automount-sa-token and check-serviceaccount-secrets; \
                 https://kubernetes.io/docs/concepts/security/service-accounts/#get-a-token",
    };

    fn check(&self, object: &Object, _inventory: &Inventory, report: &mut Report) {
        let (kind, secrets) = (object.at("type"), object.at("secrets"));
        if object.kind() == Kind::Secret && kind.as_str() == Some("kubernetes.io/service-account-token") {
            let account = object.annotation("kubernetes.io/service-account.name").unwrap_or("a service account");
            report.at(&kind, format!("holds a token of `{account}` that never expires"));
        }
        if object.kind() == Kind::ServiceAccount && !secrets.is_empty() {
            let count = secrets.items().count();
            let noun = if count == 1 { "Secret" } else { "Secrets" };
            report.at(&secrets, format!("lists {count} {noun}, which is how tokens that never expire are kept"));
        }
    }
}

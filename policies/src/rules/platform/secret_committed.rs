//! Secrets whose content stands in the manifests.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::pattern::Glob;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::is_placeholder;

/// No Secret in the repository may hold its content.
///
/// Base64 hides nothing: whoever may read the repository, or ever could, has the secret, and history keeps it. The platform
/// keeps secrets in AWS Secrets Manager, and manifests name them. Every key of `data` and `stringData` with a value is
/// reported, except values that are encrypted by SOPS, empty, or placeholders (`<…>`, `${…}`, `$(…)`). A SealedSecret is
/// another kind and passes.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct SecretCommitted {
    /// Globs of the names of Secrets that may hold content, because nothing in them is secret.
    allowed: Vec<Glob>,
}

impl Rule for SecretCommitted {
    const META: Meta = Meta {
        name: "secret-committed",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Audit,
        kinds: &[Kind::Secret],
        remediation: "delete the Secret, revoke what it held, and let an ExternalSecret make it from AWS Secrets Manager",
        fix: None,
        origin: "https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
    };

    fn check(&self, secret: &Object, _inventory: &Inventory, report: &mut Report) {
        let is_encrypted = !secret.at("sops").is_empty();
        if is_encrypted || self.allowed.iter().any(|allowed| allowed.matches(secret.name())) {
            return;
        }
        for (key, value) in secret.at("data").entries() {
            if value.as_str().is_some_and(|text| !is_harmless(text) && !is_encoded_placeholder(text)) {
                report.at(&value, format!("the value of `{key}` stands here for everybody to read, as base64"));
            }
        }
        for (key, value) in secret.at("stringData").entries() {
            if value.as_str().is_some_and(|text| !is_harmless(text)) {
                report.at(&value, format!("the value of `{key}` stands here for everybody to read"));
            }
        }
    }
}

fn is_harmless(text: &str) -> bool {
    text.trim().is_empty() || is_placeholder(text) || text.starts_with("ENC[") && text.ends_with(']')
}

fn is_encoded_placeholder(text: &str) -> bool {
    let decoded = STANDARD.decode(text.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.is_some_and(|text| text.trim().is_empty() || is_placeholder(&text))
}

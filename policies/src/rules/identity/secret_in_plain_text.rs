//! Passwords, tokens and keys that stand in manifests for everybody to read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::{Mention, is_word, mention, words};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::pattern::Glob;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::is_placeholder;

/// No environment variable and no ConfigMap may hold a secret.
///
/// Whoever may read the workload, the repository or its history has it, and the process hands it on to its children and its
/// crash reports. Judged are `env[].value` of all containers, and `data` and `binaryData` of ConfigMaps, by name and by value.
///
/// By name: split into words at `_`, `-`, `.` and capitals, it holds one of `words` (in the plural, too), while its last word
/// is none of `harmless` and its first neither `max` nor `min`. Values that are empty, a boolean, a path, an ARN, a reference
/// `$(VAR)` or a placeholder `<…>` pass, as do texts of several lines (files). Where the name goes on after the secret word
/// (`TOKEN_EXPIRY`), numbers, durations and URLs without credentials pass as well. By value, whatever the name: a PEM private
/// key, or the id of an AWS access key. `valueFrom` is never reported.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct SecretInPlainText {
    /// Words that mean a secret; several words stand with one blank between them.
    words: Vec<String>,
    /// Last words of names that speak of something else than the secret itself.
    harmless: Vec<String>,
    /// Globs of names that are not judged by name.
    allowed_names: Vec<Glob>,
}

impl Default for SecretInPlainText {
    fn default() -> Self {
        let words =
            ["password", "passwd", "secret", "token", "bearer", "credential", "api key", "access key", "private key"];
        let harmless = ["dir", "path", "file", "name", "arn", "url", "host", "ttl", "from", "enabled"];
        Self {
            words: words.map(str::to_owned).to_vec(),
            harmless: harmless.map(str::to_owned).to_vec(),
            allowed_names: Vec::new(),
        }
    }
}

impl Rule for SecretInPlainText {
    const META: Meta = Meta {
        name: "secret-in-plain-text",
        family: Family::Identity,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &Kind::pods_and::<{ Kind::PODS.len() + 1 }>(&[Kind::ConfigMap]),
        remediation: "revoke it, keep it in AWS Secrets Manager, and name it here by `secretKeyRef` or by its ARN",
        fix: None,
        origin: "kube-linter env-var-secret, Polaris sensitiveContainerEnvVar and sensitiveConfigmapContent; \
                 https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
    };

    fn check(&self, object: &Object, _inventory: &Inventory, report: &mut Report) {
        for container in object.pods().flat_map(|pod| pod.containers()) {
            for variable in container.at("env").items() {
                let (name, value) = (variable.at("name").as_str().unwrap_or_default(), variable.at("value"));
                let Some(found) = value.as_str().and_then(|text| self.find(name, text)) else { continue };
                report.at(&value, format!("container `{}` holds {} in plain text", container.name(), found.of(name)));
            }
        }
        if object.kind() != Kind::ConfigMap {
            return;
        }
        for (name, value) in object.at("data").entries() {
            if let Some(found) = value.as_str().and_then(|text| self.find(name, text)) {
                report.at(&value, format!("holds {} in plain text", found.of(name)));
            }
        }
        for (name, value) in object.at("binaryData").entries() {
            let bytes = value.as_str().and_then(|text| STANDARD.decode(text.trim()).ok()).unwrap_or_default();
            if let Some(found) = self.find(name, &String::from_utf8_lossy(&bytes)) {
                report.at(&value, format!("holds {}, readable as base64", found.of(name)));
            }
        }
    }
}

/// What a value is.
#[derive(Clone, Copy)]
enum Found {
    ByName,
    PrivateKey,
    AccessKey,
}

impl Found {
    fn of(self, name: &str) -> String {
        match self {
            Self::ByName => format!("the value of `{name}`"),
            Self::PrivateKey => format!("a private key in `{name}`"),
            Self::AccessKey => format!("the id of an AWS access key in `{name}`"),
        }
    }
}

impl SecretInPlainText {
    fn find(&self, name: &str, text: &str) -> Option<Found> {
        if holds_private_key(text) {
            return Some(Found::PrivateKey);
        }
        if holds_access_key(text) {
            return Some(Found::AccessKey);
        }
        (self.is_secret(name, text) && !self.allowed_names.iter().any(|allowed| allowed.matches(name)))
            .then_some(Found::ByName)
    }

    fn is_secret(&self, name: &str, text: &str) -> bool {
        let words = words(name);
        let Some(mention) = mention(&words, &self.words) else { return false };
        let is_bound = words.first().is_some_and(|word| ["max", "min"].iter().any(|bound| is_word(word, bound, false)));
        let is_harmless = |word: &&str| self.harmless.iter().any(|harmless| is_word(word, harmless, true));
        let is_aspect = mention == Mention::Aspect && (is_measure(text) || is_open_url(text));
        !(is_bound || words.last().is_some_and(is_harmless) || is_aspect || is_no_secret(text))
    }
}

/// Whether a value is certainly no secret, whatever it is called.
fn is_no_secret(text: &str) -> bool {
    let text = text.trim();
    let booleans = ["true", "false", "yes", "no", "on", "off"];
    let paths = ["/", "./", "../", "~/", "file:"];
    text.is_empty()
        || text.contains('\n')
        || booleans.iter().any(|boolean| text.eq_ignore_ascii_case(boolean))
        || paths.iter().any(|prefix| text.starts_with(prefix))
        || text.starts_with("arn:")
        || is_placeholder(text)
}

/// A number, a duration, an amount: digits with a short unit, or several of them.
fn is_measure(text: &str) -> bool {
    let mut unit = 0;
    let is_measured = |byte: u8| {
        unit = if b"numshdkKMGTPEiB%".contains(&byte) { unit + 1 } else { 0 };
        unit <= 3 && (unit > 0 || byte.is_ascii_digit() || byte == b'.')
    };
    text.starts_with(|c: char| c.is_ascii_digit()) && text.bytes().all(is_measured)
}

/// A URL that names no user and no password.
fn is_open_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    !scheme.is_empty() && !host.contains('@')
}

fn holds_private_key(text: &str) -> bool {
    text.match_indices("-----BEGIN ").any(|(at, begin)| {
        let title = text[at + begin.len()..].split("-----").next().unwrap_or_default();
        title.len() < 40 && title.contains("PRIVATE KEY")
    })
}

fn holds_access_key(text: &str) -> bool {
    const LENGTH: usize = 20;
    let bytes = text.as_bytes();
    let is_at = |at: usize| {
        let key = bytes.get(at..at + LENGTH).unwrap_or_default();
        let is_key = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        let neighbours = [at.checked_sub(1), Some(at + LENGTH)];
        let is_free = neighbours.into_iter().flatten().all(|at| !bytes.get(at).is_some_and(u8::is_ascii_alphanumeric));
        key.len() == LENGTH && key.iter().all(is_key) && is_free
    };
    ["AKIA", "ASIA"].iter().any(|prefix| text.match_indices(prefix).any(|(at, _)| is_at(at)))
}

#[cfg(test)]
mod tests {
    use super::{holds_access_key, holds_private_key, is_measure, is_no_secret, is_open_url};

    #[test]
    fn keys_are_known_by_value() {
        assert!(holds_access_key("id=AKIAIOSFODNN7EXAMPLE;"));
        assert!(holds_access_key("ASIAIOSFODNN7EXAMPLE"));
        for text in
            ["AKIAIOSFODNN7EXAMPL", "AKIAIOSFODNN7EXAMPLES", "xAKIAIOSFODNN7EXAMPLE", "AKIAiosfodnn7example", "é"]
        {
            assert!(!holds_access_key(text), "{text}");
        }
        assert!(holds_private_key("-----BEGIN RSA PRIVATE KEY-----\nMII"));
        assert!(holds_private_key("x\n-----BEGIN PRIVATE KEY-----"));
        assert!(!holds_private_key("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"));
        assert!(!holds_private_key("-----BEGIN "));
    }

    #[test]
    fn measures_and_open_urls_are_told_from_secrets() {
        for text in ["3600", "10m", "1h30m", "0.5", "64Mi", "80%"] {
            assert!(is_measure(text), "{text}");
        }
        for text in ["", "hunter2", "12ab34cdef", "1-2", "9f86d081"] {
            assert!(!is_measure(text), "{text}");
        }
        assert!(is_open_url("https://auth.example/token?x=a@b"));
        assert!(!is_open_url("https://user:pw@auth.example/") && !is_open_url("auth.example"));
        for text in ["", " ", "True", "/run/secrets", "arn:aws:x", "$(VAR)", "<token>"] {
            assert!(is_no_secret(text), "{text}");
        }
        assert!(!is_no_secret("Bearer $(TOKEN)") && !is_no_secret("hunter2"));
    }
}

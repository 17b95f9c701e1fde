//! Secrets that reach a process by its environment.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// Secrets must reach a process by files, not by environment variables.
///
/// An environment is copied to every child process, printed by crash reports and debug pages, and shown by `docker inspect`;
/// and it stays as it was when the Secret is rotated. Reported are `env[].valueFrom.secretKeyRef` and `envFrom[].secretRef` of
/// all containers.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct SecretThroughEnv {
    /// The fields that are judged.
    fields: Vec<Source>,
}

/// A field by which a Secret reaches an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Source {
    /// One variable.
    Env,
    /// A whole Secret.
    EnvFrom,
}

impl Default for SecretThroughEnv {
    fn default() -> Self {
        Self { fields: vec![Source::Env, Source::EnvFrom] }
    }
}

impl Rule for SecretThroughEnv {
    const META: Meta = Meta {
        name: "secret-through-env",
        family: Family::Identity,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "mount the Secret as a volume, or read it at run time",
        fix: None,
        origin: "kube-linter read-secret-from-env-var, Kyverno secrets-not-from-env-vars; \
                 https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
    };

    fn check(&self, object: &Object, _inventory: &Inventory, report: &mut Report) {
        for container in object.pods().flat_map(|pod| pod.containers()) {
            let name = container.name();
            let variables = container.at("env").items().filter(|_| self.fields.contains(&Source::Env));
            for variable in variables {
                let reference = variable.at("valueFrom/secretKeyRef");
                if reference.is_present() {
                    let what = variable.at("name").as_str().unwrap_or_default();
                    let secret = reference.at("name").as_str().unwrap_or_default();
                    report.at(&reference, format!("container `{name}` gets `{what}` from the Secret `{secret}`"));
                }
            }
            let sources = container.at("envFrom").items().filter(|_| self.fields.contains(&Source::EnvFrom));
            for reference in sources.map(|source| source.at("secretRef")).filter(|reference| reference.is_present()) {
                let secret = reference.at("name").as_str().unwrap_or_default();
                report.at(&reference, format!("container `{name}` gets variables from the Secret `{secret}`"));
            }
        }
    }
}

//! Pods that use Secret objects where secrets are read at run time.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::{Existence, Inventory};
use crate::kind::Kind;
use crate::object::{Field, Object, Pod};
use crate::pattern::Glob;
use crate::rule::{Family, Meta, Profile, Rule};

/// Pods must read secrets from AWS Secrets Manager at run time, not from Secret objects.
///
/// A Secret object is a copy: everybody who may read Secrets in the namespace, or the backups of the cluster, has it, and a
/// rotation does not reach it. Reported is each use of a Secret whose name is not in `allowedNames` and whose labels are not
/// those of `allowedLabels`: `secretKeyRef`, `secretRef`, and the volumes `secret` and `projected`; `imagePullSecrets` where
/// `through` names them.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct SecretObjectUsed {
    /// The ways of use that are judged.
    through: Vec<Way>,
    /// Globs of the names of Secrets that may be used.
    allowed_names: Vec<Glob>,
    /// Labels of Secrets that may be used; all must be there. Secrets that the manifests do not hold then pass.
    allowed_labels: BTreeMap<String, String>,
}

/// A way by which a pod uses a Secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum Way {
    /// One environment variable.
    Env,
    /// All keys as environment variables.
    EnvFrom,
    /// Files.
    Volume,
    /// The pull of images.
    ImagePullSecrets,
}

impl Default for SecretObjectUsed {
    fn default() -> Self {
        Self {
            through: vec![Way::Env, Way::EnvFrom, Way::Volume],
            allowed_names: Vec::new(),
            allowed_labels: BTreeMap::new(),
        }
    }
}

impl Rule for SecretObjectUsed {
    const META: Meta = Meta {
        name: "secret-object-used",
        family: Family::Identity,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "read the secret from AWS Secrets Manager at run time, or list the Secret in `allowedNames`",
        fix: None,
        origin: "Kyverno restrict-secrets-by-name and restrict-secrets-by-label; \
                 https://docs.aws.amazon.com/eks/latest/best-practices/data-encryption-and-secrets-management.html",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            self.check_containers(&pod, inventory, report);
            self.check_volumes(&pod, inventory, report);
            for secret in pod.at("imagePullSecrets").items() {
                let name = secret.at("name");
                if self.is_reported(Way::ImagePullSecrets, &name, inventory) {
                    report.at(&name, format!("pulls images with the Secret `{}`", text(&name)));
                }
            }
        }
    }
}

impl SecretObjectUsed {
    fn check_containers(&self, pod: &Pod<'_>, inventory: &Inventory, report: &mut Report) {
        for container in pod.containers() {
            for variable in container.at("env").items() {
                let name = variable.at("valueFrom/secretKeyRef/name");
                if self.is_reported(Way::Env, &name, inventory) {
                    let (container, secret, variable) = (container.name(), text(&name), variable.at("name"));
                    let variable = text(&variable);
                    report.at(&name, format!("container `{container}` takes {variable} from the Secret `{secret}`"));
                }
            }
            for source in container.at("envFrom").items() {
                let name = source.at("secretRef/name");
                if self.is_reported(Way::EnvFrom, &name, inventory) {
                    let (container, secret) = (container.name(), text(&name));
                    report.at(&name, format!("container `{container}` takes variables from the Secret `{secret}`"));
                }
            }
        }
    }

    fn check_volumes(&self, pod: &Pod<'_>, inventory: &Inventory, report: &mut Report) {
        for volume in pod.at("volumes").items() {
            let own = std::iter::once(volume.at("secret/secretName"));
            let projected = volume.at("projected/sources").items().map(|source| source.at("secret/name"));
            for name in own.chain(projected) {
                if self.is_reported(Way::Volume, &name, inventory) {
                    let volume = volume.at("name");
                    report.at(&name, format!("the volume `{}` holds the Secret `{}`", text(&volume), text(&name)));
                }
            }
        }
    }

    fn is_reported(&self, way: Way, name: &Field<'_>, inventory: &Inventory) -> bool {
        let Some(secret) = name.as_str().filter(|_| self.through.contains(&way)) else { return false };
        !self.allowed_names.iter().any(|allowed| allowed.matches(secret))
            && !self.is_allowed_by_label(name.object().namespace(), secret, inventory)
    }

    fn is_allowed_by_label(&self, namespace: &str, secret: &str, inventory: &Inventory) -> bool {
        if self.allowed_labels.is_empty() {
            return false;
        }
        match inventory.lookup(Kind::Secret, namespace, secret) {
            Existence::Found(secret) => {
                self.allowed_labels.iter().all(|(key, value)| secret.label(key) == Some(value.as_str()))
            }
            Existence::Unknown | Existence::Missing => true,
        }
    }
}

fn text<'a>(field: &Field<'a>) -> &'a str {
    field.as_str().unwrap_or_default()
}

//! ConfigMaps, Secrets and claims that a pod needs and nobody makes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Within;
use super::needs::{Reference, keys, of_containers, of_volumes, pull_secrets};
use crate::finding::{Action, Report, Severity};
use crate::inventory::{Existence, Inventory};
use crate::kind::Kind;
use crate::object::Object;
use crate::pattern::Glob;
use crate::rule::{Family, Meta, Profile, Rule};

/// The ConfigMaps, Secrets and PersistentVolumeClaims that a pod refers to must exist, with the keys it asks for.
///
/// Without them its containers never start: they wait in `CreateContainerConfigError` or `ContainerCreating`, and a rollout
/// hangs. Looked at are `env`, `envFrom`, volumes, projected volumes and `imagePullSecrets`; what is `optional` passes. A
/// Secret also exists where an ExternalSecret, SealedSecret, Certificate or SecretProviderClass makes it, a claim where a
/// StatefulSet's `volumeClaimTemplates` do, and `kube-root-ca.crt` everywhere.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ConfigReferenceMissing {
    /// Names that are never reported, as globs.
    ignore: Vec<Glob>,
}

impl Rule for ConfigReferenceMissing {
    const META: Meta = Meta {
        name: "config-reference-missing",
        family: Family::References,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "declare the object and its key in the pod's namespace, or mark the reference `optional`",
        fix: None,
        origin: "kube-linter env-value-from; https://kubernetes.io/docs/concepts/configuration/configmap/, \
                 https://kubernetes.io/docs/concepts/configuration/secret/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            let needs = of_containers(&pod).chain(of_volumes(&pod)).chain(pull_secrets(&pod, inventory));
            needs.for_each(|reference| self.judge(&reference, inventory, report));
        }
    }
}

impl ConfigReferenceMissing {
    fn judge(&self, reference: &Reference<'_>, inventory: &Inventory, report: &mut Report) {
        let Reference { kind, block, name: field, by } = reference;
        let Some(name) = field.as_str().filter(|name| !name.is_empty()) else { return };
        let is_root_certificate = *kind == Kind::ConfigMap && name == "kube-root-ca.crt";
        if block.at("optional").is_true() || is_root_certificate || self.ignore.iter().any(|glob| glob.matches(name)) {
            return;
        }
        let namespace = block.object().namespace();
        let found = inventory.lookup(*kind, namespace, name);
        let makers = || {
            let is_secret = (*kind == Kind::Secret).then(|| inventory.secret_makers(namespace, name));
            is_secret.into_iter().flatten()
        };
        let is_made = match kind {
            Kind::Secret => makers().next().is_some(),
            Kind::PersistentVolumeClaim => found.is_missing() && is_claim_made(inventory, namespace, name),
            _ => false,
        };
        let kind_name = kind.name();
        match found {
            Existence::Missing if !is_made => {
                report.at(field, format!("{by} needs {kind_name} `{name}`, which does not exist{}", Within(namespace)));
            }
            Existence::Unknown => {}
            _ => {
                let holds = |key: &str| {
                    let stored = if let Existence::Found(object) = found { Some(object) } else { None };
                    let mut sources = stored.into_iter().chain(makers());
                    sources.any(|object| holds(object, key).unwrap_or(true))
                };
                for field in keys(*block) {
                    if let Some(key) = field.as_str().filter(|key| !holds(key)) {
                        report.at(&field, format!("{by} needs key `{key}`, which {kind_name} `{name}` does not have"));
                    }
                }
            }
        }
    }
}

/// Whether an object gives its ConfigMap or Secret a key; `None` if its manifest does not tell.
fn holds(object: &Object, key: &str) -> Option<bool> {
    let (first, second) = match object.kind() {
        Kind::ConfigMap => (object.at("data"), object.at("binaryData")),
        Kind::Secret if object.at("type").as_str() != Some("kubernetes.io/service-account-token") => {
            (object.at("data"), object.at("stringData"))
        }
        Kind::ExternalSecret => return external_secret_holds(object, key),
        _ => return None,
    };
    // One without any key is filled in by somebody else.
    let is_filled = !first.is_empty() || !second.is_empty();
    is_filled.then(|| first.entries().chain(second.entries()).any(|(name, _)| name == key))
}

/// The keys of `data`, unless a template with keys of its own replaces them.
fn external_secret_holds(object: &Object, key: &str) -> Option<bool> {
    let (target, template) = (object.at("spec/target"), object.at("spec/target/template"));
    let is_unknown = !object.at("spec/dataFrom").is_empty()
        || !template.at("templateFrom").is_empty()
        || target.at("creationPolicy").as_str() == Some("Merge");
    let is_replaced = !template.at("data").is_empty() && template.at("mergePolicy").as_str() != Some("Merge");
    let mut fetched = object.at("spec/data").items().map(|item| item.at("secretKey").as_str());
    let is_made = template.at("data").entries().any(|(name, _)| name == key);
    (!is_unknown).then(|| is_made || !is_replaced && fetched.any(|name| name == Some(key)))
}

/// Whether a StatefulSet makes a claim: `<template>-<set>-<number>`.
fn is_claim_made(inventory: &Inventory, namespace: &str, claim: &str) -> bool {
    let Some((stem, number)) = claim.rsplit_once('-') else { return false };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number
        && inventory.in_namespace(Kind::StatefulSet, namespace).any(|set| {
            let Some(template) = stem.strip_suffix(set.name()).and_then(|rest| rest.strip_suffix('-')) else {
                return false;
            };
            let mut templates = set.at("spec/volumeClaimTemplates").items();
            templates.any(|claim| claim.at("metadata/name").as_str() == Some(template))
        })
}

//! The ConfigMaps, Secrets and claims that a pod refers to.

use std::fmt;

use crate::inventory::{Existence, Inventory};
use crate::kind::Kind;
use crate::object::{Field, Pod};

/// What refers to an object.
pub(super) enum Referrer<'a> {
    /// A container.
    Container(&'a str),
    /// A volume.
    Volume(&'a str),
    /// The pod itself.
    Pod,
}

impl fmt::Display for Referrer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Container(name) => write!(f, "container `{name}`"),
            Self::Volume(name) => write!(f, "volume `{name}`"),
            Self::Pod => f.write_str("the pod"),
        }
    }
}

/// A reference of a pod to an object, and to keys of it: one, or those of a list.
pub(super) struct Reference<'a> {
    /// Of which kind it is.
    pub(super) kind: Kind,
    /// The reference.
    pub(super) block: Field<'a>,
    /// The name in it.
    pub(super) name: Field<'a>,
    /// What refers to it.
    pub(super) by: Referrer<'a>,
}

/// The keys that a reference asks for: of an environment variable the one, of a volume those it lists.
pub(super) fn keys(block: Field<'_>) -> impl Iterator<Item = Field<'_>> {
    std::iter::once(block.at("key")).chain(block.at("items").items().map(|item| item.at("key")))
}

/// What the environment of a pod's containers needs.
pub(super) fn of_containers<'a>(pod: &Pod<'a>) -> impl Iterator<Item = Reference<'a>> {
    pod.containers().flat_map(|container| {
        let reference = move |kind, block: Field<'a>| {
            let by = Referrer::Container(container.name());
            Reference { kind, block, name: block.at("name"), by }
        };
        let variables = container.at("env").items().flat_map(move |variable| {
            [
                reference(Kind::ConfigMap, variable.at("valueFrom/configMapKeyRef")),
                reference(Kind::Secret, variable.at("valueFrom/secretKeyRef")),
            ]
        });
        let all = container.at("envFrom").items().flat_map(move |source| {
            [reference(Kind::ConfigMap, source.at("configMapRef")), reference(Kind::Secret, source.at("secretRef"))]
        });
        variables.chain(all)
    })
}

/// What the volumes of a pod need.
pub(super) fn of_volumes<'a>(pod: &Pod<'a>) -> impl Iterator<Item = Reference<'a>> {
    pod.at("volumes").items().flat_map(|volume| {
        let reference = move |kind, block: Field<'a>, name| {
            let by = Referrer::Volume(volume.at("name").as_str().unwrap_or_default());
            Reference { kind, block, name: block.at(name), by }
        };
        let own = [
            reference(Kind::ConfigMap, volume.at("configMap"), "name"),
            reference(Kind::Secret, volume.at("secret"), "secretName"),
            reference(Kind::PersistentVolumeClaim, volume.at("persistentVolumeClaim"), "claimName"),
        ];
        let projected = volume.at("projected/sources").items().flat_map(move |source| {
            [
                reference(Kind::ConfigMap, source.at("configMap"), "name"),
                reference(Kind::Secret, source.at("secret"), "name"),
            ]
        });
        own.into_iter().chain(projected)
    })
}

/// The Secrets a pod pulls images with. Admission adds those of its service account, whose business they are.
pub(super) fn pull_secrets<'a>(pod: &Pod<'a>, inventory: &'a Inventory) -> impl Iterator<Item = Reference<'a>> {
    let account = match inventory.service_account_of(pod) {
        Existence::Found(account) => Some(account.at("imagePullSecrets")),
        _ => None,
    };
    let is_copied = move |name: &str| account.is_some_and(|secrets| secrets.named(name).is_some());
    let own = move |block: &Field<'a>| !block.at("name").as_str().is_some_and(is_copied);
    let secrets = pod.at("imagePullSecrets").items().filter(own);
    secrets.map(|block| Reference { kind: Kind::Secret, block, name: block.at("name"), by: Referrer::Pod })
}

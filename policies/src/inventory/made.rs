//! What no manifest shows, because something makes it: Secrets out of custom resources, pods out of operators.

use super::{Inventory, Key};
use crate::kind::Kind;
use crate::object::{Field, Object, Pod};

/// Namespaces that every cluster has.
pub(crate) const BUILT_IN_NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

impl Inventory {
    /// The custom resources out of which a controller makes a Secret.
    pub fn secret_makers<'a>(&'a self, namespace: &'a str, secret: &'a str) -> impl Iterator<Item = &'a Object> {
        self.found(Key::MakesSecret(namespace, secret))
            .filter(move |object| object.namespace() == namespace && secrets_of(object).any(|name| name == secret))
    }

    /// Whether anything in a namespace makes pods.
    pub fn has_pods(&self, namespace: &str) -> bool {
        let makes_pods = |object: &Object| object.namespace() == namespace && object.pods().next().is_some();
        self.found(Key::PodIn(namespace)).any(makes_pods) || self.found(Key::UnlabelledPodIn(namespace)).any(makes_pods)
    }

    /// The pods in which some container may run as a user, by number.
    pub fn pods_running_as_user(&self, user: i64) -> impl Iterator<Item = Pod<'_>> {
        self.found(Key::RunsAsUser(user)).flat_map(Object::pods)
    }

    /// Whether an object of this name is known whose namespace is not: written nowhere, it may be this one.
    pub(super) fn may_be_in(&self, kind: Kind, namespace: &str, name: &str) -> bool {
        if kind.is_cluster_scoped() {
            return false;
        }
        match namespace {
            "" => self.all_of(kind).any(|object| object.name() == name),
            _ => self.get(kind, "", name).is_some(),
        }
    }
}

/// The names of the Secrets that a controller makes out of an object.
pub(super) fn secrets_of(object: &Object) -> impl Iterator<Item = &str> {
    let (one, many) = match object.kind() {
        Kind::Certificate => (object.at("spec/secretName").as_str(), None),
        Kind::ExternalSecret if object.at("spec/target/creationPolicy").as_str() == Some("None") => (None, None),
        Kind::ExternalSecret => (object.at("spec/target/name").as_str().or(Some(object.name())), None),
        Kind::SealedSecret => (Some(object.name()), None),
        Kind::SecretProviderClass => (None, Some(object.at("spec/secretObjects"))),
        _ => (None, None),
    };
    let many = many.into_iter().flat_map(Field::items).filter_map(|secret| secret.at("secretName").as_str());
    one.into_iter().chain(many)
}

/// Whether an object with pods was made by a controller that is no workload of Kubernetes: it chooses their labels.
pub(super) fn is_of_operator(object: &Object) -> bool {
    let is_workload = |owner: Field<'_>| {
        let version = owner.at("apiVersion").as_str().unwrap_or_default();
        let group = version.rsplit_once('/').map_or("", |(group, _)| group);
        let kind = Kind::of(group, owner.at("kind").as_str().unwrap_or_default());
        kind != Kind::Other && kind.pod_shapes().iter().any(|shape| !shape.is_container)
    };
    object.pod().is_some() && object.is_owned() && !object.at("metadata/ownerReferences").items().any(is_workload)
}

/// The users that the containers of a pod may run as.
pub(super) fn users_of<'a>(pod: &Pod<'a>) -> impl Iterator<Item = i64> + use<'a> {
    let of_containers = pod.containers().filter_map(|container| container.security_context());
    std::iter::once(pod.security_context()).chain(of_containers).filter_map(|context| context.at("runAsUser").as_int())
}

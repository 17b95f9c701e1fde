//! What an object can be found by.

use super::{ROLE_ANNOTATION, made};
use crate::kind::Kind;
use crate::object::{Container, Field, Object};
use crate::selector::Selector;

/// What an object can be found by. Hashed, never stored: every answer is checked against the object itself.
#[derive(Clone, Copy, Debug, Hash)]
pub(super) enum Key<'a> {
    /// Namespace and name, whatever the kind.
    Name(&'a str, &'a str),
    Kind(Kind),
    KindIn(Kind, &'a str),
    /// A pod of a namespace by one of its labels.
    Label(&'a str, &'a str, &'a str),
    /// Any pod of a namespace.
    PodIn(&'a str),
    /// Makes pods of a namespace whose labels an operator chooses.
    UnlabelledPodIn(&'a str),
    /// Selects pods of a namespace that have a label.
    Selects(Kind, &'a str, &'a str, &'a str),
    /// Selects pods of a namespace by something else than one label.
    SelectsBroadly(Kind, &'a str),
    /// Scales an object of a namespace, by kind and name.
    Scales(&'a str, &'a str, &'a str),
    /// Makes pods that run under a service account.
    RunsAs(&'a str, &'a str),
    /// A service account that takes an AWS role.
    TakesRole(&'a str),
    /// Something out of which a controller makes a Secret of a namespace.
    MakesSecret(&'a str, &'a str),
    /// Makes pods in which a container may run as a user.
    RunsAsUser(i64),
    /// A binding by one of its subjects: kind, namespace, name.
    Binds(&'a str, &'a str, &'a str),
    /// Makes pods with a variable about Redis that has this value.
    Redis(&'a str),
}

/// The selector by which an object selects pods of its own namespace, for the kinds that do.
pub(crate) fn pod_selector(object: &Object) -> Option<Selector<'_>> {
    match object.kind() {
        Kind::PodDisruptionBudget => Some(Selector::new(object.at("spec/selector"))),
        Kind::Service => Some(Selector::map(object.at("spec/selector"))),
        Kind::NetworkPolicy => Some(Selector::or_everything(object.at("spec/podSelector"))),
        _ => None,
    }
}

/// The kind, namespace and name of a binding's subject. A service account without a namespace is one of the binding's own.
pub(super) fn subject_of<'a>(binding: &'a Object, subject: Field<'a>) -> (&'a str, &'a str, &'a str) {
    let kind = subject.at("kind").as_str().unwrap_or_default();
    let namespace = match subject.at("namespace").as_str() {
        _ if kind != "ServiceAccount" => "",
        Some(namespace) => namespace,
        None => binding.namespace(),
    };
    (kind, namespace, subject.at("name").as_str().unwrap_or_default())
}

pub(super) fn redis_values<'a>(container: &Container<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let variables = container.at("env").items();
    let about = variables.filter(|variable| variable.at("name").as_str().is_some_and(|name| name.contains("REDIS")));
    about.filter_map(|variable| variable.at("value").as_str())
}

/// Everything an object can be found by.
pub(super) fn each_key<'a>(object: &'a Object, visit: &mut impl FnMut(Key<'a>)) {
    let (kind, namespace) = (object.kind(), object.namespace());
    visit(Key::Name(namespace, object.name()));
    visit(Key::Kind(kind));
    visit(Key::KindIn(kind, namespace));
    if let Some(selector) = pod_selector(object).filter(|selector| !selector.is_nothing()) {
        let mut is_broad = true;
        for (key, value) in selector.pivots() {
            visit(Key::Selects(kind, namespace, key, value));
            is_broad = false;
        }
        if is_broad {
            visit(Key::SelectsBroadly(kind, namespace));
        }
    }
    if let Some(target) = crate::scaling::target_of(object) {
        visit(Key::Scales(namespace, target.kind, target.name));
    }
    if kind == Kind::ServiceAccount
        && let Some(role) = object.annotation(ROLE_ANNOTATION)
    {
        visit(Key::TakesRole(role));
    }
    made::secrets_of(object).for_each(|secret| visit(Key::MakesSecret(namespace, secret)));
    if made::is_of_operator(object) {
        visit(Key::UnlabelledPodIn(namespace));
    }
    if matches!(kind, Kind::RoleBinding | Kind::ClusterRoleBinding) {
        for subject in object.at("subjects").items() {
            let (kind, namespace, name) = subject_of(object, subject);
            visit(Key::Binds(kind, namespace, name));
        }
    }
    if object.is_owned() {
        return;
    }
    for pod in object.pods() {
        visit(Key::RunsAs(namespace, pod.service_account().0));
        made::users_of(&pod).for_each(|user| visit(Key::RunsAsUser(user)));
        pod.containers().flat_map(|container| redis_values(&container)).for_each(|value| visit(Key::Redis(value)));
        if pod.has_unknown_labels() {
            visit(Key::UnlabelledPodIn(namespace));
            continue;
        }
        visit(Key::PodIn(namespace));
        for (key, value) in pod.labels().entries() {
            visit(Key::Label(namespace, key, value.as_str().unwrap_or_default()));
        }
    }
}

//! What keeps the pods of a workload apart: anti-affinity terms and topology spread constraints that select the pod itself.

use super::SET_BY_CONTROLLERS;
use crate::inventory::{Existence, Inventory};
use crate::kind::Kind;
use crate::object::{Field, Pod};
use crate::selector::Selector;

/// A term of a pod's anti-affinity.
#[derive(Clone, Copy)]
pub(super) struct Term<'a> {
    /// The term.
    pub(super) field: Field<'a>,
    /// Whether the scheduler must keep to it.
    pub(super) is_required: bool,
}

/// Why a term or constraint does not concern the pod's own kind, and where that stands.
pub(super) struct Miss<'a> {
    pub(super) field: Field<'a>,
    pub(super) reason: &'static str,
}

const NOT_OWN: &str = "the selector does not match the pod's own labels";

/// The anti-affinity of a pod, what is required first.
pub(super) fn anti_affinity<'a>(pod: &Pod<'a>) -> impl Iterator<Item = Term<'a>> {
    let block = pod.at("affinity/podAntiAffinity");
    let required = block.at("requiredDuringSchedulingIgnoredDuringExecution").items();
    let preferred = block.at("preferredDuringSchedulingIgnoredDuringExecution").items();
    let required = required.map(|field| Term { field, is_required: true });
    required.chain(preferred.map(|item| Term { field: item.at("podAffinityTerm"), is_required: false }))
}

impl<'a> Term<'a> {
    /// Why the term does not keep the pod away from others like it; `None` if it does.
    pub(super) fn misses(&self, pod: &Pod<'a>, inventory: &Inventory) -> Option<Miss<'a>> {
        let selector = self.field.at("labelSelector");
        if !matches_own(selector, pod) {
            let reason = if selector.is_present() { NOT_OWN } else { "a term without a selector matches no pod" };
            return Some(Miss { field: selector, reason });
        }
        let excluded = self.field.at("mismatchLabelKeys").items().find(|key| has_label(pod, key));
        if let Some(field) = excluded {
            return Some(Miss { field, reason: "the pod's own label is excluded" });
        }
        let (names, namespaces) = (self.field.at("namespaces"), self.field.at("namespaceSelector"));
        let field = if names.is_empty() { namespaces } else { names };
        (!self.reaches(pod.namespace(), inventory))
            .then_some(Miss { field, reason: "the pod's own namespace is not among those it looks at" })
    }

    /// Whether it looks at a namespace, its own.
    fn reaches(&self, namespace: &str, inventory: &Inventory) -> bool {
        let (names, selector) = (self.field.at("namespaces"), self.field.at("namespaceSelector"));
        if names.is_empty() && selector.is_absent() {
            return true;
        }
        // An object without a namespace gets one from whoever applies it.
        if namespace.is_empty() || names.items().any(|name| name.as_str() == Some(namespace)) {
            return true;
        }
        let selector = Selector::new(selector);
        match inventory.lookup(Kind::Namespace, "", namespace) {
            _ if selector.is_nothing() => false,
            Existence::Found(object) => selector.without(&[NAME_OF_NAMESPACE]).matches(object.at("metadata/labels")),
            Existence::Unknown | Existence::Missing => true,
        }
    }
}

/// The label that every namespace gets from the API server.
const NAME_OF_NAMESPACE: &str = "kubernetes.io/metadata.name";

/// Why a topology spread constraint does not count pods like this one; `None` if it does.
pub(super) fn constraint_misses<'a>(constraint: Field<'a>, pod: &Pod<'a>) -> Option<Miss<'a>> {
    let selector = constraint.at("labelSelector");
    let is_narrowed = constraint.at("matchLabelKeys").items().any(|key| has_label(pod, &key));
    // The scheduler takes an empty selector for one that counts no pod.
    let is_empty = Selector::new(selector).is_everything() && !is_narrowed;
    let reason = match selector.is_present() {
        false => "a constraint without a selector counts no pod",
        true if is_empty => "an empty selector counts no pod",
        true if !matches_own(selector, pod) => NOT_OWN,
        true => return None,
    };
    Some(Miss { field: selector, reason })
}

/// Whether a selector matches the labels of the pod it stands in, those aside that its controller adds.
fn matches_own<'a>(selector: Field<'a>, pod: &Pod<'a>) -> bool {
    pod.has_unknown_labels() && selector.is_present()
        || Selector::new(selector).without(SET_BY_CONTROLLERS).matches(pod.labels())
}

fn has_label<'a>(pod: &Pod<'a>, key: &Field<'a>) -> bool {
    key.as_str().is_some_and(|key| SET_BY_CONTROLLERS.contains(&key) || pod.labels().get(key).is_present())
}

/// A topology key by its present name.
pub(super) fn present_name(key: &str) -> &str {
    match key {
        "failure-domain.beta.kubernetes.io/zone" => "topology.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region" => "topology.kubernetes.io/region",
        key => key,
    }
}

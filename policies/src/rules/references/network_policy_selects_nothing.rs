//! NetworkPolicies that hold for no pod, or name no peer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Within, application_spec, is_namespace_missing, is_readable, selects_none};
use crate::finding::{Action, Report, Severity};
use crate::inventory::{BUILT_IN_NAMESPACES, Inventory};
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::selector::Selector;

/// The selectors of a NetworkPolicy must select something.
///
/// A `podSelector` with a misspelt label protects nothing and nobody notices, for traffic keeps flowing; a misspelt peer keeps
/// out what should come in. A peer's `podSelector` reaches the policy's own namespace, or those its `namespaceSelector`
/// selects, by their labels or by `kubernetes.io/metadata.name`, which every namespace has. Empty and absent selectors select
/// everything and pass.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct NetworkPolicySelectsNothing {
    /// Whether the peers in `ingress` and `egress` are judged, too.
    peers: bool,
}

impl Default for NetworkPolicySelectsNothing {
    fn default() -> Self {
        Self { peers: true }
    }
}

impl Rule for NetworkPolicySelectsNothing {
    const META: Meta = Meta {
        name: "network-policy-selects-nothing",
        family: Family::References,
        profile: Profile::Baseline,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::NetworkPolicy],
        remediation: "select labels that pods and namespaces have",
        fix: None,
        origin: "kube-linter dangling-networkpolicy, kube-score networkpolicy-targets-pod; \
                 https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    };

    fn check(&self, policy: &Object, inventory: &Inventory, report: &mut Report) {
        let (field, namespace) = (policy.at("spec/podSelector"), policy.namespace());
        if is_void(field, namespace, inventory) {
            report.at(&field, format!("selects no pod{}", Within(namespace)));
        }
        if !self.peers {
            return;
        }
        let ingress = policy.at("spec/ingress").items().flat_map(|rule| rule.at("from").items());
        let egress = policy.at("spec/egress").items().flat_map(|rule| rule.at("to").items());
        ingress.chain(egress).for_each(|peer| check_peer(peer, inventory, report));
    }
}

fn check_peer(peer: Field<'_>, inventory: &Inventory, report: &mut Report) {
    let (pods, namespaces) = (peer.at("podSelector"), peer.at("namespaceSelector"));
    if namespaces.is_absent() {
        let namespace = peer.object().namespace();
        if is_void(pods, namespace, inventory) {
            report.at(&pods, format!("selects no pod{}", Within(namespace)));
        }
        return;
    }
    let selector = Selector::new(namespaces);
    let reach = reach(&selector, inventory);
    if reach.is_empty() {
        if is_readable(namespaces) && !may_be_made(&selector, inventory) {
            report.at(&namespaces, "selects no namespace");
        }
    } else if reach.iter().all(|namespace| is_void(pods, namespace, inventory)) {
        let finding = report.at(&pods, "selects no pod in the namespaces it reaches");
        finding.because(&namespaces, "the namespaces it reaches");
    }
}

/// Whether a selector of pods certainly selects none of a namespace.
fn is_void<'a>(pods: Field<'a>, namespace: &'a str, inventory: &'a Inventory) -> bool {
    let selector = Selector::or_everything(pods);
    !selector.is_everything() && is_readable(pods) && selects_none(inventory, &selector, namespace)
}

/// The namespaces that a selector selects: those declared, those every cluster has, and those known by name only.
fn reach<'a>(selector: &Selector<'a>, inventory: &'a Inventory) -> SmallVec<[&'a str; 8]> {
    let is_selected = |namespace: &&Object| {
        let labels = namespace.at("metadata/labels");
        selector.matches_namespace(namespace.name(), |key| text(labels, key))
    };
    let declared = inventory.all_of(Kind::Namespace).filter(is_selected).map(Object::name);
    // Where nobody has written down their labels, only the customary `name` is taken for one.
    let has_name = |name: &&str| selector.matches_namespace(name, |key| (key == "name").then_some(*name));
    let built_in = BUILT_IN_NAMESPACES.into_iter().filter(has_name);
    let named = selector.named_namespaces().filter(|name| !is_namespace_missing(inventory, name));
    let is_undeclared = |name: &&str| inventory.get(Kind::Namespace, "", name).is_none();
    declared.chain(built_in.chain(named).filter(is_undeclared)).collect()
}

/// Whether a selector that names no namespace may mean one that Argo CD makes, or one that is declared to exist elsewhere.
fn may_be_made(selector: &Selector<'_>, inventory: &Inventory) -> bool {
    if selector.named_namespaces().next().is_some() {
        return false;
    }
    let applications = inventory.all_of(Kind::Application).chain(inventory.all_of(Kind::ApplicationSet));
    let mut labels = applications.map(|application| {
        application.at(application_spec(application)).at("syncPolicy/managedNamespaceMetadata/labels")
    });
    !inventory.holds_all(Kind::Namespace, "")
        || labels.any(|labels| selector.matches_namespace("", |key| text(labels, key)))
}

fn text<'a>(labels: Field<'a>, key: &str) -> Option<&'a str> {
    labels.entries().find(|(name, _)| *name == key)?.1.as_str()
}

//! Names that must lead somewhere.

mod needs;

mod config_reference_missing;
mod headless_service_missing;
mod ingress_backend_missing;
mod network_policy_selects_nothing;
mod role_missing;
mod selector_mismatch;
mod service_account_missing;
mod service_selector_shared;
mod service_selects_nothing;

use std::fmt;

pub(super) use config_reference_missing::ConfigReferenceMissing;
pub(super) use headless_service_missing::HeadlessServiceMissing;
pub(super) use ingress_backend_missing::IngressBackendMissing;
pub(super) use network_policy_selects_nothing::NetworkPolicySelectsNothing;
pub(super) use role_missing::RoleMissing;
pub(super) use selector_mismatch::SelectorMismatch;
pub(super) use service_account_missing::ServiceAccountMissing;
pub(super) use service_selector_shared::ServiceSelectorShared;
pub(super) use service_selects_nothing::ServiceSelectsNothing;

use crate::inventory::{BUILT_IN_NAMESPACES, Existence, Inventory};
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::selector::Selector;

/// Says which namespace is meant, as far as it is known: ` in namespace …`, or nothing.
pub(super) struct Within<'a>(pub(super) &'a str);

impl fmt::Display for Within<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, " in namespace `{}`", self.0) }
    }
}

/// Whether a Service exists. Those that operators make out of their custom resources do, with ports nobody has written down.
pub(super) fn service<'a>(inventory: &'a Inventory, namespace: &'a str, name: &'a str) -> Existence<'a> {
    let found = inventory.lookup(Kind::Service, namespace, name);
    if !found.is_missing() {
        return found;
    }
    let of_collector = ["-collector", "-collector-headless", "-collector-monitoring", "-targetallocator"]
        .iter()
        .filter_map(|suffix| name.strip_suffix(suffix))
        .any(|stem| inventory.get(Kind::OpenTelemetryCollector, namespace, stem).is_some());
    let is_made = match name {
        "prometheus-operated" => inventory.in_namespace(Kind::Prometheus, namespace).next().is_some(),
        "alertmanager-operated" => inventory.in_namespace(Kind::Alertmanager, namespace).next().is_some(),
        _ => of_collector,
    };
    if is_made { Existence::Unknown } else { Existence::Missing }
}

/// Whether an object of any kind exists. Of a kind that no rule knows, absence is evidence only beside others of the kind.
pub(super) fn object<'a>(
    inventory: &'a Inventory,
    (group, kind): (&'a str, &'a str),
    namespace: &'a str,
    name: &'a str,
) -> Existence<'a> {
    let known = Kind::of(group, kind);
    if known == Kind::Service {
        return service(inventory, namespace, name);
    }
    if known != Kind::Other {
        return inventory.lookup(known, if known.is_cluster_scoped() { "" } else { namespace }, name);
    }
    let is_alike = |other: &Object| other.kind_name() == kind && other.group() == group;
    match inventory.lookup_named(group, kind, namespace, name) {
        Existence::Missing if !inventory.all_of(Kind::Other).any(is_alike) => Existence::Unknown,
        existence => existence,
    }
}

/// Whether a namespace certainly does not exist: nothing declares it, nothing makes it, and no cluster has it from the start.
pub(super) fn is_namespace_missing(inventory: &Inventory, namespace: &str) -> bool {
    inventory.lookup(Kind::Namespace, "", namespace).is_missing()
        && !BUILT_IN_NAMESPACES.contains(&namespace)
        && !inventory
            .all_of(Kind::Application)
            .chain(inventory.all_of(Kind::ApplicationSet))
            .any(|application| makes_namespace(application, namespace))
}

/// Whether Argo CD makes the namespace that an Application, or an ApplicationSet's template, is for.
pub(super) fn makes_namespace(application: &Object, namespace: &str) -> bool {
    let spec = application_spec(application);
    let mut options = application.at(spec).at("syncPolicy/syncOptions").items();
    application.at(spec).at("destination/namespace").as_str() == Some(namespace)
        && options.any(|option| option.as_str() == Some("CreateNamespace=true"))
}

/// Where an Application, or the template of an ApplicationSet, has its spec.
pub(super) fn application_spec(application: &Object) -> &'static str {
    if application.kind() == Kind::ApplicationSet { "spec/template/spec" } else { "spec" }
}

/// Whether the labels of a selector are text, as they must be for anything to be said of them.
pub(super) fn is_text(labels: Field<'_>) -> bool {
    labels.entries().all(|(_, value)| value.as_str().is_some())
}

/// Whether a `LabelSelector` is text wherever it must be.
pub(super) fn is_readable(selector: Field<'_>) -> bool {
    let is_text_at = |expression: Field<'_>, key| expression.at(key).as_str().is_some();
    is_text(selector.at("matchLabels"))
        && selector.at("matchExpressions").items().all(|expression| {
            let mut values = expression.at("values").items();
            is_text_at(expression, "key")
                && is_text_at(expression, "operator")
                && values.all(|value| value.as_str().is_some())
        })
}

/// Whether a selector certainly selects none of the pods of a namespace.
pub(super) fn selects_none<'a>(inventory: &'a Inventory, selector: &Selector<'a>, namespace: &'a str) -> bool {
    inventory.selected_by(selector, namespace).next().is_none()
        && namespace != "kube-system"
        && !inventory.may_hold_other_pods(namespace)
        && !may_select_elsewhere(inventory, selector, namespace)
}

/// Whether pods of an unwritten namespace match, which may be this one.
fn may_select_elsewhere<'a>(inventory: &'a Inventory, selector: &Selector<'a>, namespace: &str) -> bool {
    if !namespace.is_empty() {
        return inventory.selected_by(selector, "").next().is_some();
    }
    let workloads = Kind::PODS.iter().flat_map(|kind| inventory.all_of(*kind));
    workloads.flat_map(Object::pods).any(|pod| !pod.has_unknown_labels() && selector.matches(pod.labels()))
}

#[cfg(test)]
mod tests {
    use super::{
        ConfigReferenceMissing, HeadlessServiceMissing, IngressBackendMissing, NetworkPolicySelectsNothing,
        RoleMissing, ServiceAccountMissing, ServiceSelectsNothing,
    };
    use crate::rule::Rule;
    use crate::rules::testing::{messages, messages_if_incomplete};

    const MANIFESTS: &str = "apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  serviceName: db
  template:
    spec:
      serviceAccountName: db
      containers: [{name: db, envFrom: [{configMapRef: {name: db}}]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: db, namespace: shop}
roleRef: {kind: Role, name: db}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: db, namespace: shop}
spec: {defaultBackend: {service: {name: db, port: {number: 80}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: web}}}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
";

    fn hinges_on_what_is_absent<R: Rule>() {
        assert!(!messages(&R::default(), MANIFESTS).is_empty(), "{}", R::META.name);
        assert!(messages_if_incomplete(&R::default(), MANIFESTS).is_empty(), "{}", R::META.name);
    }

    #[test]
    fn absence_is_no_evidence_where_not_everything_was_read() {
        hinges_on_what_is_absent::<ConfigReferenceMissing>();
        hinges_on_what_is_absent::<HeadlessServiceMissing>();
        hinges_on_what_is_absent::<IngressBackendMissing>();
        hinges_on_what_is_absent::<NetworkPolicySelectsNothing>();
        hinges_on_what_is_absent::<RoleMissing>();
        hinges_on_what_is_absent::<ServiceAccountMissing>();
        hinges_on_what_is_absent::<ServiceSelectsNothing>();
    }
}

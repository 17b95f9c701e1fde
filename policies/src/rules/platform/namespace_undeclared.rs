//! Objects in namespaces that nobody creates.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::pattern::Glob;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::references::{application_spec, is_namespace_missing};

/// The namespace of an object must be declared.
///
/// In a fresh cluster the object is refused, and with it the sync that holds it; a misspelt namespace looks just the
/// same. A Namespace object declares it, or an Argo CD Application for it with `CreateNamespace=true`; `default`,
/// `kube-system`, `kube-public` and `kube-node-lease` are always there. An object that names no namespace passes. The
/// destination of an Application is judged like an object, if it is the cluster itself.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct NamespaceUndeclared {
    /// Names of namespaces that exist although no manifest declares them, as globs.
    external: Vec<Glob>,
}

impl Rule for NamespaceUndeclared {
    const META: Meta = Meta {
        name: "namespace-undeclared",
        family: Family::Platform,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Audit,
        kinds: Kind::ALL,
        remediation: "declare the Namespace, or correct the name",
        fix: None,
        origin: "Argo CD; https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        let mut judge = |field: Field<'_>| {
            let Some(name) = field.as_str().filter(|name| !name.is_empty()) else { return };
            let is_external = || self.external.iter().any(|glob| glob.matches(name));
            if is_namespace_missing(inventory, name) && !is_external() {
                report.at(&field, format!("nothing declares the namespace `{name}`"));
            }
        };
        if !object.kind().is_cluster_scoped() {
            judge(object.at("metadata/namespace"));
        }
        if matches!(object.kind(), Kind::Application | Kind::ApplicationSet) {
            let destination = object.at(application_spec(object)).at("destination");
            let namespace = destination.at("namespace");
            let is_template = namespace.as_str().is_some_and(|name| name.contains("{{"));
            if is_this_cluster(destination) && !is_template {
                judge(namespace);
            }
        }
    }
}

fn is_this_cluster(destination: Field<'_>) -> bool {
    destination.at("name").as_str() == Some("in-cluster")
        || destination.at("server").as_str() == Some("https://kubernetes.default.svc")
}

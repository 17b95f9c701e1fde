//! Objects in the namespace that nobody chose.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// Objects must not be in the namespace `default`.
///
/// That namespace has no quota, no NetworkPolicy and no owner, and whoever forgets to name a namespace works in it, so objects of
/// several teams meet there.
///
/// The field is `metadata.namespace`. Where it is absent, Kustomize, Helm, the Argo CD destination or the request says which
/// namespace it is. What is unknown even so is left alone, and so is what the control plane itself keeps in `default`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct DefaultNamespace {
    /// What to do about an object whose namespace nothing names.
    absent: AbsentNamespace,
}

/// What to do about an object whose namespace nothing names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum AbsentNamespace {
    /// Leave it alone.
    #[default]
    Pass,
    /// Report it.
    Report,
}

impl Rule for DefaultNamespace {
    const META: Meta = Meta {
        name: "default-namespace",
        family: Family::Gitops,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::ALL,
        remediation: "set `metadata.namespace` to the namespace of the application",
        fix: None,
        origin: "kube-linter use-namespace, Kyverno; \
                 https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        let (kind, field) = (object.kind(), object.at("metadata/namespace"));
        // Of an unknown kind nothing says that it has a namespace.
        let has_namespace = kind != Kind::Other && !kind.is_cluster_scoped();
        match object.namespace() {
            "default" if !is_of_the_control_plane(object) => {
                report.at(&field, "is in the namespace `default`");
            }
            "" if self.absent == AbsentNamespace::Report && has_namespace && !field.is_blocked() => {
                report.at(&field, "names no namespace, so it may come to be in `default`");
            }
            _ => {}
        }
    }
}

/// What every cluster has in `default`: the API server's own Service, what each namespace gets, and events of nodes.
fn is_of_the_control_plane(object: &Object) -> bool {
    match object.kind_name() {
        "Service" | "Endpoints" | "EndpointSlice" => object.name() == "kubernetes",
        "ServiceAccount" => object.name() == "default",
        "ConfigMap" => object.name() == "kube-root-ca.crt",
        "Event" => true,
        _ => false,
    }
}

//! Argo CD projects that hold nobody back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};

/// An AppProject must name the repositories, the destinations and the cluster-wide kinds it allows.
///
/// A project is the only fence between an Application and everything Argo CD may do. One that allows any repository deploys what a
/// stranger wrote; one that allows any namespace or any cluster-wide kind lets an Application make itself administrator.
///
/// The fields are `sourceRepos`, `destinations` and `clusterResourceWhitelist`. A `*` in one of them allows everything; absent
/// allows nothing. A destination may have `*` as server or as namespace, not as both.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ArgocdProjectTooBroad {
    /// Whether the project must deny every cluster-wide kind in `clusterResourceBlacklist`.
    cluster_blacklist: bool,
}

impl Rule for ArgocdProjectTooBroad {
    const META: Meta = Meta {
        name: "argocd-project-too-broad",
        family: Family::Gitops,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::AppProject],
        remediation: "name each repository, destination and cluster-wide kind that the project needs",
        fix: None,
        origin: "Kyverno; https://argo-cd.readthedocs.io/en/stable/user-guide/projects/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for repository in object.at("spec/sourceRepos").items().filter(is_any) {
            report.at(&repository, "allows every source repository");
        }
        for destination in object.at("spec/destinations").items() {
            let (server, name) = (destination.at("server"), destination.at("name"));
            let namespace = destination.at("namespace");
            if (is_any(&server) || is_any(&name)) && is_any(&namespace) {
                report.at(&namespace, "allows every namespace of every cluster");
            }
        }
        for kind in object.at("spec/clusterResourceWhitelist").items().filter(is_any_kind) {
            report.at(&kind.at("kind"), "allows every cluster-wide kind");
        }
        let denied = object.at("spec/clusterResourceBlacklist");
        if self.cluster_blacklist && !denied.items().any(|kind| is_any_kind(&kind)) {
            report.at(&denied, "does not deny every cluster-wide kind");
        }
    }
}

fn is_any(field: &Field<'_>) -> bool {
    field.as_str() == Some("*")
}

fn is_any_kind(entry: &Field<'_>) -> bool {
    is_any(&entry.at("group")) && is_any(&entry.at("kind"))
}

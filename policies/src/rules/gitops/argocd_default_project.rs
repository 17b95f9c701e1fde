//! Applications that may deploy anything anywhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{application_spec, is_set};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// An Application must belong to a project of its own, not to `default`.
///
/// The project `default` allows every repository, every cluster and every kind, so a mistake or a stolen repository reaches
/// everything that Argo CD reaches.
///
/// The field is `project` in the spec of an Application and in that of an ApplicationSet's template. Absent and empty mean
/// `default`. An ApplicationSet whose generators or patch fill in the template is left alone.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ArgocdDefaultProject {}

impl Rule for ArgocdDefaultProject {
    const META: Meta = Meta {
        name: "argocd-default-project",
        family: Family::Gitops,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::Application, Kind::ApplicationSet],
        remediation: "set `project` to an AppProject that allows what the Application needs and nothing else",
        fix: None,
        origin: "Kyverno; https://argo-cd.readthedocs.io/en/stable/user-guide/projects/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        let Some(spec) = application_spec(object) else { return };
        let project = spec.at("project");
        if project.as_str() == Some("default") {
            report.at(&project, "belongs to the project `default`, which allows everything");
        } else if !is_set(project) && !project.is_blocked() {
            report.at(&project, "names no project, so it belongs to `default`, which allows everything");
        }
    }
}

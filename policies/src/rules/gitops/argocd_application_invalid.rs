//! Applications that Argo CD cannot synchronise.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{application_spec, is_set};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::tree::Value;

/// An Application must say exactly once what it deploys and where.
///
/// Argo CD takes an Application that does not, shows it as broken, and deploys nothing; of two answers it silently follows one.
///
/// The fields are `source` or `sources`, of each source `path` or `chart` (in a list also `ref` alone), of a chart
/// `targetRevision`, and of `destination` either `server` or `name`, in an Application and in the template of an ApplicationSet.
/// Empty is absent. An ApplicationSet whose generators or patch fill in the template is left alone.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ArgocdApplicationInvalid {
    /// Whether an ApplicationSet must have the name of its project.
    named_as_project: bool,
}

impl Rule for ArgocdApplicationInvalid {
    const META: Meta = Meta {
        name: "argocd-application-invalid",
        family: Family::Gitops,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::Application, Kind::ApplicationSet],
        remediation: "give it one of `source` and `sources`, each source one of `path` and `chart` with its `targetRevision`, \
                      and the destination one of `server` and `name`",
        fix: None,
        origin: "Kyverno; https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if self.named_as_project && object.kind() == Kind::ApplicationSet {
            check_name(object, report);
        }
        let Some(spec) = application_spec(object).filter(|spec| !spec.is_blocked()) else { return };
        let (source, sources) = (spec.at("source"), spec.at("sources"));
        let is_several = sources.items().next().is_some();
        // Something that is no list is the schema's matter.
        let is_none = !is_several && matches!(sources.value(), Value::Null | Value::Sequence);
        match source.is_present() {
            true if is_several => {
                report.at(&sources, "has both `source` and `sources`, and `source` is ignored");
            }
            false if is_none && spec.at("sourceHydrator").is_absent() => {
                report.at(&source, "has neither `source` nor `sources`");
            }
            _ => {}
        }
        if source.is_present() {
            check_source(source, false, report);
        }
        sources.items().for_each(|source| check_source(source, true, report));
        check_destination(spec.at("destination"), report);
    }
}

fn check_source(source: Field<'_>, is_one_of_several: bool, report: &mut Report) {
    let (path, chart) = (source.at("path"), source.at("chart"));
    let is_mere_reference = is_one_of_several && is_set(source.at("ref"));
    match (path.as_str(), chart.as_str()) {
        _ if source.at("path").is_blocked() => {}
        (Some(path), Some(name)) if !path.is_empty() && !name.is_empty() => {
            report.at(&chart, format!("the source has both the path `{path}` and the chart `{name}`"));
        }
        _ if !is_set(path) && !is_set(chart) && !is_mere_reference => {
            report.at(&path, "the source has neither `path` nor `chart`");
        }
        (_, Some(name)) if !name.is_empty() && !is_set(source.at("targetRevision")) => {
            report.at(&source.at("targetRevision"), format!("the chart `{name}` has no `targetRevision`"));
        }
        _ => {}
    }
}

fn check_destination(destination: Field<'_>, report: &mut Report) {
    let (server, name) = (destination.at("server"), destination.at("name"));
    if is_set(server) && is_set(name) {
        let cluster = name.text().unwrap_or_default();
        report.at(&name, format!("the destination has both a `server` and the `name` `{cluster}`"));
    } else if !is_set(server) && !is_set(name) && !server.is_blocked() {
        report.at(&server, "the destination has neither `server` nor `name`");
    }
}

fn check_name(set: &Object, report: &mut Report) {
    let (name, project) = (set.at("metadata/name"), set.at("spec/template/spec/project"));
    let Some((name_text, project_text)) = name.as_str().zip(project.as_str()) else { return };
    // What a generator fills in is not known yet.
    if name_text != project_text && !project_text.contains("{{") {
        let message = format!("is named `{name_text}`, but its Applications belong to the project `{project_text}`");
        report.at(&name, message).because(&project, "the project");
    }
}

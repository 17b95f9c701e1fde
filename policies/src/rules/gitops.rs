//! Labels, annotations, namespaces, and the basics of Argo CD.

mod annotation_missing;
mod annotation_not_allowed;
mod argocd_application_invalid;
mod argocd_default_project;
mod argocd_project_too_broad;
mod default_namespace;
mod label_invalid;
mod label_missing;

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

pub(super) use annotation_missing::AnnotationMissing;
pub(super) use annotation_not_allowed::AnnotationNotAllowed;
pub(super) use argocd_application_invalid::ArgocdApplicationInvalid;
pub(super) use argocd_default_project::ArgocdDefaultProject;
pub(super) use argocd_project_too_broad::ArgocdProjectTooBroad;
pub(super) use default_namespace::DefaultNamespace;
pub(super) use label_invalid::LabelInvalid;
pub(super) use label_missing::LabelMissing;

use crate::finding::Report;
use crate::kind::Kind;
use crate::object::{Field, Object, Pod};
use crate::pattern::Pattern;

/// What carries labels and annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Carrier {
    /// The object itself.
    Object,
    /// Its pod template.
    Template,
    /// The templates of its volume claims.
    VolumeClaimTemplates,
}

/// What a label or an annotation must be: `=metadata.name`, or a regular expression that must match the whole value.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(super) enum ExpectedValue {
    /// The name of the object.
    Name,
    /// What a pattern matches.
    Like(Pattern),
}

const NAME: &str = "=metadata.name";

impl TryFrom<String> for ExpectedValue {
    type Error = regex::Error;

    fn try_from(text: String) -> Result<Self, regex::Error> {
        if text == NAME { Ok(Self::Name) } else { Pattern::try_from(text).map(Self::Like) }
    }
}

impl From<ExpectedValue> for String {
    fn from(expected: ExpectedValue) -> Self {
        match expected {
            ExpectedValue::Name => NAME.to_owned(),
            ExpectedValue::Like(pattern) => pattern.into(),
        }
    }
}

impl JsonSchema for ExpectedValue {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ExpectedValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A regular expression that must match the whole value, or `=metadata.name` for the object's name.",
        })
    }
}

/// That labels or annotations are there, each as it is expected.
struct Demand<'r> {
    /// In a sentence, and in `metadata`.
    noun: &'static str,
    section: &'static str,
    required: &'r BTreeMap<String, ExpectedValue>,
    kinds: &'r [String],
    on: &'r [Carrier],
}

impl Demand<'_> {
    fn check(&self, object: &Object, report: &mut Report) {
        let kind = object.kind_name();
        let is_asked = self.kinds.iter().any(|name| name == kind || name == "*");
        // What a controller made has the labels of a template, which is judged itself.
        if !is_asked || object.is_owned() {
            return;
        }
        for carrier in self.on {
            match carrier {
                Carrier::Object => self.compare(object.at("metadata").at(self.section), "object", report),
                Carrier::Template => {
                    for pod in templates(object) {
                        let section = if self.section == "labels" { pod.labels() } else { pod.annotations() };
                        self.compare(section, "pod template", report);
                    }
                }
                Carrier::VolumeClaimTemplates => {
                    for claim in object.at("spec/volumeClaimTemplates").items() {
                        self.compare(claim.at("metadata").at(self.section), "volume claim template", report);
                    }
                }
            }
        }
    }

    fn compare(&self, section: Field<'_>, place: &str, report: &mut Report) {
        let (noun, name) = (self.noun, section.object().name());
        for (key, expected) in self.required {
            let field = section.get(key);
            let message = match (field.as_str(), expected) {
                (None, _) if field.is_present() || field.is_blocked() => continue,
                (None, _) => format!("the {place} has no {noun} `{key}`"),
                (Some(""), _) => format!("the {noun} `{key}` of the {place} is empty"),
                (Some(value), ExpectedValue::Like(pattern)) if !pattern.matches(value) => {
                    let pattern = pattern.as_str();
                    format!("the {noun} `{key}` of the {place} is `{value}`, which does not match `{pattern}`")
                }
                (Some(value), ExpectedValue::Name) if !name.is_empty() && value != name => {
                    format!("the {noun} `{key}` of the {place} is `{value}`, not the object's name `{name}`")
                }
                _ => continue,
            };
            report.at(&field, message);
        }
    }
}

/// The pod templates of an object that have labels of their own.
fn templates(object: &Object) -> impl Iterator<Item = Pod<'_>> {
    object.pods().filter(|pod| !pod.pointer().is_empty() && !pod.has_unknown_labels())
}

/// The kinds that people write labels for: workloads and Services.
fn labelled_kinds() -> Vec<String> {
    let kinds = [
        Kind::CronJob,
        Kind::DaemonSet,
        Kind::Deployment,
        Kind::Job,
        Kind::Pod,
        Kind::ReplicaSet,
        Kind::Rollout,
        Kind::ScaledJob,
        Kind::Service,
        Kind::StatefulSet,
    ];
    kinds.map(|kind| kind.name().to_owned()).to_vec()
}

/// The spec of an Application, or of the template of an ApplicationSet. `None` where a generator or a patch may fill in more.
fn application_spec(object: &Object) -> Option<Field<'_>> {
    if object.kind() == Kind::Application {
        return Some(object.at("spec"));
    }
    let mut generators = object.at("spec/generators").items().flat_map(Field::entries);
    let is_patched = object.at("spec/templatePatch").is_present()
        || generators.any(|(_, generator)| generator.at("template").is_present());
    (!is_patched).then(|| object.at("spec/template/spec"))
}

/// Whether a text is there and not empty: Argo CD takes an empty one for none.
fn is_set(field: Field<'_>) -> bool {
    field.is_present() && field.as_str() != Some("")
}

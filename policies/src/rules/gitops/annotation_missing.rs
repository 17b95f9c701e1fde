//! Objects that do not say what everybody must say of theirs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Carrier, Demand, ExpectedValue, labelled_kinds};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// Objects must have the annotations that the policy names.
///
/// Annotations tell people and tools what labels cannot: who answers for an object, when it is synchronised, how it is backed up.
/// What depends on one that is not there silently does something else.
///
/// The fields are `metadata.annotations`, on request also those of the pod template and of volume claim templates. An annotation
/// that is absent or empty is missing, and so is one whose value is not what is expected. Objects that a controller made are left
/// alone. Without `required` nothing is reported.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct AnnotationMissing {
    /// The annotations, each with a pattern for its value; `=metadata.name` stands for the object's name.
    required: BTreeMap<String, ExpectedValue>,
    /// The kinds that are judged; `*` stands for all.
    kinds: Vec<String>,
    /// Where the annotations must stand.
    on: Vec<Carrier>,
}

impl Default for AnnotationMissing {
    fn default() -> Self {
        Self { required: BTreeMap::new(), kinds: labelled_kinds(), on: vec![Carrier::Object] }
    }
}

impl Rule for AnnotationMissing {
    const META: Meta = Meta {
        name: "annotation-missing",
        family: Family::Gitops,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::ALL,
        remediation: "add the annotation with the value that is expected of it",
        fix: None,
        origin: "kube-linter required-annotation-email, Kyverno, Gatekeeper; \
                 https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        let (required, kinds, on) = (&self.required, &self.kinds, &self.on);
        Demand { noun: "annotation", section: "annotations", required, kinds, on }.check(object, report);
    }
}

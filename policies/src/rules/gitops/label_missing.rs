//! Objects that nobody can find by what they belong to.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Carrier, Demand, ExpectedValue, labelled_kinds};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::pattern::Pattern;
use crate::rule::{Family, Meta, Profile, Rule};

/// Workloads and Services must have the labels that say what they are and what they belong to.
///
/// Dashboards, alerts, cost reports and NetworkPolicies find their objects by labels; one without them is missing in all of these
/// and nobody notices. Objects and pod templates are judged apart, since pods take their labels from the template alone.
///
/// The fields are `metadata.labels` and those of the pod template. A label that is absent or empty is missing, and so is one whose
/// value is not what is expected. Objects that a controller made are left alone.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct LabelMissing {
    /// The labels, each with a pattern for its value; `=metadata.name` stands for the object's name.
    required: BTreeMap<String, ExpectedValue>,
    /// The kinds that are judged; `*` stands for all.
    kinds: Vec<String>,
    /// Where the labels must stand.
    on: Vec<Carrier>,
}

impl LabelMissing {
    fn requiring(labels: &[&str]) -> Self {
        let anything = || Pattern::try_from(".+".to_owned()).map(ExpectedValue::Like);
        let required = labels.iter().filter_map(|label| Some(((*label).to_owned(), anything().ok()?))).collect();
        Self { required, kinds: labelled_kinds(), on: vec![Carrier::Object, Carrier::Template] }
    }
}

impl Default for LabelMissing {
    fn default() -> Self {
        Self::requiring(&["app.kubernetes.io/name"])
    }
}

impl Rule for LabelMissing {
    const META: Meta = Meta {
        name: "label-missing",
        family: Family::Gitops,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::ALL,
        remediation: "add the label with the value that is expected of it",
        fix: None,
        origin: "kube-linter required-label-owner, Polaris metadataAndInstanceMismatched, Kyverno, Gatekeeper; \
                 https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",
    };

    fn in_profile(profile: Profile) -> Self {
        if profile < Profile::Platform {
            return Self::default();
        }
        Self::requiring(&["app.kubernetes.io/name", "app.kubernetes.io/part-of", "app.kubernetes.io/component"])
    }

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        let (required, kinds, on) = (&self.required, &self.kinds, &self.on);
        Demand { noun: "label", section: "labels", required, kinds, on }.check(object, report);
    }
}

//! Annotations that do what the platform does not want done.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::templates;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::pattern::Pattern;
use crate::rule::{Family, Meta, Profile, Rule};

/// Objects must have no annotation that is forbidden, and none beside those that are allowed.
///
/// An annotation is an instruction to whatever reads it: it opens a load balancer to the internet, takes an AWS role, or injects a
/// container. One that nobody expects does so unnoticed.
///
/// The fields are the keys of `metadata.annotations` and of those of the pod template. `forbidden` wins over `allowed`. Without
/// either nothing is reported. What `kubectl` writes for itself is always allowed; objects that a controller made are left alone.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct AnnotationNotAllowed {
    /// Patterns of keys that may not be there.
    forbidden: Vec<Pattern>,
    /// Patterns of keys that may be there; empty allows any.
    allowed: Vec<Pattern>,
}

impl Rule for AnnotationNotAllowed {
    const META: Meta = Meta {
        name: "annotation-not-allowed",
        family: Family::Gitops,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::ALL,
        remediation: "remove the annotation, or allow it in the policy",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter, Kyverno; \
                 https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        self.check_keys(object.at("metadata/annotations"), report);
        templates(object).for_each(|pod| self.check_keys(pod.annotations(), report));
    }
}

impl AnnotationNotAllowed {
    fn check_keys(&self, annotations: Field<'_>, report: &mut Report) {
        for (key, field) in annotations.entries() {
            let forbidden = self.forbidden.iter().find(|pattern| pattern.matches(key));
            let is_allowed = self.allowed.is_empty()
                || key.starts_with("kubectl.kubernetes.io/")
                || self.allowed.iter().any(|pattern| pattern.matches(key));
            let message = match forbidden {
                Some(pattern) => format!("the annotation `{key}` is forbidden by `{}`", pattern.as_str()),
                None if !is_allowed => format!("the annotation `{key}` is none of those that are allowed"),
                None => continue,
            };
            report.at(&field, message).fix_by_removal(Safety::Unsafe, &field);
        }
    }
}

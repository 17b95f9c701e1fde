//! Images that can change without anybody changing a manifest.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Floating, floating, image_of, usual_floating_tags};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Object, Role};
use crate::pattern::Glob;
use crate::rule::{Family, Meta, Profile, Rule};

/// An image must be named by a tag that stays, or by a digest.
///
/// Under a tag that moves, a pod that is rescheduled at night runs other code than its neighbours, and a rollback brings back the
/// fault instead of the old version.
///
/// The field is `image` of every container, ephemeral ones included. A tag that is absent means `latest`. A digest pins the
/// image, whatever the tag says; the port of a registry is no tag. An image that is absent or empty is filled in by somebody else
/// and left alone.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct FloatingImageTag {
    /// The tags that move, as globs.
    floating: Vec<Glob>,
    /// The containers that are judged.
    containers: Vec<Role>,
}

impl Default for FloatingImageTag {
    fn default() -> Self {
        Self { floating: usual_floating_tags(), containers: Role::ALL.to_vec() }
    }
}

impl Rule for FloatingImageTag {
    const META: Meta = Meta {
        name: "floating-image-tag",
        family: Family::Images,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "name the image by the tag of one release, or by its digest",
        fix: None,
        origin: "kube-linter latest-tag, kube-score container-image-tag, Polaris tagNotSpecified, Kyverno, Gatekeeper; \
                 https://kubernetes.io/docs/concepts/containers/images/#image-names",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for container in object.pods().flat_map(|pod| pod.containers_of(&self.containers)) {
            let Some(image) = image_of(&container) else { continue };
            let Some(reason) = floating(&image.reference, &self.floating) else { continue };
            let (name, text) = (container.name(), image.text);
            let message = match reason {
                Floating::Untagged => format!("container `{name}` runs `{text}`, which has neither tag nor digest"),
                Floating::Tag(tag) => format!("container `{name}` runs `{text}`, whose tag `{tag}` moves"),
            };
            report.at(&image.field, message);
        }
    }
}

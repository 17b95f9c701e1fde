//! Images that a registry may exchange under their tag.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::image_of;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Object, Role};
use crate::rule::{Family, Meta, Profile, Rule};

/// An image must be named by its digest.
///
/// Whoever may push to a registry can put another image under any tag. A digest is the image's own fingerprint, so what runs is
/// what was tested.
///
/// The field is `image` of every container, ephemeral ones included; a digest follows the name after an `@`. An image that is
/// absent or empty is filled in by somebody else and left alone.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ImageDigestMissing {
    /// The containers that are judged.
    containers: Vec<Role>,
}

impl Default for ImageDigestMissing {
    fn default() -> Self {
        Self { containers: Role::ALL.to_vec() }
    }
}

impl Rule for ImageDigestMissing {
    const META: Meta = Meta {
        name: "image-digest-missing",
        family: Family::Images,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "add `@sha256:` and the digest of the tested image to its name",
        fix: None,
        origin: "kube-linter, Kyverno, Gatekeeper; https://kubernetes.io/docs/concepts/containers/images/#image-names",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for container in object.pods().flat_map(|pod| pod.containers_of(&self.containers)) {
            if let Some(image) = image_of(&container).filter(|image| image.reference.digest().is_none()) {
                let message = format!("container `{}` runs `{}`, which has no digest", container.name(), image.text);
                report.at(&image.field, message);
            }
        }
    }
}

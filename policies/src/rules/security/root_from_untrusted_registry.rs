//! Images of strangers that run as root.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{contexts, root_by};
use crate::finding::{Action, Report, Severity};
use crate::image::ImageReference;
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::pattern::Glob;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// An image from a registry that is not trusted must not run as root.
///
/// Whoever controls the registry decides what the container does; as root it does it with far more power over the node.
/// A container may run as root unless `runAsNonRoot` is true or `runAsUser` is not 0, on itself or on its pod. An image
/// without registry comes from docker.io.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RootFromUntrustedRegistry {
    /// The registries, as globs; as long as there are none, nothing is reported.
    trusted: Vec<Glob>,
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for RootFromUntrustedRegistry {
    const META: Meta = Meta {
        name: "root-from-untrusted-registry",
        family: Family::Security,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "run it as another user, or take the image from a trusted registry",
        fix: None,
        origin: "Kyverno; https://kubernetes.io/docs/concepts/containers/images/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        if self.trusted.is_empty() {
            return;
        }
        for (pod, container, context) in contexts(object, &self.containers) {
            let image = container.at("image");
            let Some(reference) = image.as_str().and_then(ImageReference::parse) else { continue };
            let registry = reference.registry();
            if self.trusted.iter().any(|glob| glob.matches(registry)) {
                continue;
            }
            if let Some(cause) = root_by(pod, context) {
                let message = format!("container `{}` may run an image of `{registry}` as root", container.name());
                report.at(&image, message).because(&cause, "what lets it run as root");
            }
        }
    }
}

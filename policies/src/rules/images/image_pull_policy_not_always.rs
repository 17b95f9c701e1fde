//! Images of which a node may keep an old copy.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{floating, image_of, usual_floating_tags};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Object, Role};
use crate::pattern::Glob;
use crate::rule::{Family, Meta, Profile, Rule};

/// An image that can change must be pulled every time.
///
/// A node that has an image of the same name does not ask for it again, so pods of one Deployment run different code, depending on
/// where they land. Where every image is pulled, a pod also cannot use an image that its credentials do not reach.
///
/// The field is `imagePullPolicy` of every container, ephemeral ones included. Where it is absent it is `Always` for the tag
/// `latest` and for an image without tag and digest, else `IfNotPresent`. An image with a digest never needs it; an image that is
/// absent or empty is filled in by somebody else and left alone.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ImagePullPolicyNotAlways {
    /// Which images must be pulled every time.
    when: PulledWhen,
    /// What an absent `imagePullPolicy` is taken for.
    absent: AbsentPullPolicy,
    /// The tags that move, as globs.
    floating: Vec<Glob>,
    /// The containers that are judged.
    containers: Vec<Role>,
}

/// Which images must be pulled every time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum PulledWhen {
    /// Those whose tag is absent or moves.
    Floating,
    /// All without a digest.
    Always,
}

/// What an absent `imagePullPolicy` is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum AbsentPullPolicy {
    /// For what the API server makes of it.
    Default,
    /// For a mistake.
    Fail,
}

impl Default for ImagePullPolicyNotAlways {
    fn default() -> Self {
        Self {
            when: PulledWhen::Floating,
            absent: AbsentPullPolicy::Default,
            floating: usual_floating_tags(),
            containers: Role::ALL.to_vec(),
        }
    }
}

impl Rule for ImagePullPolicyNotAlways {
    const META: Meta = Meta {
        name: "image-pull-policy-not-always",
        family: Family::Images,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "set `imagePullPolicy: Always`, or name the image by its digest",
        fix: Some(Safety::Unsafe),
        origin: "kube-score container-image-pull-policy, Polaris pullPolicyNotAlways, Kyverno; \
                 https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for container in object.pods().flat_map(|pod| pod.containers_of(&self.containers)) {
            self.check_container(&container, report);
        }
    }
}

impl ImagePullPolicyNotAlways {
    fn check_container(&self, container: &Container<'_>, report: &mut Report) {
        let Some(image) = image_of(container).filter(|image| image.reference.digest().is_none()) else { return };
        if self.when == PulledWhen::Floating && floating(&image.reference, &self.floating).is_none() {
            return;
        }
        let policy = container.at("imagePullPolicy");
        let (name, text) = (container.name(), image.text);
        let message = match policy.as_str() {
            Some("Always") => return,
            Some(value) => format!("container `{name}` runs `{text}` with `imagePullPolicy` `{value}`"),
            None if policy.is_present() => return,
            None if image.reference.tag().is_some_and(|tag| tag != "latest") => {
                format!("container `{name}` runs `{text}` without `imagePullPolicy`, which means `IfNotPresent`")
            }
            None if self.absent == AbsentPullPolicy::Default => return,
            None => format!("container `{name}` runs `{text}` without `imagePullPolicy`"),
        };
        report.at(&policy, message).fix(Safety::Unsafe, &policy, "Always");
    }
}

//! Volumes that reach past Kubernetes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A pod may only have volumes of the listed types.
///
/// The others talk to a storage system with the rights of the node, or are the node itself; storage belongs behind a
/// PersistentVolumeClaim. A volume without a source is an `emptyDir` and passes; a type that is not listed does not,
/// known or not.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct VolumeTypeNotAllowed {
    /// The types, by the name of the field that is their source.
    allowed: Vec<String>,
}

impl Default for VolumeTypeNotAllowed {
    fn default() -> Self {
        let allowed = [
            "configMap",
            "csi",
            "downwardAPI",
            "emptyDir",
            "ephemeral",
            "image",
            "persistentVolumeClaim",
            "projected",
            "secret",
        ];
        Self { allowed: allowed.map(str::to_owned).to_vec() }
    }
}

impl Rule for VolumeTypeNotAllowed {
    const META: Meta = Meta {
        name: "volume-type-not-allowed",
        family: Family::Security,
        profile: Profile::Restricted,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "use one of the allowed types, such as a `persistentVolumeClaim`",
        fix: None,
        origin: "Kyverno, Gatekeeper, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for volume in object.pods().flat_map(|pod| pod.at("volumes").items()) {
            let sources = volume.entries().filter(|(key, value)| *key != "name" && value.is_present());
            for (kind, source) in sources.filter(|(kind, _)| !self.allowed.iter().any(|allowed| allowed == kind)) {
                let name = volume.at("name").as_str().unwrap_or_default();
                report.at(&source, format!("volume `{name}` is of the type `{kind}`"));
            }
        }
    }
}

//! Directories of the node inside a pod.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{host_paths, steps};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A pod must not have a `hostPath` volume.
///
/// It opens the files of the node, and of every pod on it, to whoever breaks into the pod, and it ties the pod to one
/// node. Reported is the volume, mounted or not. A path outside the allowed prefixes or with a `..` in it is reported.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct HostPathVolume {
    /// Directories of the node below which, and at which, a volume may be; whole steps of the path are compared.
    allowed_prefixes: Vec<String>,
}

impl Rule for HostPathVolume {
    const META: Meta = Meta {
        name: "host-path-volume",
        family: Family::Security,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "use a volume of another type, such as `emptyDir` or a claim",
        fix: None,
        origin: "Polaris hostPathSet, Gatekeeper, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for (name, field, path) in object.pods().flat_map(host_paths) {
            let is_allowed = |prefix: &String| steps(path).starts_with(&steps(prefix));
            if path.split('/').any(|step| step == "..") || !self.allowed_prefixes.iter().any(is_allowed) {
                let what = if path.is_empty() { "a directory".to_owned() } else { format!("`{path}`") };
                report.at(&field, format!("volume `{name}` is {what} of the node"));
            }
        }
    }
}

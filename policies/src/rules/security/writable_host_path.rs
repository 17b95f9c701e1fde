//! Directories of the node that a container can change.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::host_paths;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// A container must mount a `hostPath` volume with `readOnly: true`.
///
/// With write access to a directory of the node, a container that is broken into can change what the node runs. Absent
/// means writable.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct WritableHostPath {
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for WritableHostPath {
    const META: Meta = Meta {
        name: "writable-host-path",
        family: Family::Security,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "set `readOnly: true` on the mount",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter writable-host-mount, Kyverno, Gatekeeper; \
                 https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            for container in pod.containers_of(&self.containers) {
                for mount in container.at("volumeMounts").items() {
                    let (field, name) = (mount.at("readOnly"), mount.at("name").as_str().unwrap_or_default());
                    if field.is_true() {
                        continue;
                    }
                    let Some((_, source, path)) = host_paths(pod).find(|(volume, ..)| *volume == name) else {
                        continue;
                    };
                    let message = format!("container `{}` can write to `{path}` of the node", container.name());
                    let finding = report.at(&field, message);
                    finding.because(&source, "the directory of the node").fix(Safety::Unsafe, &field, true);
                }
            }
        }
    }
}

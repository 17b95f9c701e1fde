//! Containers that can write to their own image.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contexts;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// Every container must set `readOnlyRootFilesystem` to true.
///
/// An intruder who cannot write next to the binaries cannot leave tools behind or replace them, and a process that
/// writes to its root filesystem fills the disk of the node. Absent means false; the pod has no such field. Pods for
/// Windows are exempt.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct WritableRootFilesystem {
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for WritableRootFilesystem {
    const META: Meta = Meta {
        name: "writable-root-filesystem",
        family: Family::Security,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "set `readOnlyRootFilesystem: true`, and mount an `emptyDir` where the process writes",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter no-read-only-root-fs, kube-score, Polaris notReadOnlyRootFilesystem, Gatekeeper; \
                 https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        for (pod, container, context) in contexts(object, &self.containers) {
            let field = context.at("readOnlyRootFilesystem");
            if !pod.is_windows() && (field.is_unset() || field.as_bool() == Some(false)) {
                let name = container.name();
                let finding = report.at(&field, format!("container `{name}` can write to its root filesystem"));
                finding.fix(Safety::Unsafe, &field, true);
            }
        }
    }
}

//! Scratch volumes that may fill the disk or the memory of a node.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::may_be_given;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Field, Object, Pod, Role};
use crate::quantity::Quantity;
use crate::rule::{Family, Meta, Profile, Rule};

/// An `emptyDir` must have a size limit, or its containers a limit that bounds it.
///
/// It lies on the disk of the node, or with `medium: Memory` in its memory. One that nothing bounds can fill either, and then the
/// kubelet evicts pods that have done nothing wrong.
///
/// The field is `emptyDir.sizeLimit` of every volume that a regular or init container mounts; a volume without any source is an
/// `emptyDir`, too. Where it is absent, each container that mounts the volume must have an `ephemeral-storage` limit, or with
/// `medium: Memory` a `memory` limit; a LimitRange of the namespace may give it. An explicit `0` is no limit.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct EmptyDirUnbounded {
    /// The containers that are judged.
    containers: Vec<Role>,
}

impl Default for EmptyDirUnbounded {
    fn default() -> Self {
        Self { containers: Role::WITH_RESOURCES.to_vec() }
    }
}

impl Rule for EmptyDirUnbounded {
    const META: Meta = Meta {
        name: "empty-dir-unbounded",
        family: Family::Resources,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "set `sizeLimit` of the `emptyDir` to the most that may lie in it",
        fix: Some(Safety::Unsafe),
        origin: "Kyverno; https://kubernetes.io/docs/concepts/storage/volumes/#emptydir",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            for volume in pod.at("volumes").items().filter(is_empty_dir) {
                self.check_volume(&pod, volume, inventory, report);
            }
        }
    }
}

impl EmptyDirUnbounded {
    fn check_volume(&self, pod: &Pod<'_>, volume: Field<'_>, inventory: &Inventory, report: &mut Report) {
        let (directory, size) = (volume.at("emptyDir"), volume.at("emptyDir/sizeLimit"));
        let is_bounded = size.is_present() && !size.as_quantity().is_some_and(Quantity::is_zero);
        let Some(name) = volume.at("name").as_str().filter(|_| !is_bounded && !size.is_blocked()) else { return };
        let in_memory = directory.at("medium").as_str() == Some("Memory");
        let resource = if in_memory { "memory" } else { "ephemeral-storage" };
        let mut unbounded = pod
            .containers_of(&self.containers)
            .filter(|container| mounts(container, name) && has_no_limit(container, resource, inventory));
        let Some(first) = unbounded.next() else { return };
        if first.limit(resource).is_absent() && may_be_given(&first, inventory, report) {
            return;
        }
        let what = match size.text() {
            Some(zero) => format!("a `sizeLimit` of `{zero}`, which is none"),
            None => "no `sizeLimit`".to_owned(),
        };
        let message = format!(
            "volume `{name}` has {what}, and container `{}`, which mounts it, has no {resource} limit",
            first.name()
        );
        let finding = report.at(&size, message);
        for container in unbounded {
            finding.because(&container.limit(resource), format!("container `{}` mounts it, too", container.name()));
        }
        finding.fix(Safety::Unsafe, &size, if in_memory { "64Mi" } else { "1Gi" });
    }
}

/// A volume that names no source is an `emptyDir`, and so is one whose `emptyDir` is empty.
fn is_empty_dir(volume: &Field<'_>) -> bool {
    volume.entries().all(|(key, source)| matches!(key, "name" | "emptyDir") || source.is_absent())
}

fn mounts(container: &Container<'_>, volume: &str) -> bool {
    container.at("volumeMounts").items().any(|mount| mount.at("name").as_str() == Some(volume))
}

fn has_no_limit(container: &Container<'_>, resource: &str, inventory: &Inventory) -> bool {
    let limit = container.limit(resource);
    match container.effective_limit(resource, inventory) {
        Some(limit) => limit.quantity.is_zero(),
        // What cannot be read may be a limit.
        None => limit.is_absent() && !limit.is_blocked(),
    }
}

//! Workloads that are one user to the node.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::of_pod;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object, Pod, Role};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// Two workloads must not run as the same user.
///
/// To the kernel they are one: a process that gets out of one container may read what the other wrote to a shared disk,
/// and send its processes signals. What counts is the `runAsUser` of the container, else of the pod; absent leaves it
/// to the image and passes.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct UserIdShared {
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for UserIdShared {
    const META: Meta = Meta {
        name: "user-id-shared",
        family: Family::Security,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "give each workload a `runAsUser` of its own",
        fix: None,
        origin: "Kyverno; https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        for field in object.pods().flat_map(|pod| users(pod, &self.containers)) {
            let Some(user) = field.as_int() else { continue };
            let others = inventory.pods_running_as_user(user).filter(|pod| !is_same(pod.object(), object));
            let other = others.flat_map(|pod| users(pod, &self.containers)).find(|other| other.as_int() == Some(user));
            if let Some(other) = other {
                let message = format!("it runs as user {user}, as {} does", other.object().reference());
                report.at(&field, message).because(&other, "the other user");
            }
        }
    }
}

/// The fields that decide as which users the containers of a pod run, each once.
fn users<'a>(pod: Pod<'a>, roles: &[Role]) -> impl Iterator<Item = Field<'a>> {
    let own = of_pod(pod, roles).map(|(_, context)| context.at("runAsUser"));
    let is_inherited = of_pod(pod, roles).any(|(_, context)| context.at("runAsUser").is_unset());
    let shared = is_inherited.then(|| pod.security_context().at("runAsUser"));
    shared.into_iter().chain(own).filter(|field| field.is_present())
}

fn is_same(left: &Object, right: &Object) -> bool {
    left.name() == right.name()
        && left.namespace() == right.namespace()
        && left.kind_name() == right.kind_name()
        && left.group() == right.group()
}

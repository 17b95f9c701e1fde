//! Containers that are throttled although their node has CPU to spare.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Object, Role};
use crate::rule::{Family, Meta, Profile, Rule};

/// A container must not limit its CPU.
///
/// A limit is enforced in slices of 100 ms: a container that has used its share of one stands still until the next, even on an
/// idle node, and its slowest requests get slower by as much. Requests alone already divide a busy CPU fairly. Where limits are
/// wanted the rule is `cpu-limit-missing`; a policy can hold one of the two.
///
/// The field is `resources.limits.cpu` of every regular and init container. Absent is right.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct CpuLimitSet {
    /// The containers that are judged.
    containers: Vec<Role>,
}

impl Default for CpuLimitSet {
    fn default() -> Self {
        Self { containers: Role::WITH_RESOURCES.to_vec() }
    }
}

impl Rule for CpuLimitSet {
    const META: Meta = Meta {
        name: "cpu-limit-set",
        family: Family::Resources,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "remove `resources.limits.cpu` and let `resources.requests.cpu` say what the container needs",
        fix: Some(Safety::Unsafe),
        origin: "Kyverno; https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for container in object.pods().flat_map(|pod| pod.containers_of(&self.containers)) {
            check(&container, report);
        }
    }
}

fn check(container: &Container<'_>, report: &mut Report) {
    let (request, limit) = (container.request("cpu"), container.limit("cpu"));
    let Some(value) = limit.text().filter(|_| limit.as_quantity().is_some()) else { return };
    let message = format!("container `{}` is throttled above its CPU limit of `{value}`", container.name());
    let finding = report.at(&limit, message);
    let limits = container.at("resources/limits");
    let is_alone = limits.entries().count() == 1;
    finding.fix_by_removal(Safety::Unsafe, if is_alone { &limits } else { &limit });
    // The limit was the request, too.
    if request.is_absent() {
        finding.fix(Safety::Unsafe, &request, limit.to_json());
    }
}

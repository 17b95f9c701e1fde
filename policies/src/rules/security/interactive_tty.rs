//! Containers that wait for somebody to type.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Object, Role};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// A container must not ask for a terminal or keep its standard input open.
///
/// `tty` and `stdin` are for debugging by hand; in a workload they are left over, and somebody who may attach gets a
/// shell. Absent means false. Ephemeral containers are made for it and pass.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct InteractiveTty {
    /// The containers that are judged.
    containers: Containers,
}

impl Default for InteractiveTty {
    fn default() -> Self {
        Self { containers: Containers::of(&Role::WITH_RESOURCES) }
    }
}

impl Rule for InteractiveTty {
    const META: Meta = Meta {
        name: "interactive-tty",
        family: Family::Security,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "remove `tty` and `stdin`",
        fix: Some(Safety::Unsafe),
        origin: "Gatekeeper; \
                 https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#debugging",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        for container in object.pods().flat_map(|pod| pod.containers_of(&self.containers)) {
            for name in ["stdin", "tty"] {
                let field = container.at(name);
                if field.is_true() {
                    let finding = report.at(&field, format!("container `{}` sets `{name}`", container.name()));
                    finding.fix(Safety::Unsafe, &field, false);
                }
            }
        }
    }
}

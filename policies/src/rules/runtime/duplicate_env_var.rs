//! Environment variables that are set twice.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// A container must set each environment variable once.
///
/// Of several the last one counts, so the value that a reader finds first is not the one the process sees; and a server-side
/// apply of such a list fails. Every container is looked at; what `envFrom` brings is not compared, because `env` overrides it
/// on purpose.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct DuplicateEnvVar {
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for DuplicateEnvVar {
    const META: Meta = Meta {
        name: "duplicate-env-var",
        family: Family::Runtime,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "remove all but the one that is meant",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter duplicate-env-var, kube-score environment-variable-key-duplication; \
                 https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#environment-variables",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        for container in object.pods().flat_map(|pod| pod.containers_of(&self.containers)) {
            let mut names: SmallVec<[&str; 64]> = SmallVec::new();
            for variable in container.at("env").items() {
                let field = variable.at("name");
                let name = field.as_str().unwrap_or_default();
                let position = names.iter().rposition(|other| *other == name && !name.is_empty());
                names.push(name);
                let Some(previous) = position.and_then(|at| container.at("env").items().nth(at)) else { continue };
                let is_same = same_value(previous, variable);
                let which = if is_same { "the same value" } else { "another value" };
                let message = format!("container `{}` sets `{name}` again, to {which}", container.name());
                let finding = report.at(&field, message);
                finding.because(&previous.at("name"), "it is set here before");
                if is_same {
                    finding.fix_by_removal(Safety::Safe, &variable);
                } else {
                    finding.fix_by_removal(Safety::Unsafe, &previous);
                }
            }
        }
    }
}

/// An absent value is the empty string.
fn same_value(left: Field<'_>, right: Field<'_>) -> bool {
    let text = |variable: Field<'_>| variable.at("value").as_str().unwrap_or_default().len();
    let both_empty = text(left) == 0 && text(right) == 0;
    left.at("valueFrom").same_as(&right.at("valueFrom")) && (both_empty || left.at("value").same_as(&right.at("value")))
}

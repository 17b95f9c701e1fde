//! Environment variables that must not be set to some value.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::pattern::Pattern;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// An environment variable must not have a forbidden value.
///
/// Some switches turn off what others rely on, such as an authorisation check or TLS. Only literal values can be judged: an
/// absent `value` is the empty string, and one that comes `valueFrom` elsewhere passes.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct EnvVarNotAllowed {
    /// The forbidden pairs; none are forbidden from the start.
    forbidden: Vec<ForbiddenVariable>,
    /// The containers that are judged.
    containers: Containers,
}

/// A name and a value that must not meet, as regular expressions that match the whole text.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ForbiddenVariable {
    /// The name of the variable.
    name: Pattern,
    /// Its value.
    value: Pattern,
}

impl Rule for EnvVarNotAllowed {
    const META: Meta = Meta {
        name: "env-var-not-allowed",
        family: Family::Runtime,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "remove the variable, or give it another value",
        fix: None,
        origin: "kube-linter, Kyverno; \
                 https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if object.is_owned() || self.forbidden.is_empty() {
            return;
        }
        for container in object.pods().flat_map(|pod| pod.containers_of(&self.containers)) {
            for variable in container.at("env").items().filter(|variable| variable.at("valueFrom").is_unset()) {
                let (field, value) = (variable.at("name"), variable.at("value"));
                let Some(name) = field.as_str() else { continue };
                let Some(text) = value.as_str().or(value.is_absent().then_some("")) else { continue };
                if self.forbidden.iter().any(|pair| pair.name.matches(name) && pair.value.matches(text)) {
                    let value_or_empty =
                        if text.is_empty() { "an empty value".to_owned() } else { format!("`{text}`") };
                    let message = format!("container `{}` sets `{name}` to {value_or_empty}", container.name());
                    report.at(&value, message);
                }
            }
        }
    }
}

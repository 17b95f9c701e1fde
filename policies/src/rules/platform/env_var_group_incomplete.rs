//! Environment variables that need another one to work.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::environment::Variable;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Object};
use crate::rule::{Family, Meta, Profile, Rule};

/// Where a variable switches something on, what it needs must be set in the same container.
///
/// Half a group of settings is worse than none: the program stops at start, or it silently leaves off what was asked for.
/// Each implication has a `when` and a `then`, both `NAME` (is set, and not empty) or `NAME=value`; booleans are compared as Go
/// reads them (`1`, `t`, `true`). Not judged where one of the two comes from a Secret, a field, a reference `$(VAR)`, or an
/// `envFrom` that the manifests do not hold.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct EnvVarGroupIncomplete {
    /// What needs what.
    implications: Vec<Implication>,
}

/// That one variable needs another.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Implication {
    /// `NAME`, or `NAME=value`: where this holds …
    when: String,
    /// … this must hold, too.
    then: String,
}

impl Default for EnvVarGroupIncomplete {
    fn default() -> Self {
        let implications = [
            ("REDIS_PASSWORD_FROM_SECRETS=true", "AWS_SECRET_NAME"),
            ("REDIS_ROUTE_BY_LATENCY=true", "REDIS_CLUSTER_MODE=true"),
            ("REDIS_READ_ONLY=true", "REDIS_CLUSTER_MODE=true"),
        ];
        let implications =
            implications.map(|(when, then)| Implication { when: when.to_owned(), then: then.to_owned() });
        Self { implications: implications.into() }
    }
}

impl Rule for EnvVarGroupIncomplete {
    const META: Meta = Meta {
        name: "env-var-group-incomplete",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "set the other variable as well, or switch the first one off",
        fix: None,
        origin: "the platform's own contract of its services",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for container in object.pods().flat_map(|pod| pod.containers()) {
            for Implication { when, then } in &self.implications {
                let (name, wanted) = demand(when);
                let cause = container.variable(name, inventory);
                let Variable::Text(text, field) = cause else { continue };
                let (other, needed) = demand(then);
                if !holds(cause, wanted) || !fails(&container, other, needed, inventory) {
                    continue;
                }
                let found = match container.variable(other, inventory) {
                    Variable::Text(text, _) => format!("is `{text}`"),
                    _ => "is not set".to_owned(),
                };
                let container = container.name();
                report.at(
                    &field,
                    format!("container `{container}` has {name}={text}, which needs {then}, but {other} {found}"),
                );
            }
        }
    }
}

/// The name, and the value it must have; any value will do where there is none.
fn demand(text: &str) -> (&str, Option<&str>) {
    text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)))
}

fn holds(variable: Variable<'_>, wanted: Option<&str>) -> bool {
    match (variable, wanted) {
        (Variable::Absent, _) => false,
        (_, None) => true,
        (Variable::Text(text, _), Some(wanted)) => {
            text == wanted || boolean(wanted).is_some() && boolean(text) == boolean(wanted)
        }
        (Variable::Resource(_) | Variable::Unknown(_), Some(_)) => false,
    }
}

/// Whether what is needed certainly does not hold.
fn fails<'a>(container: &Container<'a>, name: &'a str, wanted: Option<&str>, inventory: &'a Inventory) -> bool {
    let variable = container.variable(name, inventory);
    !matches!(variable, Variable::Unknown(_) | Variable::Resource(_)) && !holds(variable, wanted)
}

/// A boolean as [`strconv.ParseBool`](https://pkg.go.dev/strconv#ParseBool) reads it.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{boolean, demand};

    #[test]
    fn demands_are_split_at_the_first_equals_sign() {
        assert_eq!(demand("NAME"), ("NAME", None));
        assert_eq!(demand("NAME=a=b"), ("NAME", Some("a=b")));
        assert_eq!(demand("NAME="), ("NAME", Some("")));
    }

    #[test]
    fn booleans_are_read_as_go_does() {
        assert_eq!((boolean("True"), boolean("0"), boolean("yes")), (Some(true), Some(false), None));
    }
}

//! Variables of the Go run time that it refuses, or silently does not take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bounds::Bounds;
use super::go::{MemoryLimit, integer};
use super::godebug::{self, GoVersion};
use super::runtime::{Runtime, containers_on};
use crate::environment::Variable;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};

/// GOMEMLIMIT, GOGC and GODEBUG of a Go container must be values that the run time reads as they are meant.
///
/// GOMEMLIMIT is digits with an optional `B`, `KiB`, `MiB`, `GiB` or `TiB`, or `off`; with anything else, such as the
/// Kubernetes spelling `700Mi`, a fraction or a blank, the process dies at start. GOGC is an integer or `off`: the run time
/// takes 100 for anything else and says nothing. GOGC `off` without a GOMEMLIMIT collects no garbage at all. GODEBUG is a
/// comma-separated list of `key=value`, each key once; what is not is ignored. Empty variables count as not set, and
/// values that refer to `$(VAR)` are not judged.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct GoEnvironmentMalformed {
    /// The least and the most GOGC may be.
    gogc: Bounds,
    /// The Go version of the programs, like `1.24`: GODEBUG keys that it does not know are reported.
    go_version: Option<GoVersion>,
    /// Also report GODEBUG settings that are the default anyway: `madvdontneed=1`.
    redundant: bool,
}

impl Default for GoEnvironmentMalformed {
    fn default() -> Self {
        Self { gogc: Bounds { min: 25, max: 400 }, go_version: None, redundant: false }
    }
}

impl Rule for GoEnvironmentMalformed {
    const META: Meta = Meta {
        name: "go-environment-malformed",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "write GOMEMLIMIT like `700MiB`, GOGC as an integer from 25 to 400, GODEBUG as `key=value,key=value`",
        fix: Some(Safety::Unsafe),
        origin: "https://pkg.go.dev/runtime#hdr-Environment_Variables",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for (_, container) in containers_on(Runtime::Go, object, inventory) {
            let limit = container.variable("GOMEMLIMIT", inventory);
            if let Some((text, field)) = limit.text() {
                check_limit(&container, text, &field, report);
            }
            if let Some((text, field)) = container.variable("GOGC", inventory).text() {
                self.check_percentage(&container, text, &field, limit, report);
            }
            if let Some((text, field)) = container.variable("GODEBUG", inventory).text() {
                self.check_debug(&container, text, &field, report);
            }
        }
    }
}

fn check_limit(container: &Container<'_>, text: &str, field: &Field<'_>, report: &mut Report) {
    if MemoryLimit::parse(text).is_some() {
        return;
    }
    let name = container.name();
    let message = format!("container `{name}` dies at start: GOMEMLIMIT `{text}` is no size that Go reads");
    let finding = report.at(field, message);
    let spelled = format!("{}B", text.trim());
    if field.as_str().is_some() && text.trim().ends_with('i') && MemoryLimit::parse(&spelled).is_some() {
        finding.fix(Safety::Unsafe, field, spelled);
    }
}

impl GoEnvironmentMalformed {
    fn check_percentage(
        &self,
        container: &Container<'_>,
        text: &str,
        field: &Field<'_>,
        limit: Variable<'_>,
        report: &mut Report,
    ) {
        let name = container.name();
        let is_off = text == "off" || integer(text).is_some_and(i32::is_negative);
        if is_off {
            let is_unbounded = match limit {
                Variable::Absent => true,
                Variable::Text(limit, _) => MemoryLimit::parse(limit) == Some(MemoryLimit::Off),
                Variable::Resource(_) | Variable::Unknown(_) => false,
            };
            if is_unbounded {
                let message =
                    format!("container `{name}` never collects garbage: GOGC is `{text}` without a GOMEMLIMIT");
                report.at(field, message);
            }
            return;
        }
        let Some(percentage) = integer(text) else {
            let message =
                format!("container `{name}` runs with GOGC 100, because `{text}` is no integer that Go reads");
            report.at(field, message);
            return;
        };
        let Bounds { min, max } = self.gogc;
        if !self.gogc.contain(percentage.into()) {
            report.at(field, format!("container `{name}` has a GOGC of {percentage}, outside {min} to {max}"));
        }
    }

    fn check_debug(&self, container: &Container<'_>, text: &str, field: &Field<'_>, report: &mut Report) {
        let name = container.name();
        for (index, setting) in text.split(',').enumerate().filter(|(_, setting)| !setting.is_empty()) {
            let pair = setting.split_once('=').filter(|(key, _)| godebug::is_key(key));
            let Some((key, value)) = pair else {
                let message = format!("container `{name}` has a GODEBUG with `{setting}`, which is no `key=value`");
                report.at(field, message);
                continue;
            };
            let is_repeated = text.split(',').take(index).any(|other| other.split('=').next() == Some(key));
            if is_repeated {
                report.at(field, format!("container `{name}` has a GODEBUG that sets `{key}` twice"));
            } else if let Some(version) = self.go_version.filter(|version| !version.knows(key)) {
                let message =
                    format!("container `{name}` has a GODEBUG with `{key}`, which Go {version} does not know");
                report.at(field, message);
            } else if self.redundant && key == "madvdontneed" && value == "1" {
                let message = format!("container `{name}` has a GODEBUG with `{setting}`, the default since Go 1.16");
                report.at(field, message);
            }
        }
    }
}

//! Lists the rules: a table for people, JSON for programs, Markdown for the reference.

use std::fmt::Write as _;
use std::process::ExitCode;

use policies::{Action, Family, Profile, Safety, Severity, rules};
use serde::Serialize;

use super::{Error, print};
use crate::cli::ListFormat;
use crate::output::{self, Parameter};

/// One rule, as `--format json` lists it.
#[derive(Debug, Serialize)]
struct Entry {
    name: &'static str,
    family: Family,
    severity: Severity,
    action: Action,
    kinds: Vec<&'static str>,
    profiles: Vec<String>,
    description: String,
    remediation: &'static str,
    fixable: Option<Safety>,
    parameters: Vec<Parameter>,
}

pub(super) fn run(format: ListFormat) -> Result<ExitCode, Error> {
    print(&match format {
        ListFormat::Table => table(),
        ListFormat::Json => output::pretty(&entries()),
        ListFormat::Markdown => markdown(),
    })
}

fn entries() -> Vec<Entry> {
    let entry = |rule: &policies::Definition| Entry {
        name: rule.meta.name,
        family: rule.meta.family,
        severity: rule.meta.severity,
        action: rule.meta.action,
        kinds: output::kinds(rule.meta),
        profiles: output::profiles(rule.meta),
        description: rule.documentation(),
        remediation: rule.meta.remediation,
        fixable: rule.meta.fix,
        parameters: output::parameters(rule),
    };
    rules::all().iter().map(entry).collect()
}

fn table() -> String {
    let mut text = String::new();
    for entry in entries() {
        let fix = match entry.fixable {
            None => "",
            Some(Safety::Safe) => "fix",
            Some(Safety::Unsafe) => "unsafe fix",
        };
        let profile = entry.profiles.first().map_or("", String::as_str);
        let demand = entry.description.split("\n\n").next().unwrap_or_default().replace('\n', " ");
        let severity = output::word(entry.severity);
        let _ = writeln!(text, "{:<40} {severity:<8} {profile:<11} {fix:<11} {demand}", entry.name);
    }
    text
}

/// The reference: every rule by family.
pub(crate) fn markdown() -> String {
    let mut entries = entries();
    entries.sort_by_key(|entry| (entry.family, entry.name));
    let mut text = "# Rules\n\nMade by `tacos-lint rules --format markdown`; kept fresh by a test.\n".to_owned();
    let mut family = None;
    for entry in entries {
        if family != Some(entry.family) {
            family = Some(entry.family);
            let _ = write!(text, "\n## {}\n", entry.family);
        }
        let fix = match entry.fixable {
            None => "no fix",
            Some(Safety::Safe) => "safe fix",
            Some(Safety::Unsafe) => "unsafe fix",
        };
        let (severity, action) = (output::word(entry.severity), output::word(entry.action));
        let profile = entry.profiles.first().map_or("", String::as_str);
        let on = if profile == Profile::All.to_string() {
            "off but in profile `all`".to_owned()
        } else {
            format!("from profile `{profile}` on")
        };
        let _ = write!(text, "\n### {}\n\n{severity}, {action} at admission; {on}; {fix}. ", entry.name);
        let _ = writeln!(
            text,
            "Kinds: {}.\n\n{}\n\nWhat to do: {}.",
            entry.kinds.join(", "),
            entry.description,
            entry.remediation
        );
        if !entry.parameters.is_empty() {
            text += "\n| parameter | default | meaning |\n|---|---|---|\n";
        }
        for parameter in entry.parameters {
            let meaning = parameter.description.replace('\n', " ").replace('|', "\\|");
            let _ = writeln!(
                text,
                "| `{}` | `{}` | {meaning} |",
                parameter.name,
                parameter.default.to_string().replace('|', "\\|")
            );
        }
    }
    text
}

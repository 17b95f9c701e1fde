//! Explains one rule.

use std::fmt::Write as _;
use std::process::ExitCode;

use policies::{DIAGNOSTICS, Definition, Profile, Safety, rules};

use super::{Error, print};
use crate::output;

pub(super) fn run(name: &str) -> Result<ExitCode, Error> {
    if let Some(rule) = rules::find(name) {
        return print(&page(rule));
    }
    if let Some(meta) = DIAGNOSTICS.iter().find(|meta| meta.name == name) {
        return print(&format!(
            "{} ({})\n\nAbout the input itself; cannot be ignored or switched off.\nWhat to do: {}\n",
            meta.name,
            output::word(meta.severity),
            meta.remediation
        ));
    }
    Err(Error::Usage(format!("there is no rule `{name}`{}", rules::suggestion(name))))
}

fn page(rule: &Definition) -> String {
    let meta = rule.meta;
    let mut text = format!("{}\n\n{}\n\n", meta.name, rule.documentation());
    let _ = writeln!(text, "family    {}", meta.family);
    let _ = writeln!(text, "severity  {}, {} at admission", output::word(meta.severity), output::word(meta.action));
    let _ = writeln!(text, "profiles  {}", output::profiles(meta).join(", "));
    let _ = writeln!(text, "kinds     {}", output::kinds(meta).join(", "));
    let fix = match meta.fix {
        None => "none",
        Some(Safety::Safe) => "safe: `tacos-lint fix`",
        Some(Safety::Unsafe) => "unsafe: `tacos-lint fix --unsafe`",
    };
    let _ = writeln!(text, "fix       {fix}");
    let _ = writeln!(text, "origin    {}", meta.origin);
    let _ = writeln!(text, "\nWhat to do: {}", meta.remediation);
    let parameters = output::parameters(rule);
    if !parameters.is_empty() {
        text += "\nParameters\n";
        for parameter in parameters {
            let _ = writeln!(text, "  {}: {}", parameter.name, parameter.default);
            let _ = writeln!(text, "      {}", parameter.description.replace('\n', "\n      "));
        }
        let _ = writeln!(text, "  (defaults of profile {})", meta.profile.max(Profile::Platform));
    }
    let _ = write!(text, "\nReported\n\n{}\nNot reported\n\n{}", indent(rule.fail), indent(rule.pass));
    text
}

fn indent(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("    {line}\n") }).collect()
}

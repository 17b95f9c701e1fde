//! Findings → text, one file per format.

mod github;
mod human;
pub(crate) mod json;
mod junit;
mod sarif;

use policies::{Definition, Kind, Meta, Profile};
use schemars::SchemaGenerator;
use serde::Serialize;

use crate::cli::Format;
use crate::lint::Outcome;

/// The findings of a run in a format. `styled` text may hold colours, which the stream takes out where it is no terminal.
pub(crate) fn render(format: Format, outcome: &Outcome, quiet: bool, styled: bool) -> String {
    match format {
        Format::Human => human::render(outcome, quiet, styled),
        Format::Json => pretty(&json::render(outcome)),
        Format::Sarif => pretty(&sarif::render(outcome)),
        Format::Junit => junit::render(outcome),
        Format::Github => github::render(outcome),
    }
}

/// JSON for people and for diffs, with a final line break.
pub(crate) fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// `1 error`, `2 errors`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A unit variant as it stands in files: `error`, `deny`.
pub(crate) fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The profiles a rule is in, the smallest first.
pub(crate) fn profiles(meta: &Meta) -> Vec<String> {
    Profile::ALL.iter().filter(|profile| **profile >= meta.profile).map(ToString::to_string).collect()
}

/// The names of the kinds a rule is asked about.
pub(crate) fn kinds(meta: &Meta) -> Vec<&'static str> {
    meta.kinds.iter().filter(|kind| **kind != Kind::Other).map(|kind| kind.name()).collect()
}

/// One parameter of a rule.
#[derive(Debug, Serialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) default: serde_json::Value,
    schema: serde_json::Value,
}

/// The parameters of a rule, with the defaults of the smallest profile that people lint with and that holds it.
pub(crate) fn parameters(rule: &Definition) -> Vec<Parameter> {
    let schema = rule.schema(&mut SchemaGenerator::default());
    let defaults = rule.parameters(rule.meta.profile.max(Profile::Platform));
    let properties = schema.get("properties").and_then(serde_json::Value::as_object).cloned().unwrap_or_default();
    let parameter = |(name, schema): (String, serde_json::Value)| Parameter {
        description: schema.get("description").and_then(|text| text.as_str()).unwrap_or_default().to_owned(),
        default: defaults.get(&name).cloned().unwrap_or_default(),
        schema,
        name,
    };
    properties.into_iter().map(parameter).collect()
}

//! The JSON contract: one object, documented by its own schema, stable from version to version.

use policies::tree::Place;
use policies::{Finding, Safety, Severity};
use schemars::JsonSchema;
use serde::Serialize;

use crate::lint::Outcome;

/// The findings of one run of tacos-lint.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document<'a> {
    /// The version of this format. It changes only when a reader of the old one would break.
    version: u32,
    /// The numbers of the run.
    summary: Summary,
    /// What is wrong, by file and line. What is suppressed is not listed.
    findings: Vec<Entry<'a>>,
}

/// The numbers of a run.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Summary {
    /// Files read, renderings included.
    files: usize,
    /// Objects judged.
    objects: usize,
    /// Rules in force.
    rules: usize,
    /// The profile in force.
    profile: String,
    /// Findings of severity error.
    errors: usize,
    /// Findings of severity warning.
    warnings: usize,
    /// Findings of severity info.
    infos: usize,
    /// Findings that an annotation or an exemption suppresses.
    suppressed: usize,
}

/// One thing that is wrong.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    /// The rule's name.
    rule: &'a str,
    /// How bad it is.
    severity: Severity,
    /// What is wrong, in one sentence.
    message: &'a str,
    /// What to do about it.
    remediation: &'a str,
    #[serde(flatten)]
    place: Region,
    /// The object; `null` where a text holds none.
    object: Option<ObjectEntry<'a>>,
    /// The field, as an RFC 6901 pointer from the object; empty for the object itself.
    path: &'a str,
    /// Other places the finding depends on.
    related: Vec<RelatedEntry<'a>>,
    /// The edit that mends it; `null` where there is none.
    fix: Option<FixEntry<'a>>,
}

/// A place in a text. Lines and columns count from 1, columns in Unicode scalar values; the end is exclusive.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Region {
    /// The file's path, as the arguments lead to it; `<stdin>` for standard input.
    file: String,
    /// The first line.
    line: u32,
    /// The first column.
    column: u32,
    /// The last line.
    end_line: u32,
    /// The column after the last.
    end_column: u32,
}

/// The identity of an object.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ObjectEntry<'a> {
    /// Group and version.
    api_version: &'a str,
    /// The kind.
    kind: &'a str,
    /// The namespace; empty where the manifest names none.
    namespace: &'a str,
    /// The name.
    name: &'a str,
}

/// Another place that a finding depends on.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RelatedEntry<'a> {
    /// What stands there.
    message: &'a str,
    /// The file's path.
    file: String,
    /// The line.
    line: u32,
    /// The column.
    column: u32,
}

/// An edit of a document that mends a finding.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct FixEntry<'a> {
    /// `safe` keeps the meaning, `unsafe` may change what runs.
    safety: Safety,
    /// The changes, all or none of them.
    edits: Vec<EditEntry<'a>>,
}

/// One change of a document.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct EditEntry<'a> {
    /// What is done.
    op: Operation,
    /// The field, as an RFC 6901 pointer from the document's root.
    path: &'a str,
    /// The new value; absent for `remove`.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a serde_json::Value>,
}

/// What an edit does.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Operation {
    /// Gives the field a value, making the mappings above it where they are absent.
    Set,
    /// Takes the field away.
    Remove,
}

/// The JSON Schema of the format.
pub(crate) fn schema() -> schemars::Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Document<'_>>()
}

pub(super) fn render(outcome: &Outcome) -> Document<'_> {
    let stats = &outcome.stats;
    let summary = Summary {
        files: stats.files,
        objects: stats.objects,
        rules: stats.rules,
        profile: stats.profile.clone(),
        errors: outcome.count(Severity::Error),
        warnings: outcome.count(Severity::Warning),
        infos: outcome.count(Severity::Info),
        suppressed: outcome.suppressed(),
    };
    Document { version: 1, summary, findings: outcome.reported().map(entry).collect() }
}

fn entry(finding: &Finding) -> Entry<'_> {
    let object = finding.object.as_ref().map(|object| ObjectEntry {
        api_version: &object.api_version,
        kind: &object.kind,
        namespace: &object.namespace,
        name: &object.name,
    });
    let related = finding.related.iter().map(|related| {
        let Region { file, line, column, .. } = region(&related.place);
        RelatedEntry { message: &related.message, file, line, column }
    });
    let fix = finding.fix.as_ref().map(|fix| FixEntry {
        safety: fix.safety,
        edits: fix
            .edits
            .iter()
            .map(|edit| EditEntry {
                op: if edit.value.is_some() { Operation::Set } else { Operation::Remove },
                path: &edit.path,
                value: edit.value.as_ref(),
            })
            .collect(),
    });
    Entry {
        rule: finding.rule.name,
        severity: finding.severity,
        message: &finding.message,
        remediation: finding.rule.remediation,
        place: region(&finding.place),
        object,
        path: &finding.path,
        related: related.collect(),
        fix,
    }
}

fn region(place: &Place) -> Region {
    let (start, end) = (place.start(), place.end());
    Region {
        file: place.source.name().to_owned(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

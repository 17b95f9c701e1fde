//! SARIF 2.1.0, with what code scanning needs: real regions, rules with help, fingerprints that survive moved lines.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>

use std::collections::BTreeMap;
use std::fmt::Write as _;

use policies::tree::Place;
use policies::{Finding, Meta, Severity, Suppression, rules};
use serde_sarif::sarif;
use sha2::{Digest as _, Sha256};

use crate::lint::Outcome;

pub(super) fn render(outcome: &Outcome) -> sarif::Sarif {
    let mut metas: BTreeMap<&str, &'static Meta> = BTreeMap::new();
    for finding in &outcome.findings {
        metas.insert(finding.rule.name, finding.rule);
    }
    let index: BTreeMap<&str, i64> = metas.keys().copied().zip(0..).collect();
    let mut twins: BTreeMap<String, u32> = BTreeMap::new();
    let results = outcome.findings.iter().map(|finding| result(finding, &index, &mut twins)).collect::<Vec<_>>();
    let driver = sarif::ToolComponent::builder()
        .name("tacos-lint")
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(metas.into_values().map(descriptor).collect::<Vec<_>>())
        .build();
    let run = sarif::Run::builder()
        .tool(sarif::Tool::builder().driver(driver).build())
        .column_kind("unicodeCodePoints")
        .results(results)
        .build();
    sarif::Sarif::builder().schema(sarif::SCHEMA_URL).version("2.1.0").runs(vec![run]).build()
}

fn level(severity: Severity) -> sarif::ResultLevel {
    match severity {
        Severity::Error => sarif::ResultLevel::Error,
        Severity::Warning => sarif::ResultLevel::Warning,
        Severity::Info => sarif::ResultLevel::Note,
    }
}

fn descriptor(meta: &'static Meta) -> sarif::ReportingDescriptor {
    let documentation = rules::find(meta.name).map(policies::Definition::documentation).unwrap_or_default();
    let demand = documentation.split("\n\n").next().filter(|demand| !demand.is_empty()).unwrap_or(meta.remediation);
    let text = |text: String| sarif::MultiformatMessageString::builder().text(text).build();
    let help = format!("{documentation}\n\nWhat to do: {}.", meta.remediation);
    sarif::ReportingDescriptor::builder()
        .id(meta.name)
        .short_description(text(demand.to_owned()))
        .full_description(text(if documentation.is_empty() { demand.to_owned() } else { documentation.clone() }))
        .help(sarif::MultiformatMessageString::builder().text(help.clone()).markdown(help).build())
        .default_configuration(
            sarif::ReportingConfiguration::builder().level(serde_json::json!(level(meta.severity))).build(),
        )
        .properties(sarif::PropertyBag::builder().tags(vec![meta.family.to_string()]).build())
        .build()
}

fn result(finding: &Finding, index: &BTreeMap<&str, i64>, twins: &mut BTreeMap<String, u32>) -> sarif::Result {
    let mut location = sarif::Location::builder().physical_location(physical(&finding.place)).build();
    location.logical_locations = finding.object.as_ref().map(|object| {
        let name = format!("{}/{}/{}{}", object.api_version, object.namespace, object, finding.path);
        vec![sarif::LogicalLocation::builder().fully_qualified_name(name).build()]
    });
    let related = finding.related.iter().map(|related| {
        let message = sarif::Message::builder().text(related.message.as_str()).build();
        sarif::Location::builder().physical_location(physical(&related.place)).message(message).build()
    });
    let fingerprint = fingerprint(finding, twins);
    let mut result = sarif::Result::builder()
        .rule_id(finding.rule.name)
        .rule_index(index.get(finding.rule.name).copied().unwrap_or(-1))
        .level(level(finding.severity))
        .message(sarif::Message::builder().text(finding.message.as_str()).build())
        .locations(vec![location])
        .related_locations(related.collect::<Vec<_>>())
        .partial_fingerprints(BTreeMap::from([("tacosLint/v1".to_owned(), fingerprint)]))
        .build();
    result.suppressions = finding.suppression.as_ref().map(|suppression| {
        let kind = if matches!(suppression, Suppression::Annotation(_)) { "inSource" } else { "external" };
        vec![sarif::Suppression::builder().kind(kind).justification(suppression.reason()).build()]
    });
    result
}

fn physical(place: &Place) -> sarif::PhysicalLocation {
    let (start, end) = (place.start(), place.end());
    let region = sarif::Region::builder()
        .start_line(i64::from(start.line))
        .start_column(i64::from(start.column))
        .end_line(i64::from(end.line))
        .end_column(i64::from(end.column))
        .build();
    let artifact = sarif::ArtifactLocation::builder().uri(uri(place.source.name())).build();
    sarif::PhysicalLocation::builder().artifact_location(artifact).region(region).build()
}

/// A path as a URI reference: everything but the characters that stand for themselves is percent-encoded (RFC 3986).
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            byte => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

/// The same for the same fault of the same field, wherever the line has moved to.
fn fingerprint(finding: &Finding, twins: &mut BTreeMap<String, u32>) -> String {
    let object = finding.object.as_ref();
    let identity = object.map(|object| (&object.api_version, &object.kind, &object.namespace, &object.name));
    let subject = format!("{}\n{identity:?}\n{:?}\n{}", finding.rule.name, finding.container, finding.path);
    let twin = twins.entry(subject.clone()).or_default();
    *twin += 1;
    let digest = Sha256::digest(format!("{subject}\n{}\n{twin}", finding.place.source.name()));
    digest.iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

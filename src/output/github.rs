//! GitHub workflow commands: each finding an annotation of a pull request.
//!
//! Source: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>

use std::fmt::Write as _;

use policies::Severity;

use crate::lint::Outcome;

pub(super) fn render(outcome: &Outcome) -> String {
    let mut text = String::new();
    for finding in outcome.reported() {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let (start, end) = (finding.place.start(), finding.place.end());
        let message = format!("{}. {}", finding.message, finding.rule.remediation);
        let _ = writeln!(
            text,
            "::{command} file={},line={},endLine={},col={},endColumn={},title={}::{}",
            property(finding.place.source.name()),
            start.line,
            end.line,
            start.column,
            end.column,
            property(finding.rule.name),
            data(&message),
        );
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

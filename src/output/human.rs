//! For people: the source with what is wrong underlined, what else it depends on, and what to do.

use std::collections::BTreeSet;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use policies::tree::Place;
use policies::{Finding, Safety, Severity};

use super::count;
use crate::lint::Outcome;

pub(super) fn render(outcome: &Outcome, quiet: bool, styled: bool) -> String {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut text = String::new();
    for finding in outcome.reported() {
        text += &one(&renderer, finding);
        text += "\n\n";
    }
    if !quiet {
        text += &summary(outcome);
    }
    text
}

fn one(renderer: &Renderer, finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let label = finding.object.as_ref().map(|object| match finding.path.as_str() {
        "" => object.to_string(),
        path => format!("{path} of {object}"),
    });
    let title = level.primary_title(finding.message.as_str()).id(finding.rule.name);
    let mut group = show(Group::with_title(title), &finding.place, AnnotationKind::Primary, label.as_deref());
    for related in &finding.related {
        group = show(group, &related.place, AnnotationKind::Context, Some(&related.message));
    }
    group = group.element(Level::HELP.message(finding.rule.remediation));
    if let Some(fix) = &finding.fix {
        let command = if fix.safety == Safety::Safe { "tacos-lint fix" } else { "tacos-lint fix --unsafe" };
        group = group.element(Level::NOTE.message(format!("`{command}` can mend this")));
    }
    renderer.render(&[group])
}

/// The lines of a place, underlined; the renderer is given no more of the text, because its time grows with it.
fn show<'a>(group: Group<'a>, place: &'a Place, kind: AnnotationKind, label: Option<&str>) -> Group<'a> {
    let (text, name) = (place.source.text(), place.source.name());
    if text.is_empty() {
        return group.element(Origin::path(name));
    }
    let start = (place.span.start as usize).min(text.len());
    let first = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let last = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
    let end = (place.span.end as usize).clamp(start, last);
    let line = &text[first..last];
    let mut annotation = kind.span(start - first..end - first);
    if let Some(label) = label {
        annotation = annotation.label(label.to_owned());
    }
    let number = place.start().line as usize;
    group.element(Snippet::source(line).line_start(number).path(name).annotation(annotation))
}

fn summary(outcome: &Outcome) -> String {
    let stats = &outcome.stats;
    let context = if stats.context == 0 { String::new() } else { format!(", {} more in view", stats.context) };
    let scope = format!(
        "{} in {}{context}, {} of profile {}",
        count(stats.objects, "object"),
        count(stats.files, "file"),
        count(stats.rules, "rule"),
        stats.profile
    );
    let found = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")];
    let found = found.map(|(severity, noun)| (outcome.count(severity), noun));
    let files: BTreeSet<&str> = outcome.reported().map(|finding| finding.place.source.name()).collect();
    let found: Vec<String> =
        found.iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(*number, noun)).collect();
    let found = match found.as_slice() {
        [] => "nothing to report".to_owned(),
        found => format!("{} in {}", found.join(", "), count(files.len(), "file")),
    };
    let suppressed = match outcome.suppressed() {
        0 => String::new(),
        number => format!("; {number} suppressed"),
    };
    format!("{found}{suppressed} ({scope})\n")
}

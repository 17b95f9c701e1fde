//! Suppression by annotation: `ignore.lint.traffictacos.store/<rule>: <reason>` on an object or its pod template.

use crate::diagnostics::{IGNORE_UNUSED, IGNORE_WITHOUT_REASON, SUPPRESSION_FORBIDDEN};
use crate::finding::{Finding, Report, Suppression};
use crate::object::{Field, Object};
use crate::rules;

/// The prefix of the annotations that suppress findings.
pub const PREFIX: &str = "ignore.lint.traffictacos.store/";

/// One annotation that wants to suppress something.
struct Ignore<'a> {
    rule: &'a str,
    container: Option<&'a str>,
    reason: &'a str,
    field: Field<'a>,
    /// The findings it reaches: everything of the object, or what lies in one pod template.
    scope: &'a str,
    used: bool,
}

/// Applies the annotations of an object to its findings, and reports those that are wrong or idle.
///
/// `is_on` tells whether a rule is in force: an annotation for one that is not cannot be called idle.
pub(crate) fn apply(object: &Object, report: &mut Report, strict: bool, is_on: impl Fn(&str) -> bool) {
    let mut ignores = collect(object);
    if ignores.is_empty() {
        return;
    }
    let mut diagnostics = Vec::new();
    ignores.retain(|ignore| {
        let complaint = complaint(ignore, strict);
        let is_sound = complaint.is_none();
        diagnostics.extend(complaint.map(|(meta, message)| diagnostic(meta, &ignore.field, message)));
        is_sound
    });
    for finding in &mut report.findings {
        let Some(ignore) = ignores.iter_mut().find(|ignore| ignore.reaches(finding)) else { continue };
        ignore.used = true;
        finding.suppression = Some(Suppression::Annotation(ignore.reason.to_owned()));
    }
    for ignore in ignores.iter().filter(|ignore| !ignore.used && is_on(ignore.rule)) {
        let message = format!("nothing here is reported by `{}`, so this suppresses nothing", ignore.rule);
        diagnostics.push(diagnostic(&IGNORE_UNUSED, &ignore.field, message));
    }
    report.findings.append(&mut diagnostics);
}

fn collect(object: &Object) -> Vec<Ignore<'_>> {
    let of_object = object.at("metadata/annotations").entries().map(|(key, field)| (key, field, ""));
    let of_pods = object.pods().filter(|pod| !pod.pointer().is_empty()).flat_map(|pod| {
        let scope = pod.pointer();
        pod.annotations().entries().map(move |(key, field)| (key, field, scope))
    });
    let all = of_object.chain(of_pods);
    all.filter_map(|(key, field, scope)| {
        let what = key.strip_prefix(PREFIX)?;
        let (rule, container) = match what.split_once('.') {
            Some((rule, container)) => (rule, Some(container)),
            None => (what, None),
        };
        let reason = field.as_str().map_or("", str::trim);
        Some(Ignore { rule, container, reason, field, scope, used: false })
    })
    .collect()
}

fn complaint(ignore: &Ignore<'_>, strict: bool) -> Option<(&'static crate::rule::Meta, String)> {
    if rules::find(ignore.rule).is_none() {
        let hint = rules::suggestion(ignore.rule);
        return Some((&IGNORE_WITHOUT_REASON, format!("there is no rule `{}`{hint}", ignore.rule)));
    }
    if strict {
        return Some((
            &SUPPRESSION_FORBIDDEN,
            format!("this would suppress `{}`, but the policy is strict", ignore.rule),
        ));
    }
    if ignore.reason.is_empty() {
        return Some((&IGNORE_WITHOUT_REASON, format!("it suppresses `{}` without a reason", ignore.rule)));
    }
    None
}

impl Ignore<'_> {
    fn reaches(&self, finding: &Finding) -> bool {
        let is_inside =
            finding.path.strip_prefix(self.scope).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.rule == finding.rule.name
            && is_inside
            && self.container.is_none_or(|container| finding.container.as_deref() == Some(container))
    }
}

fn diagnostic(meta: &'static crate::rule::Meta, field: &Field<'_>, message: String) -> Finding {
    let mut finding = Finding::new(meta, field.place(), message);
    finding.object = Some(field.object().reference());
    finding.path = field.path();
    finding
}

//! What a rule has to say: findings, where they point, how they are mended, and the report that gathers them.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::object::{Field, Object, ObjectRef};
use crate::rule::Meta;
use crate::source::Document;
use crate::tree::Place;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth mending.
    Warning,
    /// Breaks something, or breaks a promise of the platform.
    Error,
}

/// What admission does about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Counts and records it; the user is not told.
    Audit,
    /// Tells the user and lets the request through.
    Warn,
    /// Refuses the request.
    Deny,
}

/// What a fix promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// The object means the same afterwards.
    Safe,
    /// What runs may change; a person has to look.
    Unsafe,
}

/// One thing that is wrong with one object.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Meta,
    /// How bad it is, by the policy in force.
    pub severity: Severity,
    /// What admission does about it, by the policy in force.
    pub action: Action,
    /// The object; `None` where a text holds none.
    pub object: Option<ObjectRef>,
    /// The container it concerns.
    pub container: Option<String>,
    /// The field, as an RFC 6901 pointer from the object.
    pub path: String,
    /// Where the field stands in the text, or would stand.
    pub place: Place,
    /// What is wrong with the value that stands there, in one sentence.
    pub message: String,
    /// Other places that matter to it.
    pub related: Vec<Related>,
    /// The edit that mends it.
    pub fix: Option<Fix>,
    /// Why it does not count, if it does not.
    pub suppression: Option<Suppression>,
}

/// Another place that a finding depends on.
#[derive(Clone, Debug)]
pub struct Related {
    /// What stands there.
    pub message: String,
    /// Where.
    pub place: Place,
}

/// An edit of a document that mends a finding.
#[derive(Clone, Debug)]
pub struct Fix {
    /// What it promises.
    pub safety: Safety,
    /// The document it edits.
    pub document: Document,
    /// The changes, all or none of them.
    pub edits: Vec<Edit>,
}

/// One change of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// The field, as an RFC 6901 pointer from the document's root. Parents that are absent are made.
    pub path: String,
    /// Its new value; `None` removes it.
    pub value: Option<serde_json::Value>,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suppression {
    /// An annotation of the object or its pod template, and the reason it gives.
    Annotation(String),
    /// An exemption of the policy, by its position there, and the reason it gives.
    Exemption(usize, String),
}

impl Suppression {
    /// The reason that was given.
    pub fn reason(&self) -> &str {
        match self {
            Self::Annotation(reason) | Self::Exemption(_, reason) => reason,
        }
    }
}

impl Finding {
    pub(crate) fn new(rule: &'static Meta, place: Place, message: String) -> Self {
        Self {
            rule,
            severity: rule.severity,
            action: rule.action,
            object: None,
            container: None,
            path: String::new(),
            place,
            message,
            related: Vec::new(),
            fix: None,
            suppression: None,
        }
    }

    /// Names another place that the finding depends on.
    pub fn because(&mut self, field: &Field<'_>, note: impl Into<String>) -> &mut Self {
        self.related.push(Related { message: note.into(), place: field.place() });
        self
    }

    /// Offers to set a field of the object to a value.
    pub fn fix(&mut self, safety: Safety, field: &Field<'_>, value: impl Into<serde_json::Value>) -> &mut Self {
        self.edit(safety, field, Some(value.into()))
    }

    /// Offers to remove a field of the object.
    pub fn fix_by_removal(&mut self, safety: Safety, field: &Field<'_>) -> &mut Self {
        self.edit(safety, field, None)
    }

    fn edit(&mut self, safety: Safety, field: &Field<'_>, value: Option<serde_json::Value>) -> &mut Self {
        // An edit at an anchor would change every place that repeats it, one of rendered text would be lost.
        if !field.is_editable() {
            return self;
        }
        let path = field.object().document_pointer() + &field.path();
        let document = field.object().document();
        let fix = self.fix.get_or_insert_with(|| Fix { safety, document, edits: Vec::new() });
        fix.safety = fix.safety.max(safety);
        fix.edits.push(Edit { path, value });
        self
    }
}

/// The findings of one evaluation, and what could not be judged.
#[derive(Debug, Default)]
pub struct Report {
    /// The findings, in the order of the rules and of the text.
    pub findings: Vec<Finding>,
    /// Rules that lacked what they needed, with the reason.
    pub not_evaluated: Vec<(&'static Meta, Cow<'static, str>)>,
    current: Option<(&'static Meta, Severity, Action)>,
}

impl Report {
    pub(crate) fn begin(&mut self, rule: &'static Meta, severity: Severity, action: Action) {
        self.current = Some((rule, severity, action));
    }

    /// Reports a finding at a field, and returns it for related places and a fix.
    pub fn at(&mut self, field: &Field<'_>, message: impl Into<String>) -> &mut Finding {
        let (rule, severity, action) = self.current.unwrap_or((&UNNAMED, Severity::Error, Action::Deny));
        let mut finding = Finding::new(rule, field.place(), message.into());
        let object = field.object();
        finding.severity = severity;
        finding.action = action;
        finding.object = Some(object.reference());
        finding.path = field.path();
        finding.container = container_at(object, &finding.path);
        self.findings.push(finding);
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    /// Says that the current rule lacked what it needed for this object.
    pub fn not_evaluated(&mut self, reason: impl Into<Cow<'static, str>>) {
        if let Some((rule, ..)) = self.current {
            self.not_evaluated.push((rule, reason.into()));
        }
    }
}

/// Stands in for a rule when a report is made outside an evaluation, as unit tests do.
static UNNAMED: Meta = Meta::diagnostic("unnamed", Severity::Error, "");

fn container_at(object: &Object, path: &str) -> Option<String> {
    let is_inside = |inner: &str| path.strip_prefix(inner).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    object
        .pods()
        .filter(|pod| is_inside(pod.pointer()))
        .flat_map(|pod| pod.containers())
        .filter(|container| is_inside(&container.field().path()))
        // Of a custom resource's block and a container listed in it, the inner one.
        .max_by_key(|container| container.field().path().len())
        .map(|container| container.name().to_owned())
}

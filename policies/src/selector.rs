//! Label selectors: what they demand, and whether labels fulfil it.

use smallvec::SmallVec;

use crate::object::Field;
use crate::tree::Value;

/// The label that the API server gives every namespace.
const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// A parsed label selector.
///
/// Source: [Labels and selectors](https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/). All requirements
/// must hold. What an empty or absent selector means differs by kind, so the constructors say it.
#[derive(Clone, Debug)]
pub struct Selector<'a> {
    requirements: SmallVec<[Requirement<'a>; 4]>,
    scope: Scope,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Nothing,
    Everything,
    Some,
}

#[derive(Clone, Debug)]
struct Requirement<'a> {
    key: &'a str,
    operator: Operator,
    values: SmallVec<[&'a str; 2]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
    /// A spelling the API refuses: it selects nothing.
    Unknown,
}

impl<'a> Selector<'a> {
    /// A `LabelSelector`: absent selects nothing, `{}` everything. So for budgets, workloads, affinity and monitors.
    pub fn new(field: Field<'a>) -> Self {
        if field.is_absent() {
            return Self { requirements: SmallVec::new(), scope: Scope::Nothing };
        }
        let mut selector = Self::equalities(field.at("matchLabels"));
        for expression in field.at("matchExpressions").items() {
            let operator = match expression.at("operator").as_str() {
                Some("In") => Operator::In,
                Some("NotIn") => Operator::NotIn,
                Some("Exists") => Operator::Exists,
                Some("DoesNotExist") => Operator::DoesNotExist,
                _ => Operator::Unknown,
            };
            let key = expression.at("key").as_str().unwrap_or_default();
            let values = expression.at("values").items().filter_map(|value| value.as_str()).collect();
            selector.requirements.push(Requirement { key, operator, values });
        }
        selector.scope = if selector.requirements.is_empty() { Scope::Everything } else { Scope::Some };
        selector
    }

    /// The `podSelector` of a NetworkPolicy: absent is `{}`, which selects everything.
    pub fn or_everything(field: Field<'a>) -> Self {
        if field.is_absent() { Self::everything() } else { Self::new(field) }
    }

    /// Selects everything in reach.
    pub fn everything() -> Self {
        Self { requirements: SmallVec::new(), scope: Scope::Everything }
    }

    /// A plain map of labels, as in a Service or a ReplicationController: empty and absent select nothing.
    pub fn map(field: Field<'a>) -> Self {
        Self::equalities(field)
    }

    fn equalities(field: Field<'a>) -> Self {
        let requirements: SmallVec<[Requirement<'a>; 4]> = field
            .entries()
            .map(|(key, value)| {
                let operator = if matches!(value.value(), Value::String(_)) { Operator::In } else { Operator::Unknown };
                Requirement { key, operator, values: value.as_str().into_iter().collect() }
            })
            .collect();
        let scope = if requirements.is_empty() { Scope::Nothing } else { Scope::Some };
        Self { requirements, scope }
    }

    /// The same selector without the keys that the control plane sets on pods.
    #[must_use]
    pub fn without(mut self, keys: &[impl AsRef<str>]) -> Self {
        self.requirements.retain(|requirement| !keys.iter().any(|key| key.as_ref() == requirement.key));
        if self.requirements.is_empty() && self.scope == Scope::Some {
            self.scope = Scope::Everything;
        }
        self
    }

    /// Whether it selects everything in reach.
    pub fn is_everything(&self) -> bool {
        self.scope == Scope::Everything
    }

    /// Whether it can select nothing at all.
    pub fn is_nothing(&self) -> bool {
        self.scope == Scope::Nothing
    }

    /// Whether a mapping of labels fulfils it.
    pub fn matches(&self, labels: Field<'_>) -> bool {
        match self.scope {
            Scope::Nothing => false,
            Scope::Everything => true,
            Scope::Some => self.requirements.iter().all(|requirement| requirement.holds(labels)),
        }
    }

    /// Whether a namespace fulfils it, by its labels, of which the API server sets `kubernetes.io/metadata.name` itself.
    pub fn matches_namespace<'b>(&self, name: &'b str, label: impl Fn(&str) -> Option<&'b str>) -> bool {
        let value = |key: &str| if key == NAMESPACE_NAME { Some(name) } else { label(key) };
        self.scope != Scope::Nothing
            && self.requirements.iter().all(|requirement| requirement.holds_for(value(requirement.key)))
    }

    /// The namespaces it names by `kubernetes.io/metadata.name`; empty if it names none.
    pub fn named_namespaces(&self) -> impl Iterator<Item = &'a str> {
        let by_name =
            |requirement: &&Requirement<'_>| requirement.key == NAMESPACE_NAME && requirement.operator == Operator::In;
        self.requirements.iter().filter(by_name).flat_map(|requirement| requirement.values.iter().copied())
    }

    /// Label pairs of which every match must have one: where to look instead of everywhere. Empty if there are none.
    pub(crate) fn pivots(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let narrow = self.requirements.iter().filter(|requirement| requirement.operator == Operator::In);
        let pivot = narrow.min_by_key(|requirement| requirement.values.len());
        let pairs: SmallVec<[(&'a str, &'a str); 2]> = pivot
            .map(|requirement| requirement.values.iter().map(|value| (requirement.key, *value)).collect())
            .unwrap_or_default();
        pairs.into_iter()
    }
}

impl Requirement<'_> {
    fn holds(&self, labels: Field<'_>) -> bool {
        self.holds_for(labels.get(self.key).as_str())
    }

    fn holds_for(&self, value: Option<&str>) -> bool {
        let is_listed = || value.is_some_and(|value| self.values.contains(&value));
        match self.operator {
            Operator::In => is_listed(),
            Operator::NotIn => !is_listed(),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::Unknown => false,
        }
    }
}

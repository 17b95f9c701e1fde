//! One policy file: its text checked against the schema, every error with its line and column.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::exemption::Exemption;
use super::schema::Fault;
use crate::cluster::Cluster;
use crate::finding::{Action, Severity};
use crate::rule::Profile;
use crate::rules;
use crate::source;
use crate::tree::{NodeId, Place, Source, Tree, escape};

/// What is wrong with a policy.
#[derive(Clone, Debug)]
pub struct PolicyError {
    /// What is wrong, and what was perhaps meant.
    pub message: String,
    /// Where, as far as it stands in a file.
    pub place: Option<Place>,
}

impl PolicyError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None }
    }

    pub(super) fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            let at = place.start();
            write!(f, "{}:{}:{}: ", place.source.name(), at.line, at.column)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for PolicyError {}

/// A policy file: what is in force for the linter and for the webhook alike.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[schemars(title = "tacos-lint policy")]
pub struct PolicyFile {
    /// Another policy file that this one builds on, relative to this file.
    pub extends: Option<String>,
    /// Files and directories that are read along with whatever is named on the command line, so that a single file is judged
    /// with everything around it; relative to this file. They are not reported on.
    pub context: Vec<String>,
    /// The set of rules to start from; `platform` if absent.
    pub profile: Option<Profile>,
    /// Annotations cannot suppress findings; only exemptions of the policy can.
    pub strict: Option<bool>,
    /// What is true of the cluster and stands in no manifest.
    #[schemars(with = "crate::cluster::Cluster")]
    pub cluster: Map<String, Value>,
    /// What differs from the profile, by rule: a severity, or a mapping of severity, action, exemptions and parameters.
    #[schemars(with = "Map<String, Value>")]
    #[serde(deserialize_with = "settings")]
    pub(super) rules: BTreeMap<String, Settings>,
    /// Findings that are accepted.
    pub exempt: Vec<Exemption>,
}

/// How bad a finding is, or that the rule is not asked at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// The rule is not asked.
    Off,
    /// Worth knowing.
    Info,
    /// Worth mending.
    Warning,
    /// Breaks something, or breaks a promise of the platform.
    Error,
}

impl Level {
    pub(super) fn of(is_on: bool, severity: Severity) -> Self {
        match severity {
            _ if !is_on => Self::Off,
            Severity::Info => Self::Info,
            Severity::Warning => Self::Warning,
            Severity::Error => Self::Error,
        }
    }

    pub(super) fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Info => Some(Severity::Info),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

/// What a policy says of one rule.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) severity: Option<Level>,
    pub(super) action: Option<Action>,
    pub(super) parameters: Map<String, Value>,
    pub(super) place: Option<Place>,
    exempt: Vec<Exemption>,
}

impl Settings {
    /// Lays the settings of a later file over these.
    pub(super) fn overlay(&mut self, later: Self) {
        self.severity = later.severity.or(self.severity);
        self.action = later.action.or(self.action);
        self.place = later.place.or(self.place.take());
        self.parameters.extend(later.parameters);
    }
}

fn settings<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Settings>, D::Error> {
    use serde::de::Error as _;
    let rules: BTreeMap<String, Value> = BTreeMap::deserialize(deserializer)?;
    let parse = |(name, value): (String, Value)| {
        let mut settings = Settings::default();
        match value {
            Value::Object(mut parameters) => {
                let mut take = |key: &str| parameters.remove(key).unwrap_or(Value::Null);
                settings.severity = serde_json::from_value(take("severity")).map_err(D::Error::custom)?;
                settings.action = serde_json::from_value(take("action")).map_err(D::Error::custom)?;
                let exempt: Option<Vec<Exemption>> =
                    serde_json::from_value(take("exempt")).map_err(D::Error::custom)?;
                settings.exempt = exempt.unwrap_or_default();
                if settings.exempt.iter().any(|exemption| !exemption.rules.is_empty()) {
                    return Err(D::Error::custom("an exemption inside a rule is for that rule; it takes no `rules`"));
                }
                settings.exempt.iter_mut().for_each(|exemption| exemption.rules = vec![name.clone()]);
                settings.parameters = parameters;
            }
            level => settings.severity = Some(serde_json::from_value(level).map_err(D::Error::custom)?),
        }
        Ok((name, settings))
    };
    rules.into_iter().map(parse).collect()
}

/// Lays a mapping over another: what both have, the later one sets; lists are appended.
pub(super) fn merge(base: &mut Map<String, Value>, later: Map<String, Value>) {
    for (key, value) in later {
        match (base.get_mut(&key), value) {
            (Some(Value::Array(old)), Value::Array(new)) if key == "external" || key == "podKinds" => old.extend(new),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

impl PolicyFile {
    /// Reads a policy file.
    ///
    /// # Errors
    /// Every fault of the text, of its shape, and of its parameters, each at its place.
    pub fn parse(text: &Arc<Source>) -> Result<Self, Vec<PolicyError>> {
        let reading = source::read(text);
        if !reading.problems.is_empty() {
            let errors = reading.problems.into_iter();
            return Err(errors.map(|problem| PolicyError::new(problem.message).at(Some(problem.place))).collect());
        }
        let root = match reading.documents.as_slice() {
            [] => return Ok(Self::default()),
            [document] => document.root,
            [_, second, ..] => {
                let place = place(&reading.tree, second.root);
                return Err(vec![PolicyError::new("a policy file holds one document").at(Some(place))]);
            }
        };
        let value: Value =
            serde_yaml::from_str(text.text()).map_err(|error| vec![PolicyError::new(error.to_string())])?;
        if !value.is_object() {
            let error = PolicyError::new("a policy file holds a mapping");
            return Err(vec![error.at(Some(place(&reading.tree, root)))]);
        }
        // What deserialises is sound. The schema, which takes longer to build than most runs take, finds the place of a fault.
        let sound = serde_json::from_value(value.clone()).map_err(|error| error.to_string());
        let mut file: Self = match sound.and_then(Self::with_known_rules) {
            Ok(file) => file,
            Err(message) => return Err(faults(&reading.tree, root, &value, &message)),
        };
        file.locate(&reading.tree, root);
        Ok(file)
    }

    /// The file, if all its rules exist and take their parameters.
    fn with_known_rules(self) -> Result<Self, String> {
        serde_json::from_value::<Cluster>(self.cluster.clone().into()).map_err(|error| format!("cluster: {error}"))?;
        for exemption in &self.exempt {
            if exemption.rules.is_empty() {
                return Err("an exemption names the `rules` it is for".to_owned());
            }
            if let Some(name) = exemption.rules.iter().find(|name| rules::find(name).is_none()) {
                return Err(format!("there is no rule `{name}`{}", rules::suggestion(name)));
            }
        }
        for (name, settings) in &self.rules {
            let rule = rules::find(name).ok_or_else(|| format!("there is no rule `{name}`"))?;
            let made = rule.make(Profile::Platform, settings.parameters.clone());
            made.map_err(|error| format!("rule `{name}`: {error}"))?;
        }
        Ok(self)
    }

    /// Notes where exemptions and rules stand, and moves the exemptions of single rules to the others.
    fn locate(&mut self, tree: &Arc<Tree>, root: NodeId) {
        let find = |pointer: &str| tree.find(root, pointer).map(|node| place(tree, node));
        for (index, exemption) in self.exempt.iter_mut().enumerate() {
            exemption.place = find(&format!("/exempt/{index}"));
        }
        for (name, settings) in &mut self.rules {
            let rule = format!("/rules/{}", escape(name));
            settings.place = find(&rule);
            for (index, mut exemption) in std::mem::take(&mut settings.exempt).into_iter().enumerate() {
                exemption.place = find(&format!("{rule}/exempt/{index}"));
                self.exempt.push(exemption);
            }
        }
    }
}

/// Everything that is wrong with a file by its schema, in the order of the text; what serde says, if that is nothing.
fn faults(tree: &Arc<Tree>, root: NodeId, value: &Value, message: &str) -> Vec<PolicyError> {
    let locate = |fault: Fault| {
        let node = nearest(tree, root, &fault.pointer);
        let key = tree.key_of(node).filter(|_| fault.of_key);
        PolicyError::new(fault.message).at(Some(place(tree, key.unwrap_or(node))))
    };
    let mut errors: Vec<PolicyError> = super::schema::check(value).into_iter().map(locate).collect();
    errors.sort_by_key(|error| error.place.as_ref().map(|place| place.span));
    if errors.is_empty() {
        errors.push(PolicyError::new(message).at(Some(place(tree, root))));
    }
    errors
}

/// The node of a pointer, or of the longest part of it that leads anywhere: a key `on` is a string to the policy and a
/// boolean to the reader that knows the lines.
fn nearest(tree: &Tree, root: NodeId, pointer: &str) -> NodeId {
    let parents = std::iter::successors(Some(pointer), |path| path.rsplit_once('/').map(|(parent, _)| parent));
    parents.into_iter().find_map(|path| tree.find(root, path)).unwrap_or(root)
}

fn place(tree: &Arc<Tree>, node: NodeId) -> Place {
    Place { source: Arc::clone(tree.source()), span: tree.focus(node) }
}

//! What a rule is: its demand as a type, what is always true of it as [`Meta`], and [`Definition`], the same without its type.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;

/// A demand on objects. Its fields are its parameters, its doc comment is its documentation.
pub trait Rule: Default + Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// What is always true of it.
    const META: Meta;

    /// Reports what is wrong with one object. Never fails, never waits, and reports on no other object.
    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report);

    /// The parameters where a profile sets others than the default.
    fn in_profile(_profile: Profile) -> Self {
        Self::default()
    }
}

/// What is always true of a rule.
#[derive(Debug)]
pub struct Meta {
    /// Its name: says what is wrong.
    pub name: &'static str,
    /// What it is about.
    pub family: Family,
    /// The smallest profile it is on in.
    pub profile: Profile,
    /// How bad its findings are, unless the policy says otherwise.
    pub severity: Severity,
    /// What admission does about them, unless the policy says otherwise.
    pub action: Action,
    /// The kinds it is asked about.
    pub kinds: &'static [Kind],
    /// What to do about a finding.
    pub remediation: &'static str,
    /// The strongest promise any of its fixes makes; `None` if it has none.
    pub fix: Option<Safety>,
    /// Where the idea comes from: the tools that check it too, the document that demands it.
    pub origin: &'static str,
}

impl Meta {
    pub(crate) const fn diagnostic(name: &'static str, severity: Severity, remediation: &'static str) -> Self {
        Self {
            name,
            family: Family::Diagnostic,
            profile: Profile::Baseline,
            severity,
            action: Action::Warn,
            kinds: &[],
            remediation,
            fix: None,
            origin: "",
        }
    }
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Replicas, spreading, disruption budgets, probes, rollouts.
    Availability,
    /// HPA, VPA and KEDA objects and their targets.
    Autoscaling,
    /// Bounds and ratios.
    Capacity,
    /// About the input itself; not a rule.
    Diagnostic,
    /// Labels, annotations, namespaces.
    Gitops,
    /// Service accounts, secrets, RBAC.
    Identity,
    /// Where images come from, and whether they can change.
    Images,
    /// Services, Ingress, NetworkPolicy.
    Networking,
    /// What this platform needs beyond all peers.
    Platform,
    /// Names that must lead somewhere.
    References,
    /// What a container asks for and may take.
    Resources,
    /// Environment, ports and names inside a pod.
    Runtime,
    /// What a pod may do to its node.
    Security,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format!("{self:?}").to_lowercase())
    }
}

/// A set of rules. Each holds the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Pod Security baseline, plain holes, objects that cannot work, broken references.
    Baseline,
    /// And Pod Security restricted.
    Restricted,
    /// And everything the Traffic Tacos platform demands.
    Platform,
    /// And everything that is off by default.
    All,
}

impl Profile {
    /// Every profile, the smallest first.
    pub const ALL: [Self; 4] = [Self::Baseline, Self::Restricted, Self::Platform, Self::All];
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&format!("{self:?}").to_lowercase())
    }
}

/// A rule without its type: what the registry lists.
pub struct Definition {
    /// What is always true of it.
    pub meta: &'static Meta,
    /// An example it reports.
    pub fail: &'static str,
    /// Its nearest innocent neighbours.
    pub pass: &'static str,
    schema: fn(&mut SchemaGenerator) -> Schema,
    parameters: fn(Profile) -> serde_json::Value,
    make: fn(serde_json::Value) -> Result<Box<dyn Check>, serde_json::Error>,
}

impl Definition {
    /// The definition of a rule, with its fixtures as examples.
    pub const fn of<R: Rule>(fail: &'static str, pass: &'static str) -> Self {
        Self {
            meta: &R::META,
            fail,
            pass,
            schema: R::json_schema,
            parameters: |profile| serde_json::to_value(R::in_profile(profile)).unwrap_or_default(),
            make: |parameters| serde_json::from_value::<R>(parameters).map(|rule| Box::new(rule) as Box<dyn Check>),
        }
    }

    /// The JSON Schema of its parameters, its documentation in `description`.
    pub fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        (self.schema)(generator)
    }

    /// Its documentation: the demand in the first paragraph, the harm in the rest.
    pub fn documentation(&self) -> String {
        let schema = self.schema(&mut SchemaGenerator::default());
        schema.get("description").and_then(|text| text.as_str()).unwrap_or_default().to_owned()
    }

    /// Its parameters in a profile, as they stand in a policy file.
    pub fn parameters(&self, profile: Profile) -> serde_json::Value {
        (self.parameters)(profile)
    }

    /// The rule with a profile's parameters and those that a policy sets instead.
    ///
    /// # Errors
    /// A parameter of the wrong name, type or value.
    pub(crate) fn make(
        &self,
        profile: Profile,
        settings: serde_json::Map<String, serde_json::Value>,
    ) -> Result<Box<dyn Check>, serde_json::Error> {
        let mut parameters = self.parameters(profile);
        if let Some(parameters) = parameters.as_object_mut() {
            parameters.extend(settings);
        }
        (self.make)(parameters)
    }
}

impl fmt::Debug for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Definition").field("meta", self.meta).finish_non_exhaustive()
    }
}

/// A rule ready to be asked.
pub(crate) trait Check: Send + Sync {
    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report);
}

impl<R: Rule> Check for R {
    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        Rule::check(self, object, inventory, report);
    }
}

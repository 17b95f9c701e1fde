//! What roles grant, and to whom: rules, aggregated ClusterRoles, and the roles that Kubernetes brings along.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::Report;
use crate::inventory::{Existence, Inventory};
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::selector::Selector;

/// Where a grant is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum At {
    /// At the role that holds the rule.
    Role,
    /// At every binding of such a role.
    Binding,
}

/// One rule of a role.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grant<'a>(Field<'a>);

impl<'a> Grant<'a> {
    /// The rule's field.
    pub(super) fn field(&self) -> Field<'a> {
        self.0
    }

    /// Whether it is about an API group; the core group is empty.
    pub(super) fn is_of_group(&self, group: &str) -> bool {
        self.strings("apiGroups").any(|(name, _)| name == group || name == "*")
    }

    /// The first of some verbs that it grants, as it stands there.
    pub(super) fn verb(&self, is_wanted: impl Fn(&str) -> bool) -> Option<(&'a str, Field<'a>)> {
        self.strings("verbs").find(|(verb, _)| *verb == "*" || is_wanted(verb))
    }

    /// The first of some resources that it is about, as it stands there.
    pub(super) fn resource(&self, is_wanted: impl Fn(&str) -> bool) -> Option<(&'a str, Field<'a>)> {
        self.strings("resources").find(|(resource, _)| *resource == "*" || is_wanted(resource))
    }

    /// Whether it holds for certain objects only.
    pub(super) fn is_narrowed(&self) -> bool {
        !self.0.at("resourceNames").is_empty()
    }

    /// Whether it grants everything on everything.
    pub(super) fn is_everything(&self) -> bool {
        const VERBS: [&str; 7] = ["get", "list", "watch", "create", "update", "patch", "delete"];
        let is_any = |key| self.strings(key).any(|(text, _)| text == "*");
        let all_verbs = || VERBS.iter().all(|wanted| self.strings("verbs").any(|(verb, _)| verb == *wanted));
        is_any("apiGroups") && is_any("resources") && (is_any("verbs") || all_verbs()) && !self.is_narrowed()
    }

    /// The elements of one of its lists.
    pub(super) fn strings(&self, key: &'a str) -> impl Iterator<Item = (&'a str, Field<'a>)> + use<'a> {
        self.0.at(key).items().filter_map(|item| Some((item.as_str()?, item)))
    }
}

/// The rules that stand in a role itself.
pub(super) fn own_rules(role: &Object) -> impl Iterator<Item = Grant<'_>> {
    role.at("rules").items().map(Grant)
}

/// Whether other roles fill the rules of a ClusterRole.
pub(super) fn is_aggregated(role: &Object) -> bool {
    role.at("aggregationRule/clusterRoleSelectors").items().next().is_some()
}

/// The first rule that a role holds or gathers and that fulfils a condition.
pub(super) fn find_rule<'a>(
    role: &'a Object,
    inventory: &'a Inventory,
    is_it: &dyn Fn(&Grant<'a>) -> bool,
) -> Option<Grant<'a>> {
    find_rule_within(role, inventory, is_it, 2)
}

/// Aggregated roles may gather aggregated ones, as `admin` does, and each other: `depth` ends that.
fn find_rule_within<'a>(
    role: &'a Object,
    inventory: &'a Inventory,
    is_it: &dyn Fn(&Grant<'a>) -> bool,
    depth: usize,
) -> Option<Grant<'a>> {
    if let Some(rule) = own_rules(role).find(|rule| is_it(rule)) {
        return Some(rule);
    }
    if depth == 0 || !is_aggregated(role) {
        return None;
    }
    let selectors = role.at("aggregationRule/clusterRoleSelectors").items();
    let is_gathered = |other: &&Object| {
        selectors.clone().any(|selector| Selector::new(selector).matches(other.at("metadata/labels")))
    };
    let mut gathered = inventory.all_of(Kind::ClusterRole).filter(is_gathered);
    gathered.find_map(|other| find_rule_within(other, inventory, is_it, depth - 1))
}

/// Whether Kubernetes makes a role of this name by itself.
fn is_built_in(name: &str) -> bool {
    matches!(name, "cluster-admin" | "admin" | "edit" | "view") || name.starts_with("system:")
}

/// Whether a role is one that Kubernetes makes.
pub(super) fn is_built_in_role(role: &Object) -> bool {
    role.name().starts_with("system:") || role.kind() == Kind::ClusterRole && is_built_in(role.name())
}

/// The role that a binding refers to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Referent<'a> {
    /// One that Kubernetes makes.
    BuiltIn(&'a str),
    /// One of the inventory.
    Known(&'a Object),
    /// One that nobody knows.
    Unknown,
}

/// The role of a binding.
pub(super) fn role_of<'a>(binding: &'a Object, inventory: &'a Inventory) -> Referent<'a> {
    let name = binding.at("roleRef/name").as_str().unwrap_or_default();
    let (kind, namespace) = match binding.at("roleRef/kind").as_str() {
        Some("ClusterRole") if is_built_in(name) => return Referent::BuiltIn(name),
        Some("ClusterRole") => (Kind::ClusterRole, ""),
        Some("Role") => (Kind::Role, binding.namespace()),
        _ => return Referent::Unknown,
    };
    match inventory.lookup(kind, namespace, name) {
        Existence::Found(role) => Referent::Known(role),
        Existence::Unknown | Existence::Missing => Referent::Unknown,
    }
}

/// Whether a binding is one that Kubernetes makes.
pub(super) fn is_built_in_binding(binding: &Object) -> bool {
    binding.name() == "cluster-admin" || binding.name().starts_with("system:")
}

/// The verb and the resource of a grant, and the field that names the resource.
pub(super) type Granted<'a> = (&'a str, &'a str, Field<'a>);

/// Reports the rules of a role that grant something, or the binding of a role that has one. `built_in` tells what the roles of
/// Kubernetes itself grant.
pub(super) fn report_grants<'a>(
    object: &'a Object,
    inventory: &'a Inventory,
    at: &[At],
    granted: &dyn Fn(&Grant<'a>) -> Option<Granted<'a>>,
    built_in: &dyn Fn(&str) -> Option<(&'a str, &'a str)>,
    report: &mut Report,
) {
    let is_binding = matches!(object.kind(), Kind::ClusterRoleBinding | Kind::RoleBinding);
    let wanted = if is_binding { At::Binding } else { At::Role };
    let is_own = if is_binding { is_built_in_binding(object) } else { is_built_in_role(object) };
    if is_own || !at.contains(&wanted) {
        return;
    }
    if is_binding {
        let name = object.at("roleRef/name");
        match role_of(object, inventory) {
            Referent::BuiltIn(role) => {
                let Some((verb, resource)) = built_in(role) else { return };
                report.at(&name, format!("binds `{role}`, which grants `{verb}` on `{resource}`"));
            }
            Referent::Known(role) => {
                let rule = find_rule(role, inventory, &|rule| granted(rule).is_some());
                let Some((verb, resource, field)) = rule.as_ref().and_then(granted) else { return };
                let message = format!("binds `{}`, which grants `{verb}` on `{resource}`", role.name());
                report.at(&name, message).because(&field, "the rule that grants it");
            }
            Referent::Unknown => {}
        }
        return;
    }
    let mut has_own = false;
    for (verb, resource, field) in own_rules(object).filter_map(|rule| granted(&rule)) {
        has_own = true;
        report.at(&field, format!("grants `{verb}` on `{resource}`"));
    }
    if !has_own && let Some(rule) = find_rule(object, inventory, &|rule| granted(rule).is_some()) {
        let Some((verb, resource, field)) = granted(&rule) else { return };
        let gathers = object.at("aggregationRule");
        let message = format!("gathers a rule that grants `{verb}` on `{resource}`");
        report.at(&gathers, message).because(&field, "the rule it gathers");
    }
}

//! What a process finds in its environment, after everything that fills it in: literals, ConfigMaps, resource fields.

use crate::inventory::{Existence, Inventory};
use crate::kind::Kind;
use crate::object::{Container, Field};

/// An environment variable of a container.
#[derive(Clone, Copy, Debug)]
pub enum Variable<'a> {
    /// It is not set. So for a variable whose value is absent or empty, which most programs cannot tell from it.
    Absent,
    /// It is set to a text: written here, or in a ConfigMap that is known.
    Text(&'a str, Field<'a>),
    /// It is set to an amount of a resource: the `resourceFieldRef`.
    Resource(Field<'a>),
    /// It is set, or may be, but no manifest says to what: a Secret, a field of the pod, a reference to another variable.
    Unknown(Field<'a>),
}

impl<'a> Variable<'a> {
    /// The text, and the field of the container that sets it.
    pub fn text(self) -> Option<(&'a str, Field<'a>)> {
        match self {
            Self::Text(text, field) => Some((text, field)),
            _ => None,
        }
    }

    /// Whether it is certainly not set.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<'a> Container<'a> {
    /// An environment variable by name: from `env`, else from the last `envFrom` that holds it.
    pub fn variable(&self, name: &'a str, inventory: &'a Inventory) -> Variable<'a> {
        match self.env(name) {
            Some(variable) => self.of_env(variable, inventory),
            None => self.of_sources(name, inventory),
        }
    }

    fn of_env(&self, variable: Field<'a>, inventory: &'a Inventory) -> Variable<'a> {
        let (value, source) = (variable.at("value"), variable.at("valueFrom"));
        if source.is_absent() {
            return match value.as_str() {
                Some(text) if text.contains("$(") => Variable::Unknown(value),
                Some(text) if !text.is_empty() => Variable::Text(text, value),
                Some(_) => Variable::Absent,
                None if value.is_absent() => Variable::Absent,
                None => Variable::Unknown(value),
            };
        }
        let (resource, map) = (source.at("resourceFieldRef"), source.at("configMapKeyRef"));
        if resource.is_present() {
            return Variable::Resource(resource);
        }
        match map.at("key").as_str() {
            Some(key) => self.of_map(map, key, inventory).unwrap_or(Variable::Absent),
            None => Variable::Unknown(source),
        }
    }

    fn of_sources(&self, name: &'a str, inventory: &'a Inventory) -> Variable<'a> {
        let mut found = Variable::Absent;
        for source in self.at("envFrom").items() {
            let Some(key) = name.strip_prefix(source.at("prefix").as_str().unwrap_or_default()) else { continue };
            let (map, secret) = (source.at("configMapRef"), source.at("secretRef"));
            if map.is_present() {
                found = self.of_map(map, key, inventory).unwrap_or(found);
            } else if secret.is_present() && self.may_hold(secret, key, inventory) {
                found = Variable::Unknown(secret);
            }
        }
        found
    }

    /// The value of a ConfigMap's key; `None` where it certainly has none.
    fn of_map(&self, reference: Field<'a>, key: &'a str, inventory: &'a Inventory) -> Option<Variable<'a>> {
        let name = reference.at("name").as_str().unwrap_or_default();
        match inventory.lookup(Kind::ConfigMap, self.field().object().namespace(), name) {
            Existence::Found(map) => match map.at("data").get(key).as_str() {
                Some("") => Some(Variable::Absent),
                Some(text) => Some(Variable::Text(text, reference)),
                None => map.at("binaryData").get(key).is_present().then_some(Variable::Unknown(reference)),
            },
            Existence::Missing if reference.at("optional").is_true() => None,
            Existence::Unknown | Existence::Missing => Some(Variable::Unknown(reference)),
        }
    }

    fn may_hold(&self, reference: Field<'a>, key: &'a str, inventory: &'a Inventory) -> bool {
        let name = reference.at("name").as_str().unwrap_or_default();
        match inventory.lookup(Kind::Secret, self.field().object().namespace(), name) {
            Existence::Found(secret) => {
                secret.at("data").get(key).is_present() || secret.at("stringData").get(key).is_present()
            }
            Existence::Unknown | Existence::Missing => true,
        }
    }
}

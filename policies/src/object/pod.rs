//! Pods and their containers, wherever an object keeps them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Field, Object};
use crate::kind::PodShape;
use crate::tree::Value;

/// What a container is to its pod. Rules differ on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Runs to its end before the regular ones start.
    Init,
    /// An init container with `restartPolicy: Always`: starts before the regular ones and stays.
    Sidecar,
    /// One of `containers`.
    Regular,
    /// Added to a running pod to look into it. Has no resources, ports or probes.
    Ephemeral,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Init, Self::Sidecar, Self::Regular, Self::Ephemeral];
    /// The containers that can have resources.
    pub const WITH_RESOURCES: [Self; 3] = [Self::Init, Self::Sidecar, Self::Regular];
}

/// A key no manifest has: where a custom resource leaves something to its operator.
const NOWHERE: &str = "~1";

/// A pod, or the template of one, wherever its object keeps it.
#[derive(Clone, Copy, Debug)]
pub struct Pod<'a> {
    pub(super) shape: &'a PodShape,
    pub(super) pointer: &'a str,
    pub(super) block: Field<'a>,
    pub(super) spec: Field<'a>,
}

impl<'a> Pod<'a> {
    /// The object that makes it.
    pub fn object(&self) -> &'a Object {
        self.spec.object
    }

    /// The pod's spec, or the block of a custom resource that stands for it.
    pub fn spec(&self) -> Field<'a> {
        self.spec
    }

    /// A field of the spec.
    pub fn at(&self, pointer: &'a str) -> Field<'a> {
        self.spec.at(pointer)
    }

    /// The RFC 6901 pointer of what holds the pod: everything below belongs to it.
    pub fn pointer(&self) -> &'a str {
        self.pointer
    }

    /// The labels the pod gets from here. Absent where an operator makes them.
    pub fn labels(&self) -> Field<'a> {
        self.metadata("labels")
    }

    /// The annotations the pod gets from here.
    pub fn annotations(&self) -> Field<'a> {
        self.metadata("annotations")
    }

    fn metadata(&self, what: &'a str) -> Field<'a> {
        if self.shape.metadata.is_empty() {
            return self.block.at(NOWHERE);
        }
        self.block.at(self.shape.metadata).at(what)
    }

    /// Whether an operator chooses the labels, so that nothing can be said of selectors.
    pub fn has_unknown_labels(&self) -> bool {
        self.shape.is_container
    }

    /// The pod's own security context.
    pub fn security_context(&self) -> Field<'a> {
        self.spec.at(self.shape.pod_security)
    }

    /// The namespace it will run in.
    pub fn namespace(&self) -> &'a str {
        self.object().namespace()
    }

    /// The name of its service account: `serviceAccountName`, else the older field, else `default`.
    pub fn service_account(&self) -> (&'a str, Field<'a>) {
        let name = self.at("serviceAccountName");
        let field = match name.as_str() {
            Some(text) if !text.is_empty() => name,
            _ if self.at("serviceAccount").as_str().is_some() => self.at("serviceAccount"),
            _ => name,
        };
        let text = field.as_str().filter(|text| !text.is_empty()).unwrap_or("default");
        (text, field)
    }

    /// Whether it runs Windows, where some fields have no meaning.
    pub fn is_windows(&self) -> bool {
        self.at("os/name").as_str() == Some("windows")
    }

    /// Every container: init and sidecar, regular, ephemeral, in the order of the spec.
    pub fn containers(&self) -> impl Iterator<Item = Container<'a>> + use<'a> {
        let (shape, spec) = (self.shape, self.spec);
        let init = spec.at("initContainers").items().map(|field| {
            let is_sidecar = field.at("restartPolicy").as_str() == Some("Always");
            (field, if is_sidecar { Role::Sidecar } else { Role::Init })
        });
        let block = shape.is_container.then_some((spec, Role::Regular));
        let list = if shape.more_containers.is_empty() { NOWHERE } else { shape.more_containers };
        let regular = spec.at(list).items().map(|field| (field, Role::Regular));
        let ephemeral = spec.at("ephemeralContainers").items().map(|field| (field, Role::Ephemeral));
        let all = init.chain(block).chain(regular).chain(ephemeral);
        // What is no mapping is no container; the schema has to say so.
        let containers = all.filter(|(field, _)| field.value() == Value::Mapping);
        containers.map(move |(field, role)| Container { shape, field, role, spec })
    }

    /// The containers of some roles.
    pub fn containers_of<'r>(&self, roles: &'r [Role]) -> impl Iterator<Item = Container<'a>> + use<'a, 'r> {
        self.containers().filter(|container| roles.contains(&container.role))
    }

    /// The containers that keep running beside each other: regular ones and sidecars.
    pub fn run_containers(&self) -> impl Iterator<Item = Container<'a>> + use<'a> {
        self.containers().filter(|container| matches!(container.role, Role::Regular | Role::Sidecar))
    }

    /// The regular containers.
    pub fn regular_containers(&self) -> impl Iterator<Item = Container<'a>> + use<'a> {
        self.containers().filter(|container| container.role == Role::Regular)
    }
}

/// A container of a pod.
#[derive(Clone, Copy, Debug)]
pub struct Container<'a> {
    shape: &'a PodShape,
    field: Field<'a>,
    role: Role,
    spec: Field<'a>,
}

impl<'a> Container<'a> {
    /// What it is to its pod.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The container itself.
    pub fn field(&self) -> Field<'a> {
        self.field
    }

    /// A field of it.
    pub fn at(&self, pointer: &'a str) -> Field<'a> {
        self.field.at(pointer)
    }

    /// Whether it is the main container of a custom resource: a block whose `ports` and `lifecycle` are the operator's own.
    pub fn is_block(&self) -> bool {
        self.shape.is_container && self.field.node == self.spec.node
    }

    /// Its name; for the main container of a custom resource, the name its operator gives it, or that of the block it is set in.
    pub fn name(&self) -> &'a str {
        if self.is_block() {
            let block = self.shape.pointer.rsplit('/').next().unwrap_or_default();
            return if self.shape.main_container.is_empty() { block } else { self.shape.main_container };
        }
        self.at("name").as_str().unwrap_or_default()
    }

    /// Its own security context; `None` where a custom resource has no field for it.
    pub fn security_context(&self) -> Option<Field<'a>> {
        let name = if self.is_block() { self.shape.container_security? } else { "securityContext" };
        Some(self.field.at(name))
    }

    /// An environment variable by name; of several, the last, which is the one that counts.
    pub fn env(&self, name: &str) -> Option<Field<'a>> {
        self.at("env").items().filter(|variable| variable.at("name").as_str() == Some(name)).last()
    }

    /// The literal value of an environment variable, with the field it stands in.
    pub fn env_value(&self, name: &str) -> Option<(&'a str, Field<'a>)> {
        let value = self.env(name)?.at("value");
        value.as_str().map(|text| (text, value))
    }
}

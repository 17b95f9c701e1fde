//! What a manifest is and where you are in it: objects, their fields, and the pods and containers they carry.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::{Kind, PodShape};
use crate::quantity::Quantity;
use crate::source::Document;
use crate::tree::{NodeId, Place, Source, Span, Tree, Value, escape, segments};

/// The identity of an object.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectRef {
    /// Group and version, as in the manifest.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// The namespace; empty where there is none, or where something else will fill it in.
    pub namespace: String,
    /// The name; empty where the server will generate one.
    pub name: String,
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

/// What a rendered object was made from.
#[derive(Debug)]
enum Origin {
    /// The same object in its source, before it was changed, and what changed it.
    Object(Object, Arc<Source>),
    /// A text that is no manifest: a template.
    Source(Arc<Source>),
}

/// One Kubernetes object: a node of a tree that has a kind.
#[derive(Clone, Debug)]
pub struct Object {
    tree: Arc<Tree>,
    root: NodeId,
    document: Document,
    kind: Kind,
    /// The namespace of an admission request, which holds where the object names none.
    namespace: Option<Arc<str>>,
    /// Where an unknown kind keeps its pod template, by the policy's `podKinds`.
    template: Option<Arc<str>>,
    /// What it was rendered from, which is what people can edit.
    origin: Option<Arc<Origin>>,
}

impl Object {
    /// The object at `root`, or what keeps it from being one.
    pub(crate) fn new(tree: &Arc<Tree>, document: Document, root: NodeId) -> Option<Self> {
        let text = |key: &str| match tree.get(root, key).map(|node| tree.value(node)) {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        };
        let (api_version, kind) = (text("apiVersion")?, text("kind")?);
        let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
        let kind = Kind::of(group, kind);
        Some(Self { tree: Arc::clone(tree), root, document, kind, namespace: None, template: None, origin: None })
    }

    /// The same object in the namespace of a request.
    #[must_use]
    pub fn in_namespace(mut self, namespace: &str) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// Says that the object was rendered from another one by `renderer`: findings point at the original, and at the renderer
    /// where it gave a field another value.
    pub fn set_original(&mut self, original: Self, renderer: Arc<Source>) {
        self.origin = Some(Arc::new(Origin::Object(original, renderer)));
    }

    /// Says that the object was rendered from a text that is no manifest: findings point at its beginning.
    pub fn set_template(&mut self, source: Arc<Source>) {
        self.origin = Some(Arc::new(Origin::Source(source)));
    }

    /// The same object, known to keep a pod template at a pointer.
    pub(crate) fn with_template(mut self, pointer: Arc<str>) -> Self {
        self.template = Some(pointer);
        self
    }

    /// Which kind it is, as far as rules tell kinds apart.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Group and version, as written.
    pub fn api_version(&self) -> &str {
        self.at("apiVersion").as_str().unwrap_or_default()
    }

    /// The API group; empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version().rsplit_once('/').map_or("", |(group, _)| group)
    }

    /// The kind's name, as written.
    pub fn kind_name(&self) -> &str {
        self.at("kind").as_str().unwrap_or_default()
    }

    /// The name; empty where there is only a `generateName`.
    pub fn name(&self) -> &str {
        self.at("metadata/name").as_str().unwrap_or_default()
    }

    /// The namespace: the object's own, else the request's, else empty. Empty for kinds that have none.
    pub fn namespace(&self) -> &str {
        if self.kind.is_cluster_scoped() {
            return "";
        }
        match self.at("metadata/namespace").as_str() {
            Some(namespace) => namespace,
            None => self.namespace.as_deref().unwrap_or_default(),
        }
    }

    /// Its identity.
    pub fn reference(&self) -> ObjectRef {
        ObjectRef {
            api_version: self.api_version().to_owned(),
            kind: self.kind_name().to_owned(),
            namespace: self.namespace().to_owned(),
            name: self.name().to_owned(),
        }
    }

    /// The whole object as a field.
    pub fn root(&self) -> Field<'_> {
        Field { object: self, node: self.root, missing: Missing::NOTHING }
    }

    /// The field an RFC 6901 pointer leads to, present or not.
    pub fn at<'a>(&'a self, pointer: &'a str) -> Field<'a> {
        self.root().at(pointer)
    }

    /// A label of the object itself.
    pub fn label<'a>(&'a self, key: &'a str) -> Option<&'a str> {
        self.at("metadata/labels").get(key).as_str()
    }

    /// An annotation of the object itself.
    pub fn annotation<'a>(&'a self, key: &'a str) -> Option<&'a str> {
        self.at("metadata/annotations").get(key).as_str()
    }

    /// Whether a controller made it: one of its owner references says so.
    pub fn is_owned(&self) -> bool {
        self.at("metadata/ownerReferences").items().any(|owner| owner.at("controller").as_bool() == Some(true))
    }

    /// The document it came from, for those who edit it.
    pub fn document(&self) -> Document {
        self.document
    }

    /// The tree it is part of.
    pub fn tree(&self) -> &Arc<Tree> {
        &self.tree
    }

    /// From the document's root to the object: empty, or the way into a `List`.
    pub fn document_pointer(&self) -> String {
        self.tree.pointer(self.document.root, self.root)
    }

    /// The data of the object.
    pub fn to_json(&self) -> serde_json::Value {
        self.tree.to_json(self.root)
    }

    /// Every pod the object makes: none for most kinds, one for workloads, several for some custom resources.
    pub fn pods(&self) -> impl Iterator<Item = Pod<'_>> {
        let declared = self.kind != Kind::Other || self.template.is_some();
        let shapes = if declared { self.kind.pod_shapes() } else { &[] };
        shapes.iter().filter_map(|shape| {
            let pointer = self.template.as_deref().unwrap_or(shape.pointer);
            let block = self.at(pointer);
            let spec = block.at(shape.spec);
            let exists = block.is_present() && (shape.switch.is_empty() || spec.at(shape.switch).is_true());
            exists.then_some(Pod { shape, pointer, block, spec })
        })
    }

    /// The first pod the object makes: the only one of every built-in kind.
    pub fn pod(&self) -> Option<Pod<'_>> {
        self.pods().next()
    }
}

/// The steps from the deepest node that exists to a field that does not. Three hops are enough for every rule; a pointer is one.
#[derive(Clone, Copy, Debug)]
struct Missing<'a> {
    hops: [Hop<'a>; 3],
}

#[derive(Clone, Copy, Debug)]
enum Hop<'a> {
    None,
    Pointer(&'a str),
    Key(&'a str),
}

impl<'a> Missing<'a> {
    const NOTHING: Self = Self { hops: [Hop::None; 3] };

    fn and(mut self, hop: Hop<'a>) -> Self {
        if let Some(free) = self.hops.iter_mut().find(|hop| matches!(hop, Hop::None)) {
            *free = hop;
        }
        self
    }

    fn is_nothing(&self) -> bool {
        matches!(self.hops[0], Hop::None)
    }

    fn append_to(&self, path: &mut String) {
        for hop in self.hops {
            match hop {
                Hop::None => {}
                Hop::Pointer(pointer) => segments(pointer).for_each(|segment| {
                    path.push('/');
                    path.push_str(segment);
                }),
                Hop::Key(key) => {
                    path.push('/');
                    path.push_str(&escape(key));
                }
            }
        }
    }
}

/// A value *and* the way it was reached, present or absent. What is absent has a place, too: that of its parent.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    object: &'a Object,
    /// The node itself, or the deepest that exists on the way to it.
    node: NodeId,
    missing: Missing<'a>,
}

impl<'a> Field<'a> {
    /// The object it is a field of.
    pub fn object(&self) -> &'a Object {
        self.object
    }

    fn tree(&self) -> &'a Tree {
        &self.object.tree
    }

    fn child(self, node: NodeId) -> Self {
        Self { node, ..self }
    }

    /// The value. Absent and `null` are both [`Value::Null`], as they are to the API server.
    pub fn value(&self) -> Value<'a> {
        if self.missing.is_nothing() { self.tree().value(self.node) } else { Value::Null }
    }

    /// Whether it is there, and not `null`.
    pub fn is_present(&self) -> bool {
        self.value() != Value::Null
    }

    /// Whether it is absent, or `null`.
    pub fn is_absent(&self) -> bool {
        !self.is_present()
    }

    /// Whether something on the way to it is of a type that cannot hold it, so that its absence says nothing.
    pub fn is_blocked(&self) -> bool {
        !self.missing.is_nothing() && !matches!(self.tree().value(self.node), Value::Mapping | Value::Null)
    }

    /// Whether it is absent, or `null`, where it could be.
    pub fn is_unset(&self) -> bool {
        self.is_absent() && !self.is_blocked()
    }

    /// Whether it is absent where it could be, or a list or mapping without content.
    pub fn has_no_content(&self) -> bool {
        match self.value() {
            Value::Sequence | Value::Mapping => self.is_empty(),
            _ => self.is_unset(),
        }
    }

    /// The field an RFC 6901 pointer leads to from here.
    pub fn at(self, pointer: &'a str) -> Self {
        if !self.missing.is_nothing() {
            return if pointer.is_empty() {
                self
            } else {
                Self { missing: self.missing.and(Hop::Pointer(pointer)), ..self }
            };
        }
        let mut node = self.node;
        let mut rest = pointer.strip_prefix('/').unwrap_or(pointer);
        while !rest.is_empty() {
            let (segment, after) = rest.split_once('/').unwrap_or((rest, ""));
            let next = match self.tree().value(node) {
                Value::Mapping if segment.contains('~') => {
                    self.tree().get(node, &segment.replace("~1", "/").replace("~0", "~"))
                }
                Value::Mapping => self.tree().get(node, segment),
                Value::Sequence => segment.parse().ok().and_then(|index| self.tree().items(node).nth(index)),
                _ => None,
            };
            match next {
                Some(next) => node = next,
                None => return Self { node, missing: self.missing.and(Hop::Pointer(rest)), ..self },
            }
            rest = after;
        }
        self.child(node)
    }

    /// The value of a key, whatever characters it holds.
    pub fn get(self, key: &'a str) -> Self {
        match self.missing.is_nothing().then(|| self.tree().get(self.node, key)).flatten() {
            Some(node) => self.child(node),
            None => Self { missing: self.missing.and(Hop::Key(key)), ..self },
        }
    }

    /// The elements of a list; empty for anything else.
    pub fn items(self) -> impl Iterator<Item = Field<'a>> + Clone {
        let tree = self.tree();
        let items = self.missing.is_nothing().then(|| tree.items(self.node));
        items.into_iter().flatten().map(move |node| self.child(node))
    }

    /// The pairs of a mapping; empty for anything else.
    pub fn entries(self) -> impl Iterator<Item = (&'a str, Field<'a>)> + Clone {
        let tree = self.tree();
        let entries = self.missing.is_nothing().then(|| tree.entries(self.node));
        entries.into_iter().flatten().map(move |(key, node)| (key, self.child(node)))
    }

    /// Whether it is a list or mapping without content, or absent.
    pub fn is_empty(&self) -> bool {
        self.items().next().is_none() && self.entries().next().is_none()
    }

    /// The element of a list of mappings whose `name` is this.
    pub fn named(self, name: &str) -> Option<Self> {
        self.items().find(|item| item.at("name").as_str() == Some(name))
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&'a str> {
        match self.value() {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value() {
            Value::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is the boolean `true`.
    pub fn is_true(&self) -> bool {
        self.as_bool() == Some(true)
    }

    /// The integer, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match self.value() {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }

    /// A scalar as text: what `kubectl` would print. `None` for lists, mappings, and what is absent.
    pub fn text(&self) -> Option<Cow<'a, str>> {
        Some(match self.value() {
            Value::String(text) => text.into(),
            Value::Bool(value) => value.to_string().into(),
            Value::Int(value) => value.to_string().into(),
            Value::Float(value) => value.to_string().into(),
            Value::Null | Value::Sequence | Value::Mapping => return None,
        })
    }

    /// The resource quantity, if it is a well-formed one.
    pub fn as_quantity(&self) -> Option<Quantity> {
        // The API server takes spaces around a quantity, none inside it.
        self.text()?.trim().parse().ok()
    }

    /// The way from the object to here, as an RFC 6901 pointer.
    pub fn path(&self) -> String {
        let mut path = self.tree().pointer(self.object.root, self.node);
        self.missing.append_to(&mut path);
        path
    }

    /// The last step of the way: a key, or an index.
    pub fn last_segment(&self) -> String {
        let path = self.path();
        let segment = path.rsplit('/').next().unwrap_or_default();
        segment.replace("~1", "/").replace("~0", "~")
    }

    /// Where it stands in the text; where it would stand, if it is absent.
    pub fn place(&self) -> Place {
        match self.object.origin.as_deref() {
            None => Place { source: Arc::clone(self.tree().source()), span: self.tree().focus(self.node) },
            Some(Origin::Object(original, renderer)) => {
                let path = self.path();
                let field = original.at(&path);
                let is_kept = match self.value() {
                    Value::Sequence | Value::Mapping => field.is_present(),
                    value => field.value() == value,
                };
                if is_kept { field.place() } else { Place { source: Arc::clone(renderer), span: Span::default() } }
            }
            Some(Origin::Source(source)) => Place { source: Arc::clone(source), span: Span::default() },
        }
    }

    /// Whether the text here can be edited for this object alone: it was not rendered, and stands at no anchor.
    pub fn is_editable(&self) -> bool {
        self.object.origin.is_none() && !self.tree().is_copied(self.node)
    }

    /// The data below the field.
    pub fn to_json(&self) -> serde_json::Value {
        if self.is_present() { self.tree().to_json(self.node) } else { serde_json::Value::Null }
    }

    /// The data is the same, whatever it is written like.
    pub fn same_as(&self, other: &Field<'_>) -> bool {
        match (self.value(), other.value()) {
            (Value::Sequence, Value::Sequence) => {
                let (mut mine, mut theirs) = (self.items(), other.items());
                loop {
                    match (mine.next(), theirs.next()) {
                        (Some(mine), Some(theirs)) if mine.same_as(&theirs) => {}
                        (None, None) => return true,
                        _ => return false,
                    }
                }
            }
            (Value::Mapping, Value::Mapping) => {
                self.entries().count() == other.entries().count()
                    && self
                        .entries()
                        .all(|(key, mine)| other.entries().any(|(name, theirs)| name == key && mine.same_as(&theirs)))
            }
            (mine, theirs) => mine == theirs,
        }
    }
}

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
    shape: &'a PodShape,
    pointer: &'a str,
    block: Field<'a>,
    spec: Field<'a>,
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

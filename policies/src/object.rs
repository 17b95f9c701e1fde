//! What a manifest is and where you are in it: objects, their fields, and the pods and containers they carry.

mod field;
mod pod;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

pub use self::field::Field;
use self::field::Missing;
pub use self::pod::{Container, Pod, Role};
use crate::kind::Kind;
use crate::source::Document;
use crate::tree::{NodeId, Source, Tree, Value};

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

//! The parsed document: an arena of nodes in document order, each knowing where in the text it stands.

mod builder;
mod text;

use std::sync::Arc;

pub(crate) use self::builder::{Builder, DuplicateKey, Overflow, Scalar};
pub use self::text::{Place, Position, Source, Span};

/// A node of one [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

/// What a node is, with the value of a scalar as Kubernetes reads it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// `null`, `~`, or nothing.
    Null,
    /// A boolean, YAML 1.1 spellings (`yes`, `off`) included.
    Bool(bool),
    /// An integer that fits 64 bits with a sign.
    Int(i64),
    /// Any other number; the API server reads integers beyond 64 bits as such, too.
    Float(f64),
    /// A string.
    String(&'a str),
    /// A sequence; see [`Tree::items`].
    Sequence,
    /// A mapping; see [`Tree::entries`].
    Mapping,
}

impl NodeId {
    pub(crate) fn at(index: usize) -> Self {
        Self(index as u32)
    }
}

impl Value<'_> {
    /// The type in the words of JSON, for messages.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::String("") => "empty",
            Self::String(_) => "a string",
            Self::Sequence => "a list",
            Self::Mapping => "a mapping",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Null,
    Bool,
    Int,
    Float,
    /// Payload: start and length in the source text.
    Written,
    /// Payload: start and length in `decoded`.
    Decoded,
    Sequence,
    Mapping,
}

/// Children follow their parent directly; `end` is the node after the last descendant. A mapping's children are key, value,
/// key, value; a key is always one string node, so the key of a value is the node before it.
#[derive(Clone, Copy, Debug)]
struct Node {
    payload: u64,
    span: Span,
    parent: u32,
    end: u32,
    tag: Tag,
    /// Overridden by a later key of the same name, or a merge key: still in the text, not in the data.
    hidden: bool,
    /// Stands in the text at an anchor, not here.
    copied: bool,
}

/// A parsed text: the nodes of all its documents. Filled by [`crate::source`].
#[derive(Debug)]
pub struct Tree {
    source: Arc<Source>,
    nodes: Vec<Node>,
    decoded: String,
}

impl Tree {
    /// The text it was read from.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// How many nodes it has.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the text held nothing.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    fn string(&self, node: &Node) -> &str {
        let (start, length) = ((node.payload >> 32) as usize, (node.payload & 0xffff_ffff) as usize);
        let text = if node.tag == Tag::Written { self.source.text() } else { &self.decoded };
        &text[start..start + length]
    }

    /// The value of a node.
    pub fn value(&self, id: NodeId) -> Value<'_> {
        let node = self.node(id);
        match node.tag {
            Tag::Null => Value::Null,
            Tag::Bool => Value::Bool(node.payload != 0),
            Tag::Int => Value::Int(node.payload as i64),
            Tag::Float => Value::Float(f64::from_bits(node.payload)),
            Tag::Written | Tag::Decoded => Value::String(self.string(node)),
            Tag::Sequence => Value::Sequence,
            Tag::Mapping => Value::Mapping,
        }
    }

    /// Where the node stands in the text.
    pub fn span(&self, id: NodeId) -> Span {
        self.node(id).span
    }

    /// The text of the node as it was written.
    pub fn written(&self, id: NodeId) -> &str {
        let Span { start, end } = self.span(id);
        self.source.text().get(start as usize..end as usize).unwrap_or_default()
    }

    /// Whether the node stands in the text at an anchor or merged mapping, not where its path says.
    pub fn is_copied(&self, id: NodeId) -> bool {
        self.node(id).copied
    }

    /// The collection it is in; `None` at a document's root.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        let parent = self.node(id).parent;
        (parent != u32::MAX).then_some(NodeId(parent))
    }

    /// The key of a mapping's value.
    pub fn key_of(&self, value: NodeId) -> Option<NodeId> {
        let parent = self.parent(value)?;
        (self.node(parent).tag == Tag::Mapping).then(|| NodeId(value.0 - 1))
    }

    /// The pairs of a mapping, without what is overridden; empty for anything else.
    pub fn entries(&self, mapping: NodeId) -> Entries<'_> {
        let node = self.node(mapping);
        let is_mapping = node.tag == Tag::Mapping;
        Entries { tree: self, next: mapping.0 + 1, end: if is_mapping { node.end } else { 0 } }
    }

    /// The elements of a sequence; empty for anything else.
    pub fn items(&self, sequence: NodeId) -> Items<'_> {
        let node = self.node(sequence);
        let is_sequence = node.tag == Tag::Sequence;
        Items { tree: self, next: sequence.0 + 1, end: if is_sequence { node.end } else { 0 } }
    }

    /// The value of a key of a mapping.
    pub fn get(&self, mapping: NodeId, key: &str) -> Option<NodeId> {
        self.entries(mapping).find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// The span a reader should look at: a scalar itself, a collection's key, an element's first entry.
    pub fn focus(&self, id: NodeId) -> Span {
        let node = self.node(id);
        if !matches!(node.tag, Tag::Mapping | Tag::Sequence) {
            return node.span;
        }
        if let Some(key) = self.key_of(id) {
            return self.span(key);
        }
        let name = self.get(id, "metadata").and_then(|metadata| self.get(metadata, "name"));
        if let Some(name) = name.or_else(|| self.get(id, "name")).filter(|name| !self.is_collection(*name)) {
            return self.span(name);
        }
        match self.entries(id).next() {
            Some((_, value)) => {
                let key = self.span(NodeId(value.0 - 1));
                if self.is_collection(value) || self.is_copied(value) { key } else { key.to(self.span(value)) }
            }
            None => Span { start: node.span.start, end: node.span.end.min(node.span.start + 1) },
        }
    }

    fn is_collection(&self, id: NodeId) -> bool {
        matches!(self.node(id).tag, Tag::Mapping | Tag::Sequence)
    }

    /// The way from `root` to a node as an RFC 6901 pointer; empty for the root itself.
    pub fn pointer(&self, root: NodeId, id: NodeId) -> String {
        let mut segments = Vec::new();
        let mut at = id;
        while at != root {
            let Some(parent) = self.parent(at) else { break };
            segments.push(match self.key_of(at).map(|key| self.value(key)) {
                Some(Value::String(key)) => escape(key),
                _ => self.items(parent).position(|item| item == at).unwrap_or(0).to_string(),
            });
            at = parent;
        }
        segments.iter().rev().fold(String::new(), |path, segment| path + "/" + segment)
    }

    /// The node an RFC 6901 pointer leads to.
    pub fn find(&self, root: NodeId, pointer: &str) -> Option<NodeId> {
        segments(pointer).try_fold(root, |at, segment| match self.node(at).tag {
            Tag::Mapping => self.get(at, &unescape(segment)),
            Tag::Sequence => self.items(at).nth(segment.parse().ok()?),
            _ => None,
        })
    }

    /// The data below a node, in the shape other libraries want it.
    pub fn to_json(&self, id: NodeId) -> serde_json::Value {
        match self.value(id) {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => value.into(),
            Value::Int(value) => value.into(),
            Value::Float(value) => value.into(),
            Value::String(value) => value.into(),
            Value::Sequence => self.items(id).map(|item| self.to_json(item)).collect(),
            Value::Mapping => {
                let entries = self.entries(id).map(|(key, value)| (key.to_owned(), self.to_json(value)));
                serde_json::Value::Object(entries.collect())
            }
        }
    }
}

/// The segments of an RFC 6901 pointer, a leading slash being optional.
pub(crate) fn segments(pointer: &str) -> impl Iterator<Item = &str> {
    let relative = pointer.strip_prefix('/').unwrap_or(pointer);
    relative.split('/').filter(move |_| !relative.is_empty())
}

/// A mapping's key as a segment of an RFC 6901 pointer.
pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn unescape(segment: &str) -> std::borrow::Cow<'_, str> {
    if segment.contains('~') { segment.replace("~1", "/").replace("~0", "~").into() } else { segment.into() }
}

/// The visible pairs of a mapping, in the order of the text.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    tree: &'a Tree,
    next: u32,
    end: u32,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (&'a str, NodeId);

    fn next(&mut self) -> Option<Self::Item> {
        while self.next < self.end {
            let (key, value) = (&self.tree.nodes[self.next as usize], NodeId(self.next + 1));
            self.next = self.tree.node(value).end;
            if !key.hidden {
                return Some((self.tree.string(key), value));
            }
        }
        None
    }
}

/// The elements of a sequence.
#[derive(Clone, Debug)]
pub struct Items<'a> {
    tree: &'a Tree,
    next: u32,
    end: u32,
}

impl Iterator for Items<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        (self.next < self.end).then(|| {
            let id = NodeId(self.next);
            self.next = self.tree.node(id).end;
            id
        })
    }
}

//! The parsed document: an arena of nodes in document order, each knowing where in the text it stands.

use std::sync::{Arc, OnceLock};

/// A text and the name it is shown by: a file's path, or `<stdin>`.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
    lines: OnceLock<Vec<u32>>,
}

impl Source {
    /// A source from its display name and its text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), text: text.into(), lines: OnceLock::new() })
    }

    /// The name it is shown by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of a byte offset, both counted from 1; columns count Unicode scalar values, as SARIF's do.
    pub fn position(&self, offset: u32) -> Position {
        let lines = self.lines.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect()
        });
        let line = lines.partition_point(|start| *start <= offset).max(1) - 1;
        let start = lines.get(line).copied().unwrap_or(0) as usize;
        let before = self.text.get(start..offset as usize).unwrap_or_default();
        Position { line: line as u32 + 1, column: before.chars().count() as u32 + 1 }
    }
}

/// A place in a text for people: line and column, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column, in Unicode scalar values.
    pub column: u32,
}

/// A byte range of a text, end exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The span from one offset to another.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: start as u32, end: end.max(start) as u32 }
    }

    fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end }
    }
}

/// A span of a source: what a finding points at.
#[derive(Clone, Debug)]
pub struct Place {
    /// The text.
    pub source: Arc<Source>,
    /// The range in it.
    pub span: Span,
}

impl Place {
    /// Where it begins.
    pub fn start(&self) -> Position {
        self.source.position(self.span.start)
    }

    /// Where it ends.
    pub fn end(&self) -> Position {
        self.source.position(self.span.end)
    }
}

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
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Float(_) => "a number",
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
        let text = if node.tag == Tag::Written { &self.source.text } else { &self.decoded };
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
        self.source.text.get(start as usize..end as usize).unwrap_or_default()
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

/// How deep collections may be nested. The API server's own objects stay under 40.
pub(crate) const MAX_DEPTH: usize = 200;
/// How many nodes one document may take from its anchors and merge keys.
pub(crate) const MAX_COPIES: usize = 100_000;

/// A document that cannot be laid out within the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Overflow {
    #[error("collections are nested more than {MAX_DEPTH} deep")]
    Depth,
    #[error("aliases and merge keys expand to more than {MAX_COPIES} nodes")]
    Copies,
    #[error("an alias stands inside the node it repeats")]
    Cycle,
}

/// A key that stands twice in one mapping.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DuplicateKey {
    pub(crate) first: NodeId,
    pub(crate) second: NodeId,
}

/// Fills a [`Tree`] from a reader's events, in document order.
pub(crate) struct Builder {
    tree: Tree,
    /// The open collections; for a mapping, where its keys stand so far is found by walking it.
    open: Vec<u32>,
    copies: usize,
}

/// A scalar on its way into the tree.
pub(crate) enum Scalar<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A string that stands in the source text at this offset, as it is.
    Written(usize, usize),
    /// A string that the text spells in another way.
    Decoded(&'a str),
    /// The same, made for the occasion.
    Owned(String),
}

impl Builder {
    pub(crate) fn new(source: Arc<Source>) -> Self {
        // A node for every twelve bytes is more than manifests have; growing would hold two copies for a moment.
        let capacity = source.text.len() / 12 + 8;
        Self {
            tree: Tree { source, nodes: Vec::with_capacity(capacity), decoded: String::new() },
            open: Vec::new(),
            copies: 0,
        }
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    pub(crate) fn finish(mut self) -> Arc<Tree> {
        self.tree.nodes.shrink_to_fit();
        Arc::new(self.tree)
    }

    /// Forgets all nodes from `mark` on: what a document that breaks off has left behind.
    pub(crate) fn rewind(&mut self, mark: usize) {
        self.tree.nodes.truncate(mark);
        self.open.clear();
        self.copies = 0;
    }

    pub(crate) fn start_document(&mut self) {
        self.copies = 0;
    }

    /// Whether the innermost open collection is a mapping that waits for a key.
    pub(crate) fn expects_key(&self) -> bool {
        let Some(&open) = self.open.last() else { return false };
        self.tree.nodes[open as usize].tag == Tag::Mapping && {
            // `end` counts the children of an open collection; it gets its meaning when the collection closes.
            self.tree.nodes[open as usize].end.is_multiple_of(2)
        }
    }

    /// Whether the innermost open collection has no child yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.open.last().is_some_and(|&open| self.tree.nodes[open as usize].end == 0)
    }

    pub(crate) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    fn push(&mut self, tag: Tag, payload: u64, span: Span) -> NodeId {
        let id = self.tree.nodes.len() as u32;
        let parent = self.open.last().copied().unwrap_or(u32::MAX);
        if let Some(parent) = self.tree.nodes.get_mut(parent as usize) {
            parent.end += 1;
        }
        self.tree.nodes.push(Node { payload, span, parent, end: id + 1, tag, hidden: false, copied: false });
        NodeId(id)
    }

    pub(crate) fn scalar(&mut self, scalar: &Scalar<'_>, span: Span) -> NodeId {
        let (tag, payload) = match scalar {
            Scalar::Null => (Tag::Null, 0),
            Scalar::Bool(value) => (Tag::Bool, u64::from(*value)),
            Scalar::Int(value) => (Tag::Int, *value as u64),
            Scalar::Float(value) => (Tag::Float, value.to_bits()),
            Scalar::Written(start, length) => (Tag::Written, (*start as u64) << 32 | *length as u64),
            Scalar::Owned(text) => return self.scalar(&Scalar::Decoded(text), span),
            Scalar::Decoded(text) => {
                let start = self.tree.decoded.len() as u64;
                self.tree.decoded.push_str(text);
                (Tag::Decoded, start << 32 | text.len() as u64)
            }
        };
        self.push(tag, payload, span)
    }

    pub(crate) fn open_sequence(&mut self, span: Span) -> Result<NodeId, Overflow> {
        self.open(Tag::Sequence, span)
    }

    pub(crate) fn open_mapping(&mut self, span: Span) -> Result<NodeId, Overflow> {
        self.open(Tag::Mapping, span)
    }

    fn open(&mut self, tag: Tag, span: Span) -> Result<NodeId, Overflow> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Overflow::Depth);
        }
        let id = self.push(tag, 0, span);
        self.tree.nodes[id.0 as usize].end = 0;
        self.open.push(id.0);
        Ok(id)
    }

    /// Closes the innermost collection, hides what later keys override, and tells of the keys written twice.
    pub(crate) fn close(&mut self, end: usize, duplicates: &mut Vec<DuplicateKey>) -> Option<NodeId> {
        let id = self.open.pop()?;
        let length = self.tree.nodes.len() as u32;
        let node = &mut self.tree.nodes[id as usize];
        node.end = length;
        node.span.end = node.span.end.max(end as u32);
        if node.tag == Tag::Mapping {
            self.hide_overridden(id, duplicates);
        }
        Some(NodeId(id))
    }

    fn hide_overridden(&mut self, mapping: u32, duplicates: &mut Vec<DuplicateKey>) {
        let end = self.tree.nodes[mapping as usize].end;
        let mut keys: smallvec::SmallVec<[u32; 16]> = smallvec::SmallVec::new();
        let mut next = mapping + 1;
        while next < end {
            if !self.tree.nodes[next as usize].hidden {
                keys.push(next);
            }
            next = self.tree.nodes[next as usize + 1].end;
        }
        let mut overridden: smallvec::SmallVec<[(u32, u32); 2]> = smallvec::SmallVec::new();
        if keys.len() <= 16 {
            for (at, &key) in keys.iter().enumerate() {
                let name = self.tree.string(&self.tree.nodes[key as usize]);
                let earlier =
                    keys[..at].iter().find(|&&other| self.tree.string(&self.tree.nodes[other as usize]) == name);
                overridden.extend(earlier.map(|&first| (first, key)));
            }
        } else {
            let mut seen =
                std::collections::HashMap::with_capacity_and_hasher(keys.len(), ahash::RandomState::default());
            for &key in &keys {
                let name = self.tree.string(&self.tree.nodes[key as usize]);
                overridden.extend(seen.insert(name, key).map(|first| (first, key)));
            }
        }
        for (first, second) in overridden {
            self.tree.nodes[first as usize].hidden = true;
            let written = |key: u32| !self.tree.nodes[key as usize].copied;
            if written(first) && written(second) {
                duplicates.push(DuplicateKey { first: NodeId(first), second: NodeId(second) });
            }
        }
    }

    /// Repeats the subtree of `from` here, as an alias does.
    pub(crate) fn copy(&mut self, from: NodeId) -> Result<NodeId, Overflow> {
        if self.open.contains(&from.0) {
            return Err(Overflow::Cycle);
        }
        let (start, end) = (from.0, self.tree.node(from).end);
        self.spend((end - start) as usize)?;
        let target = self.tree.nodes.len() as u32;
        let parent = self.open.last().copied().unwrap_or(u32::MAX);
        if let Some(parent) = self.tree.nodes.get_mut(parent as usize) {
            parent.end += 1;
        }
        if self.open.len() + self.height(start, end) > MAX_DEPTH {
            return Err(Overflow::Depth);
        }
        for at in start..end {
            let mut node = self.tree.nodes[at as usize];
            node.parent = if at == start { parent } else { node.parent - start + target };
            node.end = node.end - start + target;
            node.copied = true;
            self.tree.nodes.push(node);
        }
        Ok(NodeId(target))
    }

    fn height(&self, start: u32, end: u32) -> usize {
        let mut open: smallvec::SmallVec<[u32; 16]> = smallvec::SmallVec::new();
        let mut height = 0;
        for at in start..end {
            while open.last().is_some_and(|close| *close <= at) {
                open.pop();
            }
            let node = &self.tree.nodes[at as usize];
            if matches!(node.tag, Tag::Mapping | Tag::Sequence) {
                open.push(node.end);
                height = height.max(open.len());
            }
        }
        height
    }

    fn spend(&mut self, nodes: usize) -> Result<(), Overflow> {
        self.copies += nodes;
        if self.copies > MAX_COPIES { Err(Overflow::Copies) } else { Ok(()) }
    }

    /// Takes back the last pushed key, which was `<<`: it stays in the text and leaves the data.
    pub(crate) fn hide_key(&mut self, key: NodeId) {
        self.tree.nodes[key.0 as usize].hidden = true;
    }

    /// Repeats the pairs of a mapping in the innermost open one, as a merge key does.
    pub(crate) fn merge(&mut self, from: NodeId) -> Result<(), Overflow> {
        if self.open.contains(&from.0) {
            return Err(Overflow::Cycle);
        }
        let pairs: Vec<NodeId> = self.tree.entries(from).map(|(_, value)| value).collect();
        for value in pairs {
            self.copy(NodeId(value.0 - 1))?;
            self.copy(value)?;
        }
        Ok(())
    }
}

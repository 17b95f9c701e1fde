//! Fills a tree from a reader's events, within bounds.

use std::sync::Arc;

use super::{Node, NodeId, Source, Span, Tag, Tree};

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
        let capacity = source.text().len() / 12 + 8;
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
                    keys[..at].iter().rfind(|&&other| self.tree.string(&self.tree.nodes[other as usize]) == name);
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

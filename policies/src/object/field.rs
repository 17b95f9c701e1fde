//! Fields: a value and the way it was reached, present or absent.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Object, Origin};
use crate::quantity::Quantity;
use crate::tree::{NodeId, Place, Span, Tree, Value, escape, segments};

/// The steps from the deepest node that exists to a field that does not. Three hops are enough for every rule; a pointer is one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Missing<'a> {
    hops: [Hop<'a>; 3],
}

#[derive(Clone, Copy, Debug)]
enum Hop<'a> {
    None,
    Pointer(&'a str),
    Key(&'a str),
}

impl<'a> Missing<'a> {
    pub(super) const NOTHING: Self = Self { hops: [Hop::None; 3] };

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
    pub(super) object: &'a Object,
    /// The node itself, or the deepest that exists on the way to it.
    pub(super) node: NodeId,
    pub(super) missing: Missing<'a>,
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

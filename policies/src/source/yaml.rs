//! YAML text → tree: a composer over parser events that needs no stack of its own, so that no nesting can exhaust it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Tag};

use super::{Document, MAX_DOCUMENT_BYTES, Reader, Reading, scalar};
use crate::tree::{NodeId, Overflow, Scalar, Source, Span, Value};

pub(super) fn read(source: &Arc<Source>) -> Reading {
    let mut options = Options::default();
    options.emit_comments = false;
    let mut parser = Parser::new_from_str_with_options(source.text(), options);
    let mut composer = Composer {
        text: source.text(),
        reader: Reader::new(source),
        anchors: HashMap::new(),
        merges: Vec::new(),
        index: 0,
        mark: 0,
        start: 0,
        inside: false,
        skipping: false,
    };
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => composer.event(event, bytes(span)),
            Err(error) => {
                composer.broken(&error);
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
    }
    composer.reader.finish()
}

fn bytes(span: granit_parser::Span) -> Span {
    Span::new(span.start.byte_offset().unwrap_or(0), span.end.byte_offset().unwrap_or(0))
}

/// Why a document cannot be read on.
enum Refusal {
    Overflow(Overflow),
    Said(Cow<'static, str>),
}

impl From<Overflow> for Refusal {
    fn from(overflow: Overflow) -> Self {
        Self::Overflow(overflow)
    }
}

impl From<&'static str> for Refusal {
    fn from(message: &'static str) -> Self {
        Self::Said(message.into())
    }
}

/// A merge key whose value is a mapping or sequence written in place: it takes effect when that value closes.
struct PendingMerge {
    value: NodeId,
}

struct Composer<'a> {
    text: &'a str,
    reader: Reader<'a>,
    anchors: HashMap<usize, NodeId>,
    merges: Vec<PendingMerge>,
    /// How many documents began before this one.
    index: u32,
    /// The first node of the document.
    mark: usize,
    /// The first byte of the document.
    start: u32,
    /// A document has begun and not ended.
    inside: bool,
    /// The document has been given up; events are dropped until it ends.
    skipping: bool,
}

impl<'a> Composer<'a> {
    fn event(&mut self, event: Event<'a>, span: Span) {
        match event {
            Event::DocumentStart(..) => self.start_document(span),
            Event::DocumentEnd => self.end_document(span),
            _ if self.skipping => {}
            event => {
                if let Err(refusal) = self.node(event, span) {
                    self.refuse(&refusal, span);
                }
            }
        }
    }

    fn start_document(&mut self, span: Span) {
        self.anchors.clear();
        self.merges.clear();
        self.reader.builder.start_document();
        self.mark = self.reader.builder.tree().len();
        self.start = span.start;
        self.inside = true;
        self.skipping = false;
    }

    fn end_document(&mut self, span: Span) {
        self.index += 1;
        self.inside = false;
        if self.skipping {
            return;
        }
        if (span.end - self.start) as usize > MAX_DOCUMENT_BYTES {
            let message = format!("the document is larger than {} MiB", MAX_DOCUMENT_BYTES >> 20);
            return self.refuse(&Refusal::Said(message.into()), Span { start: self.start, end: self.start });
        }
        let root = NodeId::at(self.mark);
        if self.reader.builder.tree().len() > self.mark && self.reader.builder.tree().value(root) != Value::Null {
            self.reader.documents.push(Document { index: self.index - 1, root });
        }
        self.reader.report_duplicates();
    }

    fn refuse(&mut self, refusal: &Refusal, span: Span) {
        let message = match refusal {
            Refusal::Overflow(overflow) => overflow.to_string(),
            Refusal::Said(message) => message.to_string(),
        };
        let hint = template_hint(self.text, span.start as usize);
        self.reader.problem(message + hint, span);
        self.give_up();
    }

    fn give_up(&mut self) {
        self.reader.builder.rewind(self.mark);
        self.reader.duplicates.clear();
        self.skipping = true;
    }

    fn broken(&mut self, error: &ScanError) {
        let at = error.marker().byte_offset().unwrap_or(self.text.len()).min(self.text.len());
        let rest = self.text.get(at..).unwrap_or_default();
        let width = rest.chars().next().filter(|first| !first.is_whitespace()).map_or(0, char::len_utf8);
        let hint = template_hint(self.text, at);
        self.reader.problem(format!("this is not YAML: {}{hint}", error.info()), Span::new(at, at + width));
        if self.inside {
            self.give_up();
            self.index += 1;
            self.inside = false;
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Result<(), Refusal> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let id = self.scalar(text, style, tag.as_deref(), span)?;
                self.remember(anchor, id);
                Ok(())
            }
            Event::SequenceStart(_, anchor, _) => {
                self.refuse_complex_key()?;
                let id = self.reader.builder.open_sequence(span)?;
                self.remember(anchor, id);
                Ok(())
            }
            Event::MappingStart(_, anchor, _) => {
                self.refuse_complex_key()?;
                let id = self.reader.builder.open_mapping(span)?;
                self.remember(anchor, id);
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => self.alias(anchor, span),
            _ => Ok(()),
        }
    }

    fn remember(&mut self, anchor: usize, id: NodeId) {
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
    }

    fn refuse_complex_key(&self) -> Result<(), Refusal> {
        if self.reader.builder.expects_key() { Err("a mapping's key must be a scalar".into()) } else { Ok(()) }
    }

    fn scalar(
        &mut self,
        text: Cow<'a, str>,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<NodeId, Refusal> {
        let plain = matches!(style, ScalarStyle::Plain);
        let resolved = match tag {
            None if plain => scalar::resolve(&text)?,
            None => None,
            Some(tag) => tagged(&text, tag)?,
        };
        if self.reader.builder.expects_key() {
            let is_merge = plain && tag.is_none() && text.as_ref() == "<<";
            let id = match resolved {
                None => self.string(text, span),
                Some(decoded @ Scalar::Owned(_)) => self.reader.builder.scalar(&decoded, span),
                Some(key) => {
                    let name = scalar::key_name(&key).ok_or("a mapping's key must not be null")?;
                    self.reader.builder.scalar(&Scalar::Decoded(&name), span)
                }
            };
            if is_merge {
                self.reader.builder.hide_key(id);
                self.merges.push(PendingMerge { value: NodeId::at(self.reader.builder.tree().len()) });
            }
            return Ok(id);
        }
        if self.pending_merge() {
            return Err("a merge key takes a mapping, or a list of mappings".into());
        }
        Ok(match resolved {
            None => self.string(text, span),
            Some(Scalar::Float(value)) => self.reader.builder.scalar(&scalar::through_json(value), span),
            Some(value) => self.reader.builder.scalar(&value, span),
        })
    }

    fn string(&mut self, text: Cow<'a, str>, span: Span) -> NodeId {
        let string = match text {
            Cow::Borrowed(text) => {
                // A borrowed string is a slice of the source, so the difference of the addresses is its offset.
                let offset = (text.as_ptr() as usize).wrapping_sub(self.text.as_ptr() as usize);
                match self.text.get(offset..offset.wrapping_add(text.len())) {
                    Some(written) if written == text => Scalar::Written(offset, text.len()),
                    _ => Scalar::Decoded(text),
                }
            }
            Cow::Owned(text) => Scalar::Owned(text),
        };
        self.reader.builder.scalar(&string, span)
    }

    fn pending_merge(&self) -> bool {
        let next = NodeId::at(self.reader.builder.tree().len());
        self.merges.last().is_some_and(|merge| merge.value == next)
    }

    fn close(&mut self, span: Span) -> Result<(), Refusal> {
        let closed = self.reader.builder.close(span.end as usize, &mut self.reader.duplicates);
        if self.merges.last().is_some_and(|merge| Some(merge.value) == closed) {
            self.merges.pop();
            if let Some(value) = closed {
                self.merge(value)?;
            }
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Refusal> {
        let &target = self.anchors.get(&anchor).ok_or("this alias has no anchor before it")?;
        if self.reader.builder.expects_key() {
            let tree = self.reader.builder.tree();
            let Value::String(name) = tree.value(target) else {
                return Err("a mapping's key must be a string".into());
            };
            let name = name.to_owned();
            self.reader.builder.scalar(&Scalar::Decoded(&name), span);
            return Ok(());
        }
        let merging = self.pending_merge();
        let copy = self.reader.builder.copy(target)?;
        if merging {
            self.merges.pop();
            self.merge(copy)?;
        }
        Ok(())
    }

    /// Lays the pairs of a merge key's value over the mapping it stands in; of a list, earlier mappings win.
    fn merge(&mut self, value: NodeId) -> Result<(), Refusal> {
        let tree = self.reader.builder.tree();
        let sources: Vec<NodeId> = match tree.value(value) {
            Value::Mapping => vec![value],
            Value::Sequence => tree.items(value).collect(),
            _ => Vec::new(),
        };
        if sources.is_empty() && tree.value(value) != Value::Sequence
            || sources.iter().any(|source| tree.value(*source) != Value::Mapping)
        {
            return Err("a merge key takes a mapping, or a list of mappings".into());
        }
        for source in sources.into_iter().rev() {
            self.reader.builder.merge(source)?;
        }
        Ok(())
    }
}

/// The value of a scalar with an explicit tag.
fn tagged(text: &str, tag: &Tag) -> Result<Option<Scalar<'static>>, Refusal> {
    let Some(suffix) = tag.suffix_in_namespace("tag:yaml.org,2002:") else { return Ok(None) };
    let resolved = match suffix.as_ref() {
        "bool" | "int" | "float" | "null" => scalar::resolve(text)?,
        "binary" => return Ok(Some(Scalar::Owned(binary(text)?))),
        _ => return Ok(None),
    };
    let fits = matches!(
        (suffix.as_ref(), &resolved),
        ("bool", Some(Scalar::Bool(_)))
            | ("int", Some(Scalar::Int(_)))
            | ("null", Some(Scalar::Null))
            | ("float", Some(Scalar::Int(_) | Scalar::Float(_)))
    );
    if fits { Ok(resolved) } else { Err(Refusal::Said(format!("`{text}` is no {suffix}").into())) }
}

/// The text that a `!!binary` scalar holds in base64, broken into lines or not.
fn binary(text: &str) -> Result<String, Refusal> {
    let packed: String = text.split_ascii_whitespace().collect();
    let bytes = BASE64_STANDARD.decode(packed).map_err(|error| Refusal::Said(error.to_string().into()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Tells someone who feeds us the source of a chart what to do instead.
fn template_hint(text: &str, at: usize) -> &'static str {
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    if line.contains("{{") { " (a template: lint what it renders to, with `helm template`)" } else { "" }
}

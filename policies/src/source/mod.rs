//! Text → trees: one reader per format, both with Kubernetes' own reading of the text.

mod json;
mod scalar;
mod yaml;

use std::sync::Arc;

use crate::tree::{Builder, DuplicateKey, NodeId, Place, Source, Span, Tree};

/// The largest text that is read, in bytes. The API server itself takes requests of 3 MiB.
pub const MAX_BYTES: usize = 64 << 20;
/// The largest single document that is read, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 16 << 20;

/// What a text holds: its documents, and what could not be read.
#[derive(Debug)]
pub struct Reading {
    /// The nodes of all documents.
    pub tree: Arc<Tree>,
    /// The root of each document that is not empty, in the order of the text.
    pub documents: Vec<Document>,
    /// What could not be read, or was read in a way its author may not expect.
    pub problems: Vec<Problem>,
}

/// One document of a text.
#[derive(Clone, Copy, Debug)]
pub struct Document {
    /// Its position among all documents of the text, empty ones included, from 0.
    pub index: u32,
    /// Its root node.
    pub root: NodeId,
}

/// Text that does not parse, or that says two things at once.
#[derive(Debug)]
pub struct Problem {
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where.
    pub place: Place,
    /// The other place, where there is one, and what stands there.
    pub related: Option<(String, Place)>,
    /// Whether a document is lost by it, so that nothing can be said of what it might have held.
    pub fatal: bool,
}

/// Reads a text: as JSON where it is JSON, else as YAML.
pub fn read(source: &Arc<Source>) -> Reading {
    let text = source.text();
    if text.len() > MAX_BYTES {
        let mut reader = Reader::new(source);
        reader.problem(format!("the file is larger than {} MiB", MAX_BYTES >> 20), Span::new(0, 0));
        return reader.finish();
    }
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        let reading = json::read(source);
        // A flow mapping is JSON's look-alike; only a file that calls itself JSON is held to JSON's grammar.
        if reading.problems.iter().all(|problem| !problem.fatal) || source.name().ends_with(".json") {
            return reading;
        }
    }
    yaml::read(source)
}

/// What both readers share: the tree that grows, the documents so far, the problems.
struct Reader<'a> {
    source: &'a Arc<Source>,
    builder: Builder,
    documents: Vec<Document>,
    problems: Vec<Problem>,
    duplicates: Vec<DuplicateKey>,
}

impl<'a> Reader<'a> {
    fn new(source: &'a Arc<Source>) -> Self {
        Self {
            source,
            builder: Builder::new(Arc::clone(source)),
            documents: Vec::new(),
            problems: Vec::new(),
            duplicates: Vec::new(),
        }
    }

    fn place(&self, span: Span) -> Place {
        Place { source: Arc::clone(self.source), span }
    }

    fn problem(&mut self, message: String, span: Span) {
        let place = self.place(span);
        self.problems.push(Problem { message, place, related: None, fatal: true });
    }

    /// Turns the duplicate keys of the document just read into problems.
    fn report_duplicates(&mut self) {
        for DuplicateKey { first, second } in std::mem::take(&mut self.duplicates) {
            let tree = self.builder.tree();
            let message = format!("the key {} stands twice; the later one would win", tree.written(second));
            let related = ("it is set here first".to_owned(), self.place(tree.span(first)));
            let place = self.place(tree.span(second));
            self.problems.push(Problem { message, place, related: Some(related), fatal: false });
        }
    }

    fn finish(mut self) -> Reading {
        self.problems.sort_by_key(|problem| problem.place.span);
        Reading { tree: self.builder.finish(), documents: self.documents, problems: self.problems }
    }
}

//! A reading → its objects, and the findings about text that holds none.

use std::sync::Arc;

use crate::diagnostics::{MANIFEST_UNREADABLE, NOTHING_CHECKED, OBJECT_DUPLICATED};
use crate::finding::{Finding, Related};
use crate::object::Object;
use crate::source::{Document, MAX_BYTES, Problem, Reading};
use crate::tree::{NodeId, Place, Source, Span, Tree, Value};

/// What a text declares.
#[derive(Debug, Default)]
pub struct Manifests {
    /// The objects, those of a `List` one by one, in the order of the text.
    pub objects: Vec<Object>,
    /// What could not be read.
    pub findings: Vec<Finding>,
    /// Documents that are no Kubernetes objects and do not try to be: values files and the like.
    pub foreign: usize,
    /// Whether a document was lost, so that the absence of an object is no evidence.
    pub incomplete: bool,
}

/// The objects of a reading.
pub fn objects(reading: Reading) -> Manifests {
    let mut manifests = Manifests::default();
    for document in &reading.documents {
        manifests.add(&reading.tree, *document, document.root);
    }
    for problem in reading.problems {
        manifests.incomplete |= problem.fatal;
        manifests.findings.push(unreadable(problem));
    }
    manifests
}

impl Manifests {
    /// What a file declares that is not UTF-8: nothing. `valid` bytes of it are.
    pub fn not_utf8(name: String, bytes: &[u8], valid: usize) -> Self {
        let text = String::from_utf8_lossy(bytes.get(..valid).unwrap_or_default()).into_owned();
        let byte = bytes.get(valid).copied().unwrap_or_default();
        Self::lost(name, text, valid, format!("this is not UTF-8: the byte 0x{byte:02x} cannot stand here"))
    }

    /// What a file declares that is not read because of its size: nothing.
    pub fn too_large(name: String) -> Self {
        Self::lost(name, String::new(), 0, format!("the file is larger than {} MiB", MAX_BYTES >> 20))
    }

    /// What a source declares that something else cannot turn into manifests: nothing that is known.
    pub fn unreadable(name: String, message: String) -> Self {
        Self::lost(name, String::new(), 0, message)
    }

    fn lost(name: String, text: String, at: usize, message: String) -> Self {
        let place = Place { source: Source::new(name, text), span: Span::new(at, at) };
        let finding = Finding::new(&MANIFEST_UNREADABLE, place, message);
        Self { findings: vec![finding], incomplete: true, ..Self::default() }
    }

    fn add(&mut self, tree: &Arc<Tree>, document: Document, node: NodeId) {
        let text = |key: &str| match tree.get(node, key).map(|node| tree.value(node)) {
            Some(Value::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        };
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let items = tree.get(node, "items").filter(|items| tree.value(*items) == Value::Sequence);
        match (api_version, kind, items) {
            // `kubectl` takes every kind that ends in List and has items for one: `List`, `DeploymentList`.
            (Some(_), Some(kind), Some(items)) if kind.ends_with("List") => {
                tree.items(items).for_each(|item| self.add(tree, document, item));
            }
            (Some(_), Some(_), _) => self.objects.extend(Object::new(tree, document, node)),
            (None, None, _) if node == document.root && !is_list_of_objects(tree, node) => self.foreign += 1,
            _ => {
                self.incomplete = true;
                self.findings.push(no_object(tree, node));
            }
        }
    }
}

/// Whether a sequence stands where an object should, and holds objects.
fn is_list_of_objects(tree: &Tree, node: NodeId) -> bool {
    tree.items(node).any(|item| tree.get(item, "apiVersion").is_some() && tree.get(item, "kind").is_some())
}

/// What keeps a node from being an object, at the value that is wrong.
fn no_object(tree: &Arc<Tree>, node: NodeId) -> Finding {
    let at = |node: NodeId, message: String| {
        let place = Place { source: Arc::clone(tree.source()), span: tree.focus(node) };
        Finding::new(&MANIFEST_UNREADABLE, place, message)
    };
    match tree.value(node) {
        Value::Mapping => {}
        Value::Sequence => return at(node, "a list stands here, where an object should: use `kind: List`".to_owned()),
        value => return at(node, format!("{} stands here, where an object should", value.type_name())),
    }
    for key in ["apiVersion", "kind"] {
        match tree.get(node, key).map(|value| (value, tree.value(value))) {
            Some((_, Value::String(text))) if !text.is_empty() => {}
            Some((value, found)) => return at(value, format!("`{key}` is {}, not a name", found.type_name())),
            None => return at(node, format!("the object has no `{key}`")),
        }
    }
    at(node, "this is no object".to_owned())
}

fn unreadable(problem: Problem) -> Finding {
    let mut finding = Finding::new(&MANIFEST_UNREADABLE, problem.place, problem.message);
    finding.related.extend(problem.related.map(|(message, place)| Related { message, place }));
    finding
}

/// The finding that an object is declared a second time.
pub fn duplicate(first: &Object, second: &Object) -> Finding {
    let name = second.at("metadata/name");
    let reference = second.reference();
    let mut finding = Finding::new(&OBJECT_DUPLICATED, name.place(), format!("{reference} is declared twice"));
    finding.object = Some(reference);
    finding.path = name.path();
    finding.because(&first.at("metadata/name"), "it is declared here first");
    finding
}

/// The finding that no object of the input was judged, and why.
pub fn nothing_checked(input: &str, reason: &str) -> Finding {
    let place = Place { source: Source::new(input, ""), span: Span::default() };
    Finding::new(&NOTHING_CHECKED, place, reason.to_owned())
}

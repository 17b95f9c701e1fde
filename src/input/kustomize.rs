//! Kustomizations: which can be read as they are, which must be rendered, and which files only have a meaning inside one.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use policies::tree::Source;
use policies::{source, tree};

use super::Text;
use super::files::{KUSTOMIZATIONS, display};
use super::render::{self, Origin, Rendered};

/// What to do with the kustomizations below a path.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Folders to render.
    pub(super) roots: Vec<PathBuf>,
    /// Files that are part of something rendered, or only a patch: not manifests of their own.
    pub(super) consumed: HashSet<PathBuf>,
}

/// A kustomization file, as far as it says which files it uses.
#[derive(Debug, Default)]
struct Kustomization {
    folder: PathBuf,
    /// Manifests and other kustomizations it takes in.
    resources: Vec<PathBuf>,
    /// Files that are no manifests of their own: patches, transformers, the files of generators.
    parts: Vec<PathBuf>,
    /// Whether it changes what it takes in, or makes objects itself.
    transforms: bool,
    /// Whether it only has a meaning inside another one: kustomize's `kind: Component`.
    is_component: bool,
}

/// Keys that leave the objects as they are in their files.
const PLAIN_KEYS: [&str; 7] = ["apiVersion", "kind", "metadata", "resources", "bases", "buildMetadata", "sortOptions"];

/// Decides what is rendered. A kustomization that only lists files is read as those files: their lines are better to show.
///
/// Where nothing can render, what it lists is still judged as it stands; only patches and the like have no meaning alone.
pub(super) fn plan(folders: &[PathBuf], can_render: bool) -> Plan {
    let all: Vec<Kustomization> = folders.iter().map(|folder| parse(folder)).collect();
    let mut plan = Plan::default();
    let by_folder = |folder: &Path| all.iter().find(|one| one.folder == folder);
    let used: HashSet<&PathBuf> = all.iter().flat_map(|one| &one.resources).collect();
    for root in all.iter().filter(|one| !used.contains(&one.folder)) {
        let mut reached = Vec::new();
        reach(root, &by_folder, &mut reached);
        if !reached.iter().any(|one| one.transforms) {
            continue;
        }
        plan.consumed.extend(reached.iter().flat_map(|one| &one.parts).cloned());
        if can_render {
            plan.consumed.extend(reached.iter().flat_map(|one| &one.resources).cloned());
        }
        // What a component changes stands in kustomizations that are not here.
        if !root.is_component {
            plan.roots.push(root.folder.clone());
        }
    }
    plan
}

fn reach<'a>(
    from: &'a Kustomization,
    by_folder: &impl Fn(&Path) -> Option<&'a Kustomization>,
    reached: &mut Vec<&'a Kustomization>,
) {
    if reached.iter().any(|one| one.folder == from.folder) {
        return;
    }
    reached.push(from);
    for resource in &from.resources {
        if let Some(next) = by_folder(resource) {
            reach(next, by_folder, reached);
        }
    }
}

fn parse(folder: &Path) -> Kustomization {
    let mut kustomization = Kustomization { folder: folder.to_owned(), ..Kustomization::default() };
    let Some(file) = KUSTOMIZATIONS.iter().map(|name| folder.join(name)).find(|file| file.is_file()) else {
        return kustomization;
    };
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let reading = source::read(&Source::new(display(&file), text));
    let Some(document) = reading.documents.first() else { return kustomization };
    let tree = &reading.tree;
    let kind = tree.get(document.root, "kind").map(|kind| tree.value(kind));
    kustomization.is_component = kind == Some(tree::Value::String("Component"));
    for (key, value) in tree.entries(document.root) {
        kustomization.transforms |= !PLAIN_KEYS.contains(&key);
        let is_resource = matches!(key, "resources" | "bases" | "components");
        let paths = paths_below(tree, value).into_iter().map(|path| join(folder, &path));
        if is_resource { kustomization.resources.extend(paths) } else { kustomization.parts.extend(paths) }
    }
    kustomization
}

/// Every string below a node that could be a path; those that name no file do no harm.
fn paths_below(tree: &tree::Tree, node: tree::NodeId) -> Vec<String> {
    match tree.value(node) {
        // A generator may rename the file it takes: `key=path`.
        tree::Value::String(text) if !text.contains('\n') => {
            vec![text.rsplit_once('=').map_or(text, |(_, path)| path).to_owned()]
        }
        tree::Value::Sequence => tree.items(node).flat_map(|item| paths_below(tree, item)).collect(),
        tree::Value::Mapping => tree.entries(node).flat_map(|(_, value)| paths_below(tree, value)).collect(),
        _ => Vec::new(),
    }
}

/// A path relative to a folder, with its `..` steps resolved, so that it compares equal to what a walk finds.
fn join(folder: &Path, path: &str) -> PathBuf {
    let mut joined = folder.to_owned();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                joined.pop();
            }
            part => joined.push(part),
        }
    }
    joined
}

/// The program that renders kustomizations, if one is installed.
pub(super) fn program() -> Option<&'static str> {
    ["kustomize", "kubectl"].into_iter().find(|program| render::is_installed(program))
}

/// Renders a kustomization.
pub(super) fn build(program: &str, folder: &Path) -> Text {
    let name = display(folder);
    let rendered = wrapper(folder).map_err(|error| error.to_string()).and_then(|wrapper| {
        let mut command = Command::new(program);
        command.arg(if program == "kubectl" { "kustomize" } else { "build" }).arg(wrapper.path());
        let base = wrapper.path().canonicalize().map_err(|error| error.to_string())?;
        Ok((render::run(&mut command)?, base))
    });
    let file = KUSTOMIZATIONS.iter().map(|name| folder.join(name)).find(|file| file.is_file());
    let renderer = file.map_or_else(|| name.clone(), |file| display(&file));
    match rendered {
        Ok((text, base)) => {
            let relative = folder.is_relative();
            Text::Rendered(Rendered { name, renderer, text, base, origin: Origin::Annotation, relative })
        }
        Err(message) => {
            let message = format!("`{program}` cannot render this: {}", cause(&message));
            Text::Broken { name: renderer, message }
        }
    }
}

/// The innermost cause of what went wrong: what stands around it is about our own wrapper, and holds times and process ids.
fn cause(message: &str) -> &str {
    let line = message.lines().rfind(|line| !line.trim().is_empty()).unwrap_or(message);
    let inner = line.rsplit("': ").next().unwrap_or(line);
    let inner = inner.rsplit_once("err=\"").map_or(inner, |(_, inner)| inner);
    inner.trim_start_matches("Error: ").trim_end_matches('"')
}

/// A kustomization that takes in another one and asks for the origin of every object.
fn wrapper(folder: &Path) -> std::io::Result<tempfile::TempDir> {
    let target = folder.canonicalize()?;
    let wrapper = tempfile::tempdir()?;
    let from = wrapper.path().canonicalize()?;
    let up = "../".repeat(from.components().count() - 1);
    let target = target.to_string_lossy();
    let text = format!("resources: [{up}{}]\nbuildMetadata: [originAnnotations]\n", target.trim_start_matches('/'));
    std::fs::write(wrapper.path().join("kustomization.yaml"), text)?;
    Ok(wrapper)
}

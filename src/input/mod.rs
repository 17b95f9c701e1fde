//! Paths, standard input, kustomizations and charts → texts, in a stable order.

mod files;
mod helm;
mod kustomize;
mod render;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use policies::tree::Source;
use policies::{Manifests, objects, source};

use crate::cli::InputArgs;
use crate::commands::Error;

/// What the arguments name.
pub(crate) struct Input {
    /// The texts, sorted by name.
    pub(crate) texts: Vec<Text>,
    /// What was left out, and why.
    pub(crate) notes: Vec<String>,
    /// The names of texts that are looked at but not reported on.
    pub(crate) context: HashSet<String>,
    /// Whether something was left out, so that the absence of an object is no evidence.
    pub(crate) incomplete: bool,
}

/// A text that has been read, or that another program has rendered.
pub(crate) enum Text {
    /// A file, or standard input.
    Read { name: String, bytes: Vec<u8> },
    /// Too large to be read.
    TooLarge { name: String },
    /// What a kustomization or chart renders to, with the folder its sources are in.
    Rendered(render::Rendered),
    /// A kustomization or chart that does not render, and what its program says.
    Broken { name: String, message: String },
}

impl Text {
    /// The name it is shown by.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Read { name, .. } | Self::TooLarge { name } | Self::Broken { name, .. } => name,
            Self::Rendered(rendered) => &rendered.name,
        }
    }

    /// Its size in bytes.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Read { bytes, .. } => bytes.len(),
            Self::TooLarge { .. } | Self::Broken { .. } => 0,
            Self::Rendered(rendered) => rendered.text.len(),
        }
    }

    /// Whether another program rendered it: several renderings may declare the same object, each for a cluster of its own.
    pub(crate) fn is_rendered(&self) -> bool {
        matches!(self, Self::Rendered(_))
    }

    /// The objects it declares.
    pub(crate) fn parse(self) -> Manifests {
        match self {
            Self::Read { name, bytes } => match String::from_utf8(bytes) {
                Ok(text) => objects(source::read(&Source::new(name, text))),
                Err(error) => Manifests::not_utf8(name, error.as_bytes(), error.utf8_error().valid_up_to()),
            },
            Self::TooLarge { name } => Manifests::too_large(name),
            Self::Rendered(rendered) => rendered.parse(),
            Self::Broken { name, message } => Manifests::unreadable(name, message),
        }
    }
}

/// Reads everything the arguments name, and what the policy says is read along with them.
pub(crate) fn gather(args: &InputArgs, around: &[PathBuf]) -> Result<Input, Error> {
    let mut notes = Vec::new();
    let mut texts = read_all(&args.paths, args, &mut notes)?;
    let mut around = read_around(args, around, &texts, &mut notes)?;
    let context = around.iter().map(|text| text.name().to_owned()).collect();
    texts.append(&mut around);
    texts.sort_by(|left, right| left.name().cmp(right.name()));
    texts.dedup_by(|left, right| left.name() == right.name());
    Ok(Input { texts, context, incomplete: !notes.is_empty(), notes })
}

/// What is looked at and not reported on, without what the arguments name.
fn read_around(
    args: &InputArgs,
    around: &[PathBuf],
    texts: &[Text],
    notes: &mut Vec<String>,
) -> Result<Vec<Text>, Error> {
    let folders: Vec<PathBuf> = args.paths.iter().filter_map(|path| path.canonicalize().ok()).collect();
    let is_inside = |path: &Path| folders.iter().any(|folder| path.starts_with(folder));
    let is_new = |path: &&PathBuf| !path.canonicalize().is_ok_and(|path| is_inside(&path));
    let paths: Vec<PathBuf> = args.context.iter().chain(around).filter(is_new).cloned().collect();
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    // The same file may be reached by two names.
    let canonical = |text: &Text| Path::new(text.name()).canonicalize().ok();
    let named: HashSet<PathBuf> = texts.iter().filter_map(canonical).collect();
    let mut around = read_all(&paths, args, notes)?;
    around.retain(|text| canonical(text).is_none_or(|path| !named.contains(&path)));
    Ok(around)
}

/// Notes are about what cannot be rendered here, because a program is not installed.
fn read_all(paths: &[PathBuf], args: &InputArgs, notes: &mut Vec<String>) -> Result<Vec<Text>, Error> {
    let mut texts = Vec::new();
    let mut seen = HashSet::new();
    for path in paths {
        if path == Path::new("-") {
            texts.push(standard_input()?);
            continue;
        }
        let found = files::find(path)?;
        let program = kustomize::program();
        let plan = kustomize::plan(&found.kustomizations, program.is_some());
        for root in &plan.roots {
            match program {
                Some(program) => texts.push(kustomize::build(program, root)),
                None => notes.push(not_rendered(root, "neither `kustomize` nor `kubectl` is installed")),
            }
        }
        for chart in &found.charts {
            match render::is_installed("helm") {
                true => texts.push(helm::template(chart, &args.values)),
                false => notes.push(not_rendered(chart, "`helm` is not installed")),
            }
        }
        let mut plain: Vec<PathBuf> = found.files.into_iter().filter(|file| !plan.consumed.contains(file)).collect();
        // The same file may be reached by two names.
        if paths.len() > 1 {
            plain.retain(|file| file.canonicalize().map_or(true, |file| seen.insert(file)));
        }
        texts.extend(files::read(&plain)?);
    }
    Ok(texts)
}

fn not_rendered(folder: &Path, why: &str) -> String {
    format!("{} was not rendered: {why}", files::display(folder))
}

fn standard_input() -> Result<Text, Error> {
    let text = files::bounded("<stdin>".to_owned(), std::io::stdin().lock());
    text.map_err(|error| Error::read(Path::new("-"), error))
}

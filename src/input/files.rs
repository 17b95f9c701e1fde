//! Finds manifests as git users expect: what `.gitignore` names and what is hidden is left out.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use policies::source::MAX_BYTES;
use rayon::prelude::*;

use super::Text;
use crate::commands::Error;

/// What lies below a path.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Manifests, and whatever else is YAML or JSON.
    pub(super) files: Vec<PathBuf>,
    /// Folders that hold a kustomization.
    pub(super) kustomizations: Vec<PathBuf>,
    /// Folders that hold a Helm chart.
    pub(super) charts: Vec<PathBuf>,
}

const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];
/// The names `kustomize` itself looks for.
pub(super) const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Everything below a path; the path itself if it is a file, whatever its name.
pub(super) fn find(path: &Path) -> Result<Found, Error> {
    let meta = fs::metadata(path).map_err(|error| Error::read(path, error))?;
    let mut found = Found::default();
    if !meta.is_dir() {
        found.files.push(path.to_owned());
        return Ok(found);
    }
    for entry in WalkBuilder::new(path).require_git(false).follow_links(false).build() {
        let entry = entry.map_err(|error| Error::read(path, std::io::Error::other(error)))?;
        let file = entry.into_path();
        // Pipes, sockets and devices may never end; a link counts as what it leads to.
        if !file.is_file() {
            continue;
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = || file.parent().unwrap_or(Path::new(".")).to_owned();
        if KUSTOMIZATIONS.contains(&name.as_str()) {
            found.kustomizations.push(folder());
        } else if name == "Chart.yaml" {
            found.charts.push(folder());
        } else if file.extension().is_some_and(|extension| EXTENSIONS.iter().any(|known| extension == *known)) {
            found.files.push(file);
        }
    }
    // A chart's templates are Go templates: only what they render to is YAML. A chart inside a chart is rendered with it.
    let charts = found.charts.clone();
    found.charts.retain(|chart| !charts.iter().any(|outer| outer != chart && chart.starts_with(outer)));
    found.files.retain(|file| !charts.iter().any(|chart| file.starts_with(chart)));
    Ok(found)
}

/// Reads files, in parallel.
pub(super) fn read(files: &[PathBuf]) -> Result<Vec<Text>, Error> {
    files.par_iter().map(|file| read_one(file).map_err(|error| Error::read(file, error))).collect()
}

fn read_one(file: &Path) -> std::io::Result<Text> {
    bounded(display(file), fs::File::open(file)?)
}

/// Reads no more than may be read: one byte beyond the limit is enough to know that it is over.
pub(super) fn bounded(name: String, from: impl Read) -> std::io::Result<Text> {
    let mut bytes = Vec::new();
    from.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(if bytes.len() > MAX_BYTES { Text::TooLarge { name } } else { Text::Read { name, bytes } })
}

/// A path as findings show it: without a leading `./`, with forward slashes.
pub(super) fn display(path: &Path) -> String {
    let text = path.strip_prefix(".").unwrap_or(path).to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

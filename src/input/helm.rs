//! Helm charts: rendered with the values given, where `helm` is installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::files::display;
use super::render::{self, Origin, Rendered};

/// Renders a chart. What fails is told in a note.
pub(super) fn template(chart: &Path, values: &[PathBuf], notes: &mut Vec<String>) -> Option<Rendered> {
    let name = display(chart);
    if !render::is_installed("helm") {
        notes.push(format!("{name} was not rendered: `helm` is not installed"));
        return None;
    }
    let release = chart.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut command = Command::new("helm");
    command.arg("template").arg(release).arg(chart).arg("--skip-tests");
    values.iter().for_each(|file| {
        command.arg("--values").arg(file);
    });
    match render::run(&mut command) {
        // `# Source: chart/templates/x.yaml` starts with the chart's own name, which is the folder's by convention.
        Ok(text) => {
            let base = chart.parent().unwrap_or(Path::new("")).to_owned();
            Some(Rendered { name, text, base, origin: Origin::Comment, relative: false })
        }
        Err(message) => {
            notes.push(format!("{name} was not rendered: `helm` says: {message}"));
            None
        }
    }
}

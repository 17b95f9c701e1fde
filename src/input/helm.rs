//! Helm charts: rendered with the values given.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Text;
use super::files::display;
use super::render::{self, Origin, Rendered};

/// Renders a chart.
pub(super) fn template(chart: &Path, values: &[PathBuf]) -> Text {
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
            Text::Rendered(Rendered { name: display(chart), text, base, origin: Origin::Comment, relative: false })
        }
        Err(message) => Text::Broken {
            name: display(&chart.join("Chart.yaml")),
            message: format!("`helm` cannot render this: {message}"),
        },
    }
}

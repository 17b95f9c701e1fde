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
        Ok(text) => {
            let base = chart.to_owned();
            let renderer = display(&chart.join("Chart.yaml"));
            let name = display(chart);
            Text::Rendered(Rendered { name, renderer, text, base, origin: Origin::Comment, relative: false })
        }
        Err(message) => Text::Broken {
            name: display(&chart.join("Chart.yaml")),
            message: format!("`helm` cannot render this: {message}"),
        },
    }
}

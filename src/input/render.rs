//! Runs another program that prints manifests, within bounds, and leads what is found in them back to their sources.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use policies::tree::Source;
use policies::{Manifests, objects, source};

/// How long a program may take to render.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What a program rendered.
pub(crate) struct Rendered {
    /// The name findings show where no source is known.
    pub(super) name: String,
    /// The file that says what is rendered: a `kustomization.yaml`, a `Chart.yaml`.
    pub(super) renderer: String,
    /// The manifests.
    pub(super) text: String,
    /// For each rendered object that names its source: the folder that source's path starts from.
    pub(super) base: PathBuf,
    /// How an object tells where it comes from.
    pub(super) origin: Origin,
    /// Whether paths are shown relative to the working directory, as the arguments are.
    pub(super) relative: bool,
}

/// How a rendered object tells where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// kustomize's annotation `config.kubernetes.io/origin`.
    Annotation,
    /// Helm's comment `# Source: chart/templates/file.yaml` before each document.
    Comment,
}

impl Rendered {
    /// The objects, each led back to the file it comes from where that is known.
    pub(super) fn parse(self) -> Manifests {
        let renderer = Source::new(self.renderer, "");
        let comments = if self.origin == Origin::Comment { helm_sources(&self.text) } else { Vec::new() };
        let mut manifests = objects(source::read(&Source::new(self.name, self.text)));
        let mut originals: HashMap<PathBuf, Manifests> = HashMap::new();
        for object in &mut manifests.objects {
            let origin = match self.origin {
                Origin::Annotation => kustomize_origin(object),
                // The first step of Helm's path is the chart's name, which need not be the name of its folder.
                Origin::Comment => comments
                    .get(object.document().index as usize)
                    .and_then(|source| source.as_deref()?.split_once('/'))
                    .map(|(_, path)| path.to_owned()),
            };
            let Some(path) = origin.map(|origin| self.base.join(origin)) else { continue };
            let path = from_here(normalise(&path), self.relative);
            let original = originals.entry(path.clone()).or_insert_with(|| read(&path));
            let twin = original.objects.iter().find(|twin| {
                twin.kind_name() == object.kind_name()
                    && (twin.name() == object.name() || object.name().contains(twin.name()))
            });
            match twin {
                Some(twin) => object.set_original(twin.clone(), Arc::clone(&renderer)),
                None => object.set_template(Source::new(super::files::display(&path), "")),
            }
        }
        manifests
    }
}

fn read(path: &Path) -> Manifests {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    objects(source::read(&Source::new(super::files::display(path), text)))
}

fn kustomize_origin(object: &policies::Object) -> Option<String> {
    let origin = object.annotation("config.kubernetes.io/origin")?;
    origin.lines().find_map(|line| line.strip_prefix("path: ")).map(|path| path.trim().to_owned())
}

/// The `# Source:` comment of each document, by the document's position.
fn helm_sources(text: &str) -> Vec<Option<String>> {
    let mut sources = vec![None];
    for line in text.lines() {
        if line == "---" || line.starts_with("--- ") {
            sources.push(None);
        } else if let (Some(source), Some(last)) = (line.strip_prefix("# Source: "), sources.last_mut()) {
            *last = Some(source.trim().to_owned());
        }
    }
    // The text begins with a separator, so nothing stands before the first document.
    if text.starts_with("---") { sources.split_off(1) } else { sources }
}

/// A path as it would be typed from the working directory.
fn from_here(path: PathBuf, relative: bool) -> PathBuf {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).ok().filter(|_| relative);
    here.and_then(|here| path.strip_prefix(here).map(Path::to_owned).ok()).unwrap_or(path)
}

/// A path without `.` and `..` steps.
fn normalise(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// What a program prints, if it ends well within the time and the size allowed.
pub(super) fn run(command: &mut Command) -> Result<String, String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let out = child.stdout.take().map(capture);
    let err = child.stderr.take().map(capture);
    let start = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if start.elapsed() > TIMEOUT => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it took longer than {} s", TIMEOUT.as_secs()));
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let text = |capture: Option<std::thread::JoinHandle<Vec<u8>>>| {
        capture.and_then(|thread| thread.join().ok()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let (out, err) = (text(out).unwrap_or_default(), text(err).unwrap_or_default());
    if !status.success() {
        return Err(err.trim().to_owned());
    }
    if out.len() > source::MAX_BYTES {
        return Err(format!("it printed more than {} MiB", source::MAX_BYTES >> 20));
    }
    Ok(out)
}

fn capture(mut pipe: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = (&mut pipe).take(source::MAX_BYTES as u64 + 1).read_to_end(&mut bytes);
        // What is over the limit is drained, so that the program can end.
        let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        bytes
    })
}

/// Whether a program is installed.
pub(super) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

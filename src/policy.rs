//! Finds and reads policy files, and the files they extend.

use std::fs;
use std::path::{Path, PathBuf};

use policies::tree::Source;
use policies::{Options, Policy, PolicyFile};

use crate::cli::InputArgs;
use crate::commands::Error;

/// The name of the policy file that is found without being named.
const FILE_NAME: &str = "tacos-lint.yaml";

/// What stands around a policy file.
#[derive(Debug, Default)]
pub(crate) struct Around {
    /// What it says is read along with whatever is named.
    pub(crate) context: Vec<PathBuf>,
    /// The folder it is in.
    folder: Option<PathBuf>,
}

impl Around {
    /// Whether the paths hold everything the policy is for, so that an exemption that was not needed is needless: they are its
    /// context, or what lies around the file itself.
    pub(crate) fn covers(&self, paths: &[PathBuf]) -> bool {
        let named: Vec<PathBuf> = paths.iter().filter_map(|path| path.canonicalize().ok()).collect();
        let is_named =
            |path: &PathBuf| path.canonicalize().is_ok_and(|path| named.iter().any(|named| path.starts_with(named)));
        if self.context.is_empty() {
            self.folder.as_ref().is_some_and(is_named)
        } else {
            self.context.iter().all(is_named)
        }
    }
}

/// The policy that the arguments ask for, and what stands around it.
pub(crate) fn load(args: &InputArgs) -> Result<(Policy, Around), Error> {
    let first = args.paths.first().map_or(Path::new("."), PathBuf::as_path);
    let path = args.policy.clone().or_else(|| find(first));
    let folder = path.as_deref().map(|path| match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    });
    let mut context = Vec::new();
    let files = path.map(|path| read(&path, &mut Vec::new(), &mut context)).transpose()?.unwrap_or_default();
    let options = Options {
        profile: args.profile.map(Into::into),
        only: args.only.clone(),
        skip: args.skip.clone(),
        kubernetes_version: args.kubernetes_version,
        today: Some(today()),
        no_suppressions: args.no_suppressions,
    };
    let policy = Policy::new(files, &options).map_err(|error| Error::Policy(vec![error]))?;
    Ok((policy, Around { context, folder }))
}

/// The next policy file upward from a path.
fn find(from: &Path) -> Option<PathBuf> {
    let start = if from == Path::new("-") { PathBuf::from(".") } else { from.to_owned() };
    let absolute = start.canonicalize().ok()?;
    let found = absolute.ancestors().map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file())?;
    // Shown as it would be typed from here, where that is possible.
    let here = std::env::current_dir().ok().and_then(|here| here.canonicalize().ok());
    let relative = here.and_then(|here| found.strip_prefix(here).ok().map(Path::to_owned));
    Some(relative.unwrap_or(found))
}

/// A policy file after the files it extends, the base first.
fn read(path: &Path, seen: &mut Vec<PathBuf>, context: &mut Vec<PathBuf>) -> Result<Vec<PolicyFile>, Error> {
    let canonical = path.canonicalize().map_err(|error| Error::read(path, error))?;
    if seen.contains(&canonical) {
        return Err(Error::PolicyCycle(path.to_owned()));
    }
    seen.push(canonical);
    let text = fs::read_to_string(path).map_err(|error| Error::read(path, error))?;
    let file = PolicyFile::parse(&Source::new(path.display().to_string(), text)).map_err(Error::Policy)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    context.extend(file.context.iter().map(|path| folder.join(path)));
    let mut files = match &file.extends {
        Some(base) => read(&folder.join(base), seen, context)?,
        None => Vec::new(),
    };
    files.push(file);
    Ok(files)
}

/// Today in UTC, the one calendar that is the same on every machine.
fn today() -> String {
    let now = jiff::Timestamp::now().to_string();
    now.get(..10).unwrap_or(&now).to_owned()
}

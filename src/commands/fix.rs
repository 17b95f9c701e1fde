//! Mends what can be mended, and writes each file once and whole.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use policies::{Finding, Safety};
use similar::TextDiff;

use super::Error;
use crate::cli::FixArgs;
use crate::output::count;
use crate::{edit, lint, policy};

pub(super) fn run(args: &FixArgs) -> Result<ExitCode, Error> {
    args.input.color.choose();
    let (policy, around) = policy::load(&args.input)?;
    let outcome = lint::run(&args.input, &around, &policy)?;
    let allowed = if args.allow_unsafe { Safety::Unsafe } else { Safety::Safe };
    let mut files: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    let mut held_back = 0;
    for finding in outcome.reported() {
        match &finding.fix {
            Some(fix) if fix.safety <= allowed => files.entry(finding.place.source.name()).or_default().push(finding),
            Some(_) => held_back += 1,
            None => {}
        }
    }
    let mut mended = 0;
    let mut changed = 0;
    let mut out = anstream::stdout();
    for (name, findings) in files {
        let Some(source) = findings.first().map(|finding| &finding.place.source) else { continue };
        let edited = edit::apply(source.text(), findings.iter().filter_map(|finding| finding.fix.as_ref()));
        for refusal in &edited.refused {
            anstream::eprintln!("note: {name}: a fix was left out: {refusal}");
        }
        if edited.text == source.text() {
            continue;
        }
        mended += edited.applied;
        changed += 1;
        if args.diff || name == STDIN {
            let diff = TextDiff::from_lines(source.text(), edited.text.as_str());
            let diff = if args.diff {
                diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")).to_string()
            } else {
                edited.text
            };
            out.write_all(diff.as_bytes()).map_err(Error::Output)?;
        } else {
            replace(Path::new(name), &edited.text).map_err(|error| Error::Write { path: name.into(), error })?;
        }
    }
    let verb = if args.diff { "would be mended" } else { "mended" };
    anstream::eprintln!("{} {verb} in {}", count(mended, "finding"), count(changed, "file"));
    if held_back > 0 {
        anstream::eprintln!("{} more with --unsafe, which may change what runs", count(held_back, "finding"));
    }
    Ok(ExitCode::SUCCESS)
}

/// The name of standard input, whose mended text goes to standard output.
const STDIN: &str = "<stdin>";

/// Writes beside the file, then renames: a reader sees the old text or the new one, never a part.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    // Through a link, the file it leads to is replaced, not the link.
    let path = path.canonicalize()?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

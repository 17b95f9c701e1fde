//! The default command: judge and report.

use std::fs;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use super::Error;
use crate::cli::{Format, LintArgs};
use crate::lint::{self, Outcome};
use crate::{output, policy};

pub(super) fn run(args: &LintArgs) -> Result<ExitCode, Error> {
    args.input.color.choose();
    let targets = targets(args)?;
    let (policy, around) = policy::load(&args.input)?;
    let outcome = lint::run(&args.input, &around, &policy)?;
    // Files first: a reader who leaves standard output early must not cost the others their report, nor the gate its verdict.
    let (to_files, to_stdout): (Vec<_>, Vec<_>) = targets.into_iter().partition(|(_, file)| file.is_some());
    for (format, file) in to_files.into_iter().chain(to_stdout) {
        match write(args, &outcome, format, file) {
            Err(error) if error.is_broken_pipe() => {}
            result => result?,
        }
    }
    for note in &outcome.notes {
        anstream::eprintln!("note: {note}");
    }
    if args.stats {
        stats(&outcome);
    }
    let fails = outcome.reported().any(|finding| args.fail_on.fails(finding.severity));
    Ok(ExitCode::from(u8::from(fails)))
}

/// Which format goes where: to the file of the --output after it, else to standard output.
fn targets(args: &LintArgs) -> Result<Vec<(Format, Option<PathBuf>)>, Error> {
    let formats = if args.format.is_empty() { vec![Format::Human] } else { args.format.clone() };
    let mut targets: Vec<(Format, Option<PathBuf>)> = formats.into_iter().map(|format| (format, None)).collect();
    for (path, index) in args.output.iter().zip(&args.written_as) {
        match targets.get_mut(*index) {
            Some((_, file @ None)) => *file = Some(path.clone()),
            _ => return Err(Error::Usage("--output takes one FILE for each --format before it".to_owned())),
        }
    }
    if targets.iter().filter(|(_, file)| file.is_none()).count() > 1 {
        return Err(Error::Usage(
            "only one --format can go to standard output; give the others an --output".to_owned(),
        ));
    }
    Ok(targets)
}

fn write(args: &LintArgs, outcome: &Outcome, format: Format, file: Option<PathBuf>) -> Result<(), Error> {
    match file {
        None => {
            let mut out = anstream::stdout();
            let report = output::render(format, outcome, args.quiet, true);
            out.write_all(report.as_bytes()).and_then(|()| out.flush()).map_err(Error::Output)
        }
        Some(path) => {
            let report = output::render(format, outcome, args.quiet, false);
            let report = anstream::adapter::strip_str(&report).to_string();
            let result = fs::File::create(&path).and_then(|file| {
                let mut out = BufWriter::new(file);
                out.write_all(report.as_bytes()).and_then(|()| out.flush())
            });
            result.map_err(|error| Error::Write { path, error })
        }
    }
}

fn stats(outcome: &Outcome) {
    let stats = &outcome.stats;
    anstream::eprintln!("files    {:>8}  ({} bytes)", stats.files, stats.bytes);
    anstream::eprintln!("objects  {:>8}  ({} other documents)", stats.objects, stats.foreign);
    anstream::eprintln!("context  {:>8}", stats.context);
    anstream::eprintln!("rules    {:>8}  (profile {})", stats.rules, stats.profile);
    for (phase, time) in &stats.phases {
        anstream::eprintln!("{phase:<8} {:>8.1} ms", time.as_secs_f64() * 1000.0);
    }
    if let Some(memory) = peak_memory() {
        anstream::eprintln!("memory   {memory:>8} KiB at most");
    }
}

/// The largest resident set of this process in KiB, where the system tells it (Linux).
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

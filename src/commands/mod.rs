//! One file per command, and what can keep any of them from running.

mod explain;
mod fix;
mod lint;
mod rules;

use std::fmt;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::CommandFactory as _;
use policies::PolicyError;

use crate::cli::{Cli, Command, SchemaOf};
use crate::output;

/// Runs the command that was asked for.
pub(crate) fn run(cli: Cli) -> Result<ExitCode, Error> {
    match cli.command {
        None => lint::run(&cli.lint),
        Some(Command::Fix(args)) => fix::run(&args),
        Some(Command::Explain { rule }) => explain::run(&rule),
        Some(Command::Rules { format }) => rules::run(format),
        Some(Command::Schema { of }) => print(&match of {
            SchemaOf::Policy => output::pretty(&policies::schema()),
            SchemaOf::Findings => output::pretty(&output::json::schema()),
        }),
        Some(Command::Completions { shell }) => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "tacos-lint", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
        Some(Command::Man) => {
            let mut page = Vec::new();
            let mut command = Cli::command();
            command.build();
            clap_mangen::Man::new(command.clone()).render(&mut page).map_err(Error::Output)?;
            for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
                clap_mangen::Man::new(subcommand.clone()).render(&mut page).map_err(Error::Output)?;
            }
            print(&String::from_utf8_lossy(&page))
        }
    }
}

fn print(text: &str) -> Result<ExitCode, Error> {
    anstream::stdout().write_all(text.as_bytes()).map_err(Error::Output)?;
    Ok(ExitCode::SUCCESS)
}

/// Why a command could not run. Findings are no errors.
#[derive(Debug)]
pub(crate) enum Error {
    /// Something that was named cannot be read.
    Read { path: PathBuf, error: io::Error },
    /// Something cannot be written.
    Write { path: PathBuf, error: io::Error },
    /// Standard output is gone.
    Output(io::Error),
    /// The policy is not sound.
    Policy(Vec<PolicyError>),
    /// A policy extends itself.
    PolicyCycle(PathBuf),
    /// The arguments contradict each other.
    Usage(String),
}

impl Error {
    pub(crate) fn read(path: &Path, error: io::Error) -> Self {
        Self::Read { path: path.to_owned(), error }
    }

    /// Whether nobody reads the output any more, which is nobody's fault.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path, error } => write!(f, "cannot read {}: {error}", path.display()),
            Self::Write { path, error } => write!(f, "cannot write {}: {error}", path.display()),
            Self::Output(error) => write!(f, "cannot write to standard output: {error}"),
            Self::Policy(errors) => {
                let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
                write!(f, "the policy is not sound\n{}", lines.join("\n"))
            }
            Self::PolicyCycle(path) => write!(f, "{} extends itself", path.display()),
            Self::Usage(message) => f.write_str(message),
        }
    }
}

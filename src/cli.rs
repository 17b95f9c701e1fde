//! The command line, as clap reads it and as `--help` shows it.

use std::path::PathBuf;

use clap::{ArgAction, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};
use policies::{Profile, Severity, Version};

/// Lint Kubernetes manifests for the Traffic Tacos platform.
///
/// Reads every manifest below the paths, judges each object with all others in view, and prints what is wrong, where, and
/// what to do about it. Needs no cluster, no network and no configuration.
#[derive(Debug, Parser)]
#[command(name = "tacos-lint", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 nothing to report, 1 findings at or above --fail-on, 2 could not run.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) lint: LintArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Mend what can be mended: edit the files in place, keeping comments and layout.
    Fix(FixArgs),
    /// Explain a rule: the demand, the harm, the parameters, an example that fails and one that passes.
    Explain {
        /// The rule's name.
        rule: String,
    },
    /// List the rules.
    Rules {
        /// How to print them.
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// Print a JSON Schema: of policy files, or of `--format json`.
    Schema {
        /// Which one.
        #[arg(value_enum, default_value_t = SchemaOf::Policy)]
        of: SchemaOf,
    },
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, in roff.
    Man,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct LintArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// How to print findings [default: human]. May be given several times, each but one with an --output.
    #[arg(long, value_enum, value_name = "FORMAT", action = ArgAction::Append)]
    pub(crate) format: Vec<Format>,

    /// Write to FILE, in the format of the --format before it.
    #[arg(long, value_name = "FILE", action = ArgAction::Append)]
    pub(crate) output: Vec<PathBuf>,

    /// For each --output, which --format stands before it. Clap keeps the two apart; the order is read from its indices.
    #[arg(skip)]
    pub(crate) written_as: Vec<usize>,

    /// Exit with 1 from which severity on.
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = FailOn::Error)]
    pub(crate) fail_on: FailOn,

    /// Print findings only, no summary.
    #[arg(long, short)]
    pub(crate) quiet: bool,

    /// Print files, objects, rules and the time of each phase to standard error.
    #[arg(long)]
    pub(crate) stats: bool,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct FixArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,

    /// Apply unsafe fixes, too: those that may change what runs.
    #[arg(long = "unsafe")]
    pub(crate) allow_unsafe: bool,

    /// Show the edits as a unified diff and write nothing.
    #[arg(long)]
    pub(crate) diff: bool,
}

/// What is read, and by which rules it is judged.
#[derive(Clone, Debug, Args)]
pub(crate) struct InputArgs {
    /// Files or directories; `-` is standard input.
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// Read these, too, so that others can refer to them, but report nothing about them.
    #[arg(long, value_name = "PATH")]
    pub(crate) context: Vec<PathBuf>,

    /// The policy file. Without it, the next `tacos-lint.yaml` upward from the first path; without one, the platform profile.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// The set of rules to start from, instead of the policy's.
    #[arg(long, value_enum, value_name = "PROFILE")]
    pub(crate) profile: Option<ProfileArg>,

    /// Only these rules; on even where the profile leaves them out.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) only: Vec<String>,

    /// None of these rules.
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) skip: Vec<String>,

    /// Report what annotations and exemptions suppress, too.
    #[arg(long)]
    pub(crate) no_suppressions: bool,

    /// The Kubernetes version the manifests are for, instead of the policy's (1.33).
    #[arg(long, value_name = "VERSION")]
    pub(crate) kubernetes_version: Option<Version>,

    /// Values for the Helm charts below the paths, as `helm template --values` takes them.
    #[arg(long, value_name = "FILE")]
    pub(crate) values: Vec<PathBuf>,

    /// When to use colour and hyperlinks.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub(crate) color: Color,

    /// How many threads to use; by default one for each core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: the source, what is wrong in it, and what to do.
    Human,
    /// One JSON object; its schema is `tacos-lint schema findings`.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML, for CI systems.
    Junit,
    /// Workflow commands, for annotations in GitHub pull requests.
    Github,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// A table.
    Table,
    /// A JSON array.
    Json,
    /// Markdown: the reference.
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// Policy files.
    Policy,
    /// The findings of `--format json`.
    Findings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors.
    Error,
    /// Warnings and errors.
    Warning,
    /// Any finding.
    Info,
    /// Nothing: report only.
    Never,
}

impl Cli {
    /// The arguments of this process; prints help and exits where that is asked for.
    pub(crate) fn from_environment() -> Self {
        let matches = Self::command().get_matches();
        let mut cli = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        let indices = |name: &str| matches.indices_of(name).map(Iterator::collect::<Vec<_>>).unwrap_or_default();
        let formats = indices("format");
        let before = |output: usize| formats.iter().filter(|format| **format < output).count().saturating_sub(1);
        cli.lint.written_as = indices("output").into_iter().map(before).collect();
        cli
    }
}

impl FailOn {
    pub(crate) fn fails(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Info => true,
            Self::Never => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileArg {
    /// Pod Security baseline, plain holes, objects that cannot work, broken references.
    Baseline,
    /// And Pod Security restricted.
    Restricted,
    /// And everything the Traffic Tacos platform demands.
    Platform,
    /// And everything that is off by default.
    All,
}

impl From<ProfileArg> for Profile {
    fn from(profile: ProfileArg) -> Self {
        match profile {
            ProfileArg::Baseline => Self::Baseline,
            ProfileArg::Restricted => Self::Restricted,
            ProfileArg::Platform => Self::Platform,
            ProfileArg::All => Self::All,
        }
    }
}

impl Color {
    pub(crate) fn choose(self) {
        match self {
            Self::Auto => {}
            Self::Always => anstream::ColorChoice::Always.write_global(),
            Self::Never => anstream::ColorChoice::Never.write_global(),
        }
    }
}

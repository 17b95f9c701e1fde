//! `tacos-lint`: reads manifests, asks the rules, prints findings, edits files. Knows nothing about Kubernetes itself.

mod cli;
mod commands;
mod edit;
mod input;
mod lint;
mod output;
mod policy;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match commands::run(cli::Cli::from_environment()) {
        Ok(code) => code,
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("tacos-lint: {error}");
            ExitCode::from(2)
        }
    }
}

//! Files made from the code are as the code makes them now. `UPDATE=1 cargo test --test generated` writes them.

#![allow(clippy::expect_used, missing_docs, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn generated_files_are_fresh() {
    let files = [
        ("policies/RULES.md", &["rules", "--format", "markdown"][..]),
        ("policies/policy.schema.json", &["schema", "policy"]),
        ("src/output/findings.schema.json", &["schema", "findings"]),
    ];
    for (file, arguments) in files {
        let output = Command::new(env!("CARGO_BIN_EXE_tacos-lint")).args(arguments).output().expect("tacos-lint runs");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, &output.stdout).expect("a file");
        }
        let committed = fs::read(&path).unwrap_or_default();
        assert!(committed == output.stdout, "{file} is stale: run `UPDATE=1 cargo test --test generated`");
    }
}

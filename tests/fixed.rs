//! Every rule with a fix: `tacos-lint fix --unsafe` turns `fail.yaml` into exactly `fixed.yaml`. With `UPDATE=1` the test
//! writes what it got, to be read before it is committed.

#![allow(clippy::expect_used, clippy::panic, missing_docs, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::Command;

use policies::{Profile, rules};

#[test]
fn fixes_edit_the_text_and_nothing_else() {
    let mut faults = String::new();
    for rule in rules::all() {
        let name = rule.meta.name;
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
        let expected = fs::read_to_string(folder.join("fixed.yaml"));
        if expected.is_ok() != rule.meta.fix.is_some() {
            faults += &format!("{name}: fixed.yaml stands where the rule has a fix, and only there\n");
        }
        let Ok(expected) = expected else { continue };
        let fixed = fix(name, &fs::read_to_string(folder.join("fail.yaml")).expect("fail.yaml"));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(folder.join("fixed.yaml"), &fixed).expect("a file");
        }
        if fixed != expected {
            let diff = similar::TextDiff::from_lines(&expected, &fixed);
            faults += &diff.unified_diff().header(&format!("{name}/fixed.yaml"), "fix").to_string();
        }
        if fix(name, &fixed) != fixed {
            faults += &format!("{name}: a second fix changes the text again\n");
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

/// The text after all its fixes.
fn fix(rule: &str, text: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("fail.yaml");
    fs::write(&file, text).expect("a file");
    let line = |prefix: &str| text.lines().find_map(|line| line.strip_prefix(prefix)).unwrap_or("{}");
    let policy = format!("rules:\n  {rule}: {}\ncluster: {}\n", line("# rule: "), line("# cluster: "));
    let profile = rules::find(rule).expect("a rule").meta.profile.max(Profile::Platform).to_string();
    fs::write(folder.path().join("tacos-lint.yaml"), policy).expect("a policy");
    let output = Command::new(env!("CARGO_BIN_EXE_tacos-lint"))
        .args(["fix", "--unsafe", "--only", rule, "--profile", &profile])
        .arg(&file)
        .output()
        .expect("tacos-lint runs");
    assert!(output.status.success(), "{rule}: {}", String::from_utf8_lossy(&output.stderr));
    fs::read_to_string(&file).expect("the mended file")
}

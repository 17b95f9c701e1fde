//! `deploy/`, broken in the ways it gets broken in real life: each break is found by the right rule at the right line, and
//! nothing else is reported.

#![allow(clippy::expect_used, clippy::panic, missing_docs, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

/// One way to break the platform, as `tests/mutations/*.yaml` lists them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    /// What somebody did.
    what: String,
    /// The edits that do it.
    edits: Vec<Edit>,
    /// What must be reported, and nothing else.
    finds: Vec<Expectation>,
}

/// Text that is replaced in a file of `deploy/`. It must stand there exactly once, unless `all` is set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    file: String,
    from: String,
    to: String,
    #[serde(default)]
    all: bool,
}

/// A finding: its rule, and the line it points at as the text that stands there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectation {
    rule: String,
    file: String,
    at: String,
    /// Which of the lines with that text, from 1; absent where there is only one.
    #[serde(default)]
    nth: Option<usize>,
}

fn mutations() -> Vec<Mutation> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mutations");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("tests/mutations").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| -> Vec<Mutation> {
        let text = fs::read_to_string(path).expect("a file");
        serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.iter().flat_map(read).collect()
}

#[test]
fn the_platform_itself_is_clean() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(lint(root), BTreeSet::new());
}

#[test]
fn every_break_is_found_where_it_is_and_nothing_else() {
    let mutations = mutations();
    assert!(mutations.len() >= 60, "only {} mutations", mutations.len());
    let faults: Vec<String> = mutations.iter().filter_map(|mutation| try_out(mutation).err()).collect();
    assert!(faults.is_empty(), "{} of {} mutations:\n{}", faults.len(), mutations.len(), faults.join("\n"));
}

fn try_out(mutation: &Mutation) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&root.join("deploy"), &folder.path().join("deploy"));
    fs::copy(root.join("tacos-lint.yaml"), folder.path().join("tacos-lint.yaml")).expect("a copy");
    let complain = |text: String| format!("- {}\n{text}", mutation.what);
    for edit in &mutation.edits {
        let path = folder.path().join("deploy").join(&edit.file);
        let text = fs::read_to_string(&path).map_err(|error| complain(format!("    {}: {error}", edit.file)))?;
        let count = text.matches(&edit.from).count();
        if count == 0 || count > 1 && !edit.all {
            return Err(complain(format!("    {:?} stands {count} times in {}", edit.from, edit.file)));
        }
        fs::write(&path, text.replace(&edit.from, &edit.to)).expect("a file");
    }
    let expected: Result<BTreeSet<_>, String> = mutation.finds.iter().map(|one| locate(folder.path(), one)).collect();
    let expected = expected.map_err(complain)?;
    let found = lint(folder.path());
    let mut text = String::new();
    for (rule, file, line, _) in expected.iter().filter(|one| !contains(&found, one)) {
        text += &format!("    not found: {rule} at {file}:{line}\n");
    }
    for (rule, file, line, message) in found.iter().filter(|one| !contains(&expected, one)) {
        text += &format!("    not expected: {rule} at {file}:{line}: {message}\n");
    }
    if text.is_empty() { Ok(()) } else { Err(complain(text)) }
}

/// Rule, file, line, and for a finding its message.
type Found = (String, String, u64, String);

fn contains(all: &BTreeSet<Found>, one: &Found) -> bool {
    all.iter().any(|other| (&other.0, &other.1, other.2) == (&one.0, &one.1, one.2))
}

fn locate(root: &Path, expected: &Expectation) -> Result<Found, String> {
    let text = fs::read_to_string(root.join("deploy").join(&expected.file)).expect("a file");
    let lines: Vec<u64> =
        text.lines().zip(1..).filter(|(line, _)| line.trim() == expected.at).map(|(_, number)| number).collect();
    let line = match (expected.nth, lines.as_slice()) {
        (None, [line]) => *line,
        (Some(nth), lines) if (1..=lines.len()).contains(&nth) => lines[nth - 1],
        (_, lines) => return Err(format!("    {:?} stands on lines {lines:?} of {}", expected.at, expected.file)),
    };
    Ok((expected.rule.clone(), format!("deploy/{}", expected.file), line, String::new()))
}

fn lint(root: &Path) -> BTreeSet<Found> {
    let output = Command::new(env!("CARGO_BIN_EXE_tacos-lint"))
        .args(["deploy/", "--format", "json"])
        .current_dir(root)
        .output()
        .expect("tacos-lint runs");
    let document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings = document["findings"].as_array().expect("findings").iter();
    let found = |finding: &Value| {
        (
            text(&finding["rule"]),
            text(&finding["file"]),
            finding["line"].as_u64().unwrap_or(0),
            text(&finding["message"]),
        )
    };
    findings.map(found).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

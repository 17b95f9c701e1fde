//! Every rule against its fixtures: `fail.yaml` is reported where its comments say, `pass.yaml` is not reported at all.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use policies::{Finding, Inventory, Options, Policy, PolicyFile, Profile, objects, rules, source, tree::Source};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn fixture(rule: &str, file: &str) -> String {
    let path = root().join("fixtures").join(rule).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The policy of a fixture: the rule alone, with the settings of a line `# rule: {…}` and the facts of a line `# cluster: {…}`.
fn policy(rule: &str, text: &str) -> Policy {
    let line = |prefix: &str| text.lines().find_map(|line| line.strip_prefix(prefix)).unwrap_or("{}");
    let text = format!("rules:\n  {rule}: {}\ncluster: {}\n", line("# rule: "), line("# cluster: "));
    let files =
        PolicyFile::parse(&Source::new("policy.yaml", text)).unwrap_or_else(|errors| panic!("{rule}: {errors:?}"));
    let profile = rules::find(rule).map(|rule| rule.meta.profile.max(Profile::Platform));
    let options = Options { only: vec![rule.to_owned()], profile, ..Options::default() };
    Policy::new(vec![files], &options).unwrap_or_else(|error| panic!("{rule}: {error}"))
}

fn findings(rule: &str, name: &str, text: &str) -> Vec<Finding> {
    let policy = policy(rule, text);
    let manifests = objects(source::read(&Source::new(name, text)));
    let problems: Vec<&str> = manifests.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert!(problems.is_empty(), "{rule}/{name} does not parse: {problems:?}");
    let mut inventory: Inventory = policy.inventory();
    for object in &manifests.objects {
        inventory.apply(object.clone());
    }
    let all = inventory.objects().flat_map(|object| policy.evaluate(object, &inventory).findings);
    all.filter(|finding| finding.suppression.is_none()).collect()
}

/// Line and message of every expectation: `value # finds: what the message says`.
fn expectations(text: &str) -> BTreeSet<(u32, String)> {
    let lines = text.lines().zip(1..);
    lines
        .flat_map(|(line, at)| line.split(" # finds: ").skip(1).map(move |message| (at, message.trim().to_owned())))
        .collect()
}

#[test]
fn fail_fixtures_are_reported_where_they_say() {
    let mut faults = String::new();
    for definition in rules::all() {
        let rule = definition.meta.name;
        let text = fixture(rule, "fail.yaml");
        let expected = expectations(&text);
        let found: BTreeSet<(u32, String)> = findings(rule, "fail.yaml", &text)
            .into_iter()
            .map(|finding| (finding.place.start().line, finding.message))
            .collect();
        assert!(!expected.is_empty(), "{rule}/fail.yaml expects nothing");
        for (line, message) in expected.difference(&found) {
            let _ = writeln!(faults, "{rule}/fail.yaml:{line}: not found: {message}");
        }
        for (line, message) in found.difference(&expected) {
            let _ = writeln!(faults, "{rule}/fail.yaml:{line}: not expected: {message}");
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn pass_fixtures_are_not_reported() {
    let mut faults = String::new();
    for definition in rules::all() {
        let rule = definition.meta.name;
        for finding in findings(rule, "pass.yaml", &fixture(rule, "pass.yaml")) {
            let at = finding.place.start();
            let _ = writeln!(faults, "{rule}/pass.yaml:{}:{}: {}", at.line, at.column, finding.message);
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn a_rule_has_one_name_everywhere() {
    let mut known = BTreeSet::new();
    for definition in rules::all() {
        let meta = definition.meta;
        known.insert(meta.name.to_owned());
        let file = format!("policies/src/rules/{}/{}.rs", meta.family, meta.name.replace('-', "_"));
        assert!(root().join(&file).is_file(), "{} is not in {file}", meta.name);
        assert!(meta.name.len() <= 40, "{} is longer than 40 characters", meta.name);
        assert!(!definition.documentation().is_empty(), "{} has no documentation", meta.name);
        assert!(!meta.kinds.is_empty(), "{} is asked about no kind", meta.name);
        assert!(!meta.remediation.is_empty() && !meta.origin.is_empty(), "{} has empty meta data", meta.name);
    }
    let folders = fs::read_dir(root().join("fixtures")).expect("fixtures/").flatten();
    for folder in folders {
        let name = folder.file_name().to_string_lossy().into_owned();
        assert!(known.contains(&name), "fixtures/{name} belongs to no rule");
    }
}

//! The command line from outside: exit codes, formats, input, policy files.

#![allow(clippy::expect_used, clippy::panic, missing_docs, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A budget that no eviction can satisfy, on line 6.
const BUDGET: &str = "\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: app
spec:
  maxUnavailable: 0
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      app: app
";

/// An object nothing is wrong with.
const CLEAN: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: shop\ndata: {}\n";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("tacos-lint runs")
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tacos-lint"));
    command.args(arguments).current_dir(folder).env_remove("NO_COLOR");
    command
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

fn json(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap_or_else(|error| panic!("{error}: {}", stdout(output)))
}

fn rules(findings: &Value) -> Vec<String> {
    let findings = findings["findings"].as_array().expect("findings");
    findings.iter().map(|finding| finding["rule"].as_str().expect("a rule").to_owned()).collect()
}

const DRAINS: [&str; 2] = ["--only", "pdb-blocks-drain"];

#[test]
fn exit_codes_tell_clean_from_findings_from_failure() {
    let folder = folder(&[("clean.yaml", CLEAN), ("budget.yaml", BUDGET)]);
    let lint = |arguments: &[&str]| code(&run(folder.path(), &[arguments, &DRAINS].concat()));
    assert_eq!(lint(&["clean.yaml"]), 0);
    assert_eq!(lint(&["."]), 1);
    assert_eq!(lint(&[".", "--fail-on", "never"]), 0);
    assert_eq!(lint(&["missing.yaml"]), 2);
    assert_eq!(lint(&[".", "--format", "xml"]), 2);
    assert_eq!(lint(&[".", "--policy", "missing.yaml"]), 2);
    assert_eq!(lint(&[".", "--skip", "no-such-rule"]), 2);
    let missing = run(folder.path(), &["missing.yaml"]);
    assert!(stderr(&missing).contains("cannot read missing.yaml"), "{}", stderr(&missing));
    assert_eq!(stdout(&missing), "");
}

#[test]
fn human_output_shows_the_line_the_cause_and_the_remedy() {
    let manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\nspec:\n  replicas: 2\n  selector:\n    matchLabels: {app: app}\n  template:\n    metadata:\n      labels: {app: app}\n    spec: {containers: []}\n";
    let budget = BUDGET.replace("maxUnavailable: 0", "minAvailable: 2");
    let folder = folder(&[("app.yaml", manifest), ("budget.yaml", &budget)]);
    let output = run(folder.path(), &["--only", "pdb-blocks-drain"]);
    insta::assert_snapshot!(stdout(&output));
    assert_eq!(stderr(&output), "");
}

#[test]
fn colour_is_for_terminals() {
    let folder = folder(&[("budget.yaml", BUDGET)]);
    let plain = run(folder.path(), &DRAINS);
    assert!(!stdout(&plain).contains('\u{1b}'));
    let forced = run(folder.path(), &[&DRAINS[..], &["--color", "always"]].concat());
    assert!(stdout(&forced).contains('\u{1b}'));
}

#[test]
fn every_format_can_go_to_its_own_file() {
    let folder = folder(&[("budget.yaml", BUDGET)]);
    let arguments =
        ["--format", "sarif", "--output", "out.sarif", "--format", "human", "--format", "junit", "--output", "out.xml"];
    let output = run(folder.path(), &[&DRAINS[..], &arguments].concat());
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).starts_with("error[pdb-blocks-drain]"));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a report");
    assert!(read("out.sarif").contains("\"2.1.0\""));
    assert!(read("out.xml").contains("<testsuites"));
    let twice = run(folder.path(), &["--format", "json", "--format", "human"]);
    assert_eq!(code(&twice), 2);
    let stray = run(folder.path(), &["--format", "json", "--output", "a", "--output", "b"]);
    assert_eq!(code(&stray), 2);
}

#[test]
fn json_keeps_its_contract() {
    let folder = folder(&[("budget.yaml", BUDGET)]);
    let output = run(folder.path(), &[&DRAINS[..], &["--format", "json"]].concat());
    let document = json(&output);
    insta::assert_snapshot!(stdout(&output));
    let schema: Value = serde_json::from_str(&stdout(&run(folder.path(), &["schema", "findings"]))).expect("a schema");
    let validator = jsonschema::draft202012::new(&schema).expect("a sound schema");
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn sarif_is_valid_by_the_official_schema() {
    let annotated = BUDGET.replace(
        "  name: app\n",
        "  name: app\n  annotations:\n    ignore.lint.traffictacos.store/pdb-blocks-drain: drained by hand\n",
    );
    let folder = folder(&[("a b/ü.yaml", &annotated), ("budget.yaml", &BUDGET.replace("name: app", "name: other"))]);
    let output = run(folder.path(), &[&DRAINS[..], &["--format", "sarif"]].concat());
    let log = json(&output);
    let schema: Value = serde_json::from_str(&official_sarif_schema()).expect("a schema");
    let validator = jsonschema::draft7::new(&schema).expect("a sound schema");
    let errors: Vec<String> =
        validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), 2);
    let region = |at: usize| &results[at]["locations"][0]["physicalLocation"]["region"];
    assert_eq!((&region(1)["startLine"], &region(1)["startColumn"]), (&Value::from(6), &Value::from(19)));
    assert_eq!(results[0]["suppressions"][0]["justification"], "drained by hand");
    assert_eq!(results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20b/%C3%BC.yaml");
    let help = &log["runs"][0]["tool"]["driver"]["rules"][0]["help"]["text"];
    assert!(help.as_str().is_some_and(|help| help.len() > 100), "{help}");
    let moved = folder_with_moved_lines();
    let again = json(&run(moved.path(), &[&DRAINS[..], &["--format", "sarif"]].concat()));
    let fingerprint =
        |log: &Value, at: usize| log["runs"][0]["results"][at]["partialFingerprints"]["tacosLint/v1"].clone();
    assert_eq!(fingerprint(&log, 1), fingerprint(&again, 0));
}

fn folder_with_moved_lines() -> TempDir {
    folder(&[("budget.yaml", &format!("# moved\n\n{}", BUDGET.replace("name: app", "name: other")))])
}

/// The schema of OASIS, as the crate that our types come from carries it.
fn official_sarif_schema() -> String {
    let version = Command::new("rustc").arg("-vV").output().expect("rustc");
    let version = stdout(&version);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|package| package["name"] == "serde-sarif").expect("serde-sarif");
    let manifest = PathBuf::from(package["manifest_path"].as_str().expect("a path"));
    let schema = fs::read_to_string(manifest.with_file_name("src").join("schema.json")).expect("the schema");
    // One pattern of the official text, of a property we do not write, has a stray bracket that strict engines refuse.
    schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$")
}

#[test]
fn junit_and_github_are_what_ci_systems_read() {
    let folder = folder(&[("budget.yaml", BUDGET), ("clean.yaml", CLEAN)]);
    let junit = stdout(&run(folder.path(), &[&DRAINS[..], &["--format", "junit"]].concat()));
    assert!(junit.contains("tests=\"2\" skipped=\"0\" failures=\"1\""), "{junit}");
    assert!(junit.contains("<failure message=\"lets no pod go"), "{junit}");
    let github = stdout(&run(folder.path(), &[&DRAINS[..], &["--format", "github"]].concat()));
    assert!(
        github.starts_with("::error file=budget.yaml,line=6,endLine=6,col=19,endColumn=20,title=pdb-blocks-drain::"),
        "{github}"
    );
}

#[test]
fn files_are_found_as_git_users_expect() {
    let folder = folder(&[
        (".gitignore", "ignored/\n"),
        ("ignored/budget.yaml", BUDGET),
        (".hidden/budget.yaml", BUDGET),
        ("old/budget.yaml.disabled", BUDGET),
        ("old/budget.yaml.backup", BUDGET),
        ("old/budget.txt", BUDGET),
        ("values.yaml", "replicas: 2\n"),
        ("a/clean.yml", CLEAN),
        ("b/clean.json", "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"b\"}}"),
    ]);
    let document = json(&run(folder.path(), &[&DRAINS[..], &["--format", "json"]].concat()));
    assert_eq!(document["summary"]["files"], 3);
    assert_eq!(document["summary"]["objects"], 2);
    assert_eq!(rules(&document), Vec::<String>::new());
    let named = json(&run(folder.path(), &[&DRAINS[..], &["--format", "json", "old/budget.txt"]].concat()));
    assert_eq!(rules(&named), ["pdb-blocks-drain"]);
}

#[test]
fn standard_input_is_a_path() {
    let folder = folder(&[]);
    let mut child = command(folder.path(), &["-", "--only", "pdb-blocks-drain", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("tacos-lint runs");
    child.stdin.take().expect("a pipe").write_all(BUDGET.as_bytes()).expect("written");
    let document = json(&child.wait_with_output().expect("an end"));
    assert_eq!(document["findings"][0]["file"], "<stdin>");
    assert_eq!(document["findings"][0]["line"], 6);
}

#[test]
fn text_that_cannot_be_read_is_a_finding_with_its_position() {
    let folder = folder(&[("broken.yaml", "a: 1\nb: [1\n"), ("twice.yaml", &format!("{CLEAN}kind: ConfigMap\n"))]);
    fs::write(folder.path().join("latin.yaml"), b"a: \xe9\n").expect("a file");
    let document = json(&run(folder.path(), &["--format", "json", "--only", "pdb-blocks-drain"]));
    let at = |index: usize| {
        let finding = &document["findings"][index];
        (finding["file"].as_str().expect("a file").to_owned(), finding["line"].as_u64().expect("a line"))
    };
    assert_eq!(rules(&document), ["manifest-unreadable"; 3]);
    assert_eq!(
        (at(0).0, at(1), at(2)),
        ("broken.yaml".to_owned(), ("latin.yaml".to_owned(), 1), ("twice.yaml".to_owned(), 7))
    );
    assert_eq!(document["findings"][2]["related"][0]["line"], 2);
}

#[test]
fn no_object_at_all_is_a_finding() {
    let folder = folder(&[("values.yaml", "replicas: 2\n")]);
    let output = run(folder.path(), &["--format", "json"]);
    assert_eq!((code(&output), rules(&json(&output))), (1, vec!["nothing-checked".to_owned()]));
}

#[test]
fn an_object_declared_twice_is_a_finding_with_both_places() {
    let folder = folder(&[("a.yaml", CLEAN), ("b.yaml", CLEAN)]);
    let document = json(&run(folder.path(), &["--format", "json", "--only", "pdb-blocks-drain"]));
    assert_eq!(rules(&document), ["object-duplicated"]);
    assert_eq!(document["findings"][0]["file"], "b.yaml");
    assert_eq!(document["findings"][0]["related"][0]["file"], "a.yaml");
}

#[test]
fn context_is_looked_at_and_not_reported_on() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\nspec:\n  replicas: 1\n  selector:\n    matchLabels: {app: app}\n  template:\n    metadata:\n      labels: {app: app}\n    spec: {containers: []}\n";
    let budget = BUDGET.replace("maxUnavailable: 0", "minAvailable: 1");
    let folder = folder(&[
        ("a/budget.yaml", &budget),
        ("b/app.yaml", deployment),
        ("b/budget.yaml", &BUDGET.replace("name: app", "name: b")),
    ]);
    let alone = json(&run(folder.path(), &["a", "--format", "json", "--only", "pdb-blocks-drain"]));
    assert_eq!(rules(&alone), Vec::<String>::new());
    let seen = json(&run(folder.path(), &["a", "--context", "b", "--format", "json", "--only", "pdb-blocks-drain"]));
    assert_eq!(rules(&seen), ["pdb-blocks-drain"]);
    assert_eq!(seen["findings"][0]["related"][0]["file"], "b/app.yaml");
}

#[test]
fn a_policy_names_what_a_single_file_is_judged_with() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\nspec:\n  replicas: 2\n  selector:\n    matchLabels: {app: app}\n  template:\n    metadata:\n      labels: {app: app}\n    spec: {containers: []}\n";
    let budget = BUDGET.replace("maxUnavailable: 0", "minAvailable: 1");
    let folder = folder(&[
        ("tacos-lint.yaml", "context: [deploy]\n"),
        ("deploy/budget.yaml", &budget),
        ("deploy/app.yaml", deployment),
        ("copy/budget.yaml", &budget),
    ]);
    let find = |path: &str| {
        let rule = "pdb-selects-nothing,pdb-blocks-drain";
        rules(&json(&run(folder.path(), &[path, "--format", "json", "--only", rule])))
    };
    assert_eq!(find("deploy/budget.yaml"), Vec::<String>::new());
    assert_eq!(find("copy/budget.yaml"), Vec::<String>::new());
    assert_eq!(find(&folder.path().join("deploy").to_string_lossy()), Vec::<String>::new());
    fs::remove_file(folder.path().join("deploy/app.yaml")).expect("removed");
    assert_eq!(find("deploy/budget.yaml"), ["pdb-selects-nothing"]);
}

#[test]
fn an_exemption_is_called_idle_only_where_everything_was_seen() {
    let policy = "exempt: [{rules: [pdb-blocks-drain], reason: known}]\n";
    let folder = folder(&[
        ("tacos-lint.yaml", policy),
        ("one/clean.yaml", CLEAN),
        ("two/budget.yaml", BUDGET),
        ("other.yaml", &format!("context: [one]\n{policy}")),
    ]);
    let find = |arguments: &[&str]| {
        rules(&json(&run(folder.path(), &[arguments, &["--format", "json"]].concat())))
            .into_iter()
            .filter(|rule| rule == "ignore-unused")
            .count()
    };
    assert_eq!((find(&["one"]), find(&["two"]), find(&["."])), (0, 0, 0));
    fs::remove_file(folder.path().join("two/budget.yaml")).expect("removed");
    assert_eq!((find(&["one"]), find(&["."])), (0, 1));
    assert_eq!(find(&["one", "--policy", "other.yaml"]), 1);
}

#[test]
fn a_policy_file_is_found_upward_and_may_extend_another() {
    let folder = folder(&[
        ("tacos-lint.yaml", "extends: deploy/policy.yaml\n"),
        ("deploy/policy.yaml", "rules:\n  pdb-blocks-drain: warning\n"),
        ("deploy/app/budget.yaml", BUDGET),
    ]);
    let document = json(&run(&folder.path().join("deploy"), &["app", "--format", "json"]));
    let finding =
        document["findings"].as_array().expect("findings").iter().find(|one| one["rule"] == "pdb-blocks-drain");
    assert_eq!(finding.map(|finding| &finding["severity"]), Some(&Value::from("warning")));
    fs::write(folder.path().join("deploy/policy.yaml"), "extends: ../tacos-lint.yaml\n").expect("a file");
    let cycle = run(folder.path(), &["deploy"]);
    assert_eq!(code(&cycle), 2);
    assert!(stderr(&cycle).contains("extends itself"), "{}", stderr(&cycle));
}

#[test]
fn output_is_the_same_for_any_order_of_arguments() {
    let folder = folder(&[("a/budget.yaml", BUDGET), ("b/budget.yaml", &BUDGET.replace("name: app", "name: b"))]);
    let forward = run(folder.path(), &["a", "b", "--format", "json", "--jobs", "2"]);
    let backward = run(folder.path(), &["b", "a", "a", "--format", "json", "--jobs", "1"]);
    assert_eq!(stdout(&forward), stdout(&backward));
}

#[test]
fn fix_writes_whole_files_and_keeps_their_mode() {
    let folder = folder(&[("budget.yaml", BUDGET)]);
    let path = folder.path().join("budget.yaml");
    let diff = run(folder.path(), &["fix", "--unsafe", "--diff", "--only", "pdb-blocks-drain"]);
    assert!(stdout(&diff).contains("+  maxUnavailable: 1"), "{}", stdout(&diff));
    assert_eq!(fs::read_to_string(&path).expect("a file"), BUDGET);
    let safe = run(folder.path(), &["fix", "--only", "pdb-blocks-drain"]);
    assert!(stderr(&safe).contains("1 finding more with --unsafe"), "{}", stderr(&safe));
    assert_eq!(fs::read_to_string(&path).expect("a file"), BUDGET);
    assert_eq!(code(&run(folder.path(), &["fix", "--unsafe", "--only", "pdb-blocks-drain"])), 0);
    assert_eq!(fs::read_to_string(&path).expect("a file"), BUDGET.replace("maxUnavailable: 0", "maxUnavailable: 1"));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn a_kustomization_that_only_lists_files_is_read_as_those_files() {
    let folder = folder(&[("kustomization.yaml", "resources: [budget.yaml]\n"), ("budget.yaml", BUDGET)]);
    let document = json(&run(folder.path(), &[&DRAINS[..], &["--format", "json"]].concat()));
    assert_eq!(document["findings"][0]["file"], "budget.yaml");
}

#[test]
fn a_kustomization_that_patches_is_rendered_and_led_back_to_its_sources() {
    let installed = |program: &str| Command::new(program).arg("version").output().is_ok();
    let patch =
        "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata:\n  name: app\nspec:\n  maxUnavailable: 0\n";
    let base = BUDGET.replace("maxUnavailable: 0", "maxUnavailable: 1");
    let folder = folder(&[
        ("base/kustomization.yaml", "resources: [budget.yaml]\n"),
        ("base/budget.yaml", &base),
        ("live/kustomization.yaml", "resources: [../base]\nnamePrefix: live-\npatches: [{path: patch.yaml}]\n"),
        ("live/patch.yaml", patch),
    ]);
    let output = run(folder.path(), &[&DRAINS[..], &["--format", "json"]].concat());
    let document = json(&output);
    if !installed("kustomize") && !installed("kubectl") {
        assert!(stderr(&output).contains("not rendered: neither"), "{}", stderr(&output));
        return;
    }
    assert_eq!(rules(&document), ["pdb-blocks-drain"], "{}", stderr(&output));
    let finding = &document["findings"][0];
    // The value that is wrong stands in the patch, so the place is the kustomization that applies it.
    assert_eq!(finding["file"], "live/kustomization.yaml");
    assert_eq!(finding["object"]["name"], "live-app");
    assert_eq!(finding["fix"], Value::Null);
    fs::write(folder.path().join("base/budget.yaml"), BUDGET).expect("a file");
    let document = json(&run(folder.path(), &[&DRAINS[..], &["--format", "json"]].concat()));
    let finding = &document["findings"][0];
    assert_eq!((&finding["file"], &finding["line"]), (&Value::from("base/budget.yaml"), &Value::from(6)));
}

#[test]
fn an_overlay_is_judged_although_its_base_is_only_context() {
    let folder = folder(&[
        ("base/kustomization.yaml", "resources: [budget.yaml]\n"),
        ("base/budget.yaml", BUDGET),
        ("live/kustomization.yaml", "resources: [../base]\nnamePrefix: live-\n"),
    ]);
    let output = run(folder.path(), &[&DRAINS[..], &["live", "--context", "base", "--format", "json"]].concat());
    if !stderr(&output).contains("neither") {
        assert_eq!(rules(&json(&output)), ["pdb-blocks-drain"], "{}", stderr(&output));
    }
}

#[test]
fn a_reader_who_leaves_early_costs_nobody_a_report() {
    let folder = folder(&[("budget.yaml", BUDGET)]);
    let arguments = ["--format", "human", "--format", "sarif", "--output", "out.sarif"];
    let mut child = command(folder.path(), &[&DRAINS[..], &arguments].concat())
        .stdout(Stdio::piped())
        .spawn()
        .expect("tacos-lint runs");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("an end").code(), Some(1));
    assert!(folder.path().join("out.sarif").is_file());
}

#[test]
fn pipes_and_devices_in_a_folder_are_left_alone() {
    let folder = folder(&[("clean.yaml", CLEAN)]);
    let made = Command::new("mkfifo").arg(folder.path().join("pipe.yaml")).status().expect("mkfifo");
    assert!(made.success());
    assert_eq!(code(&run(folder.path(), &DRAINS)), 0);
}

#[test]
fn one_file_under_two_names_is_one_file() {
    let folder = folder(&[("clean.yaml", CLEAN)]);
    let absolute = folder.path().join("clean.yaml");
    let output = run(folder.path(), &[&DRAINS[..], &["clean.yaml", &absolute.to_string_lossy()]].concat());
    assert_eq!(code(&output), 0, "{}", stdout(&output));
}

#[test]
fn a_kustomization_that_does_not_render_is_a_finding() {
    let folder =
        folder(&[("clean.yaml", CLEAN), ("live/kustomization.yaml", "resources: [missing.yaml]\nnamePrefix: live-\n")]);
    let output = run(folder.path(), &[&DRAINS[..], &["--format", "json"]].concat());
    if !stderr(&output).contains("neither") {
        let document = json(&output);
        assert_eq!((code(&output), rules(&document)), (1, vec!["manifest-unreadable".to_owned()]));
        assert_eq!(document["findings"][0]["file"], "live/kustomization.yaml");
    }
}

#[test]
fn overlays_of_one_base_are_judged_apart() {
    let overlay = "resources: [../base]\ncommonAnnotations: {cluster: x}\n";
    let folder = folder(&[
        ("base/kustomization.yaml", "resources: [budget.yaml]\n"),
        ("base/budget.yaml", BUDGET),
        ("one/kustomization.yaml", overlay),
        ("two/kustomization.yaml", overlay),
    ]);
    let output = run(folder.path(), &[&DRAINS[..], &["--format", "json"]].concat());
    if !stderr(&output).contains("not rendered") {
        assert_eq!(rules(&json(&output)), ["pdb-blocks-drain"; 2], "{}", stderr(&output));
    }
}

#[test]
fn a_chart_without_helm_is_told() {
    let folder = folder(&[
        ("chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n"),
        ("chart/templates/budget.yaml", "{{ if .Values.x }}\na: b\n{{ end }}\n"),
        ("clean.yaml", CLEAN),
    ]);
    let output = command(folder.path(), &DRAINS).env("PATH", "").output().expect("tacos-lint runs");
    assert_eq!(code(&output), 0, "{}", stdout(&output));
    assert!(stderr(&output).contains("chart was not rendered: `helm` is not installed"), "{}", stderr(&output));
}

#[test]
fn every_rule_can_be_explained_and_listed() {
    let folder = folder(&[]);
    let list = run(folder.path(), &["rules", "--format", "json"]);
    let list: Value = serde_json::from_str(&stdout(&list)).expect("JSON");
    for rule in list.as_array().expect("an array") {
        let keys = [
            "name",
            "family",
            "severity",
            "action",
            "kinds",
            "profiles",
            "description",
            "remediation",
            "fixable",
            "parameters",
        ];
        assert!(keys.iter().all(|key| rule.get(key).is_some()), "{rule}");
        let page = run(folder.path(), &["explain", rule["name"].as_str().expect("a name")]);
        assert_eq!(code(&page), 0);
        assert!(stdout(&page).contains("Not reported"), "{}", stdout(&page));
    }
    let unknown = run(folder.path(), &["explain", "pdb-block-drain"]);
    assert_eq!(code(&unknown), 2);
    assert!(stderr(&unknown).contains("did you mean `pdb-blocks-drain`?"));
    for shell in ["bash", "zsh", "fish"] {
        assert!(stdout(&run(folder.path(), &["completions", shell])).contains("tacos-lint"));
    }
    assert!(stdout(&run(folder.path(), &["man"])).contains(".TH tacos-lint"));
}

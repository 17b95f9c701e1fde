//! Policies: what is in force, what is suppressed, and what is said about a suppression that is wrong or idle.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use policies::tree::Source;
use policies::{Finding, Options, Policy, PolicyError, PolicyFile, Profile, Severity, objects, source};

const BUDGET: &str = "\
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: app
  namespace: shop
  labels: {team: blue}
spec:
  maxUnavailable: 0
  selector: {matchLabels: {app: app}}
";

fn file(text: &str) -> Result<PolicyFile, Vec<PolicyError>> {
    PolicyFile::parse(&Source::new("policy.yaml", text))
}

fn policy(text: &str, options: &Options) -> Policy {
    let file = file(text).unwrap_or_else(|errors| panic!("{errors:?}"));
    Policy::new(vec![file], options).unwrap_or_else(|error| panic!("{error}"))
}

fn only_drains() -> Options {
    Options { only: vec!["pdb-blocks-drain".to_owned()], today: Some("2026-06-01".to_owned()), ..Options::default() }
}

fn judge(policy: &Policy, manifest: &str) -> Vec<Finding> {
    let manifests = objects(source::read(&Source::new("deploy/app.yaml", manifest)));
    let mut inventory = policy.inventory();
    manifests.objects.into_iter().for_each(|object| drop(inventory.apply(object)));
    inventory.objects().flat_map(|object| policy.evaluate(object, &inventory).findings).collect()
}

fn names(findings: &[Finding]) -> Vec<(&str, bool)> {
    findings.iter().map(|finding| (finding.rule.name, finding.suppression.is_some())).collect()
}

fn annotated(annotation: &str) -> String {
    BUDGET.replace("  labels:", &format!("  annotations:\n    {annotation}\n  labels:"))
}

#[test]
fn an_annotation_with_a_reason_suppresses() {
    let policy = policy("", &only_drains());
    let findings = judge(&policy, &annotated("ignore.lint.traffictacos.store/pdb-blocks-drain: drained by hand"));
    assert_eq!(names(&findings), [("pdb-blocks-drain", true)]);
    let reason = findings.first().and_then(|finding| finding.suppression.as_ref()).map(|why| why.reason().to_owned());
    assert_eq!(reason.as_deref(), Some("drained by hand"));
}

#[test]
fn an_annotation_without_a_reason_is_reported_and_suppresses_nothing() {
    let policy = policy("", &only_drains());
    let findings = judge(&policy, &annotated("ignore.lint.traffictacos.store/pdb-blocks-drain: ' '"));
    assert_eq!(names(&findings), [("pdb-blocks-drain", false), ("ignore-without-reason", false)]);
    assert_eq!(findings.get(1).map(|finding| finding.place.start().line), Some(7));
}

#[test]
fn an_annotation_of_an_unknown_rule_is_reported_with_a_suggestion() {
    let policy = policy("", &only_drains());
    let findings = judge(&policy, &annotated("ignore.lint.traffictacos.store/pdb-block-drain: why"));
    let message = findings.iter().map(|finding| finding.message.as_str()).find(|text| text.contains("no rule"));
    assert_eq!(message, Some("there is no rule `pdb-block-drain`; did you mean `pdb-blocks-drain`?"));
}

#[test]
fn an_idle_annotation_is_reported() {
    let policy = policy("", &only_drains());
    let manifest =
        annotated("ignore.lint.traffictacos.store/pdb-blocks-drain: why").replace("Unavailable: 0", "Unavailable: 1");
    assert_eq!(names(&judge(&policy, &manifest)), [("ignore-unused", false)]);
}

#[test]
fn an_annotation_for_another_container_does_not_reach() {
    let policy = policy("", &only_drains());
    let findings = judge(&policy, &annotated("ignore.lint.traffictacos.store/pdb-blocks-drain.app: why"));
    assert_eq!(names(&findings), [("pdb-blocks-drain", false), ("ignore-unused", false)]);
}

#[test]
fn a_strict_policy_takes_no_annotation() {
    let policy = policy("strict: true\n", &only_drains());
    let findings = judge(&policy, &annotated("ignore.lint.traffictacos.store/pdb-blocks-drain: why"));
    assert_eq!(names(&findings), [("pdb-blocks-drain", false), ("suppression-forbidden", false)]);
}

#[test]
fn exemptions_hold_where_all_their_conditions_do() {
    let holds = |conditions: &str| {
        let text = format!("exempt:\n  - rules: [pdb-blocks-drain]\n    reason: known\n{conditions}");
        let policy = policy(&text, &only_drains());
        names(&judge(&policy, BUDGET)) == [("pdb-blocks-drain", true)]
    };
    assert!(holds(""));
    assert!(holds(
        "    namespaces: [sh*]\n    kinds: [PodDisruptionBudget]\n    names: [x, app]\n    labels: {team: b*}\n    paths: ['deploy/**']\n"
    ));
    assert!(!holds("    namespaces: [other]\n"));
    assert!(!holds("    labels: {team: red}\n"));
    assert!(!holds("    containers: [app]\n"));
    assert!(holds("    until: 2026-06-01\n"));
    assert!(!holds("    until: 2026-05-31\n"));
}

#[test]
fn exemptions_that_ran_out_or_suppress_nothing_are_reported_in_the_policy_file() {
    let text = "\
exempt:
  - rules: [pdb-blocks-drain]
    reason: was known
    until: 2026-05-31
  - rules: [pdb-blocks-drain]
    names: [other]
    reason: never met
";
    let policy = policy(text, &only_drains());
    let findings = judge(&policy, BUDGET);
    let idle = policy.idle_exemptions(findings.iter(), true);
    let idle: Vec<(u32, &str)> =
        idle.iter().map(|finding| (finding.place.start().line, finding.message.as_str())).collect();
    assert_eq!(idle, [(2, "this exemption ran out on 2026-05-31"), (5, "this exemption suppresses nothing")]);
    assert_eq!(policy.idle_exemptions(findings.iter(), false).len(), 1);
}

#[test]
fn suppressions_can_be_left_out_of_account() {
    let options = Options { no_suppressions: true, ..only_drains() };
    let policy = policy("", &options);
    let findings = judge(&policy, &annotated("ignore.lint.traffictacos.store/pdb-blocks-drain: why"));
    assert_eq!(names(&findings), [("pdb-blocks-drain", false)]);
}

#[test]
fn a_file_sets_severity_action_and_parameters() {
    let options = Options { profile: Some(Profile::Platform), ..Options::default() };
    let manifest = BUDGET.replace("maxUnavailable: 0", "minAvailable: 1");
    let with_pods = format!(
        "{manifest}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app, namespace: shop}}\nspec:\n  replicas: 2\n  selector: {{matchLabels: {{app: app}}}}\n  template: {{metadata: {{labels: {{app: app}}}}, spec: {{containers: []}}}}\n"
    );
    let drains = |text: &str| {
        let findings = judge(&policy(text, &options), &with_pods);
        findings.iter().find(|finding| finding.rule.name == "pdb-blocks-drain").map(|finding| finding.severity)
    };
    assert_eq!(drains(""), None);
    assert_eq!(
        drains("rules: {pdb-blocks-drain: {evictable: 2, severity: info, action: audit}}"),
        Some(Severity::Info)
    );
    assert_eq!(drains("rules: {pdb-blocks-drain: {evictable: 100%}}"), Some(Severity::Error));
    assert_eq!(drains("rules: {pdb-blocks-drain: off}"), None);
}

#[test]
fn later_files_overlay_earlier_ones() {
    let base =
        file("profile: baseline\nrules: {pdb-blocks-drain: {severity: warning, evictable: 3}}").expect("a policy");
    let top = file("rules: {pdb-blocks-drain: {severity: error}}").expect("a policy");
    let policy = Policy::new(vec![base, top], &Options::default()).expect("a policy");
    assert_eq!(policy.profile(), Profile::Baseline);
    let findings = judge(&policy, BUDGET);
    let drain = findings.iter().find(|finding| finding.rule.name == "pdb-blocks-drain").expect("it is on");
    assert_eq!(drain.severity, Severity::Error);
}

#[test]
fn faults_of_a_file_have_their_line_and_a_suggestion() {
    let text = "\
profil: platform
rules:
  pdb-block-drain: error
  pdb-blocks-drain:
    severity: eror
    evictble: 2
exempt:
  - rules: [pdb-blocks-drain]
";
    let errors = file(text).expect_err("six faults");
    let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "policy.yaml:1:1: unknown field `profil`; did you mean `profile`?",
            "policy.yaml:3:3: unknown rule `pdb-block-drain`; did you mean `pdb-blocks-drain`?",
            "policy.yaml:5:15: `eror` is none of off, info, warning, error; did you mean `error`?",
            "policy.yaml:6:5: unknown field `evictble`; did you mean `evictable`?",
            "policy.yaml:8:5: `reason` is missing here",
        ]
    );
    let twice = file("profile: all\nprofile: all\n").expect_err("a key stands twice");
    assert_eq!(twice.first().map(|error| error.place.as_ref().map(|place| place.start().line)), Some(Some(2)));
}

#[test]
fn no_fault_is_without_its_place() {
    let table = [
        (
            "profile: Platform",
            "1:10: `Platform` is none of baseline, restricted, platform, all; did you mean `platform`?",
        ),
        ("strict: yes please", "1:9: `\"yes please\"` is of the wrong type; expected boolean: "),
        ("cluster: {kubernetesVersion: 1.33}", "1:30: `1.33` is of the wrong type; expected string: "),
        (
            "cluster: {kuberntesVersion: '1.33'}",
            "1:11: unknown field `kuberntesVersion`; did you mean `kubernetesVersion`?",
        ),
        ("rules: {pdb-blocks-drain: {evictable: -1}}", "1:39: `-1` is not what is expected here: "),
        ("exempt: [{reason: known}]", "1:11: `rules` is missing here"),
        ("exempt: [{rules: [pdb-block-drain], reason: x}]", "1:19: `pdb-block-drain` is not known here; did you mean "),
        ("rules: {pdb-missing: {exempt: [{rules: [pdb-missing], reason: x}]}}", "1:33: unknown field `rules`"),
        ("exempt: [{rules: [pdb-missing], reason: '  '}]", "1:41: "),
        ("exempt: [{rules: [pdb-missing], reason: x, until: 2027-02-31}]", "1:1: `2027-02-31` is no day"),
        ("[]", "1:1: a policy file holds a mapping"),
    ];
    for (text, expected) in table {
        let errors = file(text).err().unwrap_or_default();
        let error = errors.first().map(ToString::to_string).unwrap_or_default();
        assert!(error.starts_with(&format!("policy.yaml:{expected}")), "{text}: {error}");
    }
}

#[test]
fn an_unknown_rule_in_the_options_is_an_error() {
    let options = Options { skip: vec!["pdb-blocks-drains".to_owned()], ..Options::default() };
    let error = Policy::new(Vec::new(), &options).err().expect("an error");
    assert_eq!(error.message, "there is no rule `pdb-blocks-drains`; did you mean `pdb-blocks-drain`?");
}

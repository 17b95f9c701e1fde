//! JUnit XML: a suite for each file, a case for each finding, and a passing case for each object without one.

use std::collections::{BTreeMap, HashSet};

use policies::{Finding, ObjectRef, Severity};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::lint::Outcome;

pub(super) fn render(outcome: &Outcome) -> String {
    let mut report = Report::new("tacos-lint");
    let mut files: BTreeMap<&str, Vec<TestCase>> = BTreeMap::new();
    for finding in outcome.reported() {
        files.entry(finding.place.source.name()).or_default().push(case(finding));
    }
    let faulty: HashSet<&ObjectRef> = outcome.reported().filter_map(|finding| finding.object.as_ref()).collect();
    for object in &outcome.judged {
        let reference = object.reference();
        if !faulty.contains(&reference) {
            let case = TestCase::new(reference.to_string(), TestCaseStatus::success());
            files.entry(object.tree().source().name()).or_default().push(case);
        }
    }
    for (file, cases) in files {
        let mut suite = TestSuite::new(file);
        suite.add_test_cases(cases);
        report.add_test_suite(suite);
    }
    report.to_string().unwrap_or_default()
}

fn case(finding: &Finding) -> TestCase {
    let at = finding.place.start();
    let file = finding.place.source.name();
    // A warning does not fail a gate by default, so it does not fail here; the text is there all the same.
    let mut status = if finding.severity == Severity::Error {
        TestCaseStatus::non_success(NonSuccessKind::Failure)
    } else {
        TestCaseStatus::success()
    };
    let text = format!("{file}:{}:{}: {}\n{}", at.line, at.column, finding.message, finding.rule.remediation);
    if finding.severity == Severity::Error {
        status.set_message(finding.message.as_str()).set_type(finding.rule.name).set_description(text.as_str());
    }
    let subject = finding.object.as_ref().map_or_else(|| file.to_owned(), ToString::to_string);
    let mut case = TestCase::new(format!("{subject} {}:{}", finding.rule.name, at.line), status);
    case.set_classname(finding.rule.name);
    if finding.severity != Severity::Error {
        case.set_system_out(text);
    }
    case
}

//! YAML as Kubernetes reads it: every expectation here is what `kubectl annotate --local -o json` answers (v1.32).

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use policies::source::{Reading, read};
use policies::tree::Source;
use proptest::prelude::*;
use serde_json::{Value, json};

fn reading(text: &str) -> Reading {
    read(&Source::new("test.yaml", text))
}

fn value(text: &str) -> Value {
    let reading = reading(text);
    assert!(reading.problems.is_empty(), "{text:?}: {:?}", reading.problems);
    reading.documents.first().map_or(Value::Null, |document| reading.tree.to_json(document.root))
}

fn refusal(text: &str) -> String {
    let reading = reading(text);
    let problem = reading.problems.into_iter().find(|problem| problem.fatal);
    problem.map(|problem| problem.message).unwrap_or_else(|| panic!("{text:?} was accepted"))
}

#[test]
fn plain_scalars() {
    let table = [
        ("y", json!(true)),
        ("Yes", json!(true)),
        ("yEs", json!("yEs")),
        ("on", json!(true)),
        ("OFF", json!(false)),
        ("n", json!(false)),
        ("~", json!(null)),
        ("Null", json!(null)),
        ("nUll", json!("nUll")),
        ("0644", json!(420)),
        ("0o644", json!(420)),
        ("0899", json!(899)),
        ("08", json!(8)),
        ("0x1F", json!(31)),
        ("-0x1F", json!(-31)),
        ("0b101", json!(5)),
        ("0b2", json!("0b2")),
        ("1_000", json!(1000)),
        ("12:30:45", json!("12:30:45")),
        ("2001-01-01", json!("2001-01-01")),
        ("1e3", json!(1000)),
        ("1.0", json!(1)),
        ("0.5", json!(0.5)),
        (".5", json!(0.5)),
        ("+1", json!(1)),
        ("1e", json!("1e")),
        ("9223372036854775807", json!(9_223_372_036_854_775_807_i64)),
        ("9223372036854775808", json!(9_223_372_036_854_775_808.0)),
        ("12345678901234567890123", json!(1.234_567_890_123_456_8e22)),
        ("1.2.3", json!("1.2.3")),
        ("nan", json!("nan")),
        ("'yes'", json!("yes")),
        ("!!str 1", json!("1")),
        ("!!int '3'", json!(3)),
        ("!!binary aGVsbG8=", json!("hello")),
        ("!foo bar", json!("bar")),
    ];
    for (text, expected) in table {
        assert_eq!(value(&format!("v: {text}\n")), json!({ "v": expected }), "{text}");
    }
}

#[test]
fn keys_are_strings() {
    let table = [
        ("yes", "true"),
        ("off", "false"),
        ("1", "1"),
        ("1.5", "1.5"),
        ("1.0", "1"),
        ("1e3", "1000"),
        ("1e10", "1e+10"),
        ("123456789.5", "1.2345679e+08"),
        ("1234567.5", "1.2345675e+06"),
        ("100000.5", "100000.5"),
        ("1e-5", "1e-05"),
        ("0644", "420"),
        ("12345678", "12345678"),
        ("0x10", "16"),
    ];
    for (text, expected) in table {
        assert_eq!(value(&format!("{text}: x\n")), json!({ expected: "x" }), "{text}");
    }
}

#[test]
fn merge_keys_lay_their_pairs_where_they_stand() {
    let base = "b: &b {x: 1, w: 2}\n";
    let merged = |text: &str| value(&format!("{base}{text}"))["m"].clone();
    assert_eq!(merged("m:\n  <<: *b\n  x: 3\n"), json!({"x": 3, "w": 2}));
    assert_eq!(merged("m:\n  x: 3\n  <<: *b\n"), json!({"x": 1, "w": 2}));
    assert_eq!(merged("m:\n  <<: [*b, {x: 9, z: 4}]\n"), json!({"x": 1, "w": 2, "z": 4}));
    assert_eq!(merged("m:\n  <<: [*b, {x: 9}]\n  x: 3\n"), json!({"x": 3, "w": 2}));
    assert_eq!(merged("m: {<<: *b, <<: {x: 9}}\n"), json!({"x": 9, "w": 2}));
    assert_eq!(merged("m:\n  '<<': 1\n"), json!({"<<": 1}));
    assert!(refusal("m:\n  <<: 1\n").contains("merge key"));
}

#[test]
fn what_json_cannot_say_is_refused() {
    assert!(refusal("v: .inf\n").contains("infinity"));
    assert!(refusal("? [1]\n: x\n").contains("key"));
    assert!(refusal("m:\n  ~: x\n").contains("null"));
    assert!(refusal("a: &a {x: *a}\n").contains("inside"));
    assert!(refusal("v: !!int x\n").contains("int"));
}

#[test]
fn duplicate_keys_are_told_with_both_places_and_the_later_wins() {
    let text = "a: 1\nb: 2\na: 3\n";
    let reading = reading(text);
    let problem = reading.problems.first().expect("a problem");
    let (_, first) = problem.related.as_ref().expect("the first place");
    assert_eq!((first.start().line, problem.place.start().line), (1, 3));
    assert!(!problem.fatal);
    let document = reading.documents.first().expect("a document");
    assert_eq!(reading.tree.to_json(document.root), json!({"a": 3, "b": 2}));
}

#[test]
fn a_document_that_breaks_off_does_not_take_the_others_with_it() {
    let reading = reading("a: 1\n---\nb: [1\n---\nc: 3\n");
    let documents: Vec<Value> = reading.documents.iter().map(|document| reading.tree.to_json(document.root)).collect();
    assert_eq!(documents, [json!({"a": 1}), json!({"c": 3})]);
    let positions: Vec<u32> = reading.documents.iter().map(|document| document.index).collect();
    assert_eq!(positions, [0, 2]);
    assert_eq!(reading.problems.len(), 1);
}

#[test]
fn line_breaks_and_marks_of_other_systems() {
    assert_eq!(value("\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\n"), json!({"a": 1, "b": "x\ny\n"}));
    assert!(refusal("a:\n\t- 1\n").contains("tab"));
}

#[test]
fn json_text_and_yaml_text_become_the_same_tree() {
    let text = r#"{"a": [1, 2.5, 1e3, -0.0, "x\u00e9\n", true, null, {}], "b": {"c": [], "ü": "\"/"}}"#;
    assert_eq!(value(text), serde_json::from_str::<Value>(text).map(whole_numbers).expect("JSON"));
    let broken = |text: &str| {
        let reading = read(&Source::new("x.json", text));
        reading.problems.first().map(|problem| problem.message.clone()).unwrap_or_default()
    };
    for text in [
        r#"{"a":1,}"#,
        r#"{"a" 1}"#,
        r#"{"a":01}"#,
        r#"{"a":"#,
        r#"{"a":"x"#,
        "{\"a\":\"\n\"}",
        r#"{a:1}"#,
        r#"{"a":+1}"#,
    ] {
        assert!(broken(text).starts_with("this is not JSON"), "{text}: {}", broken(text));
    }
}

/// A whole float has become an integer after one trip through a Kubernetes client.
fn whole_numbers(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() < 9e18 => json!(float as i64),
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(whole_numbers).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, whole_numbers(value))).collect(),
        other => other,
    }
}

#[test]
fn what_is_too_large_is_refused_unread() {
    let text = format!("a: {}\n", "x".repeat(policies::source::MAX_BYTES));
    assert_eq!(refusal(&text), "the file is larger than 64 MiB");
}

#[test]
fn hostile_text_is_answered_within_bounds() {
    let laughs: String = (0..9)
        .map(|level| {
            let inner = if level == 0 { "x".to_owned() } else { format!("*a{}", level - 1) };
            format!("a{level}: &a{level} [{}]\n", vec![inner; 9].join(", "))
        })
        .collect();
    assert!(refusal(&laughs).contains("expand"));
    let merges: String =
        format!("b: &b {{{}}}\n", (0..1000).map(|at| format!("k{at}: 1")).collect::<Vec<_>>().join(", "))
            + &(0..2000).map(|at| format!("m{at}: {{<<: *b}}\n")).collect::<String>();
    assert!(refusal(&merges).contains("expand"));
    for text in ["[".repeat(100_000), "{a: ".repeat(20_000), "- ".repeat(20_000), "? ".repeat(20_000)] {
        assert!(!reading(&text).problems.is_empty());
    }
    let deep_json = "{\"a\":".repeat(100_000);
    assert!(!read(&Source::new("x.json", deep_json)).problems.is_empty());
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e6..1e6).prop_map(|float: f64| whole_numbers(json!(float))),
        "[ -~é\\n]{0,12}".prop_map(Value::from),
        prop_oneof![Just("yes"), Just("0644"), Just("1e3"), Just("~"), Just("<<"), Just("12:30")].prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[ -~]{1,8}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC*") {
        for name in ["x.yaml", "x.json"] {
            let reading = read(&Source::new(name, text.clone()));
            for problem in &reading.problems {
                prop_assert!(problem.place.span.start <= problem.place.span.end);
                prop_assert!(problem.place.span.end as usize <= text.len());
            }
        }
    }

    #[test]
    fn any_yaml_like_text_is_answered(text in "([ \\n\\-:?&*!|>'\"{}\\[\\],#%a<~0-9.]|<<|---|\\n  |: |- ){0,120}") {
        let reading = reading(&text);
        for document in &reading.documents {
            let _ = reading.tree.to_json(document.root);
        }
    }

    #[test]
    fn what_is_written_is_read(value in document()) {
        let json = serde_json::to_string(&value).expect("JSON");
        let from_json = read(&Source::new("x.json", format!("{{\"v\":{json}}}")));
        let root = from_json.documents.first().expect("a document").root;
        prop_assert_eq!(&from_json.tree.to_json(root)["v"], &value);
        let from_yaml = value_if_read(&format!("# flow\nv: {json}\n"));
        if let Some(from_yaml) = from_yaml {
            prop_assert_eq!(&from_yaml["v"], &value);
        }
    }
}

/// The value of YAML text, unless a key is too long to be a simple one.
fn value_if_read(text: &str) -> Option<Value> {
    let reading = reading(text);
    reading.documents.first().map(|document| reading.tree.to_json(document.root))
}

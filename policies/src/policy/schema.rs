//! The JSON Schema of policy files, made from the rules, and the check of a file against it.

use jsonschema::error::ValidationErrorKind;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::exemption::Exemption;
use super::file::{Level, PolicyFile};
use crate::finding::Action;
use crate::rules;
use crate::tree::escape;

/// The JSON Schema of policy files: for editors, and for the check of every file that is read.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let level = generator.subschema_for::<Level>();
    let action = generator.subschema_for::<Action>();
    generator.subschema_for::<Exemption>();
    // Inside a rule, an exemption is for that rule.
    let exemption = json!({ "$ref": "#/$defs/RuleExemption" });
    let mut properties = Map::new();
    for definition in rules::all() {
        let mut rule = definition.schema(&mut generator).to_value();
        let description = rule.get("description").cloned().unwrap_or_default();
        let parameters = rule.get_mut("properties").map(Value::take).unwrap_or_default();
        let mut all = Map::from_iter([
            ("severity".to_owned(), json!(level)),
            ("action".to_owned(), json!(action)),
            ("exempt".to_owned(), json!({ "type": "array", "items": exemption })),
        ]);
        all.extend(parameters.as_object().cloned().unwrap_or_default());
        let settings = json!({ "type": "object", "properties": all, "additionalProperties": false });
        let either = json!({ "description": description, "if": { "type": "object" }, "then": settings, "else": level });
        properties.insert(definition.meta.name.to_owned(), either);
    }
    let mut root = generator.into_root_schema_for::<PolicyFile>().to_value();
    let mut of_rule = root["$defs"]["Exemption"].clone();
    if let Some(fields) = of_rule["properties"].as_object_mut() {
        fields.remove("rules");
    }
    root["$defs"]["RuleExemption"] = of_rule;
    root["$defs"]["Exemption"]["required"] = json!(["reason", "rules"]);
    let names: Vec<&str> = rules::all().iter().map(|rule| rule.meta.name).collect();
    root["$defs"]["Exemption"]["properties"]["rules"] = json!({
        "description": "The rules it is for.",
        "type": "array",
        "minItems": 1,
        "items": { "enum": names },
    });
    root["properties"]["rules"] = json!({
        "description": "What differs from the profile, by rule: a severity, or a mapping of severity, action, exemptions and parameters.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    root
}

/// One fault of a policy file.
pub(super) struct Fault {
    /// The RFC 6901 pointer of the value it is about.
    pub(super) pointer: String,
    /// Whether it is the value's key that is wrong.
    pub(super) of_key: bool,
    /// What is wrong, in one sentence.
    pub(super) message: String,
}

/// What is wrong with a policy file.
pub(super) fn check(value: &Value) -> Vec<Fault> {
    let schema = schema();
    let validator = match jsonschema::draft202012::new(&schema) {
        Ok(validator) => validator,
        Err(error) => {
            return vec![Fault { pointer: String::new(), of_key: false, message: error.to_string() }];
        }
    };
    validator.iter_errors(value).flat_map(|error| explain(&schema, &error)).collect()
}

fn explain(schema: &Value, error: &jsonschema::ValidationError<'_>) -> Vec<Fault> {
    let pointer = error.instance_path().to_string();
    let keyword = error.schema_path().to_string();
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known = known_properties(schema, &keyword);
            let noun = if pointer == "/rules" { "rule" } else { "field" };
            let say = |name: &String| {
                let hint = suggest(name, known.iter().map(String::as_str));
                let message = format!("unknown {noun} `{name}`{hint}");
                Fault { pointer: format!("{pointer}/{}", escape(name)), of_key: true, message }
            };
            unexpected.iter().map(say).collect()
        }
        ValidationErrorKind::Enum { .. }
        | ValidationErrorKind::OneOfNotValid { .. }
        | ValidationErrorKind::AnyOf { .. } => {
            let node = follow(schema, &keyword).unwrap_or(&Value::Null);
            let options = options(schema, node);
            let given = error.instance().as_str().map_or_else(|| error.instance().to_string(), str::to_owned);
            let hint = suggest(&given, options.iter().copied());
            let message = match options.as_slice() {
                [] => format!("`{given}` is not what is expected here{}", meaning(schema, &keyword)),
                // Every rule's name is too long a list to be of help.
                options if options.len() > 12 => format!("`{given}` is not known here{hint}"),
                options => format!("`{given}` is none of {}{hint}", options.join(", ")),
            };
            vec![Fault { pointer, of_key: false, message }]
        }
        ValidationErrorKind::Required { property } => {
            let message = format!("`{}` is missing here", property.as_str().unwrap_or_default());
            vec![Fault { pointer, of_key: false, message }]
        }
        ValidationErrorKind::Type { .. } => {
            let message = format!("`{}` is of the wrong type{}", error.instance(), meaning(schema, &keyword));
            vec![Fault { pointer, of_key: false, message }]
        }
        _ => vec![Fault { pointer, of_key: false, message: error.to_string() }],
    }
}

/// Which types a field takes and what it is for, from the schema beside a keyword.
fn meaning(schema: &Value, keyword: &str) -> String {
    let parent = keyword.rsplit_once('/').map_or("", |(parent, _)| parent);
    let Some(node) = follow(schema, parent) else { return String::new() };
    let types: Vec<&str> = match node.get("type") {
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).filter(|name| *name != "null").collect(),
        one => one.and_then(Value::as_str).into_iter().collect(),
    };
    let expected = if types.is_empty() { String::new() } else { format!("; expected {}", types.join(" or ")) };
    let description = node.get("description").and_then(Value::as_str).map(|text| format!(": {text}"));
    expected + &description.unwrap_or_default()
}

/// The words a schema allows, gathered from its `enum`, its `const`s and its alternatives.
fn options<'a>(schema: &'a Value, node: &'a Value) -> Vec<&'a str> {
    match node {
        Value::String(word) => vec![word],
        Value::Array(nodes) => nodes.iter().flat_map(|node| options(schema, node)).collect(),
        Value::Object(fields) => {
            let target = fields.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
            let target = target.and_then(|target| schema.pointer(target));
            let parts = ["enum", "const", "oneOf", "anyOf"].into_iter().filter_map(|key| fields.get(key));
            target.into_iter().chain(parts).flat_map(|node| options(schema, node)).collect()
        }
        _ => Vec::new(),
    }
}

/// The properties beside an `additionalProperties` keyword.
fn known_properties(schema: &Value, keyword: &str) -> Vec<String> {
    let parent = keyword.rsplit_once('/').map_or("", |(parent, _)| parent);
    let properties = follow(schema, parent).and_then(|node| node.get("properties"));
    properties.and_then(Value::as_object).map(|properties| properties.keys().cloned().collect()).unwrap_or_default()
}

/// The subschema at an evaluation path, references followed.
fn follow<'a>(schema: &'a Value, path: &str) -> Option<&'a Value> {
    crate::tree::segments(path).try_fold(schema, |node, segment| {
        if segment == "$ref" {
            let target = node.get("$ref")?.as_str()?.strip_prefix('#')?;
            return schema.pointer(target);
        }
        match node {
            Value::Array(items) => items.get(segment.parse::<usize>().ok()?),
            node => node.get(segment.replace("~1", "/").replace("~0", "~")),
        }
    })
}

/// `; did you mean …?` where one of the candidates is close.
pub(crate) fn suggest<'a>(given: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    let best = candidates
        .map(|candidate| (strsim::damerau_levenshtein(given, candidate), candidate))
        .min_by_key(|(distance, _)| *distance);
    match best {
        Some((distance, candidate)) if distance <= (candidate.len() / 3).max(2) => {
            format!("; did you mean `{candidate}`?")
        }
        _ => String::new(),
    }
}

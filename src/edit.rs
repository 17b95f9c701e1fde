//! Edits of a text: each fix is applied whole or not at all, and each is proved by reading the new text again.

use std::cmp::Reverse;
use std::str::FromStr as _;

use policies::tree::Source;
use policies::{Edit, Fix, source};
use serde_json::Value;
use yaml_edit::{Mapping, ScalarValue, Sequence, YamlFile, YamlNode, YamlValue};

/// A text after the fixes that could be applied.
#[derive(Debug)]
pub(crate) struct Edited {
    /// The text.
    pub(crate) text: String,
    /// How many fixes are in it.
    pub(crate) applied: usize,
    /// Why others are not.
    pub(crate) refused: Vec<String>,
}

/// Applies fixes one after the other, the last places first: an element that goes away moves only those behind it.
pub(crate) fn apply<'a>(text: &str, fixes: impl Iterator<Item = &'a Fix>) -> Edited {
    let mut fixes: Vec<&Fix> = fixes.collect();
    fixes.sort_by_cached_key(|fix| Reverse(fix.edits.first().map(|edit| place(fix, edit))));
    let mut edited = Edited { text: text.to_owned(), applied: 0, refused: Vec::new() };
    let mut done: Vec<(&Fix, &Edit)> = Vec::new();
    for fix in fixes {
        if let Some(rival) = fix.edits.iter().find(|edit| done.iter().any(|done| contradicts((fix, edit), *done))) {
            edited.refused.push(format!("another fix changes {} already", rival.path));
            continue;
        }
        match one(&edited.text, fix) {
            Ok(text) => {
                edited.text = text;
                edited.applied += 1;
                done.extend(fix.edits.iter().map(|edit| (fix, edit)));
            }
            Err(reason) => edited.refused.push(reason),
        }
    }
    edited
}

/// Where an edit is made, so that places compare in the order of the text's structure.
fn place(fix: &Fix, edit: &Edit) -> (u32, Vec<(u64, String)>) {
    let segment = |segment: &str| (segment.parse().unwrap_or(u64::MAX), segment.to_owned());
    (fix.document.index, edit.path.split('/').skip(1).map(segment).collect())
}

/// Whether two edits say different things about one place.
fn contradicts(left: (&Fix, &Edit), right: (&Fix, &Edit)) -> bool {
    let is_above = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let (one, other) = (left.1, right.1);
    left.0.document.index == right.0.document.index
        && (is_above(&one.path, &other.path) || is_above(&other.path, &one.path))
        && one != other
}

fn one(text: &str, fix: &Fix) -> Result<String, String> {
    let index = fix.document.index as usize;
    let before = data(text)?;
    let mut wanted = before.clone();
    let document = wanted.iter_mut().find(|(at, _)| *at == index).ok_or("the document is gone")?;
    for edit in &fix.edits {
        patch(&mut document.1, edit);
    }
    if wanted == before {
        return Ok(text.to_owned());
    }
    for quotes in [Quotes::None, Quotes::Double] {
        let after = rewrite(text, index, &fix.edits, quotes)?;
        // The proof: what the new text says is exactly what was meant, in every document.
        if data(&after).is_ok_and(|data| data == wanted) {
            return Ok(after);
        }
    }
    Err("the edited text would not say what was meant".to_owned())
}

/// How a new string is written where no old one tells.
#[derive(Clone, Copy)]
enum Quotes {
    None,
    Double,
}

fn rewrite(text: &str, document: usize, edits: &[Edit], quotes: Quotes) -> Result<String, String> {
    let file = YamlFile::from_str(text).map_err(|error| error.to_string())?;
    let root = file.documents().nth(document).and_then(|document| document.as_mapping()).ok_or("no mapping to edit")?;
    for edit in edits {
        let segments: Vec<String> = edit.path.split('/').skip(1).map(unescape).collect();
        change(&YamlNode::Mapping(root.clone()), &segments, edit.value.as_ref(), quotes)?;
    }
    Ok(file.to_string())
}

/// What each document of a text says, by its position.
fn data(text: &str) -> Result<Vec<(usize, Value)>, String> {
    let reading = source::read(&Source::new("", text));
    if let Some(problem) = reading.problems.iter().find(|problem| problem.fatal) {
        return Err(problem.message.clone());
    }
    let document = |document: &source::Document| (document.index as usize, reading.tree.to_json(document.root));
    Ok(reading.documents.iter().map(document).collect())
}

fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

/// The change as data.
fn patch(document: &mut Value, edit: &Edit) {
    let mut at = document;
    let segments: Vec<String> = edit.path.split('/').skip(1).map(unescape).collect();
    let Some((last, way)) = segments.split_last() else { return };
    for segment in way {
        at = match at {
            Value::Array(items) => match segment.parse::<usize>().ok().and_then(|index| items.get_mut(index)) {
                Some(item) => item,
                None => return,
            },
            other => {
                if !other.is_object() {
                    *other = Value::Object(serde_json::Map::new());
                }
                let Value::Object(fields) = other else { return };
                fields.entry(segment.as_str()).or_insert_with(|| Value::Object(serde_json::Map::new()))
            }
        };
    }
    match (at, &edit.value) {
        (Value::Object(fields), Some(value)) => drop(fields.insert(last.clone(), value.clone())),
        (Value::Object(fields), None) => drop(fields.remove(last)),
        (Value::Array(items), value) => match (last.parse::<usize>(), value) {
            (Ok(index), None) if index < items.len() => drop(items.remove(index)),
            (Ok(index), Some(value)) if index < items.len() => items[index] = value.clone(),
            _ => {}
        },
        _ => {}
    }
}

/// The same change as text.
fn change(node: &YamlNode, segments: &[String], value: Option<&Value>, quotes: Quotes) -> Result<(), String> {
    let missing = || format!("there is no /{}", segments.join("/"));
    let Some((first, rest)) = segments.split_first() else { return Ok(()) };
    if let Some(mapping) = node.as_mapping() {
        return change_mapping(mapping, first, rest, value, quotes);
    }
    let sequence: &Sequence = node.as_sequence().ok_or_else(missing)?;
    let index: usize = first.parse().map_err(|_| missing())?;
    match (rest.is_empty(), value) {
        (true, Some(value)) => {
            let quotes = quotes_of(sequence.get(index).as_ref(), quotes);
            sequence.set(index, to_yaml(value, quotes)).then_some(()).ok_or_else(missing)
        }
        (true, None) => sequence.remove(index).map(drop).ok_or_else(missing),
        (false, _) => change(&sequence.get(index).ok_or_else(missing)?, rest, value, quotes),
    }
}

fn change_mapping(
    mapping: &Mapping,
    key: &str,
    rest: &[String],
    value: Option<&Value>,
    quotes: Quotes,
) -> Result<(), String> {
    let next = mapping.get(key).filter(|next| next.is_mapping() || next.is_sequence());
    match (next, value) {
        (Some(next), _) if !rest.is_empty() => change(&next, rest, value, quotes),
        (_, None) => mapping.remove(key).map(drop).ok_or_else(|| format!("there is no `{key}`")),
        (_, Some(value)) => {
            // What is missing on the way is made, from the inside out.
            let whole = rest
                .iter()
                .rev()
                .fold(value.clone(), |inner, key| Value::Object(serde_json::Map::from_iter([(key.clone(), inner)])));
            let quotes = quotes_of(mapping.get(key).as_ref(), quotes);
            mapping.set(key, to_yaml(&whole, quotes));
            Ok(())
        }
    }
}

/// The quotes of the scalar that is replaced, if it has any.
fn quotes_of(old: Option<&YamlNode>, otherwise: Quotes) -> Quotes {
    let is_quoted = old.and_then(YamlNode::as_scalar).is_some_and(|scalar| scalar.to_string().starts_with(['"', '\'']));
    if is_quoted { Quotes::Double } else { otherwise }
}

fn to_yaml(value: &Value, quotes: Quotes) -> YamlValue {
    match value {
        Value::Array(items) => YamlValue::Sequence(items.iter().map(|item| to_yaml(item, quotes)).collect()),
        Value::Object(fields) => {
            YamlValue::Mapping(fields.iter().map(|(key, value)| (key.clone(), to_yaml(value, quotes))).collect())
        }
        Value::String(text) => YamlValue::Scalar(match quotes {
            Quotes::None => ScalarValue::plain(text),
            Quotes::Double => ScalarValue::double_quoted(text),
        }),
        Value::Bool(value) => YamlValue::from(*value),
        Value::Number(number) => match number.as_i64() {
            Some(number) => YamlValue::from(number),
            None => YamlValue::from(number.as_f64().unwrap_or_default()),
        },
        Value::Null => YamlValue::Scalar(ScalarValue::null()),
    }
}

//! Exemptions: findings that a policy accepts, for a stated reason and perhaps for a stated time.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::finding::Finding;
use crate::object::Object;
use crate::pattern::Glob;
use crate::tree::Place;

/// Findings that are accepted. All conditions given must hold; each list is met by any of its entries.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exemption {
    /// The rules it is for.
    #[serde(default)]
    pub rules: Vec<String>,
    /// Namespaces, as globs.
    #[serde(default)]
    pub namespaces: Vec<Glob>,
    /// Kinds, as globs.
    #[serde(default)]
    pub kinds: Vec<Glob>,
    /// Names of objects, as globs.
    #[serde(default)]
    pub names: Vec<Glob>,
    /// Labels the object must have, the values as globs.
    #[serde(default)]
    pub labels: BTreeMap<String, Glob>,
    /// Names of containers, as globs.
    #[serde(default)]
    pub containers: Vec<Glob>,
    /// Images of containers, as globs.
    #[serde(default)]
    pub images: Vec<Glob>,
    /// Paths of files, as globs. Meant for the linter: an object in a cluster has no file, so this never holds there.
    #[serde(default)]
    pub paths: Vec<Glob>,
    /// Why the findings are accepted.
    #[serde(deserialize_with = "reason")]
    #[schemars(regex(pattern = r"\S"))]
    pub reason: String,
    /// The last day it holds, as `2026-12-31`.
    #[serde(default, deserialize_with = "day")]
    #[schemars(regex(pattern = DAY))]
    pub until: Option<String>,
    /// Where it stands in the policy file.
    #[serde(skip)]
    pub(crate) place: Option<Place>,
}

/// A day of the calendar, as RFC 3339 writes it, but for the lengths of months.
const DAY: &str = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";

fn reason<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let reason = String::deserialize(deserializer)?;
    if reason.trim().is_empty() { Err(D::Error::custom("a reason must not be empty")) } else { Ok(reason) }
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let day: Option<String> = Option::deserialize(deserializer)?;
    match day {
        Some(day) if !is_day(&day).unwrap_or(false) => {
            Err(D::Error::custom(format!("`{day}` is no day like 2026-12-31")))
        }
        day => Ok(day),
    }
}

/// Whether a text is a day of the Gregorian calendar, as RFC 3339 writes it.
fn is_day(text: &str) -> Option<bool> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|digits| digits.parse::<u32>().ok());
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    Some(shape && (1..=last).contains(&day))
}

impl Exemption {
    pub(crate) fn has_expired(&self, today: &str) -> bool {
        self.until.as_deref().is_some_and(|until| until < today)
    }

    pub(crate) fn covers(&self, object: &Object, finding: &Finding) -> bool {
        self.rules.iter().any(|rule| rule == finding.rule.name)
            && any(&self.namespaces, || object.namespace())
            && any(&self.kinds, || object.kind_name())
            && any(&self.names, || object.name())
            && self.labels.iter().all(|(key, glob)| object.label(key).is_some_and(|value| glob.matches(value)))
            && any(&self.containers, || finding.container.as_deref().unwrap_or_default())
            && any(&self.images, || image(object, finding))
            && any(&self.paths, || finding.place.source.name())
    }
}

fn any<'a>(globs: &[Glob], text: impl FnOnce() -> &'a str) -> bool {
    globs.is_empty() || {
        let text = text();
        globs.iter().any(|glob| glob.matches(text))
    }
}

fn image<'a>(object: &'a Object, finding: &Finding) -> &'a str {
    let containers = object.pods().flat_map(|pod| pod.containers());
    let container = containers.into_iter().find(|container| finding.container.as_deref() == Some(container.name()));
    container.and_then(|container| container.at("image").as_str()).unwrap_or_default()
}

//! Patterns that policies are written with: globs and anchored regular expressions, compiled once.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A glob: `*` stands for any characters, `?` for one, `{a,b}` for alternatives.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(into = "String", try_from = "String")]
pub struct Glob(globset::GlobMatcher);

impl Glob {
    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl TryFrom<String> for Glob {
    type Error = globset::Error;

    fn try_from(text: String) -> Result<Self, globset::Error> {
        globset::Glob::new(&text).map(|glob| Self(glob.compile_matcher()))
    }
}

impl From<Glob> for String {
    fn from(glob: Glob) -> Self {
        glob.0.glob().glob().to_owned()
    }
}

impl JsonSchema for Glob {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Glob".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "A glob: `*` stands for any characters, `?` for one, `{a,b}` for alternatives." })
    }
}

/// A regular expression that must match a whole text.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(into = "String", try_from = "String")]
pub struct Pattern {
    text: String,
    regex: regex::Regex,
}

impl Pattern {
    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl TryFrom<String> for Pattern {
    type Error = regex::Error;

    fn try_from(text: String) -> Result<Self, regex::Error> {
        let regex = regex::Regex::new(&format!("^(?:{text})$"))?;
        Ok(Self { text, regex })
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.text
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "A regular expression that must match the whole text." })
    }
}

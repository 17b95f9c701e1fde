//! Parameters that rules of several families share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What to do about something that one may see either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Stance {
    /// Says nothing about it.
    Pass,
    /// Reports it.
    Report,
}

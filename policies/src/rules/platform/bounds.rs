//! Bounds that a policy sets for a number.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The least and the most a number may be, both included.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Bounds {
    /// The least it may be.
    pub(super) min: i64,
    /// The most it may be.
    pub(super) max: i64,
}

impl Bounds {
    /// Whether a number lies within them.
    pub(super) fn contain(self, number: i64) -> bool {
        (self.min..=self.max).contains(&number)
    }
}

//! Parameters that rules of several families share.

use std::ops::Deref;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::object::Role;

/// What to do about something that one may see either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Stance {
    /// Says nothing about it.
    Pass,
    /// Reports it.
    Report,
}

/// The containers that are judged, by what they are to their pod: every one, unless the policy says otherwise.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(super) struct Containers(Vec<Role>);

impl Default for Containers {
    fn default() -> Self {
        Self(Role::ALL.to_vec())
    }
}

impl Containers {
    /// The containers of some roles.
    pub(super) fn of(roles: &[Role]) -> Self {
        Self(roles.to_vec())
    }
}

impl Deref for Containers {
    type Target = [Role];

    fn deref(&self) -> &[Role] {
        &self.0
    }
}

//! The names by which containers are told about their Redis connection pool.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The variables of a connection pool.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct PoolNames {
    /// The most connections.
    pub(super) pool_size: String,
    /// The connections that are kept although idle.
    pub(super) min_idle: String,
    /// How long a connection may live.
    pub(super) max_age: String,
}

impl Default for PoolNames {
    fn default() -> Self {
        Self {
            pool_size: "REDIS_POOL_SIZE".to_owned(),
            min_idle: "REDIS_MIN_IDLE_CONNS".to_owned(),
            max_age: "REDIS_MAX_CONN_AGE".to_owned(),
        }
    }
}

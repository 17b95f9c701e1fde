//! Settings of a Redis connection pool that contradict themselves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::go::is_duration;
use super::redis::PoolNames;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A Redis connection pool must have a positive size, no more idle connections than that, and an age that is a duration.
///
/// The program stops at start, or runs with the defaults of its library, which are far from what the platform needs. Read are
/// REDIS_POOL_SIZE (a positive integer), REDIS_MIN_IDLE_CONNS (an integer, at most the pool size) and REDIS_MAX_CONN_AGE (a Go
/// duration such as `30m`), each under the name in `names`. Absent and empty variables, and those that are not known from the
/// manifests, are not judged.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RedisPoolInvalid {
    /// The variables of the pool.
    names: PoolNames,
}

impl Rule for RedisPoolInvalid {
    const META: Meta = Meta {
        name: "redis-pool-invalid",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "set a positive pool size, at most as many idle connections, and an age such as `30m`",
        fix: None,
        origin: "https://pkg.go.dev/github.com/redis/go-redis/v9#Options, https://pkg.go.dev/time#ParseDuration",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        let PoolNames { pool_size, min_idle, max_age } = &self.names;
        for container in object.pods().flat_map(|pod| pod.containers()) {
            let name = container.name();
            let size = container.variable(pool_size, inventory).text();
            let number = size.and_then(|(text, _)| text.parse::<u32>().ok()).filter(|number| *number > 0);
            if let Some((text, field)) = size.filter(|_| number.is_none()) {
                let message = format!("container `{name}` has a {pool_size} of `{text}`, which is no positive integer");
                report.at(&field, message);
            }
            if let Some((text, field)) = container.variable(min_idle, inventory).text() {
                match (text.parse::<u32>(), number, size) {
                    (Err(_), ..) => {
                        let message = format!(
                            "container `{name}` has a {min_idle} of `{text}`, which is no number of connections"
                        );
                        report.at(&field, message);
                    }
                    (Ok(idle), Some(number), Some((_, size))) if idle > number => {
                        let message = format!("container `{name}` keeps {idle} idle connections in a pool of {number}");
                        report.at(&field, message).because(&size, "the size of the pool");
                    }
                    _ => {}
                }
            }
            let age = container.variable(max_age, inventory).text();
            if let Some((text, field)) = age.filter(|(text, _)| !is_duration(text)) {
                report.at(&field, format!("container `{name}` has a {max_age} of `{text}`, which is no duration"));
            }
        }
    }
}

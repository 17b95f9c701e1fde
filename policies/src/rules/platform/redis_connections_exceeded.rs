//! Connection pools that together open more connections than Redis takes.

use std::cmp::Reverse;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::redis::PoolNames;
use crate::amount::Amount;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};

/// The connection pools of all workloads must fit into what a Redis node accepts.
///
/// At the limit Redis refuses connections, and it refuses them when most is to be done: while the workload is scaled out and
/// rolled. Counted is, per Redis address, the pool size of every container times the most pods its workload can have at a
/// time: the maximum of its autoscaler, else its replicas, and the surge of a rolling update. In cluster mode a pool is per
/// node, so the sum is the load of every node. The workload that contributes most is reported, the others are related places.
/// DaemonSets and Jobs are not counted, and neither are addresses and pools that are not known from the manifests.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RedisConnectionsExceeded {
    /// How many connections a Redis node accepts.
    max_clients: u64,
    /// The share of them that the pools may take.
    share: f64,
    /// The variables that hold the address, the first that is set counts. A name without `REDIS` is not found in other workloads.
    address: Vec<String>,
    /// The variables of the pool.
    names: PoolNames,
}

impl Default for RedisConnectionsExceeded {
    fn default() -> Self {
        let address = ["REDIS_ADDRESS", "REDIS_ADDR", "REDIS_HOST"];
        Self {
            max_clients: 65000,
            share: 0.8,
            address: address.map(str::to_owned).to_vec(),
            names: PoolNames::default(),
        }
    }
}

impl Rule for RedisConnectionsExceeded {
    const META: Meta = Meta {
        name: "redis-connections-exceeded",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: Kind::SCALABLE,
        remediation: "lower REDIS_POOL_SIZE or the maximum of the autoscaler, or give the workload a Redis of its own",
        fix: None,
        origin: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html (maxclients 65000)",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        let mut addresses = object.pods().flat_map(|pod| pod.containers()).filter_map(|each| self.address_of(&each));
        let Some(address) = addresses.next() else { return };
        let Some(own) = self.contribution(object, address, inventory) else { return };
        let mut others = Vec::new();
        let mut sum = own.connections();
        for other in inventory.workloads_at_redis(address) {
            if name_of(other) == name_of(object) || !Kind::SCALABLE.contains(&other.kind()) {
                continue;
            }
            let Some(contribution) = self.contribution(other, address, inventory) else { continue };
            if contribution.rank() > own.rank() {
                return;
            }
            sum = sum.saturating_add(contribution.connections());
            others.push(contribution);
        }
        let most = self.max_clients as f64 * self.share;
        if sum as f64 <= most {
            return;
        }
        let total = if others.is_empty() { String::new() } else { format!(" of {sum} in all") };
        let message = format!(
            "{} opens up to {} connections to {address} ({} pods × {}){total}, more than {most} of {}",
            object.reference(),
            own.connections(),
            own.pods,
            own.pool,
            self.max_clients,
        );
        let finding = report.at(&own.field, message);
        for other in others {
            let (workload, connections) = (other.workload.reference(), other.connections());
            let note = format!("{workload} opens up to {connections} ({} pods × {})", other.pods, other.pool);
            finding.because(&other.field, note);
        }
    }
}

/// What a workload can open.
struct Contribution<'a> {
    workload: &'a Object,
    /// Connections of one pod.
    pool: u64,
    /// The most pods at a time.
    pods: u64,
    /// Where the pool is set.
    field: Field<'a>,
}

impl Contribution<'_> {
    fn connections(&self) -> u64 {
        self.pool.saturating_mul(self.pods)
    }

    /// The largest one speaks for all; of equals, the first by name.
    fn rank(&self) -> impl Ord + use<'_> {
        (self.connections(), Reverse(name_of(self.workload)))
    }
}

impl RedisConnectionsExceeded {
    fn address_of<'a>(&self, container: &Container<'a>) -> Option<&'a str> {
        let known = |text: &&str| !text.is_empty() && !text.contains("$(");
        container.env(&self.names.pool_size)?;
        self.address.iter().find_map(|name| container.env_value(name)).map(|(text, _)| text).filter(known)
    }

    fn contribution<'a>(
        &self,
        workload: &'a Object,
        address: &str,
        inventory: &'a Inventory,
    ) -> Option<Contribution<'a>> {
        let containers = workload.pods().flat_map(|pod| pod.run_containers());
        let pools =
            containers.filter(|container| self.address_of(container) == Some(address)).filter_map(|container| {
                let (text, field) = container.env_value(&self.names.pool_size)?;
                Some((text.parse::<u64>().ok()?, field))
            });
        let (mut pool, mut place) = (0_u64, None);
        for (size, field) in pools {
            pool = pool.saturating_add(size);
            place = place.or(Some(field));
        }
        let peak = inventory.most_replicas(workload)?.count;
        let pods = peak.saturating_add(surge(workload, peak));
        place.map(|field| Contribution { workload, pool, pods, field })
    }
}

/// The pods that a rolling update adds.
fn surge(workload: &Object, peak: u64) -> u64 {
    let strategy = workload.at("spec/strategy");
    let quarter = Amount::Percent(25);
    let amount = match workload.kind() {
        Kind::Deployment if strategy.at("type").as_str() == Some("Recreate") => return 0,
        Kind::Deployment => Amount::of(&strategy.at("rollingUpdate/maxSurge")).unwrap_or(quarter),
        Kind::Rollout if strategy.at("blueGreen").is_present() => Amount::Percent(100),
        Kind::Rollout => Amount::of(&strategy.at("canary/maxSurge")).unwrap_or(quarter),
        _ => return 0,
    };
    amount.rounded_up(peak)
}

fn name_of(object: &Object) -> (&str, &str, &str) {
    (object.namespace(), object.kind_name(), object.name())
}

//! Anti-affinity that demands more places than there are.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::spread::{Term, anti_affinity, present_name};
use super::{known_replicas, pods};
use crate::amount::Amount;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};

/// A required anti-affinity must leave a place for every replica.
///
/// A `requiredDuringSchedulingIgnoredDuringExecution` term that selects the pod's own labels allows one replica per node,
/// or per zone: with more replicas than places the others stay pending for ever, exactly when the autoscaler needs them.
/// What counts is the most replicas the autoscaler allows; and one more for a Deployment whose rolling update may not take
/// a pod away before the next one runs (`maxUnavailable` comes to 0 pods, as the default does below 4 replicas). The zones
/// are those that the NodePools allow by a requirement `In` on `topology.kubernetes.io/zone`; where some NodePool leaves
/// them open, and for nodes, nothing is reported unless the parameter says how many there are.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct AntiAffinityUnsatisfiable {
    /// The number of zones; absent means what the NodePools say.
    zones: Option<u64>,
    /// The number of nodes; absent means not known.
    nodes: Option<u64>,
}

impl Rule for AntiAffinityUnsatisfiable {
    const META: Meta = Meta {
        name: "anti-affinity-unsatisfiable",
        family: Family::Availability,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: &[Kind::Deployment, Kind::ReplicaSet, Kind::ReplicationController, Kind::Rollout, Kind::StatefulSet],
        remediation: "use a topologySpreadConstraint, which allows several replicas per place, or make the term preferred",
        fix: None,
        origin: "Kubernetes documentation; \
                 https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#inter-pod-affinity-and-anti-affinity",
    };

    fn check(&self, workload: &Object, inventory: &Inventory, report: &mut Report) {
        let Some(pod) = workload.pod().filter(|_| !workload.is_owned()) else { return };
        let own = anti_affinity(&pod).filter(|term| term.is_required && term.misses(&pod, inventory).is_none());
        for term in own {
            let key = term.field.at("topologyKey");
            let Some((places, because)) = self.places(key, inventory) else { continue };
            let Some((_, most)) = known_replicas(workload, inventory) else { return };
            let surge = u64::from(!is_per_revision(&term) && must_surge(workload, most.count));
            if most.count + surge <= places {
                continue;
            }
            let fit = if places == 1 { "1 pod fits".to_owned() } else { format!("{places} pods fit") };
            let message = if most.count <= places {
                format!("{fit}, one for each `{}`, but a rolling update needs {}", name(key), most.count + surge)
            } else {
                format!("{fit}, one for each `{}`, but there may be {}", name(key), pods(most.count))
            };
            let finding = report.at(&key, message);
            finding.because(&most.field, "the most replicas it has");
            if let Some(field) = because {
                finding.because(&field, "what a NodePool allows");
            }
        }
    }
}

impl AntiAffinityUnsatisfiable {
    /// How many places a topology key has, as far as that is known, and a place that says so.
    fn places<'a>(&self, key: Field<'a>, inventory: &'a Inventory) -> Option<(u64, Option<Field<'a>>)> {
        match name(key) {
            "kubernetes.io/hostname" => self.nodes.map(|nodes| (nodes, None)),
            ZONE => self.zones.map(|zones| (zones, None)).or_else(|| zones_of_pools(inventory)),
            _ => None,
        }
    }
}

const ZONE: &str = "topology.kubernetes.io/zone";

fn name(key: Field<'_>) -> &str {
    present_name(key.as_str().unwrap_or_default())
}

/// How many zones the NodePools allow together; `None` if there are none, or if one leaves its zones open.
fn zones_of_pools(inventory: &Inventory) -> Option<(u64, Option<Field<'_>>)> {
    if !inventory.holds_all(Kind::NodePool, "") {
        return None;
    }
    let mut zones: SmallVec<[&str; 4]> = SmallVec::new();
    let mut because = None;
    for pool in inventory.all_of(Kind::NodePool) {
        let mut requirements = pool.at("spec/template/spec/requirements").items();
        let is_choice = |requirement: &Field<'_>| {
            requirement.at("operator").as_str() == Some("In")
                && requirement.at("key").as_str().map(present_name) == Some(ZONE)
        };
        let values = requirements.find(is_choice)?.at("values");
        because = because.or(Some(values));
        zones.extend(values.items().filter_map(|zone| zone.as_str()));
    }
    zones.sort_unstable();
    zones.dedup();
    because.is_some().then_some((zones.len() as u64, because))
}

/// Whether the term only keeps pods of one revision apart, so that a rolling update does not count.
fn is_per_revision(term: &Term<'_>) -> bool {
    let is_hash = |key: Field<'_>| matches!(key.as_str(), Some("pod-template-hash" | "rollouts-pod-template-hash"));
    term.field.at("matchLabelKeys").items().any(is_hash)
}

/// Whether a rolling update needs a place for one pod more than there are replicas.
fn must_surge(workload: &Object, replicas: u64) -> bool {
    if workload.kind() != Kind::Deployment || workload.at("spec/strategy/type").as_str() == Some("Recreate") {
        return false;
    }
    let amount = |pointer| Amount::of(&workload.at(pointer)).unwrap_or(Amount::Percent(25));
    let unavailable = amount("spec/strategy/rollingUpdate/maxUnavailable").rounded_down(replicas);
    // Where both come to nothing, the controller takes one pod away first.
    unavailable == 0 && amount("spec/strategy/rollingUpdate/maxSurge").rounded_up(replicas) > 0
}

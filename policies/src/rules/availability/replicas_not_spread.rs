//! Workloads whose replicas may all run in one place.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::spread::{Miss, anti_affinity, constraint_misses, present_name};
use super::{known_replicas, pods};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Object, Pod};
use crate::rule::{Family, Meta, Profile, Rule};

/// The replicas of a workload must be kept apart.
///
/// The scheduler may put all of them on one node, or in one zone, and the workload fails with it. For each topology key
/// there must be a podAntiAffinity term or a topologySpreadConstraint whose selector matches the pod's own labels and
/// whose namespaces include its own; a preferred term and `ScheduleAnyway` count too. Workloads of fewer than two
/// replicas pass; the number that counts is the least the autoscaler allows.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ReplicasNotSpread {
    /// The topology keys to spread over; a list in place of a key means that one of them will do.
    cover: Vec<Cover>,
    /// What counts as spreading.
    accept: Vec<Means>,
}

/// A topology key, or several of which one will do.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Cover {
    /// This key.
    One(String),
    /// One of these keys.
    AnyOf(Vec<String>),
}

/// What keeps pods apart.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Means {
    /// `affinity.podAntiAffinity`.
    AntiAffinity,
    /// `topologySpreadConstraints`.
    TopologySpread,
}

impl Default for ReplicasNotSpread {
    fn default() -> Self {
        Self {
            cover: vec![Cover::One("kubernetes.io/hostname".to_owned())],
            accept: vec![Means::AntiAffinity, Means::TopologySpread],
        }
    }
}

impl Rule for ReplicasNotSpread {
    const META: Meta = Meta {
        name: "replicas-not-spread",
        family: Family::Availability,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::SCALABLE,
        remediation: "add a topologySpreadConstraint for the key that selects the pod's own labels",
        fix: None,
        origin: "kube-linter no-anti-affinity, kube-score deployment-has-host-podantiaffinity, Polaris \
                 topologySpreadConstraint, Kyverno; \
                 https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
    };

    fn in_profile(profile: Profile) -> Self {
        let mut rule = Self::default();
        if profile >= Profile::Platform {
            rule.cover.push(Cover::One("topology.kubernetes.io/zone".to_owned()));
        }
        rule
    }

    fn check(&self, workload: &Object, inventory: &Inventory, report: &mut Report) {
        let Some(pod) = workload.pod().filter(|_| !workload.is_owned()) else { return };
        let Some((fewest, _)) = known_replicas(workload, inventory).filter(|(fewest, _)| fewest.count >= 2) else {
            return;
        };
        for cover in &self.cover {
            let Some(miss) = self.misses(cover, &pod, inventory) else { continue };
            let what = format!("its {} over {}", pods(fewest.count), cover.names());
            let (field, message) = match miss {
                Some(miss) => (miss.field, format!("{}, so nothing spreads {what}", miss.reason)),
                None if self.accept.contains(&Means::TopologySpread) => {
                    (pod.at("topologySpreadConstraints"), format!("nothing spreads {what}"))
                }
                None => (pod.at("affinity/podAntiAffinity"), format!("nothing spreads {what}")),
            };
            report.at(&field, message).because(&fewest.field, "the fewest replicas it has");
        }
    }
}

impl ReplicasNotSpread {
    /// `None` if the keys are covered; else what comes nearest to it.
    fn misses<'a>(&self, cover: &Cover, pod: &Pod<'a>, inventory: &Inventory) -> Option<Option<Miss<'a>>> {
        let is_about = |key: Option<&str>| key.is_some_and(|key| cover.holds(present_name(key)));
        let terms = anti_affinity(pod).filter(|term| is_about(term.field.at("topologyKey").as_str()));
        let constraints = pod.at("topologySpreadConstraints").items();
        let constraints = constraints.filter(|constraint| is_about(constraint.at("topologyKey").as_str()));
        let of_terms =
            terms.map(|term| term.misses(pod, inventory)).filter(|_| self.accept.contains(&Means::AntiAffinity));
        let of_constraints = constraints
            .map(|constraint| constraint_misses(constraint, pod))
            .filter(|_| self.accept.contains(&Means::TopologySpread));
        let mut nearest = None;
        for miss in of_terms.chain(of_constraints) {
            // What misses nothing covers the key.
            nearest = nearest.or(Some(miss?));
        }
        Some(nearest)
    }
}

impl Cover {
    fn holds(&self, key: &str) -> bool {
        match self {
            Self::One(one) => present_name(one) == key,
            Self::AnyOf(keys) => keys.iter().any(|one| present_name(one) == key),
        }
    }

    fn names(&self) -> String {
        match self {
            Self::One(key) => format!("`{key}`"),
            Self::AnyOf(keys) => keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" or "),
        }
    }
}

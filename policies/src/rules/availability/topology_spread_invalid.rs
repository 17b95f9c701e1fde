//! Topology spread constraints that cannot work.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::spread::constraint_misses;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};

/// A topology spread constraint must be one that the API accepts and that counts the pod's own kind.
///
/// `topologyKey`, `maxSkew` (at least 1) and `whenUnsatisfiable` (`DoNotSchedule` or `ScheduleAnyway`) are mandatory,
/// `minDomains` (at least 1) goes with `DoNotSchedule` only, and no two constraints may have the same `topologyKey` and
/// `whenUnsatisfiable`: otherwise the API refuses the pod, or creates none for a StatefulSet. A selector that is absent,
/// empty, or does not match the pod's own labels counts nothing: the pods are then not spread at all, or not scheduled.
/// Labels that only controllers set, and those of `matchLabelKeys`, are taken to match.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct TopologySpreadInvalid {}

impl Rule for TopologySpreadInvalid {
    const META: Meta = Meta {
        name: "topology-spread-invalid",
        family: Family::Availability,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "set `maxSkew: 1`, a `topologyKey`, `whenUnsatisfiable` and a selector that matches the pod's own labels",
        fix: None,
        origin: "kube-score pod-topology-spread-constraints; \
                 https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            let constraints = pod.at("topologySpreadConstraints").items();
            for (index, constraint) in constraints.clone().enumerate() {
                check_bounds(constraint, report);
                if let Some(miss) = constraint_misses(constraint, &pod) {
                    report.at(&miss.field, miss.reason);
                }
                let first = constraints.clone().take(index).find(|other| is_repeated(*other, constraint));
                if let Some(first) = first {
                    let key = constraint.at("topologyKey");
                    let message = format!(
                        "a second constraint for `{}` with {}",
                        key.as_str().unwrap_or_default(),
                        constraint.at("whenUnsatisfiable").as_str().unwrap_or_default()
                    );
                    report.at(&key, message).because(&first.at("topologyKey"), "the first one");
                }
            }
        }
    }
}

fn check_bounds(constraint: Field<'_>, report: &mut Report) {
    let (key, skew) = (constraint.at("topologyKey"), constraint.at("maxSkew"));
    if key.is_absent() || key.as_str() == Some("") {
        report.at(&key, "the constraint has no `topologyKey`");
    }
    match skew.as_int() {
        Some(count) if count < 1 => {
            report.at(&skew, format!("`maxSkew` is {count}, less than 1"));
        }
        None if skew.is_absent() => {
            report.at(&skew, "the constraint has no `maxSkew`");
        }
        _ => {}
    }
    let action = constraint.at("whenUnsatisfiable");
    match action.as_str() {
        Some("DoNotSchedule" | "ScheduleAnyway") => {}
        Some(other) => {
            report.at(&action, format!("`whenUnsatisfiable` is {other}, neither DoNotSchedule nor ScheduleAnyway"));
        }
        None if action.is_absent() => {
            report.at(&action, "the constraint has no `whenUnsatisfiable`");
        }
        None => {}
    }
    let domains = constraint.at("minDomains");
    let Some(count) = domains.as_int() else { return };
    if count < 1 {
        report.at(&domains, format!("`minDomains` is {count}, less than 1"));
    } else if action.as_str() == Some("ScheduleAnyway") {
        report
            .at(&domains, format!("`minDomains` is {count}, which ScheduleAnyway excludes"))
            .because(&action, "the constraint is a wish");
    }
}

fn is_repeated(one: Field<'_>, other: Field<'_>) -> bool {
    let same = |key: &'static str| one.at(key).as_str().is_some() && one.at(key).as_str() == other.at(key).as_str();
    same("topologyKey") && same("whenUnsatisfiable")
}

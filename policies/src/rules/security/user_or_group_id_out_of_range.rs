//! Users and groups outside their ranges.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Owner, of_pod};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object, Pod};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// The users and groups that a pod runs as must lie in their ranges.
///
/// Group 0 is root's: its files on a volume or in an image are open to the process. Numbers of the image's or the
/// node's own users may mean somebody else there. For `runAsUser` and `runAsGroup` what the container says goes before
/// what its pod says; absent leaves them to the image.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct UserOrGroupIdOutOfRange {
    /// The ranges of `runAsUser`; none allow any number.
    run_as_user: Vec<IdRange>,
    /// The ranges of `runAsGroup`.
    run_as_group: Vec<IdRange>,
    /// The ranges of `fsGroup`.
    fs_group: Vec<IdRange>,
    /// The ranges of each entry of `supplementalGroups`.
    supplemental_groups: Vec<IdRange>,
    /// What becomes of a container without `runAsUser` or `runAsGroup`, where there are ranges for it.
    absent: AbsentId,
    /// The containers that are judged.
    containers: Containers,
}

impl Default for UserOrGroupIdOutOfRange {
    fn default() -> Self {
        let above_root = || vec![IdRange { min: Some(1), max: None }];
        Self {
            run_as_user: Vec::new(),
            run_as_group: above_root(),
            fs_group: above_root(),
            supplemental_groups: above_root(),
            absent: AbsentId::Pass,
            containers: Containers::default(),
        }
    }
}

impl Rule for UserOrGroupIdOutOfRange {
    const META: Meta = Meta {
        name: "user-or-group-id-out-of-range",
        family: Family::Security,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "use a number inside the range",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter run-as-non-root, kube-score container-security-context-user-group-id, Gatekeeper; \
                 https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        for pod in object.pods() {
            self.check_effective(pod, "runAsUser", &self.run_as_user, report);
            self.check_effective(pod, "runAsGroup", &self.run_as_group, report);
            let context = pod.security_context();
            check("fsGroup", Owner::Pod, context.at("fsGroup"), &self.fs_group, report);
            for group in context.at("supplementalGroups").items() {
                check("supplementalGroups", Owner::Pod, group, &self.supplemental_groups, report);
            }
        }
    }
}

/// Numbers from one to another, both included.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct IdRange {
    /// The lowest; absent means 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min: Option<i64>,
    /// The highest; absent means any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max: Option<i64>,
}

/// What becomes of a number that is not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum AbsentId {
    /// The image decides.
    Pass,
    /// It is reported.
    Fail,
}

impl UserOrGroupIdOutOfRange {
    fn check_effective<'a>(&self, pod: Pod<'a>, name: &'a str, ranges: &[IdRange], report: &mut Report) {
        let shared = pod.security_context().at(name);
        let mut is_inherited = false;
        for (container, context) in of_pod(pod, &self.containers) {
            let own = context.at(name);
            let owner = Owner::Container(container.name());
            if own.is_present() {
                check(name, owner, own, ranges, report);
            } else if shared.is_present() {
                is_inherited = true;
            } else if self.absent == AbsentId::Fail && !ranges.is_empty() && own.is_unset() && shared.is_unset() {
                report.at(&own, format!("{owner} has no `{name}`, and neither has the pod"));
            }
        }
        // The containers of some custom resources have no context of their own.
        if is_inherited || !pod.containers().any(|container| container.security_context().is_some()) {
            check(name, Owner::Pod, shared, ranges, report);
        }
    }
}

fn check(name: &str, owner: Owner<'_>, field: Field<'_>, ranges: &[IdRange], report: &mut Report) {
    let Some(number) = field.as_int() else { return };
    let (min, max) = (|range: &IdRange| range.min.unwrap_or(0), |range: &IdRange| range.max.unwrap_or(i64::MAX));
    if ranges.is_empty() || ranges.iter().any(|range| (min(range)..=max(range)).contains(&number)) {
        return;
    }
    let finding = report.at(&field, format!("{owner} has {number} as `{name}`"));
    let nearest = ranges.iter().map(|range| number.clamp(min(range), max(range).max(min(range))));
    if let Some(nearest) = nearest.min_by_key(|candidate| candidate.abs_diff(number)) {
        finding.fix(Safety::Unsafe, &field, nearest);
    }
}

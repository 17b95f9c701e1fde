//! The list of rules: the one place that knows them all, sorted by name, checked when it is compiled.

mod autoscaling;
mod availability;
mod capacity;
mod gitops;
mod identity;
mod images;
mod parameters;
mod platform;
mod resources;
#[cfg(test)]
mod testing;

use crate::policy::suggest;
use crate::rule::Definition;

/// A rule with its fixtures as examples.
macro_rules! rule {
    ($rule:ty, $name:literal) => {
        Definition::of::<$rule>(
            include_str!(concat!("../../fixtures/", $name, "/fail.yaml")),
            include_str!(concat!("../../fixtures/", $name, "/pass.yaml")),
        )
    };
}

static RULES: &[Definition] = &[
    rule!(gitops::AnnotationMissing, "annotation-missing"),
    rule!(gitops::AnnotationNotAllowed, "annotation-not-allowed"),
    rule!(availability::AntiAffinityUnsatisfiable, "anti-affinity-unsatisfiable"),
    rule!(gitops::ArgocdApplicationInvalid, "argocd-application-invalid"),
    rule!(gitops::ArgocdDefaultProject, "argocd-default-project"),
    rule!(gitops::ArgocdProjectTooBroad, "argocd-project-too-broad"),
    rule!(autoscaling::AutoscalerAndStaticReplicas, "autoscaler-and-static-replicas"),
    rule!(autoscaling::AutoscalerBoundsInvalid, "autoscaler-bounds-invalid"),
    rule!(autoscaling::AutoscalerMinimumLow, "autoscaler-minimum-low"),
    rule!(autoscaling::AutoscalerMissing, "autoscaler-missing"),
    rule!(autoscaling::AutoscalerTargetMissing, "autoscaler-target-missing"),
    rule!(autoscaling::AutoscalerTargetShared, "autoscaler-target-shared"),
    rule!(autoscaling::AutoscalerWithoutHeadroom, "autoscaler-without-headroom"),
    rule!(platform::AwsRegionMismatch, "aws-region-mismatch"),
    rule!(resources::BestEffortPod, "best-effort-pod"),
    rule!(resources::CpuLimitMissing, "cpu-limit-missing"),
    rule!(resources::CpuLimitSet, "cpu-limit-set"),
    rule!(resources::CpuRequestMissing, "cpu-request-missing"),
    rule!(availability::CronjobDeadlineMissing, "cronjob-deadline-missing"),
    rule!(capacity::CronjobJobTtlSet, "cronjob-job-ttl-set"),
    rule!(gitops::DefaultNamespace, "default-namespace"),
    rule!(identity::DefaultServiceAccount, "default-service-account"),
    rule!(resources::EmptyDirUnbounded, "empty-dir-unbounded"),
    rule!(platform::EnvVarGroupIncomplete, "env-var-group-incomplete"),
    rule!(resources::EphemeralStorageUnbounded, "ephemeral-storage-unbounded"),
    rule!(images::FloatingImageTag, "floating-image-tag"),
    rule!(platform::GoEnvironmentMalformed, "go-environment-malformed"),
    rule!(platform::GoMaxProcsOutOfRange, "go-max-procs-out-of-range"),
    rule!(platform::GoMemoryLimitAboveTrigger, "go-memory-limit-above-trigger"),
    rule!(platform::GoMemoryLimitMissing, "go-memory-limit-missing"),
    rule!(platform::GoMemoryLimitOutOfRange, "go-memory-limit-out-of-range"),
    rule!(platform::HpaMetricWithoutRequest, "hpa-metric-without-request"),
    rule!(platform::HpaTargetOutOfRange, "hpa-target-out-of-range"),
    rule!(images::ImageDigestMissing, "image-digest-missing"),
    rule!(images::ImageNotAllowed, "image-not-allowed"),
    rule!(images::ImagePullPolicyNotAlways, "image-pull-policy-not-always"),
    rule!(platform::IrsaMissing, "irsa-missing"),
    rule!(platform::IrsaRoleInvalid, "irsa-role-invalid"),
    rule!(platform::IrsaRoleMismatch, "irsa-role-mismatch"),
    rule!(platform::IrsaRoleShared, "irsa-role-shared"),
    rule!(platform::IrsaTokenInvalid, "irsa-token-invalid"),
    rule!(capacity::JobTtlMissing, "job-ttl-missing"),
    rule!(platform::JvmHeapOutOfRange, "jvm-heap-out-of-range"),
    rule!(platform::JvmMemoryExceeded, "jvm-memory-exceeded"),
    rule!(gitops::LabelInvalid, "label-invalid"),
    rule!(gitops::LabelMissing, "label-missing"),
    rule!(identity::LegacyServiceAccountToken, "legacy-service-account-token"),
    rule!(capacity::LimitRequestRatioHigh, "limit-request-ratio-high"),
    rule!(availability::LivenessProbeMissing, "liveness-probe-missing"),
    rule!(resources::MemoryLimitMissing, "memory-limit-missing"),
    rule!(resources::MemoryRequestMissing, "memory-request-missing"),
    rule!(availability::NonRollingUpdate, "non-rolling-update"),
    rule!(availability::PdbBlocksDrain, "pdb-blocks-drain"),
    rule!(availability::PdbMissing, "pdb-missing"),
    rule!(availability::PdbPolicyAmbiguous, "pdb-policy-ambiguous"),
    rule!(availability::PdbSelectionShared, "pdb-selection-shared"),
    rule!(availability::PdbSelectorTooBroad, "pdb-selector-too-broad"),
    rule!(availability::PdbSelectsNothing, "pdb-selects-nothing"),
    rule!(availability::PdbUnhealthyPolicyUnset, "pdb-unhealthy-policy-unset"),
    rule!(availability::PdbWithoutPolicy, "pdb-without-policy"),
    rule!(availability::PriorityClassMissing, "priority-class-missing"),
    rule!(availability::PriorityClassNotAllowed, "priority-class-not-allowed"),
    rule!(availability::ProbesIdentical, "probes-identical"),
    rule!(identity::RbacAnonymous, "rbac-anonymous"),
    rule!(identity::RbacClusterAdmin, "rbac-cluster-admin"),
    rule!(identity::RbacEscalation, "rbac-escalation"),
    rule!(identity::RbacPodExec, "rbac-pod-exec"),
    rule!(identity::RbacSecretAccess, "rbac-secret-access"),
    rule!(identity::RbacWildcard, "rbac-wildcard"),
    rule!(availability::ReadinessProbeMissing, "readiness-probe-missing"),
    rule!(platform::RedisConnectionsExceeded, "redis-connections-exceeded"),
    rule!(platform::RedisPoolInvalid, "redis-pool-invalid"),
    rule!(availability::ReplicasNotSpread, "replicas-not-spread"),
    rule!(availability::ReplicasOutOfRange, "replicas-out-of-range"),
    rule!(resources::RequestLimitUnequal, "request-limit-unequal"),
    rule!(capacity::ResourceOutOfRange, "resource-out-of-range"),
    rule!(resources::ResourceQuantityInvalid, "resource-quantity-invalid"),
    rule!(availability::RestartPolicyInvalid, "restart-policy-invalid"),
    rule!(availability::RollingUpdateOutOfRange, "rolling-update-out-of-range"),
    rule!(platform::ScaleDownAbrupt, "scale-down-abrupt"),
    rule!(platform::ScaledObjectInvalid, "scaled-object-invalid"),
    rule!(platform::SecretCommitted, "secret-committed"),
    rule!(identity::SecretInPlainText, "secret-in-plain-text"),
    rule!(identity::SecretObjectUsed, "secret-object-used"),
    rule!(identity::SecretThroughEnv, "secret-through-env"),
    rule!(identity::ServiceAccountTokenMounted, "service-account-token-mounted"),
    rule!(platform::StaticAwsCredentials, "static-aws-credentials"),
    rule!(availability::TopologySpreadInvalid, "topology-spread-invalid"),
    rule!(availability::UnownedObject, "unowned-object"),
];

const _: () = assert!(is_sorted(RULES), "rules must be sorted by name, each name once");

const fn is_sorted(rules: &[Definition]) -> bool {
    let mut at = 1;
    while at < rules.len() {
        if !is_before(rules[at - 1].meta.name.as_bytes(), rules[at].meta.name.as_bytes()) {
            return false;
        }
        at += 1;
    }
    true
}

const fn is_before(left: &[u8], right: &[u8]) -> bool {
    let mut at = 0;
    while at < left.len() && at < right.len() {
        if left[at] != right[at] {
            return left[at] < right[at];
        }
        at += 1;
    }
    left.len() < right.len()
}

/// Every rule, sorted by name.
pub fn all() -> &'static [Definition] {
    RULES
}

/// A rule by name.
pub fn find(name: &str) -> Option<&'static Definition> {
    RULES.binary_search_by_key(&name, |rule| rule.meta.name).ok().map(|at| &RULES[at])
}

/// `; did you mean …?` where a rule has a similar name.
pub fn suggestion(name: &str) -> String {
    suggest(name, RULES.iter().map(|rule| rule.meta.name))
}

/// Whether a text stands for a value that something else fills in: `<…>`, `${…}`, `$(…)`.
fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let brackets = [("<", ">"), ("${", "}"), ("$(", ")")];
    brackets.iter().any(|(open, close)| {
        let inner = text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
        inner.is_some_and(|inner| !inner.contains(*close))
    })
}

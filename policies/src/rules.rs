//! The list of rules: the one place that knows them all, sorted by name, checked when it is compiled.

mod autoscaling;
mod availability;
mod capacity;
mod gitops;
mod identity;
mod images;
mod networking;
mod parameters;
mod platform;
mod references;
mod resources;
mod runtime;
mod security;
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
    rule!(security::ApparmorDisabled, "apparmor-disabled"),
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
    rule!(security::CapabilitiesNotDropped, "capabilities-not-dropped"),
    rule!(security::CapabilityAdded, "capability-added"),
    rule!(references::ConfigReferenceMissing, "config-reference-missing"),
    rule!(security::ContainerPortNotAllowed, "container-port-not-allowed"),
    rule!(resources::CpuLimitMissing, "cpu-limit-missing"),
    rule!(resources::CpuLimitSet, "cpu-limit-set"),
    rule!(resources::CpuRequestMissing, "cpu-request-missing"),
    rule!(availability::CronjobDeadlineMissing, "cronjob-deadline-missing"),
    rule!(capacity::CronjobJobTtlSet, "cronjob-job-ttl-set"),
    rule!(gitops::DefaultNamespace, "default-namespace"),
    rule!(identity::DefaultServiceAccount, "default-service-account"),
    rule!(runtime::DuplicateEnvVar, "duplicate-env-var"),
    rule!(resources::EmptyDirUnbounded, "empty-dir-unbounded"),
    rule!(platform::EnvVarGroupIncomplete, "env-var-group-incomplete"),
    rule!(runtime::EnvVarNotAllowed, "env-var-not-allowed"),
    rule!(security::EphemeralContainer, "ephemeral-container"),
    rule!(resources::EphemeralStorageUnbounded, "ephemeral-storage-unbounded"),
    rule!(images::FloatingImageTag, "floating-image-tag"),
    rule!(platform::GoEnvironmentMalformed, "go-environment-malformed"),
    rule!(platform::GoMaxProcsOutOfRange, "go-max-procs-out-of-range"),
    rule!(platform::GoMemoryLimitAboveTrigger, "go-memory-limit-above-trigger"),
    rule!(platform::GoMemoryLimitMissing, "go-memory-limit-missing"),
    rule!(platform::GoMemoryLimitOutOfRange, "go-memory-limit-out-of-range"),
    rule!(security::HardeningMissing, "hardening-missing"),
    rule!(references::HeadlessServiceMissing, "headless-service-missing"),
    rule!(security::HostIpc, "host-ipc"),
    rule!(security::HostNetwork, "host-network"),
    rule!(security::HostPathVolume, "host-path-volume"),
    rule!(security::HostPid, "host-pid"),
    rule!(security::HostPort, "host-port"),
    rule!(platform::HpaMetricWithoutRequest, "hpa-metric-without-request"),
    rule!(platform::HpaTargetOutOfRange, "hpa-target-out-of-range"),
    rule!(images::ImageDigestMissing, "image-digest-missing"),
    rule!(images::ImageNotAllowed, "image-not-allowed"),
    rule!(images::ImagePullPolicyNotAlways, "image-pull-policy-not-always"),
    rule!(references::IngressBackendMissing, "ingress-backend-missing"),
    rule!(networking::IngressClassNotAllowed, "ingress-class-not-allowed"),
    rule!(networking::IngressDefaultBackend, "ingress-default-backend"),
    rule!(networking::IngressHostTooBroad, "ingress-host-too-broad"),
    rule!(networking::IngressWithoutTls, "ingress-without-tls"),
    rule!(security::InteractiveTty, "interactive-tty"),
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
    rule!(networking::LoadBalancerWithoutTls, "load-balancer-without-tls"),
    rule!(resources::MemoryLimitMissing, "memory-limit-missing"),
    rule!(resources::MemoryRequestMissing, "memory-request-missing"),
    rule!(platform::NamespaceNotIsolated, "namespace-not-isolated"),
    rule!(platform::NamespaceUndeclared, "namespace-undeclared"),
    rule!(runtime::NdotsUnset, "ndots-unset"),
    rule!(networking::NetworkPolicyEmptySelector, "network-policy-empty-selector"),
    rule!(networking::NetworkPolicyMissing, "network-policy-missing"),
    rule!(references::NetworkPolicySelectsNothing, "network-policy-selects-nothing"),
    rule!(availability::NonRollingUpdate, "non-rolling-update"),
    rule!(availability::PdbBlocksDrain, "pdb-blocks-drain"),
    rule!(availability::PdbMissing, "pdb-missing"),
    rule!(availability::PdbPolicyAmbiguous, "pdb-policy-ambiguous"),
    rule!(availability::PdbSelectionShared, "pdb-selection-shared"),
    rule!(availability::PdbSelectorTooBroad, "pdb-selector-too-broad"),
    rule!(availability::PdbSelectsNothing, "pdb-selects-nothing"),
    rule!(availability::PdbUnhealthyPolicyUnset, "pdb-unhealthy-policy-unset"),
    rule!(availability::PdbWithoutPolicy, "pdb-without-policy"),
    rule!(security::PodSecurityLabelMissing, "pod-security-label-missing"),
    rule!(runtime::PortInvalid, "port-invalid"),
    rule!(runtime::PortNameMissing, "port-name-missing"),
    rule!(availability::PriorityClassMissing, "priority-class-missing"),
    rule!(availability::PriorityClassNotAllowed, "priority-class-not-allowed"),
    rule!(security::PrivilegeEscalationAllowed, "privilege-escalation-allowed"),
    rule!(security::PrivilegedContainer, "privileged-container"),
    rule!(security::ProbeOrHookHost, "probe-or-hook-host"),
    rule!(runtime::ProbePortUndeclared, "probe-port-undeclared"),
    rule!(availability::ProbesIdentical, "probes-identical"),
    rule!(security::ProcMount, "proc-mount"),
    rule!(identity::RbacAnonymous, "rbac-anonymous"),
    rule!(identity::RbacClusterAdmin, "rbac-cluster-admin"),
    rule!(identity::RbacEscalation, "rbac-escalation"),
    rule!(identity::RbacPodExec, "rbac-pod-exec"),
    rule!(identity::RbacSecretAccess, "rbac-secret-access"),
    rule!(identity::RbacWildcard, "rbac-wildcard"),
    rule!(availability::ReadinessProbeMissing, "readiness-probe-missing"),
    rule!(platform::RedisConnectionsExceeded, "redis-connections-exceeded"),
    rule!(platform::RedisPoolInvalid, "redis-pool-invalid"),
    rule!(platform::ReferenceGrantMissing, "reference-grant-missing"),
    rule!(availability::ReplicasNotSpread, "replicas-not-spread"),
    rule!(availability::ReplicasOutOfRange, "replicas-out-of-range"),
    rule!(resources::RequestLimitUnequal, "request-limit-unequal"),
    rule!(capacity::ResourceOutOfRange, "resource-out-of-range"),
    rule!(resources::ResourceQuantityInvalid, "resource-quantity-invalid"),
    rule!(availability::RestartPolicyInvalid, "restart-policy-invalid"),
    rule!(references::RoleMissing, "role-missing"),
    rule!(availability::RollingUpdateOutOfRange, "rolling-update-out-of-range"),
    rule!(security::RootFromUntrustedRegistry, "root-from-untrusted-registry"),
    rule!(platform::RouteBackendMissing, "route-backend-missing"),
    rule!(platform::RouteParentMissing, "route-parent-missing"),
    rule!(security::RunAsRootPossible, "run-as-root-possible"),
    rule!(security::RunAsUserZero, "run-as-user-zero"),
    rule!(security::RuntimeClassNotAllowed, "runtime-class-not-allowed"),
    rule!(platform::ScaleDownAbrupt, "scale-down-abrupt"),
    rule!(platform::ScaledObjectInvalid, "scaled-object-invalid"),
    rule!(security::SeccompMissing, "seccomp-missing"),
    rule!(security::SeccompUnconfined, "seccomp-unconfined"),
    rule!(platform::SecretCommitted, "secret-committed"),
    rule!(identity::SecretInPlainText, "secret-in-plain-text"),
    rule!(identity::SecretObjectUsed, "secret-object-used"),
    rule!(identity::SecretThroughEnv, "secret-through-env"),
    rule!(references::SelectorMismatch, "selector-mismatch"),
    rule!(security::SelinuxOptionNotAllowed, "selinux-option-not-allowed"),
    rule!(security::SensitiveHostPath, "sensitive-host-path"),
    rule!(references::ServiceAccountMissing, "service-account-missing"),
    rule!(identity::ServiceAccountTokenMounted, "service-account-token-mounted"),
    rule!(networking::ServiceExternalIp, "service-external-ip"),
    rule!(networking::ServiceExternalNameLocalhost, "service-external-name-localhost"),
    rule!(references::ServiceSelectorShared, "service-selector-shared"),
    rule!(references::ServiceSelectsNothing, "service-selects-nothing"),
    rule!(networking::ServiceTypeNotAllowed, "service-type-not-allowed"),
    rule!(platform::ShutdownNotGraceful, "shutdown-not-graceful"),
    rule!(platform::StaticAwsCredentials, "static-aws-credentials"),
    rule!(security::SysctlNotSafe, "sysctl-not-safe"),
    rule!(availability::TopologySpreadInvalid, "topology-spread-invalid"),
    rule!(availability::UnownedObject, "unowned-object"),
    rule!(security::UserIdShared, "user-id-shared"),
    rule!(security::UserOrGroupIdOutOfRange, "user-or-group-id-out-of-range"),
    rule!(security::VolumeTypeNotAllowed, "volume-type-not-allowed"),
    rule!(security::WindowsHostProcess, "windows-host-process"),
    rule!(security::WindowsUserNotAllowed, "windows-user-not-allowed"),
    rule!(security::WritableHostPath, "writable-host-path"),
    rule!(security::WritableRootFilesystem, "writable-root-filesystem"),
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

//! The list of rules: the one place that knows them all, sorted by name, checked when it is compiled.

mod availability;
mod networking;
mod platform;
mod references;
mod runtime;
mod security;

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
    rule!(security::ApparmorDisabled, "apparmor-disabled"),
    rule!(security::CapabilitiesNotDropped, "capabilities-not-dropped"),
    rule!(security::CapabilityAdded, "capability-added"),
    rule!(references::ConfigReferenceMissing, "config-reference-missing"),
    rule!(security::ContainerPortNotAllowed, "container-port-not-allowed"),
    rule!(runtime::DuplicateEnvVar, "duplicate-env-var"),
    rule!(runtime::EnvVarNotAllowed, "env-var-not-allowed"),
    rule!(security::EphemeralContainer, "ephemeral-container"),
    rule!(security::HardeningMissing, "hardening-missing"),
    rule!(references::HeadlessServiceMissing, "headless-service-missing"),
    rule!(security::HostIpc, "host-ipc"),
    rule!(security::HostNetwork, "host-network"),
    rule!(security::HostPathVolume, "host-path-volume"),
    rule!(security::HostPid, "host-pid"),
    rule!(security::HostPort, "host-port"),
    rule!(references::IngressBackendMissing, "ingress-backend-missing"),
    rule!(networking::IngressClassNotAllowed, "ingress-class-not-allowed"),
    rule!(networking::IngressDefaultBackend, "ingress-default-backend"),
    rule!(networking::IngressHostTooBroad, "ingress-host-too-broad"),
    rule!(networking::IngressWithoutTls, "ingress-without-tls"),
    rule!(security::InteractiveTty, "interactive-tty"),
    rule!(networking::LoadBalancerWithoutTls, "load-balancer-without-tls"),
    rule!(platform::NamespaceNotIsolated, "namespace-not-isolated"),
    rule!(platform::NamespaceUndeclared, "namespace-undeclared"),
    rule!(runtime::NdotsUnset, "ndots-unset"),
    rule!(networking::NetworkPolicyEmptySelector, "network-policy-empty-selector"),
    rule!(networking::NetworkPolicyMissing, "network-policy-missing"),
    rule!(references::NetworkPolicySelectsNothing, "network-policy-selects-nothing"),
    rule!(availability::PdbBlocksDrain, "pdb-blocks-drain"),
    rule!(security::PodSecurityLabelMissing, "pod-security-label-missing"),
    rule!(runtime::PortInvalid, "port-invalid"),
    rule!(runtime::PortNameMissing, "port-name-missing"),
    rule!(security::PrivilegeEscalationAllowed, "privilege-escalation-allowed"),
    rule!(security::PrivilegedContainer, "privileged-container"),
    rule!(security::ProbeOrHookHost, "probe-or-hook-host"),
    rule!(runtime::ProbePortUndeclared, "probe-port-undeclared"),
    rule!(security::ProcMount, "proc-mount"),
    rule!(platform::ReferenceGrantMissing, "reference-grant-missing"),
    rule!(references::RoleMissing, "role-missing"),
    rule!(security::RootFromUntrustedRegistry, "root-from-untrusted-registry"),
    rule!(platform::RouteBackendMissing, "route-backend-missing"),
    rule!(platform::RouteParentMissing, "route-parent-missing"),
    rule!(security::RunAsRootPossible, "run-as-root-possible"),
    rule!(security::RunAsUserZero, "run-as-user-zero"),
    rule!(security::RuntimeClassNotAllowed, "runtime-class-not-allowed"),
    rule!(security::SeccompMissing, "seccomp-missing"),
    rule!(security::SeccompUnconfined, "seccomp-unconfined"),
    rule!(references::SelectorMismatch, "selector-mismatch"),
    rule!(security::SelinuxOptionNotAllowed, "selinux-option-not-allowed"),
    rule!(security::SensitiveHostPath, "sensitive-host-path"),
    rule!(references::ServiceAccountMissing, "service-account-missing"),
    rule!(networking::ServiceExternalIp, "service-external-ip"),
    rule!(networking::ServiceExternalNameLocalhost, "service-external-name-localhost"),
    rule!(references::ServiceSelectorShared, "service-selector-shared"),
    rule!(references::ServiceSelectsNothing, "service-selects-nothing"),
    rule!(networking::ServiceTypeNotAllowed, "service-type-not-allowed"),
    rule!(platform::ShutdownNotGraceful, "shutdown-not-graceful"),
    rule!(security::SysctlNotSafe, "sysctl-not-safe"),
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

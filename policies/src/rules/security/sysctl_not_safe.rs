//! Kernel settings that reach beyond the pod.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::minor;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::pattern::Glob;
use crate::rule::{Family, Meta, Profile, Rule};

/// A pod may set only kernel parameters that are known to be safe.
///
/// The others are not bound to the pod: they change the node for everything that runs on it, or let the pod out of its
/// limits. Which are safe depends on the Kubernetes version. A value with `+` or `=` in it can smuggle a second setting
/// past the check (CVE-2022-0811).
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct SysctlNotSafe {
    /// Parameters that are allowed beyond the safe ones, as globs.
    allowed: Vec<Glob>,
    /// Beginnings of names that are reported even if they are safe or allowed.
    forbidden_prefixes: Vec<String>,
    /// Whether values with `+` or `=` are reported.
    values: bool,
}

impl Default for SysctlNotSafe {
    fn default() -> Self {
        Self { allowed: Vec::new(), forbidden_prefixes: Vec::new(), values: true }
    }
}

impl Rule for SysctlNotSafe {
    const META: Meta = Meta {
        name: "sysctl-not-safe",
        family: Family::Security,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "remove the parameter, or set it on the node",
        fix: None,
        origin: "kube-linter unsafe-sysctls, Gatekeeper, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/, \
                 https://nvd.nist.gov/vuln/detail/CVE-2022-0811",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for sysctl in object.pods().flat_map(|pod| pod.security_context().at("sysctls").items()) {
            let (field, value) = (sysctl.at("name"), sysctl.at("value"));
            let Some(name) = field.as_str() else { continue };
            let is_safe = SAFE.iter().any(|(safe, since)| *safe == name && *since <= minor(inventory));
            let is_forbidden = self.forbidden_prefixes.iter().any(|prefix| name.starts_with(prefix));
            if is_forbidden || !is_safe && !self.allowed.iter().any(|glob| glob.matches(name)) {
                report.at(&field, format!("the pod sets the kernel parameter `{name}`"));
            }
            if let Some(text) = value.as_str().filter(|text| self.values && text.contains(['+', '='])) {
                report.at(&value, format!("the pod sets the kernel parameter `{name}` to `{text}`"));
            }
        }
    }
}

/// The safe parameters, and the minor version since which they are.
const SAFE: [(&str, u16); 14] = [
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
    ("net.ipv4.tcp_notsent_lowat", 37),
];

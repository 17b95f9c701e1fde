//! What a pod may do to its node, and the Pod Security Standards.

mod apparmor_disabled;
mod capabilities_not_dropped;
mod capability_added;
mod container_port_not_allowed;
mod ephemeral_container;
mod hardening_missing;
mod host_ipc;
mod host_network;
mod host_path_volume;
mod host_pid;
mod host_port;
mod interactive_tty;
mod pod_security_label_missing;
mod privilege_escalation_allowed;
mod privileged_container;
mod probe_or_hook_host;
mod proc_mount;
mod root_from_untrusted_registry;
mod run_as_root_possible;
mod run_as_user_zero;
mod runtime_class_not_allowed;
mod seccomp_missing;
mod seccomp_unconfined;
mod selinux_option_not_allowed;
mod sensitive_host_path;
mod sysctl_not_safe;
mod user_id_shared;
mod user_or_group_id_out_of_range;
mod volume_type_not_allowed;
mod windows_host_process;
mod windows_user_not_allowed;
mod writable_host_path;
mod writable_root_filesystem;

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

pub(super) use apparmor_disabled::ApparmorDisabled;
pub(super) use capabilities_not_dropped::CapabilitiesNotDropped;
pub(super) use capability_added::CapabilityAdded;
pub(super) use container_port_not_allowed::ContainerPortNotAllowed;
pub(super) use ephemeral_container::EphemeralContainer;
pub(super) use hardening_missing::HardeningMissing;
pub(super) use host_ipc::HostIpc;
pub(super) use host_network::HostNetwork;
pub(super) use host_path_volume::HostPathVolume;
pub(super) use host_pid::HostPid;
pub(super) use host_port::HostPort;
pub(super) use interactive_tty::InteractiveTty;
pub(super) use pod_security_label_missing::PodSecurityLabelMissing;
pub(super) use privilege_escalation_allowed::PrivilegeEscalationAllowed;
pub(super) use privileged_container::PrivilegedContainer;
pub(super) use probe_or_hook_host::ProbeOrHookHost;
pub(super) use proc_mount::ProcMount;
pub(super) use root_from_untrusted_registry::RootFromUntrustedRegistry;
pub(super) use run_as_root_possible::RunAsRootPossible;
pub(super) use run_as_user_zero::RunAsUserZero;
pub(super) use runtime_class_not_allowed::RuntimeClassNotAllowed;
pub(super) use seccomp_missing::SeccompMissing;
pub(super) use seccomp_unconfined::SeccompUnconfined;
pub(super) use selinux_option_not_allowed::SelinuxOptionNotAllowed;
pub(super) use sensitive_host_path::SensitiveHostPath;
pub(super) use sysctl_not_safe::SysctlNotSafe;
pub(super) use user_id_shared::UserIdShared;
pub(super) use user_or_group_id_out_of_range::UserOrGroupIdOutOfRange;
pub(super) use volume_type_not_allowed::VolumeTypeNotAllowed;
pub(super) use windows_host_process::WindowsHostProcess;
pub(super) use windows_user_not_allowed::WindowsUserNotAllowed;
pub(super) use writable_host_path::WritableHostPath;
pub(super) use writable_root_filesystem::WritableRootFilesystem;

use crate::finding::{Finding, Safety};
use crate::inventory::Inventory;
use crate::object::{Container, Field, Object, Pod, Role};

/// Whose security context it is.
#[derive(Clone, Copy)]
enum Owner<'a> {
    Pod,
    Container(&'a str),
}

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pod => f.write_str("the pod"),
            Self::Container(name) => write!(f, "container `{name}`"),
        }
    }
}

/// The containers of an object, each with its pod and its own security context. Those of custom resources that have no field for one
/// are left to their operator.
fn contexts<'a>(object: &'a Object, roles: &[Role]) -> impl Iterator<Item = (Pod<'a>, Container<'a>, Field<'a>)> {
    object.pods().flat_map(|pod| of_pod(pod, roles).map(move |(container, context)| (pod, container, context)))
}

/// The containers of a pod with their own security context.
fn of_pod<'a>(pod: Pod<'a>, roles: &[Role]) -> impl Iterator<Item = (Container<'a>, Field<'a>)> {
    pod.containers_of(roles).filter_map(|container| Some((container, container.security_context()?)))
}

/// The security context of a pod, then those of its containers.
fn levels<'a>(pod: Pod<'a>, roles: &[Role]) -> impl Iterator<Item = (Owner<'a>, Field<'a>)> {
    let own = of_pod(pod, roles).map(|(container, context)| (Owner::Container(container.name()), context));
    std::iter::once((Owner::Pod, pod.security_context())).chain(own)
}

/// The minor version of Kubernetes that the manifests are for.
fn minor(inventory: &Inventory) -> u16 {
    inventory.cluster().kubernetes_version.minor
}

/// Whether a pod runs Windows and the Pod Security Standards exempt it: since 1.25, from what only Linux knows.
fn is_exempt_windows(pod: &Pod<'_>, inventory: &Inventory) -> bool {
    pod.is_windows() && minor(inventory) >= 25
}

/// Whether a pod has a user namespace of its own and the Pod Security Standards take that into account: since 1.35.
fn has_user_namespace(pod: &Pod<'_>, inventory: &Inventory) -> bool {
    minor(inventory) >= 35 && pod.at("hostUsers").as_bool() == Some(false)
}

/// A seccomp or AppArmor profile that is set, but to neither `RuntimeDefault` nor `Localhost`.
#[derive(Clone, Copy)]
struct WrongProfile<'a> {
    /// The field of its type.
    field: Field<'a>,
    /// A type that is right.
    right: &'static str,
}

impl<'a> WrongProfile<'a> {
    fn of(profile: Field<'a>) -> Option<Self> {
        let field = profile.at("type");
        let is_wrong = match field.as_str() {
            Some(name) => !matches!(name, "RuntimeDefault" | "Localhost"),
            None => profile.is_present() && field.is_unset(),
        };
        let right = if profile.at("localhostProfile").is_present() { "Localhost" } else { "RuntimeDefault" };
        is_wrong.then_some(Self { field, right })
    }

    /// What is wrong with it, for a profile of some mechanism.
    fn describe(&self, owner: Owner<'_>, mechanism: &str) -> String {
        match self.field.as_str() {
            Some(name) => format!("{owner} has the {mechanism} profile `{name}`"),
            None => format!("{owner} has a {mechanism} profile without `type`"),
        }
    }
}

/// The field that lets a container run as root: a `runAsUser` of 0, or a `runAsNonRoot` that is not true without any user.
/// What the container says goes before what its pod says.
fn root_by<'a>(pod: Pod<'a>, context: Field<'a>) -> Option<Field<'a>> {
    let effective = |name| {
        let own = context.at(name);
        if own.is_unset() { pod.security_context().at(name) } else { own }
    };
    let (user, non_root) = (effective("runAsUser"), effective("runAsNonRoot"));
    match (user.as_int(), non_root.as_bool()) {
        (Some(0), _) => Some(user),
        (None, Some(false)) if user.is_unset() => Some(non_root),
        (None, None) if user.is_unset() && non_root.is_unset() => Some(context.at("runAsNonRoot")),
        _ => None,
    }
}

/// Offers to take a capability back: by its entry, or by the whole list where nothing else is in it.
fn offer_removal(finding: &mut Finding, list: Field<'_>, entry: &Field<'_>, is_wrong: impl Fn(&str) -> bool) {
    let is_wrong = |entry: Field<'_>| entry.as_str().is_some_and(&is_wrong);
    if !list.items().all(is_wrong) {
        finding.fix_by_removal(Safety::Unsafe, entry);
    } else if list.items().next().is_some_and(|first| first.path() == entry.path()) {
        finding.fix_by_removal(Safety::Unsafe, &list);
    }
}

/// The volumes of a pod that are directories of its node: name, field of the path, path; empty where none is written.
fn host_paths(pod: Pod<'_>) -> impl Iterator<Item = (&str, Field<'_>, &str)> {
    pod.at("volumes").items().filter_map(|volume| {
        let (source, name) = (volume.at("hostPath"), volume.at("name").as_str().unwrap_or_default());
        let path = source.at("path");
        let text = path.as_str().or(path.is_unset().then_some(""))?;
        source.is_present().then_some((name, path, text))
    })
}

/// The steps of a path, as the kernel follows them.
fn steps(path: &str) -> SmallVec<[&str; 8]> {
    let mut steps = SmallVec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps
}

/// Ports from one number to another, both included: `8000-8010`, or a single number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "serde_json::Value")]
struct PortRange {
    first: u16,
    last: u16,
}

/// A value that is no range of ports.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("neither a port nor a range of ports like 8000-8010")]
struct NotAPortRange;

impl PortRange {
    fn contains(self, port: i64) -> bool {
        (i64::from(self.first)..=i64::from(self.last)).contains(&port)
    }
}

impl TryFrom<serde_json::Value> for PortRange {
    type Error = NotAPortRange;

    fn try_from(value: serde_json::Value) -> Result<Self, NotAPortRange> {
        let parse = |text: &str| text.trim().parse().map_err(|_| NotAPortRange);
        let (first, last) = match &value {
            serde_json::Value::String(text) => {
                let (first, last) = text.split_once('-').unwrap_or((text, text));
                (parse(first)?, parse(last)?)
            }
            serde_json::Value::Number(number) => {
                let number = number.as_u64().and_then(|number| number.try_into().ok()).ok_or(NotAPortRange)?;
                (number, number)
            }
            _ => return Err(NotAPortRange),
        };
        if first <= last { Ok(Self { first, last }) } else { Err(NotAPortRange) }
    }
}

impl From<PortRange> for String {
    fn from(range: PortRange) -> Self {
        format!("{}-{}", range.first, range.last)
    }
}

impl JsonSchema for PortRange {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PortRange".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A port, or a range of ports like 8000-8010.",
            "oneOf": [
                { "type": "integer", "minimum": 0, "maximum": 65535 },
                { "type": "string", "pattern": "^[0-9]+(-[0-9]+)?$" },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{PortRange, steps};

    #[test]
    fn paths_are_followed() {
        assert_eq!(steps("/var//run/./x/../docker.sock").as_slice(), ["var", "run", "docker.sock"]);
        assert!(steps("/../..").is_empty());
    }

    #[test]
    fn port_ranges_are_read() {
        let read = |value: serde_json::Value| PortRange::try_from(value).ok();
        assert_eq!(read("1-1023".into()), Some(PortRange { first: 1, last: 1023 }));
        assert_eq!(read(22.into()), Some(PortRange { first: 22, last: 22 }));
        assert_eq!(read("22".into()), Some(PortRange { first: 22, last: 22 }));
        for wrong in ["", "-", "5-1", "70000", "a-b"] {
            assert_eq!(read(wrong.into()), None, "{wrong}");
        }
    }
}

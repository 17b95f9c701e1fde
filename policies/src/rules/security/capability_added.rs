//! Capabilities beyond the ordinary.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{contexts, offer_removal};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// A container may add only capabilities that are on the list.
///
/// Most of the others lead out of the container: SYS_ADMIN mounts, NET_ADMIN rewrites routes, SYS_PTRACE reads the
/// memory of others. Names are compared as they are written: in upper case, without `CAP_`. An absent `add` adds
/// nothing.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct CapabilityAdded {
    /// The capabilities that may be added.
    allowed: Vec<String>,
    /// The containers that are judged.
    containers: Containers,
}

impl Default for CapabilityAdded {
    fn default() -> Self {
        let allowed = [
            "AUDIT_WRITE",
            "CHOWN",
            "DAC_OVERRIDE",
            "FOWNER",
            "FSETID",
            "KILL",
            "MKNOD",
            "NET_BIND_SERVICE",
            "SETFCAP",
            "SETGID",
            "SETPCAP",
            "SETUID",
            "SYS_CHROOT",
        ];
        Self { allowed: allowed.map(str::to_owned).to_vec(), containers: Containers::default() }
    }
}

impl Rule for CapabilityAdded {
    const META: Meta = Meta {
        name: "capability-added",
        family: Family::Security,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "remove the capability",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter, Polaris dangerousCapabilities, Gatekeeper, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for (_, container, context) in contexts(object, &self.containers) {
            let list = context.at("capabilities/add");
            let is_wrong = |name: &str| !self.allowed.iter().any(|allowed| allowed == name);
            for entry in list.items() {
                let Some(name) = entry.as_str().filter(|name| is_wrong(name)) else { continue };
                let message = format!("container `{}` adds the capability `{name}`", container.name());
                offer_removal(report.at(&entry, message), list, &entry, is_wrong);
            }
        }
    }
}

//! Containers that no mechanism confines.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contexts;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// Every container must be confined by at least one mechanism of Linux.
///
/// These are an AppArmor profile (field or annotation), a seccomp profile of its own or of its pod that is not
/// `Unconfined`, SELinux options, and capabilities that are dropped without adding `ALL`. With none of them a hole in
/// the application is an attack on the kernel.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct HardeningMissing {
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for HardeningMissing {
    const META: Meta = Meta {
        name: "hardening-missing",
        family: Family::Security,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "set a seccomp profile, or drop capabilities",
        fix: None,
        origin: "Polaris linuxHardening; https://kubernetes.io/docs/tutorials/security/seccomp/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        for (pod, container, context) in contexts(object, &self.containers) {
            let levels = [context, pod.security_context()];
            let confines = |profile: &str| !matches!(profile, "" | "Unconfined");
            let has = |pointer| levels.iter().any(|level| level.at(pointer).as_str().is_some_and(confines));
            let mut annotations = pod.annotations().entries();
            let is_annotated = annotations.any(|(key, value)| {
                key.strip_prefix("container.apparmor.security.beta.kubernetes.io/") == Some(container.name())
                    && value.as_str().is_some_and(|profile| !matches!(profile, "" | "unconfined"))
            });
            let mut added = context.at("capabilities/add").items();
            let drops = context.at("capabilities/drop").items().next().is_some()
                && !added.any(|capability| capability.as_str() == Some("ALL"));
            let has_labels = levels.iter().any(|level| !level.at("seLinuxOptions").is_empty());
            let is_hardened = has("appArmorProfile/type") || has("seccompProfile/type") || is_annotated;
            if context.at("capabilities/drop").is_blocked() {
                continue;
            }
            if !is_hardened && !has_labels && !drops {
                let name = container.name();
                let message =
                    format!("container `{name}` has no AppArmor, seccomp or SELinux options and drops nothing");
                report.at(&context, message);
            }
        }
    }
}

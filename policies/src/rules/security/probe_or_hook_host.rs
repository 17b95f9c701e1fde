//! Probes and hooks that call elsewhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::minor;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// A probe or a lifecycle hook must not name a `host`.
///
/// The kubelet makes the call, from the network of the node: with a `host` of their choice, whoever writes a pod makes
/// the node send requests to any address it can reach. Looked at are `httpGet` and `tcpSocket` of every probe,
/// `postStart` and `preStop`; absent and empty mean the pod itself. The Pod Security Standards ask for it from
/// Kubernetes 1.34; before, this reports nothing unless `everyVersion` is set, as it is in the profile `all`.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ProbeOrHookHost {
    /// Report for Kubernetes before 1.34, too.
    every_version: bool,
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for ProbeOrHookHost {
    const META: Meta = Meta {
        name: "probe-or-hook-host",
        family: Family::Security,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "remove `host`",
        fix: Some(Safety::Unsafe),
        origin: "Pod Security Standards; https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        if minor(inventory) < 34 && !self.every_version {
            return;
        }
        for container in object.pods().flat_map(|pod| pod.containers_of(&self.containers)) {
            for place in ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle/postStart", "lifecycle/preStop"]
            {
                for handler in ["httpGet/host", "tcpSocket/host"] {
                    let field = container.at(place).at(handler);
                    let Some(host) = field.as_str().filter(|host| !host.is_empty()) else { continue };
                    let what = place.trim_start_matches("lifecycle/");
                    let message = format!("{what} of container `{}` calls the host `{host}`", container.name());
                    report.at(&field, message).fix_by_removal(Safety::Unsafe, &field);
                }
            }
        }
    }

    fn in_profile(profile: Profile) -> Self {
        Self { every_version: profile == Profile::All, ..Self::default() }
    }
}

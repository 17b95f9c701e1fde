//! Pods in the shared memory of their node.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A pod must not use the shared memory of its node.
///
/// Its processes can read and write the shared memory of everything else that runs on the node. The field is `hostIPC`;
/// absent means false.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct HostIpc {}

impl Rule for HostIpc {
    const META: Meta = Meta {
        name: "host-ipc",
        family: Family::Security,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "remove `hostIPC`",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter host-ipc, Polaris hostIPCSet, Gatekeeper, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            let field = pod.at("hostIPC");
            if field.is_true() {
                report.at(&field, "the pod uses the shared memory of its node").fix(Safety::Unsafe, &field, false);
            }
        }
    }
}

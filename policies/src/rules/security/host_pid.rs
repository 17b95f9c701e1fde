//! Pods among the processes of their node.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A pod must not use the processes of its node.
///
/// Its processes see every process of the node, read their environment and open files, and may send them signals. The
/// field is `hostPID`; absent means false.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct HostPid {}

impl Rule for HostPid {
    const META: Meta = Meta {
        name: "host-pid",
        family: Family::Security,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "remove `hostPID`",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter host-pid, Polaris hostPIDSet, Gatekeeper, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            let field = pod.at("hostPID");
            if field.is_true() {
                report.at(&field, "the pod uses the processes of its node").fix(Safety::Unsafe, &field, false);
            }
        }
    }
}

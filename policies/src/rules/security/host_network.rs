//! Pods on the network of their node.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A pod must not use the network of its node.
///
/// Its processes see the traffic of the node, reach services that listen on its loopback address, and no NetworkPolicy
/// holds for them. The field is `hostNetwork`; absent means false.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct HostNetwork {}

impl Rule for HostNetwork {
    const META: Meta = Meta {
        name: "host-network",
        family: Family::Security,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "remove `hostNetwork`",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter host-network, Polaris hostNetworkSet, Gatekeeper, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            let field = pod.at("hostNetwork");
            if field.is_true() {
                report.at(&field, "the pod uses the network of its node").fix(Safety::Unsafe, &field, false);
            }
        }
    }
}

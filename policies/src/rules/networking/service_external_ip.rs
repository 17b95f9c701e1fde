//! Services that take addresses of others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A Service must not claim external addresses that are not on the list.
///
/// Whoever may create a Service can claim any address in `externalIPs`, and every node then sends the traffic for it to
/// the pods of that Service (CVE-2020-8554). Absent and empty pass.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ServiceExternalIp {
    /// The addresses that may be claimed.
    allowed: Vec<String>,
}

impl Rule for ServiceExternalIp {
    const META: Meta = Meta {
        name: "service-external-ip",
        family: Family::Networking,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::Service],
        remediation: "remove `externalIPs`",
        fix: None,
        origin: "Kyverno, Gatekeeper; \
                 https://kubernetes.io/docs/concepts/services-networking/service/#external-ips, \
                 https://github.com/kubernetes/kubernetes/issues/97076",
    };

    fn check(&self, service: &Object, _: &Inventory, report: &mut Report) {
        for address in service.at("spec/externalIPs").items() {
            let Some(text) = address.as_str() else { continue };
            if !self.allowed.iter().any(|allowed| same(allowed, text)) {
                report.at(&address, format!("the Service claims the external address `{text}`"));
            }
        }
    }
}

/// Addresses are compared as such: one of IPv6 has many spellings.
fn same(left: &str, right: &str) -> bool {
    match (left.parse::<IpAddr>(), right.parse::<IpAddr>()) {
        (Ok(left), Ok(right)) => left == right,
        _ => left == right,
    }
}

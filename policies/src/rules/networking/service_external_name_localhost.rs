//! Services that lead back to whoever calls them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A Service of type ExternalName must not point to the local host.
///
/// Its name then leads every caller to itself: an ingress controller or another proxy that follows it exposes its own
/// administration ports. Reported are `localhost`, names below it, and loopback addresses.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ServiceExternalNameLocalhost {}

impl Rule for ServiceExternalNameLocalhost {
    const META: Meta = Meta {
        name: "service-external-name-localhost",
        family: Family::Networking,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::Service],
        remediation: "name the host that is meant",
        fix: None,
        origin: "Kyverno; https://kubernetes.io/docs/concepts/services-networking/service/#externalname",
    };

    fn check(&self, service: &Object, _: &Inventory, report: &mut Report) {
        let field = service.at("spec/externalName");
        let Some(name) = field.as_str().filter(|_| service.at("spec/type").as_str() == Some("ExternalName")) else {
            return;
        };
        if is_local(name) {
            report.at(&field, format!("the Service leads to `{name}`, which is the caller itself"));
        }
    }
}

fn is_local(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_last_label = |start: usize| start == 0 || name.as_bytes().get(start - 1) == Some(&b'.');
    let is_localhost = name.len().checked_sub("localhost".len()).is_some_and(|start| {
        is_last_label(start) && name.get(start..).is_some_and(|label| label.eq_ignore_ascii_case("localhost"))
    });
    let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    is_localhost || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn the_local_host_has_many_names() {
        for name in ["localhost", "LocalHost.", "db.localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"] {
            assert!(is_local(name), "{name}");
        }
        for name in ["localhost.example.com", "mylocalhost", "128.0.0.1", "", "example.com"] {
            assert!(!is_local(name), "{name}");
        }
    }
}

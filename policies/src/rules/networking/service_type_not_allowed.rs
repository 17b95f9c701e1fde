//! Services that open a way in of their own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A Service must not be of a forbidden type.
///
/// NodePort opens a port on every node, LoadBalancer buys a load balancer; both go around the Gateway, its certificate
/// and its limits. An absent `type` means ClusterIP.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ServiceTypeNotAllowed {
    /// The types.
    forbidden: Vec<String>,
}

impl Default for ServiceTypeNotAllowed {
    fn default() -> Self {
        Self { forbidden: vec!["NodePort".to_owned(), "LoadBalancer".to_owned()] }
    }
}

impl Rule for ServiceTypeNotAllowed {
    const META: Meta = Meta {
        name: "service-type-not-allowed",
        family: Family::Networking,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::Service],
        remediation: "use `ClusterIP`, and attach a route to the Gateway",
        fix: None,
        origin: "kube-linter exposed-services, kube-score service-type, Gatekeeper; \
                 https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
    };

    fn check(&self, service: &Object, _: &Inventory, report: &mut Report) {
        let field = service.at("spec/type");
        let kind = field.as_str().unwrap_or("ClusterIP");
        if self.forbidden.iter().any(|forbidden| forbidden == kind) {
            report.at(&field, format!("the Service is of the type `{kind}`"));
        }
    }
}

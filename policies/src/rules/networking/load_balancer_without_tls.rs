//! Load balancers in clear text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A Service of type LoadBalancer must have a certificate.
///
/// Without one the load balancer passes on clear text from the internet. It finds its certificate by an annotation of
/// the Service; an absent or empty one gives it none.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct LoadBalancerWithoutTls {
    /// The annotations that name a certificate; one of them is enough.
    annotations: Vec<String>,
}

impl Default for LoadBalancerWithoutTls {
    fn default() -> Self {
        Self { annotations: vec!["service.beta.kubernetes.io/aws-load-balancer-ssl-cert".to_owned()] }
    }
}

impl Rule for LoadBalancerWithoutTls {
    const META: Meta = Meta {
        name: "load-balancer-without-tls",
        family: Family::Networking,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::Service],
        remediation: "set the annotation to the ARN of the certificate",
        fix: None,
        origin: "Kyverno; \
                 https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/annotations/",
    };

    fn check(&self, service: &Object, _: &Inventory, report: &mut Report) {
        let (field, annotations) = (service.at("spec/type"), service.at("metadata/annotations"));
        let is_given = |key: &String| annotations.get(key).as_str().is_some_and(|value| !value.is_empty());
        if field.as_str() == Some("LoadBalancer") && !self.annotations.iter().any(is_given) {
            report.at(&field, "the load balancer has no certificate");
        }
    }
}

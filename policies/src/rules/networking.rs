//! Services, Ingress, NetworkPolicy.

mod ingress_class_not_allowed;
mod ingress_default_backend;
mod ingress_host_too_broad;
mod ingress_without_tls;
mod load_balancer_without_tls;
mod network_policy_empty_selector;
mod network_policy_missing;
mod service_external_ip;
mod service_external_name_localhost;
mod service_type_not_allowed;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) use ingress_class_not_allowed::IngressClassNotAllowed;
pub(super) use ingress_default_backend::IngressDefaultBackend;
pub(super) use ingress_host_too_broad::IngressHostTooBroad;
pub(super) use ingress_without_tls::IngressWithoutTls;
pub(super) use load_balancer_without_tls::LoadBalancerWithoutTls;
pub(super) use network_policy_empty_selector::NetworkPolicyEmptySelector;
pub(super) use network_policy_missing::NetworkPolicyMissing;
pub(super) use service_external_ip::ServiceExternalIp;
pub(super) use service_external_name_localhost::ServiceExternalNameLocalhost;
pub(super) use service_type_not_allowed::ServiceTypeNotAllowed;

use crate::object::{Field, Object};

/// A direction of traffic, as a NetworkPolicy sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) enum Direction {
    /// What comes in.
    Ingress,
    /// What goes out.
    Egress,
}

impl Direction {
    /// Its name in `policyTypes`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }

    /// The rules that a policy has for it.
    pub(super) fn rules(self, policy: &Object) -> Field<'_> {
        policy.at(match self {
            Self::Ingress => "spec/ingress",
            Self::Egress => "spec/egress",
        })
    }

    /// Whether a policy is about it: by `policyTypes`, else always for Ingress, and for Egress if there are rules.
    pub(super) fn is_of(self, policy: &Object) -> bool {
        let types = policy.at("spec/policyTypes");
        if types.is_empty() {
            return self == Self::Ingress || !self.rules(policy).is_empty();
        }
        types.items().any(|name| name.as_str() == Some(self.name()))
    }
}

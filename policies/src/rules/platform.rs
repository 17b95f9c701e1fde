//! What this platform needs beyond all peers.

mod aws;
mod bounds;
mod go;
mod godebug;
mod jvm;
mod memory;
mod redis;
mod runtime;
mod stop;
mod triggers;

mod aws_region_mismatch;
mod env_var_group_incomplete;
mod go_environment_malformed;
mod go_max_procs_out_of_range;
mod go_memory_limit_above_trigger;
mod go_memory_limit_missing;
mod go_memory_limit_out_of_range;
mod hpa_metric_without_request;
mod hpa_target_out_of_range;
mod irsa_missing;
mod irsa_role_invalid;
mod irsa_role_mismatch;
mod irsa_role_shared;
mod irsa_token_invalid;
mod jvm_heap_out_of_range;
mod jvm_memory_exceeded;
mod namespace_not_isolated;
mod namespace_undeclared;
mod redis_connections_exceeded;
mod redis_pool_invalid;
mod reference_grant_missing;
mod route_backend_missing;
mod route_parent_missing;
mod scale_down_abrupt;
mod scaled_object_invalid;
mod secret_committed;
mod shutdown_not_graceful;
mod static_aws_credentials;

pub(super) use aws_region_mismatch::AwsRegionMismatch;
pub(super) use env_var_group_incomplete::EnvVarGroupIncomplete;
pub(super) use go_environment_malformed::GoEnvironmentMalformed;
pub(super) use go_max_procs_out_of_range::GoMaxProcsOutOfRange;
pub(super) use go_memory_limit_above_trigger::GoMemoryLimitAboveTrigger;
pub(super) use go_memory_limit_missing::GoMemoryLimitMissing;
pub(super) use go_memory_limit_out_of_range::GoMemoryLimitOutOfRange;
pub(super) use hpa_metric_without_request::HpaMetricWithoutRequest;
pub(super) use hpa_target_out_of_range::HpaTargetOutOfRange;
pub(super) use irsa_missing::IrsaMissing;
pub(super) use irsa_role_invalid::IrsaRoleInvalid;
pub(super) use irsa_role_mismatch::IrsaRoleMismatch;
pub(super) use irsa_role_shared::IrsaRoleShared;
pub(super) use irsa_token_invalid::IrsaTokenInvalid;
pub(super) use jvm_heap_out_of_range::JvmHeapOutOfRange;
pub(super) use jvm_memory_exceeded::JvmMemoryExceeded;
pub(super) use namespace_not_isolated::NamespaceNotIsolated;
pub(super) use namespace_undeclared::NamespaceUndeclared;
pub(super) use redis_connections_exceeded::RedisConnectionsExceeded;
pub(super) use redis_pool_invalid::RedisPoolInvalid;
pub(super) use reference_grant_missing::ReferenceGrantMissing;
pub(super) use route_backend_missing::RouteBackendMissing;
pub(super) use route_parent_missing::RouteParentMissing;
pub(super) use scale_down_abrupt::ScaleDownAbrupt;
pub(super) use scaled_object_invalid::ScaledObjectInvalid;
pub(super) use secret_committed::SecretCommitted;
pub(super) use shutdown_not_graceful::ShutdownNotGraceful;
pub(super) use static_aws_credentials::StaticAwsCredentials;

use crate::object::{Field, Object};

/// The group of the Gateway API.
const GROUP: &str = "gateway.networking.k8s.io";

/// What a reference of the Gateway API leads to, its defaults filled in.
struct Target<'a> {
    group: &'a str,
    kind: &'a str,
    name: Field<'a>,
    namespace: Field<'a>,
}

impl<'a> Target<'a> {
    /// A reference to an object of the core group, unless it says otherwise.
    fn new(reference: Field<'a>, kind: &'static str) -> Self {
        Self::with(reference, "", kind)
    }

    /// A reference to a Gateway, unless it says otherwise.
    fn parent(reference: Field<'a>) -> Self {
        Self::with(reference, GROUP, "Gateway")
    }

    fn with(reference: Field<'a>, group: &'static str, kind: &'static str) -> Self {
        Self {
            group: reference.at("group").as_str().unwrap_or(group),
            kind: reference.at("kind").as_str().unwrap_or(kind),
            name: reference.at("name"),
            namespace: reference.at("namespace"),
        }
    }

    /// Its namespace: absent, that of the object that refers to it.
    fn namespace(&self) -> &'a str {
        self.namespace.as_str().unwrap_or(self.name.object().namespace())
    }
}

/// The backends of a route: those of its rules, and those its filters mirror requests to.
fn backends(route: &Object) -> impl Iterator<Item = Field<'_>> {
    route.at("spec/rules").items().flat_map(|rule| {
        let backends = rule.at("backendRefs").items();
        let filters = backends.clone().flat_map(|backend| backend.at("filters").items());
        let mirrors = rule.at("filters").items().chain(filters).map(|filter| filter.at("requestMirror/backendRef"));
        backends.chain(mirrors.filter(Field::is_present))
    })
}

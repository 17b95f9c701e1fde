//! What this platform needs beyond all peers.

mod aws;
mod bounds;
mod go;
mod godebug;
mod jvm;
mod memory;
mod redis;
mod runtime;

mod aws_region_mismatch;
mod env_var_group_incomplete;
mod go_environment_malformed;
mod go_max_procs_out_of_range;
mod go_memory_limit_above_trigger;
mod go_memory_limit_missing;
mod go_memory_limit_out_of_range;
mod irsa_missing;
mod irsa_role_invalid;
mod irsa_role_mismatch;
mod irsa_role_shared;
mod irsa_token_invalid;
mod jvm_heap_out_of_range;
mod jvm_memory_exceeded;
mod redis_connections_exceeded;
mod redis_pool_invalid;
mod secret_committed;
mod static_aws_credentials;

pub(super) use aws_region_mismatch::AwsRegionMismatch;
pub(super) use env_var_group_incomplete::EnvVarGroupIncomplete;
pub(super) use go_environment_malformed::GoEnvironmentMalformed;
pub(super) use go_max_procs_out_of_range::GoMaxProcsOutOfRange;
pub(super) use go_memory_limit_above_trigger::GoMemoryLimitAboveTrigger;
pub(super) use go_memory_limit_missing::GoMemoryLimitMissing;
pub(super) use go_memory_limit_out_of_range::GoMemoryLimitOutOfRange;
pub(super) use irsa_missing::IrsaMissing;
pub(super) use irsa_role_invalid::IrsaRoleInvalid;
pub(super) use irsa_role_mismatch::IrsaRoleMismatch;
pub(super) use irsa_role_shared::IrsaRoleShared;
pub(super) use irsa_token_invalid::IrsaTokenInvalid;
pub(super) use jvm_heap_out_of_range::JvmHeapOutOfRange;
pub(super) use jvm_memory_exceeded::JvmMemoryExceeded;
pub(super) use redis_connections_exceeded::RedisConnectionsExceeded;
pub(super) use redis_pool_invalid::RedisPoolInvalid;
pub(super) use secret_committed::SecretCommitted;
pub(super) use static_aws_credentials::StaticAwsCredentials;

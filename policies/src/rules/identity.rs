//! Service accounts, secrets, RBAC.

mod rbac;
mod tokens;
mod words;

mod default_service_account;
mod legacy_service_account_token;
mod rbac_anonymous;
mod rbac_cluster_admin;
mod rbac_escalation;
mod rbac_pod_exec;
mod rbac_secret_access;
mod rbac_wildcard;
mod secret_in_plain_text;
mod secret_object_used;
mod secret_through_env;
mod service_account_token_mounted;

pub(super) use default_service_account::DefaultServiceAccount;
pub(super) use legacy_service_account_token::LegacyServiceAccountToken;
pub(super) use rbac_anonymous::RbacAnonymous;
pub(super) use rbac_cluster_admin::RbacClusterAdmin;
pub(super) use rbac_escalation::RbacEscalation;
pub(super) use rbac_pod_exec::RbacPodExec;
pub(super) use rbac_secret_access::RbacSecretAccess;
pub(super) use rbac_wildcard::RbacWildcard;
pub(super) use secret_in_plain_text::SecretInPlainText;
pub(super) use secret_object_used::SecretObjectUsed;
pub(super) use secret_through_env::SecretThroughEnv;
pub(super) use service_account_token_mounted::ServiceAccountTokenMounted;

//! Environment, ports and names inside a pod.

mod duplicate_env_var;
mod env_var_not_allowed;
mod ndots_unset;
mod port_invalid;
mod port_name_missing;
mod probe_port_undeclared;

pub(super) use duplicate_env_var::DuplicateEnvVar;
pub(super) use env_var_not_allowed::EnvVarNotAllowed;
pub(super) use ndots_unset::NdotsUnset;
pub(super) use port_invalid::PortInvalid;
pub(super) use port_name_missing::PortNameMissing;
pub(super) use probe_port_undeclared::ProbePortUndeclared;

use crate::object::{Container, Field, Object, Role};

/// The protocol of a container's or a Service's port: absent means TCP.
pub(super) fn protocol<'a>(port: &Field<'a>) -> &'a str {
    port.at("protocol").as_str().unwrap_or("TCP")
}

/// Whether the API server sets a `targetPort` to the port itself: where it is absent, empty or 0.
pub(super) fn is_defaulted(target: &Field<'_>) -> bool {
    target.is_absent() || target.as_int() == Some(0) || target.as_str() == Some("")
}

/// The containers of an object that declare their ports themselves, not through an operator.
pub(super) fn containers<'a>(object: &'a Object, roles: &[Role]) -> impl Iterator<Item = Container<'a>> {
    object.pods().flat_map(|pod| pod.containers_of(roles)).filter(|container| !container.is_block())
}

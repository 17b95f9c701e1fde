//! What the rules about missing probes share: whose probes count, and which.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::Kind;
use crate::object::{Container, Object};

/// The kinds whose pods run until they are stopped, and whose probes their author sets.
pub(super) const PROBED: &[Kind] = &[
    Kind::DaemonSet,
    Kind::Deployment,
    Kind::Other,
    Kind::Pod,
    Kind::PodTemplate,
    Kind::ReplicaSet,
    Kind::ReplicationController,
    Kind::Rollout,
    Kind::StatefulSet,
];

/// Which containers of a pod need a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Need {
    /// One of them is enough.
    Any,
    /// Each of them.
    Each,
}

/// A kind of probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Probe {
    /// `livenessProbe`: restarts the container.
    Liveness,
    /// `readinessProbe`: takes the pod out of its Services.
    Readiness,
    /// `startupProbe`: holds the others back.
    Startup,
}

impl Probe {
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Liveness => "livenessProbe",
            Self::Readiness => "readinessProbe",
            Self::Startup => "startupProbe",
        }
    }

    pub(super) fn is_on(self, container: &Container<'_>) -> bool {
        container.at(self.field()).is_present()
    }
}

/// Whether it is nobody's to probe: made by a controller, whose template is judged, or a test that Helm runs to its end.
pub(super) fn is_exempt(object: &Object) -> bool {
    let hooks = object.annotation("helm.sh/hook").unwrap_or_default();
    object.is_owned() || hooks.split(',').any(|hook| hook.trim().starts_with("test"))
}

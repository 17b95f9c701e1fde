//! Workloads that nothing scales.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A workload should have an autoscaler.
///
/// A fixed number of replicas is too few for the next peak, and paid for all night. Off by default: much that runs needs
/// one size only.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct AutoscalerMissing {
    /// The kinds of autoscalers that will do.
    kinds: Vec<ScaledBy>,
}

/// A kind of autoscaler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
enum ScaledBy {
    /// Of Kubernetes itself: the number of pods by their use of resources.
    HorizontalPodAutoscaler,
    /// Of KEDA: the number of pods by events.
    ScaledObject,
    /// The size of pods.
    VerticalPodAutoscaler,
}

impl ScaledBy {
    fn kind(self) -> Kind {
        match self {
            Self::HorizontalPodAutoscaler => Kind::HorizontalPodAutoscaler,
            Self::ScaledObject => Kind::ScaledObject,
            Self::VerticalPodAutoscaler => Kind::VerticalPodAutoscaler,
        }
    }
}

impl Default for AutoscalerMissing {
    fn default() -> Self {
        Self { kinds: vec![ScaledBy::HorizontalPodAutoscaler, ScaledBy::ScaledObject] }
    }
}

impl Rule for AutoscalerMissing {
    const META: Meta = Meta {
        name: "autoscaler-missing",
        family: Family::Autoscaling,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::SCALABLE,
        remediation: "add a HorizontalPodAutoscaler, or a ScaledObject for event-driven work",
        fix: None,
        origin: "Kyverno; https://kubernetes.io/docs/concepts/workloads/autoscaling/",
    };

    fn check(&self, workload: &Object, inventory: &Inventory, report: &mut Report) {
        let namespace = workload.namespace();
        let mut kinds = self.kinds.iter().map(|kind| kind.kind());
        let is_wanted = |autoscaler: &Object| self.kinds.iter().any(|kind| kind.kind() == autoscaler.kind());
        let is_scaled = || inventory.autoscalers_of(workload).any(is_wanted);
        if workload.is_owned() || is_scaled() {
            return;
        }
        if !kinds.all(|kind| inventory.holds_all(kind, namespace)) {
            return report.not_evaluated("an autoscaler that is not known may scale the workload");
        }
        let names = self.kinds.iter().map(|kind| kind.kind().name()).collect::<Vec<_>>().join(" or ");
        report.at(&workload.root(), format!("no {names} scales it"));
    }
}

//! HPA, VPA and KEDA objects and their targets.

mod autoscaler_and_static_replicas;
mod autoscaler_bounds_invalid;
mod autoscaler_minimum_low;
mod autoscaler_missing;
mod autoscaler_target_missing;
mod autoscaler_target_shared;
mod autoscaler_without_headroom;

pub(super) use autoscaler_and_static_replicas::AutoscalerAndStaticReplicas;
pub(super) use autoscaler_bounds_invalid::AutoscalerBoundsInvalid;
pub(super) use autoscaler_minimum_low::AutoscalerMinimumLow;
pub(super) use autoscaler_missing::AutoscalerMissing;
pub(super) use autoscaler_target_missing::AutoscalerTargetMissing;
pub(super) use autoscaler_target_shared::AutoscalerTargetShared;
pub(super) use autoscaler_without_headroom::AutoscalerWithoutHeadroom;

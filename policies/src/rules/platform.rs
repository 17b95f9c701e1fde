//! What this platform needs beyond all peers.

mod hpa_metric_without_request;
mod hpa_target_out_of_range;
mod scale_down_abrupt;
mod scaled_object_invalid;
mod triggers;

pub(super) use hpa_metric_without_request::HpaMetricWithoutRequest;
pub(super) use hpa_target_out_of_range::HpaTargetOutOfRange;
pub(super) use scale_down_abrupt::ScaleDownAbrupt;
pub(super) use scaled_object_invalid::ScaledObjectInvalid;

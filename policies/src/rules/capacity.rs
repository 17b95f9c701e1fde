//! Bounds and ratios: what is left behind, or taken without bound.

mod cronjob_job_ttl_set;
mod job_ttl_missing;
mod limit_request_ratio_high;
mod resource_out_of_range;

pub(super) use cronjob_job_ttl_set::CronjobJobTtlSet;
pub(super) use job_ttl_missing::JobTtlMissing;
pub(super) use limit_request_ratio_high::LimitRequestRatioHigh;
pub(super) use resource_out_of_range::ResourceOutOfRange;

//! ScaledObjects and ScaledJobs that KEDA cannot work with.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bounds::Bounds;
use super::triggers;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Stance;

/// A ScaledObject or ScaledJob must be one that KEDA can work with.
///
/// KEDA's own admission webhook may be absent or fail open; what is wrong then shows in a status that nobody reads, and
/// nothing is scaled. Reported are: `minReplicaCount` (absent is 0) above `maxReplicaCount` (absent is 100);
/// `idleReplicaCount` not below the minimum; `pollingInterval` (absent is 30) or `cooldownPeriod` (absent is 300) out of
/// range; no trigger; two triggers of one name; `useCachedMetrics` where it does not work; a trigger without what its type
/// needs; a minimum of 0 or a `fallback` with cpu and memory triggers only, which work neither at 0 pods nor without
/// metrics; a name that does not fit into a label.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ScaledObjectInvalid {
    /// The range of `pollingInterval`, in seconds.
    polling: Bounds,
    /// The range of `cooldownPeriod`, in seconds.
    cooldown: Bounds,
    /// What to do about annotations that pause the scaling.
    paused: Stance,
}

impl Default for ScaledObjectInvalid {
    fn default() -> Self {
        Self { polling: Bounds { min: 1, max: 300 }, cooldown: Bounds { min: 0, max: 3600 }, paused: Stance::Pass }
    }
}

impl Rule for ScaledObjectInvalid {
    const META: Meta = Meta {
        name: "scaled-object-invalid",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::ScaledJob, Kind::ScaledObject],
        remediation: "give KEDA what https://keda.sh/docs/2.18/reference/scaledobject-spec/ and the page of the trigger ask for",
        fix: None,
        origin: "KEDA's admission webhook; https://keda.sh/docs/2.18/concepts/admission-webhooks/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        self.check_pace(object, report);
        triggers::check(object, inventory, report);
        if object.kind() == Kind::ScaledObject {
            check_scaled_object(object, report);
        } else {
            check_bounds(object, report);
        }
        let name = object.at("metadata/name");
        let length = object.name().len();
        if length > LABEL {
            report.at(&name, format!("the name has {length} characters, more than the {LABEL} of a label"));
        }
    }
}

/// The most characters of a label's value, for KEDA labels what it makes with the name.
const LABEL: usize = 63;

impl ScaledObjectInvalid {
    fn check_pace(&self, object: &Object, report: &mut Report) {
        let is_object = object.kind() == Kind::ScaledObject;
        let polling = (object.at("spec/pollingInterval"), 30, &self.polling);
        let cooldown = (object.at("spec/cooldownPeriod"), 300, &self.cooldown);
        for (field, default, range) in [Some(polling), is_object.then_some(cooldown)].into_iter().flatten() {
            let seconds = if field.is_absent() { Some(default) } else { field.as_int() };
            let Some(seconds) = seconds.filter(|seconds| !range.contain(*seconds)) else { continue };
            let (bound, side) =
                if seconds < range.min { (range.min, "below the minimum") } else { (range.max, "above the maximum") };
            report.at(&field, format!("`{}` is {seconds} s, {side} of {bound} s", field.last_segment()));
        }
        if self.paused == Stance::Pass {
            return;
        }
        for (key, value) in object.at("metadata/annotations").entries() {
            if key.starts_with("autoscaling.keda.sh/paused") && value.as_str() != Some("false") {
                report.at(&value, format!("the scaling is paused by `{key}`"));
            }
        }
    }
}

fn check_bounds(object: &Object, report: &mut Report) {
    let (minimum, maximum) = (object.at("spec/minReplicaCount"), object.at("spec/maxReplicaCount"));
    let (least, most) = (minimum.as_int().unwrap_or(0), maximum.as_int().unwrap_or(100));
    if least > most {
        let message = format!("`minReplicaCount` is {least}, above `maxReplicaCount` with {most}");
        report.at(&minimum, message).because(&maximum, "the maximum");
    }
}

fn check_scaled_object(object: &Object, report: &mut Report) {
    check_bounds(object, report);
    let (minimum, idle) = (object.at("spec/minReplicaCount"), object.at("spec/idleReplicaCount"));
    let maximum = object.at("spec/maxReplicaCount");
    if let Some(most) = maximum.as_int().filter(|most| *most < 1) {
        report.at(&maximum, format!("`maxReplicaCount` is {most}, less than 1"));
    }
    let least = minimum.as_int().unwrap_or(0);
    // An explicit 0 counts as 1 here, as it does for the HorizontalPodAutoscaler that KEDA makes.
    let floor = if minimum.is_absent() { 0 } else { least.max(1) };
    if let Some(count) = idle.as_int().filter(|count| *count >= floor) {
        let message = format!("`idleReplicaCount` is {count}, not below `minReplicaCount` with {least}");
        report.at(&idle, message).because(&minimum, "the minimum");
    }
    let list = object.at("spec/triggers");
    if list.is_empty() || !list.items().all(triggers::is_of_resource) {
        return;
    }
    if least == 0 {
        report.at(&minimum, "`minReplicaCount` is 0, but cpu and memory triggers do not work without pods");
    }
    let fallback = object.at("spec/fallback");
    if fallback.is_present() && object.at("spec/advanced/scalingModifiers").is_empty() {
        report.at(&fallback, "`fallback` does not work with cpu and memory triggers");
    }
}

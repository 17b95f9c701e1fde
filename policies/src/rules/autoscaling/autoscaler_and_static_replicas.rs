//! Manifests that reset what an autoscaler decided.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};

/// A workload with an autoscaler must not set `spec.replicas`.
///
/// Each time the manifest is applied the number of replicas falls back to what it says, in the middle of a peak, until the
/// autoscaler notices. Objects of the API server always have a number; of those, what the author wrote is judged, as
/// `kubectl apply` recorded it. Objects that an Argo CD Application syncs by itself are left to `argocd-drift-unignored`,
/// which knows what the Application ignores.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct AutoscalerAndStaticReplicas {}

impl Rule for AutoscalerAndStaticReplicas {
    const META: Meta = Meta {
        name: "autoscaler-and-static-replicas",
        family: Family::Autoscaling,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: Kind::SCALABLE,
        remediation: "remove `spec.replicas` from the manifest",
        fix: Some(Safety::Unsafe),
        origin: "kube-score deployment-targeted-by-hpa-does-not-have-replicas-configured; \
                 https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling",
    };

    fn check(&self, workload: &Object, inventory: &Inventory, report: &mut Report) {
        let replicas = workload.at("spec/replicas");
        let Some(count) = replicas.as_int() else { return };
        let Some(scaler) = inventory.scaler_of(workload).filter(|_| !workload.is_owned()) else { return };
        match is_authored(workload) {
            Some(true) if !is_synced(workload, inventory) => {}
            Some(_) => return,
            None => return report.not_evaluated("nothing records whether the author set `spec.replicas`"),
        }
        let scaler = scaler.object();
        let message = format!("sets `replicas` to {count}, which {} decides", scaler.reference());
        report
            .at(&replicas, message)
            .because(&scaler.at("spec/scaleTargetRef"), "the autoscaler that decides it")
            .fix_by_removal(Safety::Unsafe, &replicas);
    }
}

/// Whether the author of an object set `spec.replicas`, which the API server fills in; `None` if nothing tells.
fn is_authored(workload: &Object) -> Option<bool> {
    if let Some(applied) = workload.annotation("kubectl.kubernetes.io/last-applied-configuration") {
        let applied: serde_json::Value = serde_json::from_str(applied).ok()?;
        return Some(applied.pointer("/spec/replicas").is_some_and(|replicas| !replicas.is_null()));
    }
    // Only the API server gives an object its uid.
    if workload.at("metadata/uid").is_absent() {
        return Some(true);
    }
    let managers = workload.at("metadata/managedFields").items();
    let mut applies = managers.filter(|manager| manager.at("operation").as_str() == Some("Apply")).peekable();
    applies.peek()?;
    Some(applies.any(|manager| manager.at("fieldsV1/f:spec/f:replicas").is_present()))
}

/// Whether an Argo CD Application applies an object whenever it changes.
fn is_synced(workload: &Object, inventory: &Inventory) -> bool {
    let tracking = workload.annotation("argocd.argoproj.io/tracking-id").and_then(|id| id.split(':').next());
    let place = workload.root().place();
    let folder = place.source.name().rsplit_once('/').map_or("", |(folder, _)| folder);
    inventory.all_of(Kind::Application).any(|application| {
        let automated = application.at("spec/syncPolicy/automated");
        let is_automatic = automated.is_present() && automated.at("enabled").as_bool() != Some(false);
        is_automatic && (tracking == Some(application.name()) || sources(application).any(|path| holds(path, folder)))
    })
}

/// The folders of a repository that an Application takes its manifests from.
fn sources(application: &Object) -> impl Iterator<Item = &str> {
    let all = application.at("spec/sources").items().chain([application.at("spec/source")]);
    all.filter_map(|source: Field<'_>| source.at("path").as_str())
}

/// Whether a folder of the input is the folder of a repository, or lies in it.
fn holds(path: &str, folder: &str) -> bool {
    let path = path.trim_matches('/');
    let mut rest = folder;
    while let Some(at) = rest.find(path).filter(|_| !path.is_empty()) {
        let (before, after) = (&rest[..at], &rest[at + path.len()..]);
        if (before.is_empty() || before.ends_with('/')) && (after.is_empty() || after.starts_with('/')) {
            return true;
        }
        rest = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn a_path_is_matched_by_whole_segments() {
        assert!(holds("manifests/gateway-api", "deploy/manifests/gateway-api"));
        assert!(holds("manifests/gateway-api/", "manifests/gateway-api/base"));
        assert!(!holds("manifests/gateway", "deploy/manifests/gateway-api"));
        assert!(!holds("", "deploy"));
    }
}

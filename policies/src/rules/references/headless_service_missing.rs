//! StatefulSets without the Service that gives their pods names.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Within, is_text, service};
use crate::finding::{Action, Report, Severity};
use crate::inventory::{Existence, Inventory};
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::selector::Selector;

/// The `serviceName` of a StatefulSet must name a headless Service that selects its pods.
///
/// It is this Service that gives each pod its stable name in DNS. The API never looks whether it exists: the pods start, and
/// what calls `db-0.db` fails. Headless means `clusterIP: None`; an absent `serviceName` names no Service.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct HeadlessServiceMissing {}

impl Rule for HeadlessServiceMissing {
    const META: Meta = Meta {
        name: "headless-service-missing",
        family: Family::References,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::StatefulSet],
        remediation: "declare a Service with `clusterIP: None` that selects the pods, and name it in `serviceName`",
        fix: None,
        origin: "kube-score statefulset-has-servicename; \
                 https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",
    };

    fn check(&self, set: &Object, inventory: &Inventory, report: &mut Report) {
        let field = set.at("spec/serviceName");
        let name = match field.as_str() {
            Some(name) if !name.is_empty() => name,
            None if !field.is_unset() => return,
            _ => {
                report.at(&field, "names no headless Service for the pods");
                return;
            }
        };
        let governing = match service(inventory, set.namespace(), name) {
            Existence::Found(service) => service,
            Existence::Unknown => return,
            Existence::Missing => {
                report.at(&field, format!("Service `{name}` does not exist{}", Within(set.namespace())));
                return;
            }
        };
        let (address, labels) = (governing.at("spec/clusterIP"), governing.at("spec/selector"));
        if address.as_str() != Some("None") {
            let finding = report.at(&field, format!("Service `{name}` is not headless"));
            finding.because(&address, "`clusterIP` is not `None` here");
            return;
        }
        let selector = Selector::map(labels);
        if is_text(labels) && set.pod().is_some_and(|pod| !selector.matches(pod.labels())) {
            let finding =
                report.at(&field, format!("Service `{name}` does not select the pods of {}", set.reference()));
            finding.because(&labels, "what it selects");
        }
    }
}

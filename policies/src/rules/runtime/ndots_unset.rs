//! Pods that ask DNS five questions for every name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Object, Pod};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::tree::Value;

/// A pod must lower the DNS option `ndots`.
///
/// Kubernetes sets `ndots:5`: every name with fewer than five dots, such as that of any AWS endpoint, is first looked up in
/// each search domain, for both address families. Under load this multiplies the queries that CoreDNS gets. The option is set in
/// `dnsConfig.options`; absent means 5. Passes where the cluster's DNS is not asked: `dnsPolicy: Default`, and `hostNetwork`
/// without `ClusterFirstWithHostNet`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct NdotsUnset {
    /// The highest number that is accepted.
    maximum: u32,
}

impl Default for NdotsUnset {
    fn default() -> Self {
        Self { maximum: 2 }
    }
}

impl Rule for NdotsUnset {
    const META: Meta = Meta {
        name: "ndots-unset",
        family: Family::Runtime,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "set the option `ndots` in `dnsConfig.options` to \"2\"",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter dnsconfig-options; \
                 https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-dns-config",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        // Custom resources leave the DNS of their pods to the operator.
        object.pods().filter(|pod| !pod.has_unknown_labels()).for_each(|pod| self.judge(&pod, report));
    }
}

impl NdotsUnset {
    fn judge(&self, pod: &Pod<'_>, report: &mut Report) {
        let policy = pod.at("dnsPolicy").as_str().unwrap_or("ClusterFirst");
        if policy == "Default" || policy == "ClusterFirst" && pod.at("hostNetwork").is_true() {
            return;
        }
        let options = pod.at("dnsConfig/options");
        // Nothing but the pod decides here, and resolvers take 1 of their own accord.
        if policy == "None" && options.named("ndots").is_none() {
            return;
        }
        if !options.is_unset() && options.value() != Value::Sequence {
            return;
        }
        let Some(option) = options.named("ndots") else {
            let finding = report.at(&options, "the DNS option `ndots` is not set, so it is 5");
            if options.is_unset() {
                let option = serde_json::json!([{ "name": "ndots", "value": self.maximum.to_string() }]);
                finding.fix(Safety::Unsafe, &options, option);
            }
            return;
        };
        let value = option.at("value");
        let message = match value.as_str() {
            Some(text) => match text.parse::<u32>() {
                Ok(number) if number <= self.maximum => return,
                Ok(number) => format!("the DNS option `ndots` is {number}, over {}", self.maximum),
                Err(_) => format!("the DNS option `ndots` is `{text}`, which is no number"),
            },
            None if value.is_unset() => "the DNS option `ndots` has no value".to_owned(),
            None => return,
        };
        report.at(&value, message).fix(Safety::Unsafe, &value, self.maximum.to_string());
    }
}

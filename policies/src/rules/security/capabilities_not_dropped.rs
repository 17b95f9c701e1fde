//! Containers that keep capabilities they do not need.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{contexts, is_exempt_windows, minor, offer_removal};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;
use crate::tree::Value;

/// Every container must drop all capabilities, and may add back only NET_BIND_SERVICE.
///
/// A container runtime grants more than a dozen capabilities by default; hardly any application needs one. A container
/// without `capabilities` drops nothing. Names are compared as they are written. Pods for Windows are exempt.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct CapabilitiesNotDropped {
    /// The capabilities that must be dropped. `ALL` in a container's list fulfils any of them.
    required: Vec<String>,
    /// The capabilities that may be added back where `ALL` is required. Otherwise none of `required` may be added.
    addable: Vec<String>,
    /// Take `all` for `ALL`.
    any_case: bool,
    /// The containers that are judged.
    containers: Containers,
}

impl Default for CapabilitiesNotDropped {
    fn default() -> Self {
        let (required, addable) = (vec![ALL.to_owned()], vec!["NET_BIND_SERVICE".to_owned()]);
        Self { required, addable, any_case: false, containers: Containers::default() }
    }
}

impl Rule for CapabilitiesNotDropped {
    const META: Meta = Meta {
        name: "capabilities-not-dropped",
        family: Family::Security,
        profile: Profile::Restricted,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "set `capabilities.drop: [ALL]`",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter drop-net-raw-capability, Polaris insecureCapabilities, Gatekeeper, Pod Security \
                 Standards; https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        if minor(inventory) < 22 {
            return;
        }
        for (pod, container, context) in contexts(object, &self.containers) {
            if !is_exempt_windows(&pod, inventory) {
                self.check_drop(container.name(), context.at("capabilities/drop"), report);
                self.check_add(container.name(), context.at("capabilities/add"), report);
            }
        }
    }
}

const ALL: &str = "ALL";

impl CapabilitiesNotDropped {
    fn is(&self, written: &str, meant: &str) -> bool {
        written == meant || self.any_case && written.eq_ignore_ascii_case(meant)
    }

    fn check_drop(&self, container: &str, list: Field<'_>, report: &mut Report) {
        if !list.is_unset() && list.value() != Value::Sequence {
            return;
        }
        let drops = |name: &str| list.items().filter_map(|entry| entry.as_str()).any(|entry| self.is(entry, name));
        for name in self.required.iter().filter(|name| !drops(name) && !drops(ALL)) {
            let finding = report.at(&list, format!("container `{container}` does not drop `{name}`"));
            let first = list.items().next();
            match (first, name.as_str()) {
                // Whatever stands there is part of ALL.
                (Some(first), ALL) => finding.fix(Safety::Unsafe, &first, ALL),
                (Some(_), _) => finding,
                (None, _) => finding.fix(Safety::Unsafe, &list, self.required.clone()),
            };
        }
    }

    fn check_add(&self, container: &str, list: Field<'_>, report: &mut Report) {
        let listed = |names: &[String], name: &str| names.iter().any(|other| self.is(name, other));
        let is_strict = listed(&self.required, ALL);
        let is_wrong = |name: &str| {
            if is_strict { !listed(&self.addable, name) } else { listed(&self.required, name) || self.is(name, ALL) }
        };
        for entry in list.items() {
            let Some(name) = entry.as_str().filter(|name| is_wrong(name)) else { continue };
            let finding = report.at(&entry, format!("container `{container}` adds the capability `{name}`"));
            offer_removal(finding, list, &entry, is_wrong);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CapabilitiesNotDropped, Containers};
    use crate::rules::testing::messages;

    fn is_reported(capabilities: &str, any_case: bool) -> bool {
        let required = vec!["NET_RAW".to_owned()];
        let rule =
            CapabilitiesNotDropped { required, any_case, addable: Vec::new(), containers: Containers::default() };
        let container = format!("{{name: app, securityContext: {{capabilities: {capabilities}}}}}");
        let pod = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: pod}}\nspec: {{containers: [{container}]}}\n");
        !messages(&rule, &pod).is_empty()
    }

    #[test]
    fn a_milder_demand_is_met_by_itself_or_all() {
        for capabilities in ["{drop: [NET_RAW]}", "{drop: [ALL]}", "{drop: [NET_RAW], add: [CHOWN]}"] {
            assert!(!is_reported(capabilities, false), "{capabilities}");
        }
        for capabilities in ["{}", "{drop: [MKNOD]}", "{drop: [net_raw]}", "{drop: [ALL], add: [NET_RAW]}"] {
            assert!(is_reported(capabilities, false), "{capabilities}");
        }
        assert!(!is_reported("{drop: [all]}", true));
        assert!(!is_reported("{drop: NET_RAW}", false), "of the wrong type");
    }
}

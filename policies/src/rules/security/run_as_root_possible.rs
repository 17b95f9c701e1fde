//! Containers that may run as root.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Owner, has_user_namespace, levels, of_pod, root_by};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Object, Pod};
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// Every container must be kept from running as root by `runAsNonRoot`.
///
/// Root inside is root on the node as soon as something breaks out, and it may write whatever a volume or a mount gives
/// it. What the container says goes before what its pod says; absent on both means that the image decides. In the mode
/// `strict`, that of the Pod Security Standards, a `runAsUser` does not stand in for `runAsNonRoot`, and a pod that
/// sets it to false is reported whatever its containers say. From Kubernetes 1.35 pods with `hostUsers: false` pass.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RunAsRootPossible {
    /// What counts.
    mode: RootMode,
    /// The containers that are judged.
    containers: Containers,
}

impl Rule for RunAsRootPossible {
    const META: Meta = Meta {
        name: "run-as-root-possible",
        family: Family::Security,
        profile: Profile::Restricted,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "set `runAsNonRoot: true` on the pod",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter run-as-non-root, Polaris runAsRootAllowed, Gatekeeper, Pod Security Standards; \
                 https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for pod in object.pods().filter(|pod| !has_user_namespace(pod, inventory)) {
            match self.mode {
                RootMode::Strict => self.check_strictly(pod, report),
                RootMode::Effective => self.check_effect(pod, report),
            }
        }
    }
}

/// What keeps a container from running as root.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum RootMode {
    /// `runAsNonRoot: true` alone.
    #[default]
    Strict,
    /// `runAsNonRoot: true`, or a `runAsUser` other than 0; `runAsNonRoot: true` beside a `runAsUser` of 0 is reported.
    Effective,
}

impl RunAsRootPossible {
    fn check_strictly(&self, pod: Pod<'_>, report: &mut Report) {
        let of_pod = pod.security_context().at("runAsNonRoot");
        for (owner, context) in levels(pod, &self.containers) {
            let field = context.at("runAsNonRoot");
            let message = match (owner, field.as_bool()) {
                (_, Some(true)) => continue,
                (_, Some(false)) => format!("{owner} sets `runAsNonRoot` to false"),
                (Owner::Container(_), None) if field.is_unset() && of_pod.is_unset() => {
                    format!("{owner} may run as root: neither it nor the pod sets `runAsNonRoot`")
                }
                _ => continue,
            };
            report.at(&field, message).fix(Safety::Unsafe, &field, true);
        }
    }

    fn check_effect(&self, pod: Pod<'_>, report: &mut Report) {
        for (container, context) in of_pod(pod, &self.containers) {
            let Some(field) = root_by(pod, context) else { continue };
            let name = container.name();
            let message = if field.as_int() == Some(0) {
                format!("container `{name}` runs as user 0")
            } else {
                format!("container `{name}` may run as root: nothing sets `runAsNonRoot` or `runAsUser`")
            };
            let finding = report.at(&field, message);
            if field.as_int() != Some(0) {
                finding.fix(Safety::Unsafe, &field, true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Containers, RootMode, RunAsRootPossible};
    use crate::rules::testing::messages;

    fn is_reported(pod: &str, container: &str) -> bool {
        let rule = RunAsRootPossible { mode: RootMode::Effective, containers: Containers::default() };
        let manifest = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: pod}}\nspec:\n  securityContext: {{{pod}}}\n  containers: [{{name: app, securityContext: {{{container}}}}}]\n"
        );
        !messages(&rule, &manifest).is_empty()
    }

    #[test]
    fn what_has_an_effect_counts() {
        for (pod, container) in [
            ("", ""),
            ("runAsNonRoot: false", ""),
            ("runAsUser: 0", ""),
            ("runAsUser: 1001", "runAsUser: 0"),
            ("runAsNonRoot: true", "runAsUser: 0"),
            ("runAsNonRoot: true", "runAsNonRoot: false"),
        ] {
            assert!(is_reported(pod, container), "{pod} / {container}");
        }
        for (pod, container) in [
            ("runAsNonRoot: true", ""),
            ("runAsUser: 1001", "runAsNonRoot: false"),
            ("runAsUser: 0", "runAsUser: 1001"),
            ("runAsNonRoot: false", "runAsNonRoot: true"),
            ("runAsUser: one", ""),
        ] {
            assert!(!is_reported(pod, container), "{pod} / {container}");
        }
    }
}

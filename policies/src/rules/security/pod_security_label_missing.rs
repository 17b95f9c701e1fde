//! Namespaces that hold no pod to a standard.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::pattern::Glob;
use crate::rule::{Family, Meta, Profile, Rule};

/// A Namespace must say which Pod Security Standard its pods are held to.
///
/// Without the label `pod-security.kubernetes.io/enforce` the namespace takes privileged pods, whoever may create them.
/// Its value is one of `privileged`, `baseline` and `restricted`; a version label is `latest` or `v1.<minor>`. `warn`
/// and `audit` that are weaker than `enforce` never say anything; absent ones pass.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct PodSecurityLabelMissing {
    /// The weakest level that may be enforced.
    minimum: PodSecurityLevel,
    /// Names of namespaces that are not judged, as globs.
    exempt_namespaces: Vec<Glob>,
}

impl Default for PodSecurityLabelMissing {
    fn default() -> Self {
        let usual = ["kube-system", "kube-public", "kube-node-lease"];
        let exempt_namespaces = usual.iter().filter_map(|name| Glob::try_from((*name).to_owned()).ok()).collect();
        Self { minimum: PodSecurityLevel::Baseline, exempt_namespaces }
    }
}

impl Rule for PodSecurityLabelMissing {
    const META: Meta = Meta {
        name: "pod-security-label-missing",
        family: Family::Security,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: &[Kind::Namespace],
        remediation: "set `pod-security.kubernetes.io/enforce` to the level that the pods fulfil",
        fix: Some(Safety::Unsafe),
        origin: "Kyverno; \
                 https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces",
    };

    fn check(&self, namespace: &Object, inventory: &Inventory, report: &mut Report) {
        if self.exempt_namespaces.iter().any(|glob| glob.matches(namespace.name())) {
            return;
        }
        let labels = namespace.at("metadata/labels");
        let enforce = labels.get("pod-security.kubernetes.io/enforce");
        if enforce.is_unset() {
            let message = format!("namespace `{}` enforces no Pod Security Standard", namespace.name());
            report.at(&enforce, message).fix(Safety::Unsafe, &enforce, self.minimum.name());
        }
        self.check_level(enforce, self.minimum, "the minimum", report);
        let enforced = enforce.as_str().and_then(PodSecurityLevel::of).unwrap_or(PodSecurityLevel::Privileged);
        for key in ["pod-security.kubernetes.io/audit", "pod-security.kubernetes.io/warn"] {
            self.check_level(labels.get(key), enforced, "what is enforced", report);
        }
        for key in VERSIONS {
            let field = labels.get(key);
            let Some(version) = field.as_str().filter(|version| !is_version(version)) else { continue };
            let finding = report.at(&field, format!("`{version}` is neither `latest` nor a version like `v1.33`"));
            finding.fix(Safety::Unsafe, &field, format!("v{}", inventory.cluster().kubernetes_version));
        }
    }
}

const VERSIONS: [&str; 3] = [
    "pod-security.kubernetes.io/enforce-version",
    "pod-security.kubernetes.io/audit-version",
    "pod-security.kubernetes.io/warn-version",
];

/// A Pod Security Standard, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum PodSecurityLevel {
    /// Anything.
    Privileged,
    /// Nothing that is known to lead out of the pod.
    Baseline,
    /// Hardened.
    Restricted,
}

impl PodSecurityLevel {
    fn of(text: &str) -> Option<Self> {
        Some(match text {
            "privileged" => Self::Privileged,
            "baseline" => Self::Baseline,
            "restricted" => Self::Restricted,
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

impl PodSecurityLabelMissing {
    fn check_level(&self, field: Field<'_>, minimum: PodSecurityLevel, what: &str, report: &mut Report) {
        let Some(text) = field.as_str() else { return };
        let message = match PodSecurityLevel::of(text) {
            Some(level) if level >= minimum => return,
            Some(_) => format!("`{text}` is weaker than {what}, `{}`", minimum.name()),
            None => format!("`{text}` is none of privileged, baseline and restricted"),
        };
        report.at(&field, message).fix(Safety::Unsafe, &field, minimum.max(self.minimum).name());
    }
}

/// Whether a text is `latest` or `v1.<minor>`.
fn is_version(text: &str) -> bool {
    let is_number = |minor: &str| !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit());
    text == "latest" || text.strip_prefix("v1.").is_some_and(is_number)
}

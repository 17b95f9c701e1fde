//! Windows containers with too powerful an account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::levels;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::rules::parameters::Containers;

/// A Windows container may run only as one of the listed users.
///
/// `ContainerAdministrator` can do everything inside the container and more outside it than any other account. The
/// field is `windowsOptions.runAsUserName` of the pod and of every container; absent passes.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct WindowsUserNotAllowed {
    /// The users.
    allowed: Vec<String>,
    /// The containers that are judged.
    containers: Containers,
}

impl Default for WindowsUserNotAllowed {
    fn default() -> Self {
        Self { allowed: vec!["ContainerUser".to_owned()], containers: Containers::default() }
    }
}

impl Rule for WindowsUserNotAllowed {
    const META: Meta = Meta {
        name: "windows-user-not-allowed",
        family: Family::Security,
        profile: Profile::All,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "use `ContainerUser`",
        fix: None,
        origin: "Kyverno; https://kubernetes.io/docs/tasks/configure-pod-container/configure-runasusername/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        if object.is_owned() {
            return;
        }
        for (owner, context) in object.pods().flat_map(|pod| levels(pod, &self.containers)) {
            let field = context.at("windowsOptions/runAsUserName");
            let Some(user) = field.as_str() else { continue };
            if !self.allowed.iter().any(|allowed| allowed == user) {
                report.at(&field, format!("{owner} runs as `{user}`"));
            }
        }
    }
}

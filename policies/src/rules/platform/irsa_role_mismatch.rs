//! Pods that name another role than their service account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::aws::Account;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// AWS_ROLE_ARN of a container must be the role of its ServiceAccount.
///
/// The identity webhook leaves a variable alone that is already there, and the trust policy of a role names the account that
/// may take it: with another role in the pod, every call to AWS is refused, or the pod has the rights of another workload.
/// Compared with the annotation `eks.amazonaws.com/role-arn` of the pod's ServiceAccount; where it has none, irsa-missing
/// speaks. Values from Secrets, and those that refer to `$(VAR)`, are not judged.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct IrsaRoleMismatch {}

impl Rule for IrsaRoleMismatch {
    const META: Meta = Meta {
        name: "irsa-role-mismatch",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "remove AWS_ROLE_ARN, or set it to the role of the ServiceAccount",
        fix: Some(Safety::Unsafe),
        origin: "https://github.com/aws/amazon-eks-pod-identity-webhook",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            let Account::Role(role, annotation) = Account::of(&pod, inventory) else { continue };
            for container in pod.containers() {
                let Some((text, field)) = container.variable("AWS_ROLE_ARN", inventory).text() else { continue };
                if text == role || role.is_empty() {
                    continue;
                }
                let (name, account) = (container.name(), pod.service_account().0);
                let message =
                    format!("container `{name}` takes the role `{text}`, the service account `{account}` another");
                let finding = report.at(&field, message);
                finding.because(&annotation, "the role of the service account");
                if field.as_str().is_some() {
                    finding.fix(Safety::Unsafe, &field, role);
                }
            }
        }
    }
}

//! Role ARNs that no pod can assume.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::aws::{Arn, is_own_account, partition_of};
use crate::finding::{Action, Report, Severity};
use crate::inventory::{Inventory, ROLE_ANNOTATION};
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};

/// An AWS role must be the ARN of an IAM role, of an account and partition of this cluster.
///
/// The identity webhook copies the text unseen, and the first call to AWS fails. Checked are the annotation
/// `eks.amazonaws.com/role-arn` of a ServiceAccount, the variable AWS_ROLE_ARN of a container, and
/// `spec.podIdentity.roleArn` of a TriggerAuthentication: each must be `arn:<partition>:iam::<12 digits>:role/<name>`, a path
/// before the name allowed, with an account of `cluster.accounts` and the partition of `cluster.region`. Values that refer to
/// `$(VAR)` are not judged.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct IrsaRoleInvalid {}

impl Rule for IrsaRoleInvalid {
    const META: Meta = Meta {
        name: "irsa-role-invalid",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &Kind::pods_and::<{ Kind::PODS.len() + 2 }>(&[Kind::ServiceAccount, Kind::TriggerAuthentication]),
        remediation: "write `arn:aws:iam::<account>:role/<name>` with an account of this cluster",
        fix: None,
        origin: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        match object.kind() {
            Kind::ServiceAccount => {
                let role = object.at("metadata/annotations").get(ROLE_ANNOTATION);
                check(role.as_str(), &role, inventory, report);
            }
            Kind::TriggerAuthentication => {
                let role = object.at("spec/podIdentity/roleArn");
                check(role.as_str(), &role, inventory, report);
            }
            _ => {
                for container in object.pods().flat_map(|pod| pod.containers()) {
                    if let Some((text, field)) = container.variable("AWS_ROLE_ARN", inventory).text() {
                        check(Some(text), &field, inventory, report);
                    }
                }
            }
        }
    }
}

fn check(text: Option<&str>, field: &Field<'_>, inventory: &Inventory, report: &mut Report) {
    let Some(text) = text else { return };
    let cluster = inventory.cluster();
    let Some(arn) = Arn::parse(text).filter(Arn::is_role) else {
        report.at(field, format!("`{text}` is no ARN of an IAM role"));
        return;
    };
    let partition = partition_of(&cluster.region);
    if !is_own_account(cluster, arn.account) {
        let accounts = cluster.accounts.join(", ");
        report.at(field, format!("`{text}` is a role of the account {}, not of {accounts}", arn.account));
    } else if !cluster.region.is_empty() && arn.partition != partition {
        let (found, region) = (arn.partition, &cluster.region);
        report.at(field, format!("`{text}` is of the partition `{found}`, but {region} belongs to `{partition}`"));
    }
}

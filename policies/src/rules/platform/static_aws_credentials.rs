//! AWS keys that do not expire, where a role would do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::aws::has_variable;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};

/// No pod and no KEDA trigger may be given static AWS keys.
///
/// A static key works from anywhere until somebody revokes it, and the SDK takes it before the role of the ServiceAccount, so
/// the role is never used. Reported are the variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, by
/// value or by reference; and for KEDA every parameter of a TriggerAuthentication, and every key of a trigger's metadata,
/// that starts with `awsAccessKeyID`, `awsSecretAccessKey` or `awsSessionToken`. An empty variable counts as not set.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct StaticAwsCredentials {}

impl Rule for StaticAwsCredentials {
    const META: Meta = Meta {
        name: "static-aws-credentials",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &Kind::pods_and::<{ Kind::PODS.len() + 2 }>(&[Kind::ScaledObject, Kind::TriggerAuthentication]),
        remediation: "remove the keys, and use the role of the ServiceAccount; in KEDA `podIdentity: {provider: aws}`",
        fix: None,
        origin: "https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html, \
                 https://keda.sh/docs/2.18/scalers/aws-sqs/",
    };

    fn check(&self, object: &Object, _inventory: &Inventory, report: &mut Report) {
        for container in object.pods().flat_map(|pod| pod.containers()) {
            for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
                let variable = container.env(name).filter(|_| has_variable(&container, name));
                if let Some(variable) = variable {
                    report.at(&variable, format!("container `{}` is given {name}", container.name()));
                }
            }
        }
        let is_scaled = matches!(object.kind(), Kind::ScaledJob | Kind::ScaledObject);
        for trigger in object.at("spec/triggers").items().filter(|_| is_scaled) {
            for (key, value) in trigger.at("metadata").entries().filter(|(key, _)| is_key(key)) {
                report.at(&value, format!("the trigger is given `{key}`"));
            }
        }
        if object.kind() == Kind::TriggerAuthentication {
            check_authentication(object, report);
        }
    }
}

fn check_authentication(authentication: &Object, report: &mut Report) {
    let lists = [
        "spec/secretTargetRef",
        "spec/configMapTargetRef",
        "spec/env",
        "spec/hashiCorpVault/secrets",
        "spec/awsSecretManager/secrets",
        "spec/azureKeyVault/secrets",
        "spec/gcpSecretManager/secrets",
    ];
    let parameters =
        lists.into_iter().flat_map(|list| authentication.at(list).items()).map(|item| item.at("parameter"));
    for parameter in parameters.filter(|parameter: &Field<'_>| parameter.as_str().is_some_and(is_key)) {
        let name = parameter.as_str().unwrap_or_default();
        report.at(&parameter, format!("triggers are given `{name}`"));
    }
}

/// Whether a parameter of KEDA is part of a static key.
fn is_key(parameter: &str) -> bool {
    ["awsAccessKeyID", "awsSecretAccessKey", "awsSessionToken"].iter().any(|key| parameter.starts_with(key))
}

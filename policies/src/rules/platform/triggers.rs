//! The triggers of KEDA: what each cannot do without.

use crate::inventory::{Existence, Inventory};
use crate::kind::Kind;
use crate::object::Field;

/// Something a trigger needs: one of several fields, as pointers from the trigger.
pub(super) struct Required {
    /// The fields, of which one is enough.
    pub(super) any_of: &'static [&'static str],
    /// Whether a TriggerAuthentication can give it, too.
    pub(super) is_parameter: bool,
}

const fn need(any_of: &'static [&'static str]) -> Required {
    Required { any_of, is_parameter: false }
}

const REGION: Required = Required { any_of: &["metadata/awsRegion"], is_parameter: true };

/// What a trigger of a type needs; nothing for types that are not known.
///
/// Source: [KEDA scalers](https://keda.sh/docs/2.18/scalers/). Only what no default and no other field can replace.
pub(super) fn required(trigger: &str) -> &'static [Required] {
    match trigger {
        "aws-cloudwatch" => {
            const { &[need(&["metadata/targetMetricValue"]), need(&["metadata/minMetricValue"]), REGION] }
        }
        "aws-dynamodb" => {
            const { &[need(&["metadata/tableName"]), need(&["metadata/keyConditionExpression"]), REGION] }
        }
        "aws-dynamodb-streams" => const { &[need(&["metadata/tableName"]), REGION] },
        "aws-kinesis-stream" => const { &[need(&["metadata/streamName"]), REGION] },
        "aws-sqs-queue" => const { &[need(&["metadata/queueURL", "metadata/queueURLFromEnv"]), REGION] },
        "cpu" | "memory" => const { &[need(&["metricType", "metadata/type"]), need(&["metadata/value"])] },
        "cron" => {
            const {
                &[
                    need(&["metadata/timezone"]),
                    need(&["metadata/start"]),
                    need(&["metadata/end"]),
                    need(&["metadata/desiredReplicas"]),
                ]
            }
        }
        "external" | "external-push" => const { &[need(&["metadata/scalerAddress"])] },
        "kafka" => {
            const {
                &[
                    need(&["metadata/bootstrapServers", "metadata/bootstrapServersFromEnv"]),
                    need(&["metadata/consumerGroup", "metadata/consumerGroupFromEnv"]),
                ]
            }
        }
        "kubernetes-workload" => const { &[need(&["metadata/podSelector"])] },
        "prometheus" => {
            const { &[need(&["metadata/serverAddress"]), need(&["metadata/query"]), need(&["metadata/threshold"])] }
        }
        _ => &[],
    }
}

/// Whether a trigger's TriggerAuthentication may give parameters beside an identity.
pub(super) fn may_get_parameters(trigger: Field<'_>, inventory: &Inventory) -> bool {
    let reference = trigger.at("authenticationRef");
    let Some(name) = reference.at("name").as_str() else { return false };
    if !matches!(reference.at("kind").as_str(), None | Some("TriggerAuthentication")) {
        return true;
    }
    match inventory.lookup(Kind::TriggerAuthentication, trigger.object().namespace(), name) {
        Existence::Found(authentication) => authentication.at("spec").entries().any(|(key, _)| key != "podIdentity"),
        Existence::Unknown | Existence::Missing => true,
    }
}

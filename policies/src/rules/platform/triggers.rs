//! The triggers of KEDA: what each cannot do without.

use crate::finding::Report;
use crate::inventory::{Existence, Inventory};
use crate::kind::Kind;
use crate::object::{Field, Object};

/// Reports what is wrong with the triggers of a ScaledObject or ScaledJob.
pub(super) fn check(object: &Object, inventory: &Inventory, report: &mut Report) {
    let list = object.at("spec/triggers");
    if list.is_absent() || list.is_empty() && list.entries().next().is_none() {
        report.at(&list, "has no trigger");
    }
    for (index, trigger) in list.items().enumerate() {
        let Some(kind) = trigger.at("type").as_str() else { continue };
        let (name, cached) = (trigger.at("name"), trigger.at("useCachedMetrics"));
        let same = |other: &Field<'_>| other.at("name").as_str().is_some_and(|text| name.as_str() == Some(text));
        if let Some(first) = list.items().take(index).find(same).filter(|_| name.as_str() != Some("")) {
            let message = format!("a second trigger of the name `{}`", name.as_str().unwrap_or_default());
            report.at(&name, message).because(&first.at("name"), "the first one");
        }
        if cached.is_true() && (is_of_resource(trigger) || kind == "cron") {
            report.at(&cached, format!("`useCachedMetrics` does not work with the trigger {kind}"));
        }
        check_needs(trigger, kind, inventory, report);
    }
}

fn check_needs(trigger: Field<'_>, kind: &str, inventory: &Inventory, report: &mut Report) {
    for need in required(kind) {
        let is_there = |pointer: &&'static str| !matches!(trigger.at(pointer).text().as_deref(), None | Some(""));
        let Some(first) = need.any_of.first().filter(|_| !need.any_of.iter().any(is_there)) else {
            continue;
        };
        if need.is_parameter && may_get_parameters(trigger, inventory) {
            continue;
        }
        let field = trigger.at(first);
        report.at(&field, format!("the trigger {kind} has no `{}`", field.last_segment()));
    }
    let length = trigger.at("metadata/queueLength");
    let Some(text) = length.text().filter(|text| kind == "aws-sqs-queue" && !text.is_empty()) else { return };
    if !text.parse::<i64>().is_ok_and(|length| length > 0) {
        report.at(&length, format!("`queueLength` is {text}, not a number above 0"));
    }
}

/// Whether a trigger follows the use of a resource by the pods themselves.
pub(super) fn is_of_resource(trigger: Field<'_>) -> bool {
    matches!(trigger.at("type").as_str(), Some("cpu" | "memory"))
}

/// Something a trigger needs: one of several fields, as pointers from the trigger.
struct Required {
    /// The fields, of which one is enough.
    any_of: &'static [&'static str],
    /// Whether a TriggerAuthentication can give it, too.
    is_parameter: bool,
}

const fn need(any_of: &'static [&'static str]) -> Required {
    Required { any_of, is_parameter: false }
}

const REGION: Required = Required { any_of: &["metadata/awsRegion"], is_parameter: true };

/// What a trigger of a type needs; nothing for types that are not known.
///
/// Source: [KEDA scalers](https://keda.sh/docs/2.18/scalers/). Only what no default and no other field can replace.
fn required(trigger: &str) -> &'static [Required] {
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
fn may_get_parameters(trigger: Field<'_>, inventory: &Inventory) -> bool {
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

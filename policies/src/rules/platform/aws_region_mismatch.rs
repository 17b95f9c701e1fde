//! Names of AWS regions and accounts that are not this cluster's.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::aws::{is_own_account, places};
use crate::cluster::Cluster;
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};

/// AWS regions and accounts in manifests must be those of the cluster.
///
/// A queue or table of another region answers late or not at all, one of another account not at all; most often such a name
/// was copied. Compared with `cluster.region` and `cluster.accounts` are the variables AWS_REGION and AWS_DEFAULT_REGION, a
/// trigger's `awsRegion`, and every SQS URL and ARN in the variables of a container, the metadata of a trigger and the data
/// of a ConfigMap. AWS_REGION and AWS_DEFAULT_REGION of one container must be equal, as SDKs differ in which they read. Parts
/// that an ARN leaves empty are not compared. AWS_ROLE_ARN is left to irsa-role-invalid.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct AwsRegionMismatch {
    /// Further regions and accounts that may be named.
    allowed: Vec<String>,
}

impl Rule for AwsRegionMismatch {
    const META: Meta = Meta {
        name: "aws-region-mismatch",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: &Kind::pods_and::<{ Kind::PODS.len() + 2 }>(&[Kind::ConfigMap, Kind::ScaledObject]),
        remediation: "name the region and account of the cluster, or list what is meant in `allowed`",
        fix: None,
        origin: "https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        let cluster = inventory.cluster();
        for container in object.pods().flat_map(|pod| pod.containers()) {
            self.check_container(&container, cluster, report);
        }
        let is_scaled = matches!(object.kind(), Kind::ScaledJob | Kind::ScaledObject);
        for trigger in object.at("spec/triggers").items().filter(|_| is_scaled) {
            let metadata = trigger.at("metadata");
            self.check_region(Speaker(None), &metadata.at("awsRegion"), cluster, report);
            metadata.entries().for_each(|(_, value)| self.check_text(Speaker(None), &value, cluster, report));
        }
        if object.kind() == Kind::ConfigMap {
            object.at("data").entries().for_each(|(_, value)| self.check_text(Speaker(None), &value, cluster, report));
        }
    }
}

impl AwsRegionMismatch {
    fn check_container(&self, container: &Container<'_>, cluster: &Cluster, report: &mut Report) {
        let speaker = Speaker(Some(container.name()));
        let mut is_foreign = false;
        for variable in container.at("env").items() {
            let value = variable.at("value");
            match variable.at("name").as_str() {
                Some("AWS_REGION" | "AWS_DEFAULT_REGION") => {
                    is_foreign |= self.check_region(speaker, &value, cluster, report);
                }
                Some("AWS_ROLE_ARN") => {}
                _ => self.check_text(speaker, &value, cluster, report),
            }
        }
        let literal = |name: &str| container.env_value(name).filter(|(text, _)| is_literal(text));
        let (Some((region, other)), Some((default, field))) = (literal("AWS_REGION"), literal("AWS_DEFAULT_REGION"))
        else {
            return;
        };
        if region != default && !is_foreign {
            let message = format!("{speaker}has an AWS_DEFAULT_REGION of {default}, and an AWS_REGION of {region}");
            report.at(&field, message).because(&other, "the other region");
        }
    }

    /// Whether a field names another region, which is reported.
    fn check_region(&self, speaker: Speaker<'_>, field: &Field<'_>, cluster: &Cluster, report: &mut Report) -> bool {
        let Some(region) = field.as_str().filter(|text| is_literal(text)) else { return false };
        let is_foreign = !self.is_own_region(region, cluster);
        if is_foreign {
            report.at(field, format!("{speaker}names the region {region}, not {}", cluster.region));
        }
        is_foreign
    }

    fn check_text(&self, speaker: Speaker<'_>, field: &Field<'_>, cluster: &Cluster, report: &mut Report) {
        let Some(text) = field.as_str() else { return };
        let foreign_region = |region: &str| !region.is_empty() && !self.is_own_region(region, cluster);
        let foreign_account = |account: &str| !account.is_empty() && !self.is_own_account(account, cluster);
        let foreign = places(text).find(|(region, account)| foreign_region(region) || foreign_account(account));
        match foreign {
            Some((region, _)) if foreign_region(region) => {
                report.at(field, format!("{speaker}names something in the region {region}, not {}", cluster.region));
            }
            Some((_, account)) => {
                let accounts = cluster.accounts.join(", ");
                report.at(field, format!("{speaker}names something of the account {account}, not of {accounts}"));
            }
            None => {}
        }
    }

    fn is_own_region(&self, region: &str, cluster: &Cluster) -> bool {
        cluster.region.is_empty() || region == cluster.region || self.allowed.iter().any(|allowed| allowed == region)
    }

    fn is_own_account(&self, account: &str, cluster: &Cluster) -> bool {
        is_own_account(cluster, account) || self.allowed.iter().any(|allowed| allowed == account)
    }
}

/// What a message begins with: the container that says it, if one does.
#[derive(Clone, Copy)]
struct Speaker<'a>(Option<&'a str>);

impl fmt::Display for Speaker<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |name| write!(f, "container `{name}` "))
    }
}

/// Whether a text says something by itself: it is not empty, and refers to no other variable.
fn is_literal(text: &str) -> bool {
    !text.is_empty() && !text.contains("$(")
}

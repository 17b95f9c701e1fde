//! What AWS names say: ARNs, queues, regions; and how a pod gets its AWS identity.

use crate::cluster::Cluster;
use crate::inventory::{Existence, Inventory, ROLE_ANNOTATION};
use crate::object::{Container, Field, Object, Pod};

/// Where the EKS identity webhook mounts its token.
pub(super) const TOKEN_MOUNT: &str = "/var/run/secrets/eks.amazonaws.com/serviceaccount";
/// The volume of that token.
pub(super) const TOKEN_VOLUME: &str = "aws-iam-token";
/// The file of the token in its volume.
pub(super) const TOKEN_FILE: &str = "token";

/// An Amazon resource name: `arn:<partition>:<service>:<region>:<account>:<resource>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Arn<'a> {
    pub(super) partition: &'a str,
    pub(super) service: &'a str,
    pub(super) region: &'a str,
    pub(super) account: &'a str,
    pub(super) resource: &'a str,
}

impl<'a> Arn<'a> {
    /// The parts of an ARN.
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        let (partition, service) = (parts.next()?, parts.next()?);
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        partition.starts_with("aws").then_some(Self { partition, service, region, account, resource })
    }

    /// Whether it names an IAM role: `role/`, a path, a name.
    pub(super) fn is_role(&self) -> bool {
        let Some(path) = self.resource.strip_prefix("role/") else { return false };
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
        self.service == "iam"
            && self.region.is_empty()
            && is_account(self.account)
            && folders.bytes().all(|byte| byte.is_ascii_graphic())
            && (1..=64).contains(&name.len())
            && name.bytes().all(is_name)
    }
}

/// Whether it is an account: twelve digits.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it is shaped like a region: `ap-northeast-2`.
pub(super) fn is_region(text: &str) -> bool {
    let mut parts = text.rsplit('-');
    let number = parts.next().unwrap_or_default();
    number.len() == 1
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && parts.clone().count() >= 2
        && parts.all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// The region and account that an ARN or the URL of a queue names; empty where it names none.
pub(super) fn places(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let starts_word = |at: usize| !text.as_bytes()[..at].last().is_some_and(u8::is_ascii_alphanumeric);
    let arns = text.match_indices("arn:aws").filter(move |(at, _)| starts_word(*at)).filter_map(|(at, _)| {
        let arn = Arn::parse(&text[at..])?;
        Some((arn.region, arn.account))
    });
    let queues = text.match_indices("sqs.").filter(move |(at, _)| starts_word(*at)).filter_map(|(at, word)| {
        let (region, rest) = text[at + word.len()..].split_once(".amazonaws.com")?;
        let path = rest.strip_prefix(".cn").unwrap_or(rest);
        let account = path.strip_prefix('/').and_then(|path| path.split('/').next()).unwrap_or_default();
        Some((region, account))
    });
    let known = |(region, account)| {
        (if is_region(region) { region } else { "" }, if is_account(account) { account } else { "" })
    };
    arns.chain(queues).map(known)
}

/// The partition that a region belongs to.
pub(super) fn partition_of(region: &str) -> &'static str {
    let partitions = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-iso-", "aws-iso"),
        ("eusc-", "aws-eusc"),
    ];
    partitions.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

/// Whether an account is one of the cluster's.
pub(super) fn is_own_account(cluster: &Cluster, account: &str) -> bool {
    cluster.accounts.is_empty() || cluster.accounts.iter().any(|own| own == account)
}

/// Where a pod gets its AWS role from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Account<'a> {
    /// Its ServiceAccount takes this role.
    Role(&'a str, Field<'a>),
    /// Its ServiceAccount is known and takes none.
    Plain(&'a Object),
    /// Nothing declares the account `default`, which then takes none.
    Default,
    /// Its ServiceAccount is not known.
    Unknown,
}

impl<'a> Account<'a> {
    /// The account of a pod.
    pub(super) fn of(pod: &Pod<'a>, inventory: &'a Inventory) -> Self {
        match inventory.service_account_of(pod) {
            Existence::Found(account) => {
                let role = account.at("metadata/annotations").get(ROLE_ANNOTATION);
                role.as_str().map_or(Self::Plain(account), |text| Self::Role(text, role))
            }
            Existence::Missing if pod.service_account().0 == "default" => Self::Default,
            Existence::Unknown | Existence::Missing => Self::Unknown,
        }
    }

    /// Whether the identity webhook injects what the pod lacks.
    pub(super) fn is_injected(&self) -> bool {
        matches!(self, Self::Role(role, _) if !role.is_empty())
    }
}

/// The volumes of a pod that hold a service account's token, each with the token.
pub(super) fn token_volumes<'a>(pod: &Pod<'a>) -> impl Iterator<Item = (Field<'a>, Field<'a>)> {
    pod.at("volumes").items().flat_map(|volume| {
        let sources = volume.at("projected/sources").items().map(|source| source.at("serviceAccountToken"));
        sources.filter(Field::is_present).map(move |token| (volume, token))
    })
}

/// Whether a container has a variable, whatever its value; one that is empty does not count.
pub(super) fn has_variable(container: &Container<'_>, name: &str) -> bool {
    container.env(name).is_some_and(|variable| {
        variable.at("valueFrom").is_present() || variable.at("value").as_str().is_some_and(|value| !value.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::{Arn, is_region, partition_of, places};

    #[test]
    fn roles_are_told_from_other_arns() {
        let is_role = |text: &str| Arn::parse(text).is_some_and(|arn| arn.is_role());
        assert!(is_role("arn:aws:iam::137406935518:role/gateway"));
        assert!(is_role("arn:aws-cn:iam::137406935518:role/apps/eu/gateway_1+=,.@-"));
        for text in [
            "gateway",
            "arn:aws:iam::137406935518:user/gateway",
            "arn:aws:iam::137406935518:role/",
            "arn:aws:iam::1374069355:role/gateway",
            "arn:aws:iam:ap-northeast-2:137406935518:role/gateway",
            "arn:aws:sts::137406935518:assumed-role/gateway",
            "arn:aws:iam::137406935518:role/gate way",
            "arn:aws:iam::137406935518:role/gateway\n",
            " arn:aws:iam::137406935518:role/gateway",
            "arn:gcp:iam::137406935518:role/gateway",
        ] {
            assert!(!is_role(text), "{text:?}");
        }
    }

    #[test]
    fn places_are_found_in_text() {
        let found = |text| places(text).collect::<Vec<_>>();
        let here = ("ap-northeast-2", "137406935518");
        assert_eq!(found("arn:aws:sqs:ap-northeast-2:137406935518:events"), [here]);
        assert_eq!(found("https://sqs.ap-northeast-2.amazonaws.com/137406935518/events"), [here]);
        assert_eq!(found("arn:aws:s3:::bucket"), [("", "")]);
        assert_eq!(found("arn:aws:iam::aws:policy/ReadOnly"), [("", "")]);
        assert_eq!(found("{\"a\": \"arn:aws:sns:us-east-1:*:x\"}"), [("us-east-1", "")]);
        assert_eq!(found("https://sqs.${REGION}.amazonaws.com/"), [("", "")]);
        assert!(found("mysqs.us-east-1.amazonaws.com barn:aws:x:us-east-1:1:y arn:aws").is_empty());
    }

    #[test]
    fn regions_belong_to_partitions() {
        assert!(is_region("ap-northeast-2") && is_region("us-gov-west-1"));
        assert!(!is_region("") && !is_region("seoul") && !is_region("us-1") && !is_region("ap-northeast-2a"));
        assert_eq!(partition_of("ap-northeast-2"), "aws");
        assert_eq!(partition_of("cn-north-1"), "aws-cn");
        assert_eq!(partition_of("us-gov-west-1"), "aws-us-gov");
    }
}

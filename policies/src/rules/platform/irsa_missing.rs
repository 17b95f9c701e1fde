//! Pods that call AWS without an identity of their own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::aws::{Account, has_variable, token_volumes};
use crate::finding::{Action, Report, Severity};
use crate::inventory::{Inventory, ROLE_ANNOTATION};
use crate::kind::Kind;
use crate::object::{Field, Object, Pod};
use crate::rule::{Family, Meta, Profile, Rule};

/// A pod that uses AWS must run under a ServiceAccount of its own that takes an IAM role.
///
/// Without one the SDK falls back to the role of the node, which every pod of the node shares, or finds no credentials at
/// all. A pod uses AWS by the annotation `lint.traffictacos.store/aws: "true"` on the object or its pod template (`"false"`
/// says that it does not), by an environment variable named by `awsPrefixes` or `awsNames`, or by its workload's name in
/// `workloads`. Reported where the account is `default`, or has no annotation `eks.amazonaws.com/role-arn`. Passes: a pod
/// with a hand-made token (AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE and a token volume), one with an EKS Pod Identity (its
/// variables, a PodIdentityAssociation, or one declared in `cluster.external`), and an account that is not known. The
/// DaemonSet kube-system/aws-node passes with any account but its unannotated `aws-node`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct IrsaMissing {
    /// Prefixes of the variables of a pod that uses AWS.
    aws_prefixes: Vec<String>,
    /// Words in the names of such variables, between underscores.
    aws_names: Vec<String>,
    /// Names of workloads that use AWS, whatever their variables are.
    workloads: Vec<String>,
}

impl Default for IrsaMissing {
    fn default() -> Self {
        let names = ["SQS", "DYNAMODB", "EVENTBRIDGE", "SECRETS_MANAGER"];
        Self {
            aws_prefixes: vec!["AWS_".to_owned()],
            aws_names: names.map(str::to_owned).to_vec(),
            workloads: Vec::new(),
        }
    }
}

impl Rule for IrsaMissing {
    const META: Meta = Meta {
        name: "irsa-missing",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "name a ServiceAccount that is annotated with `eks.amazonaws.com/role-arn`",
        fix: None,
        origin: "Kyverno require-aws-node-irsa; \
                 https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for pod in object.pods() {
            let Some(evidence) = self.evidence(&pod) else { continue };
            let (name, field) = pod.service_account();
            let account = Account::of(&pod, inventory);
            let is_shared = name == "default";
            if !is_shared && matches!(account, Account::Role(..) | Account::Unknown) {
                continue;
            }
            // Its operator makes an account for the pod that names none.
            let is_made = object.kind() == Kind::OpenTelemetryCollector && field.is_absent();
            if is_made || is_node_agent(object, name) || has_other_identity(&pod, name, inventory) {
                continue;
            }
            let why = if is_shared { "which every pod shares that names none" } else { "which takes no IAM role" };
            let finding = report.at(&field, format!("uses AWS as the service account `{name}`, {why}"));
            finding.because(&evidence, "this tells that it uses AWS");
            if let Account::Plain(account) = account {
                let note = format!("this account has no `{ROLE_ANNOTATION}`");
                finding.because(&account.at("metadata/annotations"), note);
            }
        }
    }
}

impl IrsaMissing {
    /// What tells that a pod uses AWS.
    fn evidence<'a>(&self, pod: &Pod<'a>) -> Option<Field<'a>> {
        const KEY: &str = "lint.traffictacos.store/aws";
        let object = pod.object();
        let places = [pod.annotations(), object.at("metadata/annotations")];
        let declared = places.into_iter().map(|place| place.get(KEY)).find(Field::is_present);
        if let Some(declared) = declared {
            return (declared.as_str() == Some("true")).then_some(declared);
        }
        if self.workloads.iter().any(|name| name == object.name()) {
            return Some(object.at("metadata/name"));
        }
        let mut variables = pod.containers().flat_map(|container| container.at("env").items());
        variables.find(|variable| variable.at("name").as_str().is_some_and(|name| self.is_about_aws(name)))
    }

    fn is_about_aws(&self, name: &str) -> bool {
        let holds = |words: &String| {
            name.match_indices(words.as_str()).any(|(at, _)| {
                let (before, after) = (&name[..at], &name[at + words.len()..]);
                (before.is_empty() || before.ends_with('_')) && (after.is_empty() || after.starts_with('_'))
            })
        };
        self.aws_prefixes.iter().any(|prefix| name.starts_with(prefix)) || self.aws_names.iter().any(holds)
    }
}

/// The network agent of every node: EKS installs it with an account that has no annotation of its own.
fn is_node_agent(object: &Object, account: &str) -> bool {
    object.kind() == Kind::DaemonSet
        && object.namespace() == "kube-system"
        && object.name() == "aws-node"
        && !matches!(account, "aws-node" | "default")
}

fn has_other_identity(pod: &Pod<'_>, account: &str, inventory: &Inventory) -> bool {
    const ASSOCIATION: &str = "PodIdentityAssociation";
    let is_hand_made = pod.containers().any(|container| {
        has_variable(&container, "AWS_ROLE_ARN") && has_variable(&container, "AWS_WEB_IDENTITY_TOKEN_FILE")
    });
    let associated = ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"];
    is_hand_made && token_volumes(pod).next().is_some()
        || pod.containers().any(|container| associated.iter().any(|name| has_variable(&container, name)))
        || inventory.cluster().has_external_named(ASSOCIATION, pod.namespace(), account)
        || inventory.all_of(Kind::Other).any(|other| {
            other.kind_name() == ASSOCIATION
                && other.at("spec/namespace").as_str() == Some(pod.namespace())
                && other.at("spec/serviceAccount").as_str() == Some(account)
        })
}

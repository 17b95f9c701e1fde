//! Grants by which their holder can get more rights than it was given.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::rbac::{Grant, is_built_in_role, own_rules};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};

/// No role may grant a way to further rights.
///
/// RBAC keeps everybody from granting more than they have; these grants go round it, so who holds one of them holds, in the
/// end, the cluster. Each is a name in `grants`. A rule narrowed by `resourceNames` passes, except for `approve` on signers,
/// which is always narrowed. The roles of Kubernetes itself (`cluster-admin`, `admin`, `edit`, `system:*`) pass. A rule that
/// grants everything is reported once.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct RbacEscalation {
    /// The grants that are reported.
    grants: Vec<Way>,
}

/// A way to further rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Way {
    /// `bind` on roles or clusterroles: the holder may bind roles it does not have.
    Bind,
    /// `escalate` on roles or clusterroles: the holder may write rights into roles that it does not have.
    Escalate,
    /// `impersonate` on users, groups, service accounts, uids or extras: the holder may act as anybody.
    Impersonate,
    /// update or patch on `certificatesigningrequests/approval`: the holder may approve a certificate for any user.
    CertificateApproval,
    /// `approve` on `signers`: the other half of the same.
    Signers,
    /// create, update or patch on webhook configurations: the holder may read and change every object on its way.
    WebhookConfigurations,
    /// `nodes/proxy`: the holder may call the kubelet, past admission and audit.
    NodeProxy,
    /// create on `serviceaccounts/token`: the holder may get a token of any account.
    ServiceAccountToken,
    /// Writing endpoints by a ClusterRole aggregated to `edit`: the holder may send traffic past network policies
    /// (CVE-2021-25740).
    AggregatedEndpoints,
}

const ALL: [Way; 9] = [
    Way::Bind,
    Way::Escalate,
    Way::Impersonate,
    Way::CertificateApproval,
    Way::Signers,
    Way::WebhookConfigurations,
    Way::NodeProxy,
    Way::ServiceAccountToken,
    Way::AggregatedEndpoints,
];

impl Default for RbacEscalation {
    fn default() -> Self {
        Self { grants: ALL.to_vec() }
    }
}

impl Rule for RbacEscalation {
    const META: Meta = Meta {
        name: "rbac-escalation",
        family: Family::Identity,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: &[Kind::ClusterRole, Kind::Role],
        remediation: "leave the grant out, or narrow it with `resourceNames`",
        fix: None,
        origin: "Kyverno restrict-escalation-verbs-roles and restrict-clusterrole-nodesproxy, Gatekeeper; \
                 https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks",
    };

    fn check(&self, role: &Object, _inventory: &Inventory, report: &mut Report) {
        if is_built_in_role(role) {
            return;
        }
        for rule in own_rules(role) {
            if rule.is_everything() && rule.strings("verbs").any(|(verb, _)| verb == "*") {
                if !self.grants.is_empty() {
                    let message = "grants everything, so its holder may bind roles, impersonate, and take any token";
                    report.at(&rule.field().at("verbs"), message);
                }
                continue;
            }
            for way in &self.grants {
                if let Some((verb, resource, field)) = way.granted(&rule, role) {
                    let why = way.harm();
                    report.at(&field, format!("grants `{verb}` on `{resource}`, by which its holder may {why}"));
                }
            }
        }
    }
}

/// API groups, resources and verbs of which a rule must have one each.
type Pattern = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);

impl Way {
    fn pattern(self) -> Pattern {
        const ROLES: &[&str] = &["clusterroles", "roles"];
        match self {
            Self::Bind => (&["rbac.authorization.k8s.io"], ROLES, &["bind"]),
            Self::Escalate => (&["rbac.authorization.k8s.io"], ROLES, &["escalate"]),
            Self::Impersonate => (
                &["", "authentication.k8s.io"],
                &["users", "groups", "serviceaccounts", "uids", "userextras"],
                &["impersonate"],
            ),
            Self::CertificateApproval => {
                (&["certificates.k8s.io"], &["certificatesigningrequests/approval"], &["update", "patch"])
            }
            Self::Signers => (&["certificates.k8s.io"], &["signers"], &["approve"]),
            Self::WebhookConfigurations => (
                &["admissionregistration.k8s.io"],
                &["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
                &["create", "update", "patch"],
            ),
            Self::NodeProxy => (&[""], &["nodes/proxy"], &["get", "create", "update", "patch", "delete"]),
            Self::ServiceAccountToken => (&[""], &["serviceaccounts/token"], &["create"]),
            Self::AggregatedEndpoints => {
                (&["", "discovery.k8s.io"], &["endpoints", "endpointslices"], &["create", "update", "patch"])
            }
        }
    }

    /// What its holder may do.
    fn harm(self) -> &'static str {
        match self {
            Self::Bind => "bind roles it does not have",
            Self::Escalate => "write rights into roles that it does not have",
            Self::Impersonate => "act as somebody else",
            Self::CertificateApproval | Self::Signers => "have a certificate for any user",
            Self::WebhookConfigurations => "read and change every object on its way",
            Self::NodeProxy => "call the kubelet past admission and audit",
            Self::ServiceAccountToken => "get a token of any account",
            Self::AggregatedEndpoints => "send traffic past network policies, as may everybody with `edit`",
        }
    }

    /// The verb and resource by which a rule grants it, and the field that says so.
    fn granted<'a>(self, rule: &Grant<'a>, role: &Object) -> Option<(&'a str, &'a str, Field<'a>)> {
        let (groups, resources, verbs) = self.pattern();
        let is_aggregated = || role.label("rbac.authorization.k8s.io/aggregate-to-edit") == Some("true");
        if self == Self::AggregatedEndpoints && !is_aggregated() || self != Self::Signers && rule.is_narrowed() {
            return None;
        }
        let subresource = |resource: &str, wanted: &str| {
            let own = wanted.split_once('/').map_or("", |(_, subresource)| subresource);
            // `*/token` is every resource's; the extras of a user are subresources of one that is not asked for itself.
            !own.is_empty() && resource.strip_prefix("*/") == Some(own)
                || resource.strip_prefix("userextras/").is_some() && wanted == "userextras"
        };
        let is_wanted =
            |resource: &str| resources.iter().any(|wanted| resource == *wanted || subresource(resource, wanted));
        let (verb, verb_field) = rule.verb(|verb| verbs.contains(&verb))?;
        let (resource, resource_field) = rule.resource(is_wanted)?;
        let is_verb = matches!(self, Self::Bind | Self::Escalate | Self::Impersonate | Self::Signers);
        let field = if is_verb { verb_field } else { resource_field };
        groups.iter().any(|group| rule.is_of_group(group)).then_some((verb, resource, field))
    }
}

//! Roles that several service accounts take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::{Inventory, ROLE_ANNOTATION};
use crate::kind::Kind;
use crate::object::Object;
use crate::pattern::Glob;
use crate::rule::{Family, Meta, Profile, Rule};

/// An IAM role must belong to one ServiceAccount.
///
/// Least privilege is per workload: a role that two accounts take has the rights of both, a break-in into one workload is
/// one into the other, and the audit trail cannot tell them apart. Compared are the annotations
/// `eks.amazonaws.com/role-arn` of all ServiceAccounts, in all namespaces.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct IrsaRoleShared {
    /// Globs of the ARNs of roles that may be shared.
    allowed: Vec<Glob>,
}

impl Rule for IrsaRoleShared {
    const META: Meta = Meta {
        name: "irsa-role-shared",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: &[Kind::ServiceAccount],
        remediation: "give each ServiceAccount a role of its own",
        fix: None,
        origin: "https://docs.aws.amazon.com/eks/latest/best-practices/identity-and-access-management.html",
    };

    fn check(&self, account: &Object, inventory: &Inventory, report: &mut Report) {
        let annotation = account.at("metadata/annotations").get(ROLE_ANNOTATION);
        let Some(role) = annotation.as_str().filter(|role| !role.is_empty()) else { return };
        if self.allowed.iter().any(|allowed| allowed.matches(role)) {
            return;
        }
        let is_other = |other: &&Object| other.name() != account.name() || other.namespace() != account.namespace();
        let mut others = inventory.service_accounts_with_role(role).filter(is_other);
        let Some(first) = others.next() else { return };
        let message = format!("`{role}` is also the role of {}/{}", first.namespace(), first.name());
        let finding = report.at(&annotation, message);
        for other in std::iter::once(first).chain(others) {
            finding.because(&other.at("metadata/annotations").get(ROLE_ANNOTATION), "this account takes the role, too");
        }
    }
}

//! Hand-made AWS tokens that AWS refuses, or that the SDK does not find.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::aws::{Account, TOKEN_FILE, TOKEN_MOUNT, TOKEN_VOLUME, has_variable, token_volumes};
use super::bounds::Bounds;
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Field, Object, Pod};
use crate::rule::{Family, Meta, Profile, Rule};

/// A token for AWS must be made for AWS, live long enough, and lie where the SDK looks for it.
///
/// Where a pod writes out what the EKS identity webhook would inject, every part must fit, or the first call to AWS fails.
/// The token is the `serviceAccountToken` of the projected volume `aws-iam-token`, of the volume that
/// AWS_WEB_IDENTITY_TOKEN_FILE points into, or of one with the audience of AWS. Its `audience` must be that of the
/// ServiceAccount (annotation `eks.amazonaws.com/audience`, absent = `audience`), its `expirationSeconds` (absent = 3600)
/// within `expiration`, like the annotation `eks.amazonaws.com/token-expiration` (absent = 86400) of the ServiceAccount and
/// the pod. The volume must be mounted, read-only, and AWS_WEB_IDENTITY_TOKEN_FILE must be its mount path and `path`.
/// AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE come together: with one of them there, the webhook adds neither. What the
/// webhook adds by itself for an annotated ServiceAccount (the volume `aws-iam-token` and its mount) need not be written.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct IrsaTokenInvalid {
    /// The audience of tokens for AWS.
    audience: String,
    /// The least and the most seconds a token may live.
    expiration: Bounds,
}

impl Default for IrsaTokenInvalid {
    fn default() -> Self {
        Self { audience: "sts.amazonaws.com".to_owned(), expiration: Bounds { min: 3600, max: 86400 } }
    }
}

impl Rule for IrsaTokenInvalid {
    const META: Meta = Meta {
        name: "irsa-token-invalid",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &Kind::pods_and::<{ Kind::PODS.len() + 1 }>(&[Kind::ServiceAccount]),
        remediation: "leave the token to the EKS identity webhook, or write all of it: a projected token for \
                      sts.amazonaws.com, mounted read-only, and both variables",
        fix: Some(Safety::Unsafe),
        origin: "https://github.com/aws/amazon-eks-pod-identity-webhook, \
                 https://docs.aws.amazon.com/eks/latest/userguide/pod-configuration.html",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        if object.kind() == Kind::ServiceAccount {
            self.check_annotation(&object.at("metadata/annotations"), report);
            return;
        }
        for pod in object.pods() {
            self.check_annotation(&pod.annotations(), report);
            let account = Account::of(&pod, inventory);
            for container in pod.containers() {
                check_pair(&container, report);
                check_file(&pod, &container, account, inventory, report);
            }
            for (volume, token) in token_volumes(&pod) {
                self.check_token(&pod, volume, token, account, inventory, report);
            }
        }
    }
}

const FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
const ROLE: &str = "AWS_ROLE_ARN";

fn check_pair(container: &Container<'_>, report: &mut Report) {
    let (present, absent) = match (has_variable(container, ROLE), has_variable(container, FILE)) {
        (true, false) => (ROLE, FILE),
        (false, true) => (FILE, ROLE),
        _ => return,
    };
    // Everything may come from there.
    if !container.at("envFrom").is_empty() {
        return;
    }
    if let Some(variable) = container.env(present) {
        let message = format!("container `{}` sets {present} without {absent}", container.name());
        report.at(&variable, message);
    }
}

/// Whether the file of the variable is a token that the container mounts, or gets from the webhook.
fn check_file(
    pod: &Pod<'_>,
    container: &Container<'_>,
    account: Account<'_>,
    inventory: &Inventory,
    report: &mut Report,
) {
    let Some((file, field)) = container.variable(FILE, inventory).text() else { return };
    let name = container.name();
    let mounts = container.at("volumeMounts").items();
    let mount = mounts
        .filter_map(|mount| Some((mount, inside(mount, file)?)))
        .max_by_key(|(mount, _)| mount.at("mountPath").as_str().map_or(0, str::len));
    let Some((mount, inner)) = mount else {
        if !is_injected(pod, container, account) || file.strip_prefix(TOKEN_MOUNT) != Some("/token") {
            report.at(&field, format!("container `{name}` mounts no volume that holds its {FILE}, `{file}`"));
        }
        return;
    };
    let volume_name = mount.at("name").as_str().unwrap_or_default();
    // A volume of another sort may be filled by anybody; one that does not exist is another rule's subject.
    let Some(volume) = pod.at("volumes").named(volume_name).filter(|volume| volume.at("projected").is_present()) else {
        return;
    };
    let mut tokens = token_volumes(pod).filter(|(other, _)| other.same_as(&volume));
    if !tokens.any(|(_, token)| token.at("path").as_str() == Some(inner)) {
        let message = format!(
            "container `{name}` looks for its token at `{file}`, but the volume `{volume_name}` has no token `{inner}`"
        );
        report.at(&field, message).because(&volume, "the volume that is mounted there");
    }
}

/// The path inside the volume, if a file lies in its mount.
fn inside<'a>(mount: Field<'a>, file: &'a str) -> Option<&'a str> {
    let folder = mount.at("mountPath").as_str()?.trim_end_matches('/');
    let rest = file.strip_prefix(folder)?;
    match mount.at("subPath").as_str().filter(|path| !path.is_empty()) {
        Some(path) => rest.is_empty().then_some(path),
        None => rest.strip_prefix('/'),
    }
}

/// Whether the webhook mounts its volume into the container.
fn is_injected(pod: &Pod<'_>, container: &Container<'_>, account: Account<'_>) -> bool {
    let skipped = pod.annotations().get("eks.amazonaws.com/skip-containers").as_str().unwrap_or_default();
    account.is_injected()
        && !skipped.split(',').any(|name| name.trim() == container.name())
        && !container.at("volumeMounts").items().any(|mount| mount.at("name").as_str() == Some(TOKEN_VOLUME))
        && token_volumes(pod)
            .filter(|(volume, _)| volume.at("name").as_str() == Some(TOKEN_VOLUME))
            .all(|(_, token)| token.at("path").as_str() == Some(TOKEN_FILE))
}

impl IrsaTokenInvalid {
    fn check_token<'a>(
        &self,
        pod: &Pod<'a>,
        volume: Field<'a>,
        token: Field<'a>,
        account: Account<'a>,
        inventory: &'a Inventory,
        report: &mut Report,
    ) {
        let name = volume.at("name").as_str().unwrap_or_default();
        let expected = match account {
            Account::Role(_, field) => self.audience_of(field.object()),
            Account::Plain(object) => self.audience_of(object),
            Account::Default | Account::Unknown => &self.audience,
        };
        let audience = token.at("audience");
        let path = token.at("path").as_str().unwrap_or_default();
        let is_read = || pod.containers().any(|container| reads(&container, name, path, inventory));
        if name != TOKEN_VOLUME && audience.as_str() != Some(expected) && !is_read() {
            return;
        }
        let is_known = !matches!(account, Account::Unknown);
        if is_known && audience.as_str() != Some(expected) {
            let message = match audience.as_str() {
                Some(text) => format!("the token of volume `{name}` is for `{text}`, not for `{expected}`"),
                None => format!("the token of volume `{name}` is for the API server, not for `{expected}`"),
            };
            report.at(&audience, message).fix(Safety::Unsafe, &audience, expected);
        }
        let expiration = token.at("expirationSeconds");
        let seconds = expiration.as_int().or(expiration.is_absent().then_some(3600));
        if let Some(seconds) = seconds.filter(|seconds| !self.expiration.contain(*seconds)) {
            let Bounds { min, max } = self.expiration;
            let message = format!("the token of volume `{name}` lives {seconds} s, outside {min} to {max}");
            report.at(&expiration, message).fix(Safety::Unsafe, &expiration, seconds.clamp(min, max.max(min)));
        }
        check_mounts(pod, volume, name, account, report);
    }

    fn audience_of<'a>(&'a self, account: &'a Object) -> &'a str {
        account.annotation("eks.amazonaws.com/audience").unwrap_or(&self.audience)
    }

    fn check_annotation(&self, annotations: &Field<'_>, report: &mut Report) {
        let annotation = annotations.get("eks.amazonaws.com/token-expiration");
        let Some(text) = annotation.as_str() else { return };
        let Bounds { min, max } = self.expiration;
        if !text.parse().is_ok_and(|seconds| self.expiration.contain(seconds)) {
            report.at(&annotation, format!("lets tokens for AWS live `{text}` s, which is not {min} to {max}"));
        }
    }
}

/// Whether a container's variable points at the token of a volume.
fn reads<'a>(container: &Container<'a>, volume: &str, path: &str, inventory: &'a Inventory) -> bool {
    let Some((file, _)) = container.variable(FILE, inventory).text() else { return false };
    let mut mounts = container.at("volumeMounts").items();
    mounts.any(|mount| mount.at("name").as_str() == Some(volume) && inside(mount, file) == Some(path))
}

fn check_mounts(pod: &Pod<'_>, volume: Field<'_>, name: &str, account: Account<'_>, report: &mut Report) {
    let mut is_mounted = name == TOKEN_VOLUME && account.is_injected();
    for container in pod.containers() {
        let mounts = container.at("volumeMounts").items();
        for mount in mounts.filter(|mount| mount.at("name").as_str() == Some(name)) {
            is_mounted = true;
            let read_only = mount.at("readOnly");
            if !read_only.is_true() {
                let message = format!("container `{}` mounts the token volume `{name}` writable", container.name());
                report.at(&read_only, message).fix(Safety::Unsafe, &read_only, true);
            }
        }
    }
    if !is_mounted {
        report.at(&volume, format!("the token volume `{name}` is mounted by no container"));
    }
}

//! Images from places that nobody vouches for.

use std::str::Split;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{Image, image_of};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Object, Role};
use crate::rule::{Family, Meta, Profile, Rule};

/// An image must come from a place that is allowed, and from none that is denied.
///
/// An image runs with the rights of its pod, so whoever can push it has those rights. Registries that were shut down, such as
/// `k8s.gcr.io`, serve nothing new, and one day nothing at all.
///
/// The field is `image` of every container, ephemeral ones included, taken in full: `nginx` is `docker.io/library/nginx`. Entries
/// are beginnings of that name in whole segments, so `docker.io/library` covers every official image and `gcr.io/team` does not
/// cover `gcr.io/teamwork`. In an entry `*` stands for any part of a segment and `**` for any number of segments. `denied` wins
/// over `allowed`. An image that is absent or empty is filled in by somebody else and left alone.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ImageNotAllowed {
    /// Where images may come from; empty allows any place.
    allowed: Vec<String>,
    /// Where images may not come from.
    denied: Vec<String>,
    /// The containers that are judged.
    containers: Vec<Role>,
}

impl Default for ImageNotAllowed {
    fn default() -> Self {
        let denied = ["k8s.gcr.io", "gcr.io/google_containers", "**/*tiller*"];
        Self { allowed: Vec::new(), denied: denied.map(str::to_owned).to_vec(), containers: Role::ALL.to_vec() }
    }
}

impl Rule for ImageNotAllowed {
    const META: Meta = Meta {
        name: "image-not-allowed",
        family: Family::Images,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "take the image from an allowed registry; what was in `k8s.gcr.io` is in `registry.k8s.io`",
        fix: Some(Safety::Unsafe),
        origin: "kube-linter, Kyverno, Gatekeeper; https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for container in object.pods().flat_map(|pod| pod.containers_of(&self.containers)) {
            let Some(image) = image_of(&container) else { continue };
            let full: SmallVec<[&str; 8]> = image.reference.segments().collect();
            let denied = self.denied.iter().find(|entry| covers(entry, &full));
            let is_allowed = self.allowed.is_empty() || self.allowed.iter().any(|entry| covers(entry, &full));
            let (name, text) = (container.name(), image.text);
            let message = match denied {
                Some(entry) => format!("container `{name}` runs `{text}`, and `{entry}` is denied"),
                None if !is_allowed => format!("container `{name}` runs `{text}`, which comes from no allowed place"),
                None => continue,
            };
            let finding = report.at(&image.field, message);
            if let Some(moved) = moved(&image) {
                finding.fix(Safety::Unsafe, &image.field, moved);
            }
        }
    }
}

/// The same image where the Kubernetes project publishes it now.
fn moved(image: &Image<'_>) -> Option<String> {
    let rest = image.text.trim().strip_prefix("k8s.gcr.io/")?;
    Some(format!("registry.k8s.io/{rest}"))
}

/// Whether an entry is a beginning of an image's full name.
fn covers(entry: &str, name: &[&str]) -> bool {
    begins(entry.trim_end_matches('/').split('/'), name)
}

fn begins(mut entry: Split<'_, char>, name: &[&str]) -> bool {
    let Some(pattern) = entry.next() else { return true };
    if pattern == "**" {
        return (0..=name.len()).filter_map(|skip| name.get(skip..)).any(|rest| begins(entry.clone(), rest));
    }
    name.split_first().is_some_and(|(first, rest)| is_like(pattern, first) && begins(entry, rest))
}

/// Whether a segment is what a pattern with `*` says.
fn is_like(pattern: &str, segment: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == segment };
    let Some(rest) = segment.strip_prefix(head) else { return false };
    (0..=rest.len()).filter_map(|skip| rest.get(skip..)).any(|rest| is_like(tail, rest))
}

#[cfg(test)]
mod tests {
    use super::covers;
    use crate::image::ImageReference;

    fn is_covered(entry: &str, image: &str) -> bool {
        let name: Option<Vec<&str>> = ImageReference::parse(image).map(|image| image.segments().collect());
        name.is_some_and(|name| covers(entry, &name))
    }

    #[test]
    fn entries_are_beginnings_in_whole_segments() {
        for (entry, image) in [
            ("docker.io/library", "nginx:1.27"),
            ("docker.io/grafana/", "grafana/k6:1.3.0"),
            ("registry:5000", "registry:5000/team/app"),
            (
                "*.dkr.ecr.*.amazonaws.com",
                "137406935518.dkr.ecr.ap-northeast-2.amazonaws.com/traffic-tacos-gateway-api:1",
            ),
            ("ghcr.io/*/app", "ghcr.io/team/app/server:1"),
            ("**/*tiller*", "gcr.io/kubernetes-helm/tiller:v2"),
            ("**/*tiller*", "tiller"),
            ("**", "nginx"),
            ("ghcr.io/**/server", "ghcr.io/team/app/server@sha256:0a1b"),
        ] {
            assert!(is_covered(entry, image), "{entry} {image}");
        }
    }

    #[test]
    fn other_images_are_not_covered() {
        for (entry, image) in [
            ("nginx", "nginx"),
            ("gcr.io/team", "gcr.io/teamwork/app"),
            ("registry", "registry:5000/app"),
            ("ghcr.io/*/app", "ghcr.io/app"),
            ("ghcr.io/team/app/server", "ghcr.io/team/app"),
            ("**/*tiller*", "ghcr.io/team/app:tiller"),
        ] {
            assert!(!is_covered(entry, image), "{entry} {image}");
        }
    }
}

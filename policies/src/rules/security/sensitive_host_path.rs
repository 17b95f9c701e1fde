//! Directories of the node that give it away.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{host_paths, steps};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::rule::{Family, Meta, Profile, Rule};

/// A `hostPath` volume must not be a system directory of the node, nor hold the socket of its container runtime.
///
/// Whoever can write there, or can talk to that socket, owns the node: it starts containers without any of the limits
/// that Kubernetes sets. This holds even where other `hostPath` volumes are allowed. A path is followed before it is
/// compared: `/var/../etc` is `/etc`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct SensitiveHostPath {
    /// The directories.
    paths: Vec<String>,
    /// The sockets: the socket itself and every directory above it are reported.
    sockets: Vec<String>,
    /// Also report everything below the directories.
    below: bool,
}

impl Default for SensitiveHostPath {
    fn default() -> Self {
        let paths = ["/", "/boot", "/dev", "/etc", "/lib", "/proc", "/sys", "/usr"];
        let sockets = [
            "/run/docker.sock",
            "/var/run/docker.sock",
            "/run/containerd/containerd.sock",
            "/var/run/containerd/containerd.sock",
            "/run/crio/crio.sock",
            "/var/run/crio/crio.sock",
            "/run/cri-dockerd.sock",
            "/var/run/cri-dockerd.sock",
        ];
        Self { paths: paths.map(str::to_owned).to_vec(), sockets: sockets.map(str::to_owned).to_vec(), below: false }
    }
}

impl Rule for SensitiveHostPath {
    const META: Meta = Meta {
        name: "sensitive-host-path",
        family: Family::Security,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "mount the one file or directory below it that is needed",
        fix: None,
        origin: "kube-linter docker-sock and sensitive-host-mounts; \
                 https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
    };

    fn check(&self, object: &Object, _: &Inventory, report: &mut Report) {
        for (name, field, path) in object.pods().flat_map(host_paths).filter(|(.., path)| !path.is_empty()) {
            let steps_of_path = steps(path);
            let is_listed = |listed: &String| {
                let listed = steps(listed);
                listed == steps_of_path || self.below && steps_of_path.starts_with(&listed)
            };
            if self.paths.iter().any(is_listed) {
                report.at(&field, format!("volume `{name}` is the system directory `{path}` of the node"));
            } else if let Some(socket) = self.sockets.iter().find(|socket| steps(socket).starts_with(&steps_of_path)) {
                let message = if steps(socket) == steps_of_path {
                    format!("volume `{name}` is the socket `{path}` of the node")
                } else {
                    format!("volume `{name}` is `{path}` of the node, which holds the socket `{socket}`")
                };
                report.at(&field, message);
            }
        }
    }
}

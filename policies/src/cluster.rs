//! What is true of the cluster and stands in no manifest: declared once in the policy, asked by many rules.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kind::Kind;
use crate::pattern::Glob;

/// What is true of the cluster and stands in no manifest.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Cluster {
    /// The Kubernetes version the manifests are for.
    pub kubernetes_version: Version,
    /// The AWS accounts that roles and queues may belong to; empty allows any.
    pub accounts: Vec<String>,
    /// The AWS region; empty allows any.
    pub region: String,
    /// The language each workload is written in, by the workload's name.
    pub runtimes: Runtimes,
    /// What exists although no manifest declares it.
    pub external: Vec<External>,
    /// Kinds of custom resources that carry a pod template, beyond those that are known.
    pub pod_kinds: Vec<PodKind>,
}

impl Default for Cluster {
    fn default() -> Self {
        Self {
            kubernetes_version: Version::default(),
            accounts: vec!["137406935518".to_owned()],
            region: "ap-northeast-2".to_owned(),
            runtimes: Runtimes::default(),
            external: Vec::new(),
            pod_kinds: Vec::new(),
        }
    }
}

impl Cluster {
    /// Whether objects of a kind are declared to exist in a namespace although no manifest holds them.
    pub fn has_externals(&self, kind: Kind, namespace: &str) -> bool {
        self.external_in(kind.name(), namespace).next().is_some()
    }

    /// Whether an object is declared to exist although no manifest holds it.
    pub fn has_external(&self, kind: Kind, namespace: &str, name: &str) -> bool {
        self.has_external_named(kind.name(), namespace, name)
    }

    /// The same for a kind by its name, known to the rules or not.
    pub fn has_external_named(&self, kind: &str, namespace: &str, name: &str) -> bool {
        let is_named = |external: &External| external.name.as_ref().is_none_or(|glob| glob.matches(name));
        self.external_in(kind, namespace).any(is_named)
    }

    /// What is declared to exist of a kind in a namespace although no manifest holds it.
    fn external_in(&self, kind: &str, namespace: &str) -> impl Iterator<Item = &External> {
        self.external.iter().filter(move |external| {
            external.kind.matches(kind) && external.namespace.as_ref().is_none_or(|glob| glob.matches(namespace))
        })
    }
}

/// The language each workload is written in.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Runtimes {
    /// Names of workloads written in Go.
    pub go: Vec<String>,
    /// Names of workloads that run on a JVM.
    pub jvm: Vec<String>,
}

impl Default for Runtimes {
    fn default() -> Self {
        Self {
            go: vec!["inventory-api".to_owned(), "payment-sim-api".to_owned()],
            jvm: vec!["reservation-api".to_owned()],
        }
    }
}

/// Objects that exist although no manifest declares them: made by an operator, a chart, or another repository.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct External {
    /// The kind, as a glob.
    pub kind: Glob,
    /// The namespace, as a glob; absent means any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<Glob>,
    /// The name, as a glob; absent means any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Glob>,
    /// Who makes them.
    pub reason: String,
}

/// A kind of custom resource that carries a pod template.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PodKind {
    /// The API group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// The RFC 6901 pointer of the pod template, which holds `metadata` and `spec`: `/spec/template`.
    pub path: String,
}

/// A Kubernetes version, `1.<minor>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Version {
    /// The number after the dot.
    pub minor: u16,
}

impl Default for Version {
    fn default() -> Self {
        Self { minor: 33 }
    }
}

/// Text that names no Kubernetes version.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("not a Kubernetes version: write it like 1.33")]
pub struct NotAVersion;

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let minor = text.trim_start_matches('v').strip_prefix("1.").ok_or(NotAVersion)?;
        let minor = minor.split('.').next().unwrap_or_default();
        minor.parse().map(|minor| Self { minor }).map_err(|_| NotAVersion)
    }
}

impl TryFrom<String> for Version {
    type Error = NotAVersion;

    fn try_from(text: String) -> Result<Self, NotAVersion> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}

impl JsonSchema for Version {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "description": "A Kubernetes version in quotes: \"1.33\".", "type": "string", "pattern": r"^v?1\.[0-9]+(\.[0-9]+)?$" })
    }
}

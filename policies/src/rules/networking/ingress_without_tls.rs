//! Ingresses in clear text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};

/// Every host of an Ingress must be served with TLS.
///
/// Without it passwords and tokens cross the network for anyone to read. A host is covered by an entry of `tls` that
/// lists it, that lists `*.` for its first label, or that lists no host at all. A load balancer that finds its
/// certificate through an annotation needs no `tls`. A rule without host is the business of ingress-host-too-broad.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct IngressWithoutTls {
    /// Also report an Ingress that does not turn off clear text by the annotation `kubernetes.io/ingress.allow-http`.
    allow_http_annotation: bool,
    /// Annotations that stand in for `tls`.
    tls_annotations: Vec<String>,
}

impl Default for IngressWithoutTls {
    fn default() -> Self {
        let tls_annotations = vec!["alb.ingress.kubernetes.io/certificate-arn".to_owned()];
        Self { allow_http_annotation: false, tls_annotations }
    }
}

impl Rule for IngressWithoutTls {
    const META: Meta = Meta {
        name: "ingress-without-tls",
        family: Family::Networking,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: &[Kind::Ingress],
        remediation: "add the host to `tls`, with the Secret that holds its certificate",
        fix: None,
        origin: "Polaris tlsSettingsMissing, Gatekeeper; \
                 https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",
    };

    fn check(&self, ingress: &Object, _: &Inventory, report: &mut Report) {
        let (tls, annotations) = (ingress.at("spec/tls"), ingress.at("metadata/annotations"));
        let http = annotations.get("kubernetes.io/ingress.allow-http");
        if self.allow_http_annotation && http.as_str() != Some("false") {
            report
                .at(&http, "the Ingress answers clear text, too: `kubernetes.io/ingress.allow-http` is not \"false\"");
        }
        let is_given = |key: &String| annotations.get(key).as_str().is_some_and(|value| !value.is_empty());
        if self.tls_annotations.iter().any(is_given) {
            return;
        }
        if tls.has_no_content() {
            report.at(&tls, "the Ingress has no `tls`");
            return;
        }
        for field in ingress.at("spec/rules").items().map(|rule| rule.at("host")) {
            let Some(host) = field.as_str().filter(|host| !host.is_empty()) else { continue };
            if !tls.items().any(|entry| covers(entry.at("hosts"), host)) {
                report.at(&field, format!("the host `{host}` is in no entry of `tls`")).because(&tls, "the entries");
            }
        }
    }
}

fn covers(hosts: Field<'_>, host: &str) -> bool {
    let matches = |pattern: &str| {
        let is_below = |suffix: &str| host.split_once('.').is_some_and(|(first, rest)| first != "*" && rest == suffix);
        pattern == host || pattern.strip_prefix("*.").is_some_and(is_below)
    };
    hosts.is_empty() || hosts.items().any(|pattern| pattern.as_str().is_some_and(matches))
}

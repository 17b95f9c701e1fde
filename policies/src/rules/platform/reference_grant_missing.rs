//! References into namespaces that have not agreed to them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Target, backends};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Field, Object};
use crate::rule::{Family, Meta, Profile, Rule};

/// What a route or a Gateway uses of another namespace must be granted there.
///
/// A backend or a certificate in another namespace is refused without a ReferenceGrant in that namespace, which lists
/// who may refer (`from`: group, kind, namespace) and to what (`to`: group, kind and, if it says so, name). The route
/// then answers 500, the listener is not served. Absent kinds mean Service and Secret.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ReferenceGrantMissing {}

impl Rule for ReferenceGrantMissing {
    const META: Meta = Meta {
        name: "reference-grant-missing",
        family: Family::Platform,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: &[Kind::Gateway, Kind::GrpcRoute, Kind::HttpRoute, Kind::TcpRoute, Kind::TlsRoute, Kind::UdpRoute],
        remediation: "add a ReferenceGrant to the namespace that is referred to",
        fix: None,
        origin: "Gateway API; https://gateway-api.sigs.k8s.io/api-types/referencegrant/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        if object.kind() == Kind::Gateway {
            let listeners = object.at("spec/listeners").items();
            let certificates = listeners.flat_map(|listener| listener.at("tls/certificateRefs").items());
            certificates.for_each(|reference| check(&Target::new(reference, "Secret"), inventory, report));
        } else {
            backends(object).for_each(|reference| check(&Target::new(reference, "Service"), inventory, report));
        }
    }
}

fn check(target: &Target<'_>, inventory: &Inventory, report: &mut Report) {
    let (object, namespace) = (target.name.object(), target.namespace());
    let Some(name) = target.name.as_str() else { return };
    // Where the namespace of either is not written, they may be the same.
    if namespace == object.namespace() || namespace.is_empty() || object.namespace().is_empty() {
        return;
    }
    let grants = inventory.in_namespace(Kind::ReferenceGrant, namespace);
    let mut all = grants.chain(inventory.in_namespace(Kind::ReferenceGrant, ""));
    if all.any(|grant| grants_it(grant, object, target, name)) {
        return;
    }
    if inventory.holds_all(Kind::ReferenceGrant, namespace) {
        let what = format!("{} `{name}`", target.kind);
        report.at(&target.namespace, format!("no ReferenceGrant in namespace `{namespace}` allows the use of {what}"));
    } else {
        report.not_evaluated("a ReferenceGrant that is not known may allow the use of another namespace");
    }
}

fn grants_it(grant: &Object, object: &Object, target: &Target<'_>, name: &str) -> bool {
    let text = |field: Field<'_>, key, wanted: &str| field.at(key).as_str().unwrap_or_default() == wanted;
    let is_from = grant.at("spec/from").items().any(|from| {
        text(from, "group", object.group())
            && text(from, "kind", object.kind_name())
            && text(from, "namespace", object.namespace())
    });
    let is_to = |to: Field<'_>| {
        let is_named = to.at("name").as_str().is_none_or(|granted| granted.is_empty() || granted == name);
        text(to, "group", target.group) && text(to, "kind", target.kind) && is_named
    };
    is_from && grant.at("spec/to").items().any(is_to)
}

//! What this platform needs beyond all peers.

mod namespace_not_isolated;
mod namespace_undeclared;
mod reference_grant_missing;
mod route_backend_missing;
mod route_parent_missing;
mod shutdown_not_graceful;

pub(super) use namespace_not_isolated::NamespaceNotIsolated;
pub(super) use namespace_undeclared::NamespaceUndeclared;
pub(super) use reference_grant_missing::ReferenceGrantMissing;
pub(super) use route_backend_missing::RouteBackendMissing;
pub(super) use route_parent_missing::RouteParentMissing;
pub(super) use shutdown_not_graceful::ShutdownNotGraceful;

use crate::object::{Field, Object};

/// The group of the Gateway API.
const GROUP: &str = "gateway.networking.k8s.io";

/// What a reference of the Gateway API leads to, its defaults filled in.
struct Target<'a> {
    group: &'a str,
    kind: &'a str,
    name: Field<'a>,
    namespace: Field<'a>,
}

impl<'a> Target<'a> {
    /// A reference to an object of the core group, unless it says otherwise.
    fn new(reference: Field<'a>, kind: &'static str) -> Self {
        Self::with(reference, "", kind)
    }

    /// A reference to a Gateway, unless it says otherwise.
    fn parent(reference: Field<'a>) -> Self {
        Self::with(reference, GROUP, "Gateway")
    }

    fn with(reference: Field<'a>, group: &'static str, kind: &'static str) -> Self {
        Self {
            group: reference.at("group").as_str().unwrap_or(group),
            kind: reference.at("kind").as_str().unwrap_or(kind),
            name: reference.at("name"),
            namespace: reference.at("namespace"),
        }
    }

    /// Its namespace: absent, that of the object that refers to it.
    fn namespace(&self) -> &'a str {
        self.namespace.as_str().unwrap_or(self.name.object().namespace())
    }
}

/// The backends of a route: those of its rules, and those its filters mirror requests to.
fn backends(route: &Object) -> impl Iterator<Item = Field<'_>> {
    route.at("spec/rules").items().flat_map(|rule| {
        let backends = rule.at("backendRefs").items();
        let filters = backends.clone().flat_map(|backend| backend.at("filters").items());
        let mirrors = rule.at("filters").items().chain(filters).map(|filter| filter.at("requestMirror/backendRef"));
        backends.chain(mirrors.filter(Field::is_present))
    })
}

//! Whether a pod gets the token of its service account, and whether that token opens anything.

use super::rbac::{Referent, find_rule, role_of};
use crate::inventory::{Existence, Inventory};
use crate::kind::Kind;
use crate::object::{Field, Object, Pod};

/// The field that decides whether a pod mounts its account's token, where it does. `None` where it does not, or where that is
/// not known.
pub(super) fn mounted_token<'a>(pod: &Pod<'a>, inventory: &'a Inventory) -> Option<Field<'a>> {
    // The collector's operator leaves no choice, and the kubelet's own pods have no account.
    let is_mirror = pod.annotations().get("kubernetes.io/config.mirror").is_present();
    if pod.object().kind() == Kind::OpenTelemetryCollector || is_mirror {
        return None;
    }
    let own = pod.at("automountServiceAccountToken");
    if own.is_present() {
        // A TestRun writes the boolean as a string.
        return (own.is_true() || own.as_str() == Some("true")).then_some(own);
    }
    match inventory.service_account_of(pod) {
        Existence::Found(account) => {
            let field = account.at("automountServiceAccountToken");
            (field.as_bool() != Some(false)).then_some(if field.is_present() { field } else { own })
        }
        Existence::Missing => (pod.service_account().0 == "default").then_some(own),
        Existence::Unknown => None,
    }
}

/// Whether a binding grants a service account something: by name, or as one of all accounts of its namespace or the cluster.
pub(super) fn is_bound(namespace: &str, account: &str, inventory: &Inventory) -> bool {
    let grants = |binding: &Object| match role_of(binding, inventory) {
        Referent::Known(role) => find_rule(role, inventory, &|_| true).is_some(),
        Referent::BuiltIn(_) | Referent::Unknown => true,
    };
    // Kubernetes binds all accounts to what anybody may see; that is no sign that one needs its token.
    let is_deliberate = |binding: &&Object| !binding.name().starts_with("system:");
    if inventory.bindings_of("ServiceAccount", namespace, account).any(grants) {
        return true;
    }
    let user = format!("system:serviceaccount:{namespace}:{account}");
    let group = format!("system:serviceaccounts:{namespace}");
    inventory.bindings_of("User", "", &user).any(grants)
        || inventory.bindings_of("Group", "", &group).filter(is_deliberate).any(grants)
        || inventory.bindings_of("Group", "", "system:serviceaccounts").filter(is_deliberate).any(grants)
}

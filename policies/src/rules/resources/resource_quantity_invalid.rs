//! Amounts of resources that the API server refuses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bound, may_be_given};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::{Container, Field, Object, Role};
use crate::quantity::Quantity;
use crate::rule::{Family, Meta, Profile, Rule};
use crate::tree::Value;

/// The resources of a container must be quantities, and a request no larger than its limit.
///
/// The API server refuses everything else: `700MB`, `1 Gi` and `512mi` are no quantities, no amount is negative, and nothing can
/// reserve more than it may take. In a custom resource the mistake shows later, when its operator makes the pod.
///
/// The fields are all of `resources.requests` and `resources.limits` of every regular and init container, compared as numbers.
/// Where a limit is absent, the one that a LimitRange of the namespace gives counts. Huge pages and extended resources such as
/// `nvidia.com/gpu` cannot be shared out twice: their request must equal their limit, and extended resources are whole numbers.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct ResourceQuantityInvalid {}

impl Rule for ResourceQuantityInvalid {
    const META: Meta = Meta {
        name: "resource-quantity-invalid",
        family: Family::Resources,
        profile: Profile::Baseline,
        severity: Severity::Error,
        action: Action::Deny,
        kinds: Kind::PODS,
        remediation: "write a number with one of the suffixes m, k, M, G, T, Ki, Mi, Gi, Ti, and keep requests within limits",
        fix: Some(Safety::Unsafe),
        origin: "what the API server refuses; \
                 https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for container in object.pods().flat_map(|pod| pod.containers_of(&Role::WITH_RESOURCES)) {
            for (resource, field) in container.at("resources/limits").entries() {
                check_value(&container, Bound::Limit, resource, &field, report);
            }
            for (resource, field) in container.at("resources/requests").entries() {
                let quantity = check_value(&container, Bound::Request, resource, &field, report);
                if let Some(quantity) = quantity {
                    check_limit(&container, resource, &field, quantity, inventory, report);
                }
            }
        }
    }
}

/// Reports an amount that is none, and returns one that is. Values that are neither text nor number are the schema's matter.
fn check_value(
    container: &Container<'_>,
    bound: Bound,
    resource: &str,
    field: &Field<'_>,
    report: &mut Report,
) -> Option<Quantity> {
    if !matches!(field.value(), Value::String(_) | Value::Int(_) | Value::Float(_)) {
        return None;
    }
    let quantity = field.as_quantity();
    let fault = match quantity {
        None => "which is no quantity",
        Some(quantity) if quantity.is_negative() => "which is less than nothing",
        Some(quantity) if is_extended(resource) && quantity.milli() % 1000 != 0 => "which is no whole number",
        Some(quantity) => return Some(quantity),
    };
    let text = field.text().filter(|text| !text.is_empty()).unwrap_or("\"\"".into());
    let message = format!("container `{}` has `{text}` as its {resource} {bound}, {fault}", container.name());
    let finding = report.at(field, message);
    if let Some(meant) = quantity.is_none().then(|| meant(resource, &text)).flatten() {
        finding.fix(Safety::Unsafe, field, meant);
    }
    None
}

fn check_limit(
    container: &Container<'_>,
    resource: &str,
    request: &Field<'_>,
    quantity: Quantity,
    inventory: &Inventory,
    report: &mut Report,
) {
    let can_be_overcommitted = !is_extended(resource) && !resource.starts_with("hugepages-");
    let (name, text) = (container.name(), || request.text().unwrap_or_default());
    let Some(limit) = container.effective_limit(resource, inventory) else {
        let is_unlimited = !can_be_overcommitted && container.limit(resource).is_absent();
        if is_unlimited && !may_be_given(container, inventory, report) {
            let message = format!("container `{name}` requests `{}` of {resource} without a limit of it", text());
            report.at(request, message);
        }
        return;
    };
    // The API server rounds both up to thousandths before it compares them.
    let (requested, limited) = (quantity.milli(), limit.quantity.milli());
    let fault = match () {
        () if requested > limited => "more than",
        () if requested < limited && !can_be_overcommitted => "less than",
        () => return,
    };
    let most = limit.field.text().unwrap_or_default();
    let message = format!("container `{name}` requests `{}` of {resource}, {fault} its limit of `{most}`", text());
    report.at(request, message).because(&limit.field, "the limit");
}

/// Whether a resource is one that a device plugin or an administrator defines.
fn is_extended(resource: &str) -> bool {
    resource.contains('/') && !resource.contains("kubernetes.io/")
}

/// The quantity that was probably meant.
fn meant(resource: &str, text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, suffix) = text.split_at_checked(end)?;
    let is_bytes = resource == "memory" || resource == "ephemeral-storage" || resource.starts_with("hugepages-");
    let suffix = match suffix.trim() {
        // Millibytes are what nobody means.
        "m" if is_bytes => return None,
        suffix if !is_bytes => suffix,
        suffix => match suffix.to_ascii_lowercase().as_str() {
            "b" => "",
            "k" | "kb" => "k",
            "m" | "mb" => "M",
            "g" | "gb" => "G",
            "t" | "tb" => "T",
            "ki" | "kib" => "Ki",
            "mi" | "mib" => "Mi",
            "gi" | "gib" => "Gi",
            "ti" | "tib" => "Ti",
            _ => return None,
        },
    };
    let quantity = format!("{number}{suffix}");
    quantity.parse::<Quantity>().is_ok().then_some(quantity)
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn the_intent_is_read_where_it_is_clear() {
        for (text, quantity) in [
            ("512mi", "512Mi"),
            ("700MB", "700M"),
            ("1 Gi", "1Gi"),
            ("1.5gib", "1.5Gi"),
            ("64K", "64k"),
            ("128 M", "128M"),
            ("100B", "100"),
        ] {
            assert_eq!(meant("memory", text).as_deref(), Some(quantity), "{text}");
        }
        assert_eq!(meant("cpu", "500 m").as_deref(), Some("500m"));
    }

    #[test]
    fn nothing_is_guessed() {
        for text in ["", "lots", "1,5Gi", "1..5Gi", "512 m", "512Mbit", "-1 Gi", "1Gi 2Gi"] {
            assert_eq!(meant("memory", text), None, "{text}");
        }
        for text in ["500M i", "2 cores", "500mi"] {
            assert_eq!(meant("cpu", text), None, "{text}");
        }
    }
}

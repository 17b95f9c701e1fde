//! What a container asks for and may take, after everything that fills in what its author left out.

use std::borrow::Cow;

use crate::inventory::Inventory;
use crate::object::{Container, Field};
use crate::quantity::Quantity;

/// An amount of a resource, and the field that decides it.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'a> {
    /// The amount.
    pub quantity: Quantity,
    /// Where it stands.
    pub field: Field<'a>,
}

impl<'a> Resource<'a> {
    /// The amount as it is written there, for messages.
    pub fn written(&self) -> Cow<'a, str> {
        self.field.text().unwrap_or_default()
    }
}

impl<'a> Container<'a> {
    /// The request its author wrote for a resource.
    pub fn request(&self, resource: &'a str) -> Field<'a> {
        self.at("resources/requests").get(resource)
    }

    /// The limit its author wrote for a resource.
    pub fn limit(&self, resource: &'a str) -> Field<'a> {
        self.at("resources/limits").get(resource)
    }

    /// The request that holds: the one written, else the limit, else what the namespace's LimitRange gives. `None` if there is
    /// none, or if what stands there is no quantity.
    pub fn effective_request(&self, resource: &'a str, inventory: &'a Inventory) -> Option<Resource<'a>> {
        let (request, limit) = (self.request(resource), self.limit(resource));
        if request.is_present() {
            return written(request);
        }
        if limit.is_present() {
            return written(limit);
        }
        self.given("defaultRequest", resource, inventory)
    }

    /// The limit that holds: the one written, else what the namespace's LimitRange gives.
    pub fn effective_limit(&self, resource: &'a str, inventory: &'a Inventory) -> Option<Resource<'a>> {
        let limit = self.limit(resource);
        if limit.is_present() { written(limit) } else { self.given("default", resource, inventory) }
    }

    fn given(&self, section: &'a str, resource: &'a str, inventory: &'a Inventory) -> Option<Resource<'a>> {
        let namespace = self.field().object().namespace();
        let (quantity, field) = inventory.container_default(namespace, section, resource)?;
        Some(Resource { quantity, field })
    }
}

fn written(field: Field<'_>) -> Option<Resource<'_>> {
    field.as_quantity().map(|quantity| Resource { quantity, field })
}

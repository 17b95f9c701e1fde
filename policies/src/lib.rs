//! The rules of tacos-lint, and everything they stand on: what a manifest is, what can be wrong with it, what to do about it.
//!
//! A pure library: no file, socket, clock, environment variable or thread. Text becomes a [`source::Reading`], a reading
//! becomes [`Object`]s, the objects of a run become an [`Inventory`], and [`Policy::evaluate`] says what is wrong with one of
//! them. The linter and the admission webhook call this one function, so they give one verdict.

mod amount;
mod cluster;
mod diagnostics;
mod environment;
mod finding;
mod image;
mod inventory;
mod kind;
mod manifest;
mod nodes;
mod object;
mod pattern;
mod policy;
mod quantity;
mod resources;
mod rule;
mod scaling;
mod selector;
mod suppress;

pub mod rules;
pub mod source;
pub mod tree;

pub use amount::Amount;
pub use cluster::{Cluster, External, NotAVersion, PodKind, Runtimes, Version};
pub use diagnostics::{DIAGNOSTICS, NOTHING_CHECKED};
pub use environment::Variable;
pub use finding::{Action, Edit, Finding, Fix, Related, Report, Safety, Severity, Suppression};
pub use image::ImageReference;
pub use inventory::{Existence, Inventory};
pub use kind::Kind;
pub use manifest::{Manifests, duplicate, nothing_checked, objects};
pub use nodes::{CAPACITY_TYPE, NodePool};
pub use object::{Container, Field, Object, ObjectRef, Pod, Role};
pub use pattern::{Glob, Pattern};
pub use policy::{Exemption, Options, Policy, PolicyError, PolicyFile, schema};
pub use quantity::{NotAQuantity, Quantity};
pub use resources::Resource;
pub use rule::{Definition, Family, Meta, Profile, Rule};
pub use scaling::{Replicas, ResourceMetric, ScaleTarget, Scaler};
pub use selector::Selector;
pub use suppress::PREFIX as IGNORE_PREFIX;

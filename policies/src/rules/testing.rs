//! What the unit tests of rules share.

use std::sync::Arc;

use crate::cluster::Cluster;
use crate::finding::Report;
use crate::inventory::Inventory;
use crate::manifest::objects;
use crate::rule::Rule;
use crate::source;
use crate::tree::Source;

/// The messages of a rule about all objects of a text.
pub(super) fn messages<R: Rule>(rule: &R, manifests: &str) -> Vec<String> {
    report(rule, manifests, true).findings.into_iter().map(|finding| finding.message).collect()
}

/// The messages of a rule where not everything could be read.
pub(super) fn messages_if_incomplete<R: Rule>(rule: &R, manifests: &str) -> Vec<String> {
    report(rule, manifests, false).findings.into_iter().map(|finding| finding.message).collect()
}

fn report<R: Rule>(rule: &R, manifests: &str, is_complete: bool) -> Report {
    let mut inventory = Inventory::new(Arc::new(Cluster::default()));
    for object in objects(source::read(&Source::new("test.yaml", manifests))).objects {
        inventory.apply(object);
    }
    if !is_complete {
        inventory.set_incomplete();
    }
    let mut report = Report::default();
    for object in inventory.objects().filter(|object| R::META.kinds.contains(&object.kind())) {
        rule.check(object, &inventory, &mut report);
    }
    report
}

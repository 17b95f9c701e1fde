//! JVMs whose regions of memory add up to more than their container may take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::jvm::{Heap, Jvm, Setting, Size};
use super::memory::mebibytes;
use super::runtime::{Runtime, containers_on};
use crate::finding::{Action, Report, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::quantity::Quantity;
use crate::rule::{Family, Meta, Profile, Rule};

/// What a JVM may take in all must fit into the container's memory limit.
///
/// The heap is only one region of several, and the kernel counts them all: a JVM under load that fills its regions is
/// killed although no heap is ever full. Counted are the heap (`-Xmx`, `-XX:MaxHeapSize`, `-XX:MaxRAMPercentage`),
/// `-XX:MaxMetaspaceSize` (absent: `metaspace`, as the JVM itself sets no bound), `-XX:MaxDirectMemorySize` (absent: as
/// much as the heap, which is what the JVM allows), `-XX:ReservedCodeCacheSize` (absent: 240 MiB, 48 MiB without tiered
/// compilation), `threads` and `native`. Judged where an option sets the heap and the container has a memory limit; not
/// where options come from files, Secrets or references. Options are read as jvm-heap-out-of-range does.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct JvmMemoryExceeded {
    /// What metaspace takes where no option bounds it.
    metaspace: Quantity,
    /// What the stacks of the threads take.
    threads: Quantity,
    /// What the JVM and its native libraries take besides.
    native: Quantity,
    /// Variables that the start script of the image hands to the JVM.
    names: Vec<String>,
}

impl Default for JvmMemoryExceeded {
    fn default() -> Self {
        Self { metaspace: mib(256), threads: mib(80), native: mib(64), names: vec!["JAVA_OPTS".to_owned()] }
    }
}

const fn mib(count: u64) -> Quantity {
    Quantity::from_units(count << 20)
}

impl Rule for JvmMemoryExceeded {
    const META: Meta = Meta {
        name: "jvm-memory-exceeded",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Error,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "bound metaspace, direct memory and code cache, lower the heap, or raise the memory limit",
        fix: None,
        origin: "https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for (_, container) in containers_on(Runtime::Jvm, object, inventory) {
            let Some(limit) = container.effective_limit("memory", inventory).filter(|limit| !limit.quantity.is_zero())
            else {
                continue;
            };
            let jvm = Jvm::of(&container, &self.names, inventory);
            let Heap::Size(heap, Some(setting)) = jvm.heap(limit.quantity) else { continue };
            let Some(regions) = self.regions(&jvm, heap) else { continue };
            let sum: Quantity = regions.iter().map(|(_, size)| *size).sum();
            if sum <= limit.quantity {
                continue;
            }
            let parts: Vec<String> =
                regions.iter().map(|(name, size)| format!("{name} {}", mebibytes(*size))).collect();
            let message = format!(
                "the JVM of container `{}` may take {}, more than the memory limit {}: {}",
                container.name(),
                mebibytes(sum),
                limit.written(),
                parts.join(" + "),
            );
            report.at(&setting.field, message).because(&limit.field, "the memory limit");
        }
    }
}

impl JvmMemoryExceeded {
    /// Every region by name; `None` where one is not known.
    fn regions(&self, jvm: &Jvm<'_>, heap: Quantity) -> Option<[(&'static str, Quantity); 6]> {
        if jvm.is_partial {
            return None;
        }
        let code_cache = if jvm.is_untiered { mib(48) } else { mib(240) };
        Some([
            ("heap", heap),
            ("metaspace", size(jvm.metaspace, self.metaspace)?),
            ("direct memory", size(jvm.direct, heap)?),
            ("code cache", size(jvm.code_cache, code_cache)?),
            ("threads", self.threads),
            ("native", self.native),
        ])
    }
}

fn size(setting: Option<Setting<'_>>, default: Quantity) -> Option<Quantity> {
    match setting.map(|setting| setting.size()) {
        None => Some(default),
        Some(Size::Bytes(size)) => Some(size),
        Some(Size::Malformed | Size::Unknown) => None,
    }
}

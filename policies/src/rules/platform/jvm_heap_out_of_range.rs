//! Heaps that are too large or too small for the memory limit of their container.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::jvm::{Heap, Jvm, Setting};
use super::memory::{mebibytes, outside};
use super::runtime::{Runtime, containers_on};
use crate::finding::{Action, Report, Safety, Severity};
use crate::inventory::Inventory;
use crate::kind::Kind;
use crate::object::Object;
use crate::quantity::Quantity;
use crate::rule::{Family, Meta, Profile, Rule};

/// The heap of a JVM must lie between `minimum` and `maximum` of the container's memory limit.
///
/// Too large, and metaspace, code cache, direct buffers and threads have no room: the kernel kills the process. Too small,
/// and memory is paid for that the program may not use, as it is with the JVM's own 25 %. The heap is `-Xmx` or
/// `-XX:MaxHeapSize`, else `-XX:MaxRAMPercentage`, else what the JVM takes by itself (25 %, 50 % of a small memory, and
/// 124.8 MiB in between). Options are read from JAVA_TOOL_OPTIONS, then JDK_JAVA_OPTIONS, then `names`, command and
/// arguments, then _JAVA_OPTIONS; a later one wins. A size that no JVM reads is reported, too. Not judged without a memory
/// limit, and where options come from files, Secrets or references.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::rules) struct JvmHeapOutOfRange {
    /// The least share of the memory limit.
    minimum: f64,
    /// The most share of the memory limit.
    maximum: f64,
    /// Variables that the start script of the image hands to the JVM.
    names: Vec<String>,
}

impl Default for JvmHeapOutOfRange {
    fn default() -> Self {
        Self { minimum: 0.5, maximum: 0.8, names: vec!["JAVA_OPTS".to_owned()] }
    }
}

impl Rule for JvmHeapOutOfRange {
    const META: Meta = Meta {
        name: "jvm-heap-out-of-range",
        family: Family::Platform,
        profile: Profile::Platform,
        severity: Severity::Warning,
        action: Action::Warn,
        kinds: Kind::PODS,
        remediation: "set `-Xmx` or `-XX:MaxRAMPercentage` to 50 % to 80 % of the memory limit",
        fix: Some(Safety::Unsafe),
        origin: "https://docs.oracle.com/en/java/javase/17/docs/specs/man/java.html",
    };

    fn check(&self, object: &Object, inventory: &Inventory, report: &mut Report) {
        for (_, container) in containers_on(Runtime::Jvm, object, inventory) {
            let Some(limit) = container.effective_limit("memory", inventory).filter(|limit| !limit.quantity.is_zero())
            else {
                continue;
            };
            let name = container.name();
            let (heap, setting) = match Jvm::of(&container, &self.names, inventory).heap(limit.quantity) {
                Heap::Size(heap, setting) => (heap, setting),
                Heap::Malformed(Setting { option, field, .. }) => {
                    report.at(&field, format!("container `{name}` dies at start: no JVM reads `{option}`"));
                    continue;
                }
                Heap::Unknown => continue,
            };
            let share = heap.ratio(limit.quantity);
            if (self.minimum..=self.maximum).contains(&share) {
                continue;
            }
            let is = outside(share, &limit, self.minimum, self.maximum);
            let Some(setting) = setting else {
                let message = format!("container `{name}` sets no heap, and the JVM takes {}, {is}", mebibytes(heap));
                report.at(&container.at("env"), message).because(&limit.field, "the memory limit");
                continue;
            };
            let option = setting.option;
            let finding = report.at(&setting.field, format!("container `{name}` sets a heap of `{option}`, {is}"));
            let bound = if share > self.maximum { self.maximum } else { self.minimum };
            let text = setting.field.as_str().unwrap_or_default();
            let wanted = option_for(option, limit.quantity, bound, share > bound);
            if let Some(wanted) = wanted.filter(|_| !text.is_empty()) {
                finding.fix(Safety::Unsafe, &setting.field, text.replace(option, &wanted));
            }
            finding.because(&limit.field, "the memory limit");
        }
    }
}

/// The option that sets the heap to a share of the limit; `None` where it sets something else as well.
fn option_for(option: &str, limit: Quantity, share: f64, is_maximum: bool) -> Option<String> {
    let mebibytes = limit.units() as f64 * share / 1_048_576.0;
    let mebibytes = if is_maximum { mebibytes.floor() } else { mebibytes.ceil() };
    let prefix = ["-Xmx", "-XX:MaxHeapSize="].into_iter().find(|prefix| option.starts_with(prefix));
    match prefix {
        Some(prefix) => Some(format!("{prefix}{mebibytes}m")),
        None => {
            option.starts_with("-XX:MaxRAMPercentage=").then(|| format!("-XX:MaxRAMPercentage={:.1}", share * 100.0))
        }
    }
}

//! What can be wrong with the input itself. Not rules: they cannot be ignored, exempted or switched off.

use crate::finding::Severity;
use crate::rule::Meta;

/// Every diagnostic, in alphabetical order.
pub static DIAGNOSTICS: [&Meta; 6] = [
    &IGNORE_UNUSED,
    &IGNORE_WITHOUT_REASON,
    &MANIFEST_UNREADABLE,
    &NOTHING_CHECKED,
    &OBJECT_DUPLICATED,
    &SUPPRESSION_FORBIDDEN,
];

/// An annotation or an exemption that suppresses nothing, or is past its date.
pub static IGNORE_UNUSED: Meta = Meta::diagnostic(
    "ignore-unused",
    Severity::Warning,
    "remove it: what it was for is mended, or it names the wrong rule, object or container",
);

/// An annotation without a reason, or for a rule that does not exist.
pub static IGNORE_WITHOUT_REASON: Meta = Meta::diagnostic(
    "ignore-without-reason",
    Severity::Error,
    "say why: `ignore.lint.traffictacos.store/<rule>: <reason>`, with a rule that `tacos-lint rules` lists",
);

/// Text that does not parse, a key that stands twice, an object without apiVersion or kind.
pub static MANIFEST_UNREADABLE: Meta = Meta::diagnostic(
    "manifest-unreadable",
    Severity::Error,
    "correct the text; until then nothing is known of what it might declare",
);

/// No object in all the input.
pub static NOTHING_CHECKED: Meta =
    Meta::diagnostic("nothing-checked", Severity::Error, "name a file or directory that holds Kubernetes manifests");

/// The same group, kind, namespace and name twice.
pub static OBJECT_DUPLICATED: Meta = Meta::diagnostic(
    "object-duplicated",
    Severity::Error,
    "keep one: in a cluster the later of the two overwrites the earlier",
);

/// An annotation in a place where the policy forbids suppressions.
pub static SUPPRESSION_FORBIDDEN: Meta = Meta::diagnostic(
    "suppression-forbidden",
    Severity::Error,
    "mend the finding, or ask for an exemption in the policy: it is strict, so annotations do not count",
);

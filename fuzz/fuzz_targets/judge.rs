//! Any bytes → the whole way: read, index, judge with every rule; every finding has a place inside the text.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use policies::{Options, Policy, Profile, objects, source, tree::Source};

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let options = Options { profile: Some(Profile::All), ..Options::default() };
    Policy::new(Vec::new(), &options).expect("every rule with its defaults")
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let manifests = objects(source::read(&Source::new("x.yaml", text)));
    let mut inventory = POLICY.inventory();
    for object in manifests.objects {
        inventory.apply(object);
    }
    for object in inventory.objects() {
        for finding in POLICY.evaluate(object, &inventory).findings {
            assert!(finding.place.span.end as usize <= text.len());
            let _ = (finding.place.start(), finding.place.end());
        }
    }
});

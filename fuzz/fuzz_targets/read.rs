//! Any bytes → the reader: an answer with places inside the text, for YAML and for JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use policies::{source, tree::Source};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for name in ["x.yaml", "x.json"] {
        let reading = source::read(&Source::new(name, text));
        for problem in &reading.problems {
            assert!(problem.place.span.start <= problem.place.span.end);
            assert!(problem.place.span.end as usize <= text.len());
            let _ = (problem.place.start(), problem.place.end());
        }
        for document in &reading.documents {
            let json = reading.tree.to_json(document.root);
            let again = source::read(&Source::new("x.json", format!("{{\"v\":{json}}}")));
            let root = again.documents.first().expect("JSON of our own is read").root;
            assert_eq!(again.tree.to_json(root)["v"], json);
        }
    }
});

//! Image references: where an image comes from, and whether it can change.

/// A reference to a container image, parsed: `[registry[:port]/]path[:tag][@digest]`.
///
/// Source: [the reference grammar](https://pkg.go.dev/github.com/distribution/reference), with what every container runtime
/// assumes where a part is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageReference<'a> {
    registry: &'a str,
    path: &'a str,
    tag: Option<&'a str>,
    digest: Option<&'a str>,
}

/// The registry of an image that names none.
const DEFAULT_REGISTRY: &str = "docker.io";

impl<'a> ImageReference<'a> {
    /// The reference in a text; `None` for an empty one, which an injector fills in.
    pub fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
        // A colon before the last slash belongs to the registry's port.
        let start = name.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match name.get(start..).and_then(|last| last.find(':')) {
            Some(colon) => (name.get(..start + colon)?, name.get(start + colon + 1..)),
            None => (name, None),
        };
        let is_registry = |first: &str| first.contains(['.', ':']) || first == "localhost";
        let (registry, path) = match name.split_once('/') {
            Some((first, rest)) if is_registry(first) => (first, rest),
            _ => (DEFAULT_REGISTRY, name),
        };
        let registry = if registry == "index.docker.io" { DEFAULT_REGISTRY } else { registry };
        let is_there = |part: &&str| !part.is_empty();
        (!path.is_empty()).then_some(Self {
            registry,
            path,
            tag: tag.filter(is_there),
            digest: digest.filter(is_there),
        })
    }

    /// The registry, with its port: `docker.io` where none is named.
    pub fn registry(&self) -> &'a str {
        self.registry
    }

    /// The path in the registry, as written.
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// The tag, if there is one.
    pub fn tag(&self) -> Option<&'a str> {
        self.tag
    }

    /// The digest, if there is one. It pins the image, whatever the tag says.
    pub fn digest(&self) -> Option<&'a str> {
        self.digest
    }

    /// The segments of the full name, without tag and digest: `docker.io`, `library`, `nginx` for `nginx`.
    pub fn segments(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        let is_official = self.registry == DEFAULT_REGISTRY && !self.path.contains('/');
        let library = is_official.then_some("library");
        std::iter::once(self.registry).chain(library).chain(self.path.split('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::ImageReference;

    fn parts(text: &str) -> Option<(String, Option<&str>, Option<&str>)> {
        let image = ImageReference::parse(text)?;
        let name: Vec<&str> = image.segments().collect();
        Some((name.join("/"), image.tag(), image.digest()))
    }

    #[test]
    fn every_part_is_found() {
        for (text, name, tag, digest) in [
            ("nginx", "docker.io/library/nginx", None, None),
            ("nginx:1.27", "docker.io/library/nginx", Some("1.27"), None),
            ("grafana/k6:1.3.0", "docker.io/grafana/k6", Some("1.3.0"), None),
            ("docker.io/nginx", "docker.io/library/nginx", None, None),
            ("index.docker.io/library/nginx", "docker.io/library/nginx", None, None),
            ("registry:5000/app", "registry:5000/app", None, None),
            ("registry:5000/team/app:2", "registry:5000/team/app", Some("2"), None),
            ("localhost/app", "localhost/app", None, None),
            ("team/app", "docker.io/team/app", None, None),
            ("nginx@sha256:0a1b", "docker.io/library/nginx", None, Some("sha256:0a1b")),
            ("ghcr.io/a/b:latest@sha256:0a1b", "ghcr.io/a/b", Some("latest"), Some("sha256:0a1b")),
            ("registry:5000/app@sha256:0a1b", "registry:5000/app", None, Some("sha256:0a1b")),
            ("nginx:", "docker.io/library/nginx", None, None),
            ("nginx@", "docker.io/library/nginx", None, None),
        ] {
            assert_eq!(parts(text), Some((name.to_owned(), tag, digest)), "{text}");
        }
    }

    #[test]
    fn nothing_is_no_image() {
        for text in ["", " ", ":latest", "@sha256:0a1b", "ghcr.io/"] {
            assert_eq!(parts(text), None, "{text}");
        }
    }
}

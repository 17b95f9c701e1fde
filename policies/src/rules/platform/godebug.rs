//! The GODEBUG settings that exist, and since when.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A Go version, `1.<minor>`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(super) struct GoVersion {
    minor: u16,
}

/// Text that names no Go version.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("not a Go version: write it like 1.24")]
pub(super) struct NotAGoVersion;

impl TryFrom<String> for GoVersion {
    type Error = NotAGoVersion;

    fn try_from(text: String) -> Result<Self, NotAGoVersion> {
        let minor = text.trim_start_matches("go").strip_prefix("1.").ok_or(NotAGoVersion)?;
        let minor = minor.split('.').next().unwrap_or_default();
        minor.parse().map(|minor| Self { minor }).map_err(|_| NotAGoVersion)
    }
}

impl From<GoVersion> for String {
    fn from(version: GoVersion) -> Self {
        version.to_string()
    }
}

impl fmt::Display for GoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}

impl JsonSchema for GoVersion {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "GoVersion".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": r"^(go)?1\.[0-9]+(\.[0-9]+)?$" })
    }
}

impl GoVersion {
    /// Whether the version has a setting.
    pub(super) fn knows(self, key: &str) -> bool {
        // Settings of the processor are named after its features.
        key.starts_with("cpu.")
            || SETTINGS.binary_search_by_key(&key, |(name, ..)| name).is_ok_and(|at| {
                let (_, since, until) = SETTINGS[at];
                (since..=until).contains(&self.minor)
            })
    }
}

/// Whether a text can be the key of a setting.
pub(super) fn is_key(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
    !text.is_empty() && text.bytes().all(is_allowed)
}

/// Without end so far.
const ON: u16 = u16::MAX;

/// Every setting, with the first and the last minor version that has it; 0 where it is older than anybody runs. Back-ported
/// settings count from the oldest release that got them.
///
/// Source: [the history of GODEBUG](https://go.dev/doc/godebug#history) and [package
/// runtime](https://pkg.go.dev/runtime#hdr-Environment_Variables).
static SETTINGS: &[(&str, u16, u16)] = &[
    ("adaptivestackstart", 19, ON),
    ("allocfreetrace", 0, 22),
    ("allowmultiplevcs", 23, ON),
    ("asyncpreemptoff", 14, ON),
    ("asynctimerchan", 23, ON),
    ("cgocheck", 0, ON),
    ("checkfinalizers", 25, ON),
    ("clobberfree", 0, ON),
    ("containermaxprocs", 25, ON),
    ("cryptocustomrand", 26, ON),
    ("dataindependenttiming", 24, ON),
    ("decoratemappings", 25, ON),
    ("disablethp", 21, ON),
    ("dontfreezetheworld", 0, ON),
    ("efence", 0, ON),
    ("embedfollowsymlinks", 25, ON),
    ("execerrdot", 19, ON),
    ("fips140", 24, ON),
    ("gccheckmark", 0, ON),
    ("gcpacertrace", 0, ON),
    ("gcshrinkstackoff", 0, ON),
    ("gcstoptheworld", 0, ON),
    ("gctrace", 0, ON),
    ("gocachehash", 0, ON),
    ("gocachetest", 0, ON),
    ("gocacheverify", 0, ON),
    ("gotestjsonbuildtext", 24, ON),
    ("gotypesalias", 22, ON),
    ("harddecommit", 17, ON),
    ("htmlmetacontenturlescape", 24, ON),
    ("http2client", 0, ON),
    ("http2debug", 0, ON),
    ("http2server", 0, ON),
    ("http2xconnect", 22, ON),
    ("httpcookiemaxnum", 24, ON),
    ("httplaxcontentlength", 22, ON),
    ("httpmuxgo121", 22, ON),
    ("httpservecontentkeepheaders", 23, ON),
    ("inittrace", 16, ON),
    ("installgoroot", 20, ON),
    ("invalidptr", 0, ON),
    ("jstmpllitinterp", 19, ON),
    ("madvdontneed", 12, ON),
    ("memprofilerate", 0, ON),
    ("multipartfiles", 19, ON),
    ("multipartmaxheaders", 19, ON),
    ("multipartmaxparts", 19, ON),
    ("multipathtcp", 21, ON),
    ("netdns", 0, ON),
    ("netedns0", 21, ON),
    ("pagetrace", 20, 22),
    ("panicnil", 21, ON),
    ("profstackdepth", 23, ON),
    ("randautoseed", 20, ON),
    ("randseednop", 24, ON),
    ("rsa1024min", 24, ON),
    ("runtimecontentionstacks", 22, 22),
    ("sbrk", 0, ON),
    ("scavtrace", 16, ON),
    ("scheddetail", 0, ON),
    ("schedtrace", 0, ON),
    ("tarinsecurepath", 19, ON),
    ("tls10server", 22, ON),
    ("tls3des", 23, ON),
    ("tlskyber", 23, 23),
    ("tlsmaxrsasize", 19, ON),
    ("tlsmlkem", 24, ON),
    ("tlsrsakex", 22, ON),
    ("tlssecpmlkem", 26, ON),
    ("tlssha1", 25, ON),
    ("tlsunsafeekm", 22, ON),
    ("traceadvanceperiod", 22, ON),
    ("traceallocfree", 23, ON),
    ("tracebackancestors", 11, ON),
    ("tracebacklabels", 26, ON),
    ("tracecheckstackownership", 24, ON),
    ("tracefpunwindoff", 21, ON),
    ("updatemaxprocs", 25, ON),
    ("urlmaxqueryparams", 24, ON),
    ("urlstrictcolons", 25, ON),
    ("winreadlinkvolume", 22, ON),
    ("winsymlink", 22, ON),
    ("x509keypairleaf", 23, ON),
    ("x509negativeserial", 23, ON),
    ("x509rsacrt", 24, ON),
    ("x509seriallength", 23, 23),
    ("x509sha1", 18, 23),
    ("x509sha256skid", 25, ON),
    ("x509usefallbackroots", 20, ON),
    ("x509usepolicies", 22, ON),
    ("zipinsecurepath", 19, ON),
];

#[cfg(test)]
mod tests {
    use super::{GoVersion, SETTINGS, is_key};

    #[test]
    fn the_settings_are_sorted() {
        assert!(SETTINGS.is_sorted_by_key(|(name, ..)| name));
    }

    #[test]
    fn versions_know_their_settings() {
        let go_123 = GoVersion { minor: 23 };
        assert!(go_123.knows("madvdontneed") && go_123.knows("asynctimerchan") && go_123.knows("cpu.avx2"));
        assert!(!go_123.knows("containermaxprocs") && !go_123.knows("allocfreetrace") && !go_123.knows("madvise"));
    }

    #[test]
    fn keys_are_words() {
        assert!(is_key("gctrace") && is_key("cpu.avx2"));
        assert!(!is_key("") && !is_key(" gctrace") && !is_key("a b"));
    }
}

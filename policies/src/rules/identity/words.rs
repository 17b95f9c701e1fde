//! Names split into words, and the words that mean a secret.

use smallvec::SmallVec;

/// The words of a name: split at `_`, `-`, `.`, and where capitals begin (`dbPassword`, `APIKey`).
pub(super) fn words(name: &str) -> SmallVec<[&str; 8]> {
    let mut words = SmallVec::new();
    for part in name.split(['_', '-', '.']).filter(|part| !part.is_empty()) {
        let bytes = part.as_bytes();
        let mut start = 0;
        for at in 1..bytes.len() {
            let (before, here, after) = (bytes[at - 1], bytes[at], bytes.get(at + 1));
            let begins = !before.is_ascii_uppercase() || after.is_some_and(u8::is_ascii_lowercase);
            if here.is_ascii_uppercase() && begins {
                words.extend(part.get(start..at));
                start = at;
            }
        }
        words.extend(part.get(start..));
    }
    words
}

/// How a name speaks of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mention {
    /// It ends with the secret: `DB_PASSWORD`.
    Itself,
    /// It goes on after it, and may mean a property of it: `PASSWORD_LENGTH`.
    Aspect,
}

/// Whether words hold one of the secrets, each of which may be several words: `api key`. Plural, joined (`APIKEY`) and
/// appended (`PGPASSWORD`) forms count.
pub(super) fn mention(words: &[&str], secrets: &[String]) -> Option<Mention> {
    let found = secrets.iter().filter_map(|secret| {
        let length = secret.split(' ').count();
        let apart = words.windows(length).rposition(|window| {
            let mut pairs = window.iter().zip(secret.split(' ')).enumerate();
            pairs.all(|(at, (word, part))| is_word(word, part, at + 1 == length))
        });
        let joined = words.iter().rposition(|word| ends_with(word, secret));
        let end = apart.map(|at| at + length).max(joined.map(|at| at + 1))?;
        Some(if end == words.len() { Mention::Itself } else { Mention::Aspect })
    });
    found.min_by_key(|mention| *mention != Mention::Itself)
}

/// Whether two words are the same, whatever their case, the plural allowed.
pub(super) fn is_word(word: &str, wanted: &str, plural: bool) -> bool {
    let singular = word.strip_suffix(['s', 'S']).unwrap_or(word);
    word.eq_ignore_ascii_case(wanted) || plural && singular.eq_ignore_ascii_case(wanted)
}

/// Whether a word ends with all words of a secret, written together.
fn ends_with(word: &str, secret: &str) -> bool {
    let singular = word.strip_suffix(['s', 'S']).unwrap_or(word);
    [word, singular].iter().any(|text| {
        let mut letters = text.bytes().rev();
        let mut wanted = secret.bytes().rev().filter(|byte| *byte != b' ');
        wanted.all(|byte| letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(&byte)))
    })
}

#[cfg(test)]
mod tests {
    use super::{Mention, mention, words};

    #[test]
    fn names_are_split_into_words() {
        assert_eq!(words("REDIS_PASSWORD_FROM_SECRETS").as_slice(), ["REDIS", "PASSWORD", "FROM", "SECRETS"]);
        assert_eq!(words("dbPassword").as_slice(), ["db", "Password"]);
        assert_eq!(words("APIKey-v2.old").as_slice(), ["API", "Key", "v2", "old"]);
        assert_eq!(words("oauth2Token").as_slice(), ["oauth2", "Token"]);
        assert_eq!(words("__X").as_slice(), ["X"]);
        assert!(words("").is_empty());
        assert_eq!(words("schlüsselÄ_Token").as_slice(), ["schlüsselÄ", "Token"]);
    }

    #[test]
    fn secrets_are_found_in_names() {
        let secrets = ["password", "token", "api key", "access key"].map(str::to_owned);
        let found = |name: &str| mention(&words(name), &secrets);
        for name in ["PASSWORD", "db-passwords", "API_KEY", "apiKeys", "STRIPE_APIKEY", "PGPASSWORD", "tokenPassword"] {
            assert_eq!(found(name), Some(Mention::Itself), "{name}");
        }
        for name in ["TOKEN_EXPIRY", "ACCESS_KEY_ID", "password.length", "TOKEN_API_KEY_FILE"] {
            assert_eq!(found(name), Some(Mention::Aspect), "{name}");
        }
        for name in ["TOKENIZER", "KEY_API", "API_VERSION_KEY", "ACCESS", "PASS", ""] {
            assert_eq!(found(name), None, "{name}");
        }
    }
}

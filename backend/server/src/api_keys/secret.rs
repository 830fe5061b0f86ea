//! The form of a secret: `amk_live_`, the key's id without its prefix (26 characters), `_`, 256 random bits (43
//! characters of base 62), and the CRC-32 of all before it (6 characters of base 62).
//!
//! The id tells a leaked secret's key from any log; the checksum lets scanners, and us, tell a secret from junk.

use super::cache::Digest;
use crate::infra::digest::{base62, random_base62};
use contract::ApiKeyId;
use sha2::{Digest as _, Sha256};

const MARK: &str = "amk_live_";
const ID: usize = 26;
const RANDOM: usize = 43;
const CHECKSUM: usize = 6;
const LENGTH: usize = MARK.len() + ID + 1 + RANDOM + CHECKSUM;

/// A new secret, on its way to its owner.
pub struct Secret(String);

impl Secret {
    /// Makes a secret for a key.
    pub fn new(id: ApiKeyId) -> Self {
        let id = id.to_string();
        let id = id.trim_start_matches(ApiKeyId::PREFIX).trim_start_matches('_');
        let body = format!("{MARK}{id}_{}", random_base62());
        let checksum = checksum(body.as_bytes());
        Self(body + &checksum)
    }

    /// How it begins: what may be shown for ever.
    pub fn prefix(&self) -> String {
        self.0.chars().take(MARK.len() + ID).collect()
    }

    /// How it ends.
    pub fn last_four(&self) -> String {
        self.0.chars().skip(LENGTH - 4).collect()
    }

    /// The digest that finds it again.
    pub fn digest(&self) -> Digest {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The secret itself, for its one showing.
    pub fn expose(self) -> String {
        self.0
    }
}

fn checksum(body: &[u8]) -> String {
    base62(&crc32fast::hash(body).to_be_bytes(), CHECKSUM)
}

/// The digest of what may be a secret; none for what can't be one, which is found without any lookup.
pub fn digest_of(secret: &[u8]) -> Option<Digest> {
    if secret.len() != LENGTH || !secret.starts_with(MARK.as_bytes()) {
        return None;
    }
    let (body, mark) = secret.split_at(LENGTH - CHECKSUM);
    // The checksum is no secret: comparing it may take any time.
    (number(mark) == Some(u64::from(crc32fast::hash(body)))).then(|| Sha256::digest(secret).into())
}

/// Reads base 62, without allocating: this is on the path of every call by key.
fn number(text: &[u8]) -> Option<u64> {
    text.iter().try_fold(0u64, |number, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'a'..=b'z' => byte - b'a' + 36,
            _ => return None,
        };
        Some(number * 62 + u64::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_the_documented_form() {
        let id = ApiKeyId::from_bits(7);
        let secret = Secret::new(id);
        assert_eq!(secret.prefix().replace(MARK, "key_"), id.to_string());
        let (digest, last_four) = (secret.digest(), secret.last_four());
        let text = secret.expose();
        assert_eq!(text.len(), 85);
        assert!(text.ends_with(&last_four) && last_four.len() == 4);
        assert_eq!(digest_of(text.as_bytes()), Some(digest));
    }

    #[test]
    fn a_typo_anywhere_is_noticed_without_a_lookup() {
        let text = Secret::new(ApiKeyId::from_bits(7)).expose();
        for place in 0..text.len() {
            let mut typo = text.clone().into_bytes();
            typo[place] = if typo[place] == b'x' { b'y' } else { b'x' };
            assert_eq!(digest_of(&typo), None, "place {place}");
        }
        assert_eq!(digest_of(&text.as_bytes()[1..]), None);
        assert_eq!(digest_of(b""), None);
        assert_eq!(digest_of(format!("{text} ").as_bytes()), None);
    }

    #[test]
    fn secrets_of_one_key_differ() {
        let id = ApiKeyId::from_bits(7);
        assert_ne!(Secret::new(id).digest(), Secret::new(id).digest());
    }
}

//! Keys that wrap keys: AES-256-GCM with a random nonce, bound to a place.

use crate::infra::digest;
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hkdf::{HKDF_SHA256, KeyType, Salt},
};
use zeroize::Zeroizing;

/// A plain key: wiped when it is dropped, and never printed.
pub type Key = Zeroizing<[u8; 32]>;

/// Nonce, key and tag.
pub const WRAPPED: usize = NONCE_LEN + 32 + 16;

/// A key does not fit, or what it should open was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

/// A fresh key.
pub fn random_key() -> Key {
    Zeroizing::new(digest::random_bytes())
}

/// Encrypts a key; it is opened only together with the same `place`.
pub fn wrap(by: &Key, place: &[u8], key: &Key) -> Result<[u8; WRAPPED], Broken> {
    let by = RandomizedNonceKey::new(&AES_256_GCM, by.as_slice()).map_err(|_| Broken)?;
    let mut out = [0; WRAPPED];
    let mut text = key.clone();
    let (nonce, tag) =
        by.seal_in_place_separate_tag(Aad::from(place), text.as_mut_slice()).map_err(|_| Broken)?;
    out[..NONCE_LEN].copy_from_slice(nonce.as_ref());
    out[NONCE_LEN..NONCE_LEN + 32].copy_from_slice(text.as_slice());
    out[NONCE_LEN + 32..].copy_from_slice(tag.as_ref());
    Ok(out)
}

/// Decrypts what [`wrap`] encrypted by this key for this place.
pub fn unwrap(by: &Key, place: &[u8], wrapped: &[u8]) -> Result<Key, Broken> {
    if wrapped.len() != WRAPPED {
        return Err(Broken);
    }
    let (nonce, sealed) = wrapped.split_at(NONCE_LEN);
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Broken)?;
    let by = RandomizedNonceKey::new(&AES_256_GCM, by.as_slice()).map_err(|_| Broken)?;
    let mut text = Zeroizing::new(sealed.to_vec());
    let opened = by.open_in_place(nonce, Aad::from(place), &mut text).map_err(|_| Broken)?;
    let mut key = Key::default();
    key.copy_from_slice(opened);
    Ok(key)
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

/// The key that only both halves together make (HKDF-SHA256, RFC 5869).
pub fn join(half: &Key, other: &[u8], purpose: &[u8]) -> Result<Key, Broken> {
    let mut key = Key::default();
    let joined = Salt::new(HKDF_SHA256, other).extract(half.as_slice());
    let made = joined.expand(&[purpose], Length).and_then(|okm| okm.fill(key.as_mut_slice()));
    made.map(|()| key).map_err(|_| Broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_key_opens_by_its_key_in_its_place_and_unchanged_only() {
        let (by, other, key) = (random_key(), random_key(), random_key());
        let wrapped = wrap(&by, b"here", &key).unwrap();
        assert!(unwrap(&by, b"here", &wrapped).unwrap() == key);
        assert!(unwrap(&by, b"there", &wrapped).is_err());
        assert!(unwrap(&other, b"here", &wrapped).is_err());
        assert!(unwrap(&by, b"here", &wrapped[1..]).is_err());
        for at in 0..wrapped.len() {
            let mut bent = wrapped;
            bent[at] ^= 1;
            assert!(unwrap(&by, b"here", &bent).is_err(), "byte {at}");
        }
        assert_ne!(wrapped, wrap(&by, b"here", &key).unwrap(), "a nonce is never used twice");
    }

    #[test]
    fn both_halves_and_the_purpose_make_the_key() {
        let (half, other) = (random_key(), random_key());
        let made = join(&half, other.as_slice(), b"a").unwrap();
        assert!(made == join(&half, other.as_slice(), b"a").unwrap());
        assert!(made != join(&half, other.as_slice(), b"b").unwrap());
        assert!(made != join(&other, half.as_slice(), b"a").unwrap());
        assert!(made != join(&half, random_key().as_slice(), b"a").unwrap());
    }
}

//! Ed25519: signing, and verifying with a public key as everybody keeps it (PEM of a SubjectPublicKeyInfo, RFC 8410).

use super::digest;
use crate::error::{Error, Result};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use std::fmt;

/// What stands before the 32 bytes of a key in its SubjectPublicKeyInfo.
const SPKI_HEAD: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const PEM_HEAD: &str = "-----BEGIN PUBLIC KEY-----";
const PEM_TAIL: &str = "-----END PUBLIC KEY-----";

/// A key that signs.
pub struct SigningKey(Ed25519KeyPair);

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey")
    }
}

impl SigningKey {
    /// The key of 32 secret bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self> {
        Ed25519KeyPair::from_seed_unchecked(seed).map(Self).map_err(Error::internal)
    }

    /// Signs a text: 64 bytes in base 64.
    pub fn sign(&self, text: &str) -> String {
        BASE64.encode(self.0.sign(text.as_bytes()))
    }

    /// What others verify with.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; 32];
        let public = self.0.public_key().as_ref();
        for (byte, of_key) in bytes.iter_mut().zip(public) {
            *byte = *of_key;
        }
        PublicKey(bytes)
    }
}

/// A key that verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Reads PEM, with whatever stands around it.
    pub fn from_pem(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once(PEM_HEAD)?;
        let (inner, _) = rest.split_once(PEM_TAIL)?;
        let inner: String = inner.chars().filter(|c| !c.is_whitespace()).collect();
        let der = BASE64.decode(inner).ok()?;
        der.strip_prefix(&SPKI_HEAD)?.try_into().ok().map(Self)
    }

    /// The key as PEM.
    pub fn pem(&self) -> String {
        let der = [SPKI_HEAD.as_slice(), &self.0].concat();
        format!("{PEM_HEAD}\n{}\n{PEM_TAIL}\n", BASE64.encode(der))
    }

    /// By which signed texts name the key: the start of its SHA-256, in hexadecimal.
    pub fn id(&self) -> String {
        digest::sha256_hex(&self.0).chars().take(16).collect()
    }

    /// Whether a signature is of this key over this text.
    pub fn holds(&self, text: &str, signature: &str) -> bool {
        let Ok(signature) = BASE64.decode(signature) else { return false };
        UnparsedPublicKey::new(&ED25519, self.0).verify(text.as_bytes(), &signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_text_and_key_only() {
        let (key, other) =
            (SigningKey::from_seed(&[7; 32]).unwrap(), SigningKey::from_seed(&[8; 32]).unwrap());
        let signature = key.sign("a text");
        assert!(key.public().holds("a text", &signature));
        assert!(!key.public().holds("another text", &signature));
        assert!(!other.public().holds("a text", &signature));
        assert!(!key.public().holds("a text", "junk") && !key.public().holds("a text", ""));
    }

    #[test]
    fn a_public_key_survives_its_pem_and_junk_is_none() {
        // RFC 8032, section 7.1, test 1.
        let seed: [u8; 32] = [
            0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4,
            0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
        ];
        let public = SigningKey::from_seed(&seed).unwrap().public();
        assert_eq!(
            digest::hex(&public.0),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
        assert_eq!(PublicKey::from_pem(&format!("# mine\r\n{}", public.pem())), Some(public));
        for junk in ["", PEM_HEAD, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"] {
            assert_eq!(PublicKey::from_pem(junk), None);
        }
    }
}

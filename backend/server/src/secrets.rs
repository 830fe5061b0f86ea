//! Keys derived from the root secret, which lives outside the database.

use crate::{
    config::Config,
    error::{Error, Result},
    infra::{digest, files},
};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use sha2::{Digest, Sha256};
use std::fmt;

/// The file of a local installation, in its data folder.
pub const FILE: &str = "secret.key";

/// One key a purpose, so that a leak of one does not open the others.
pub struct Secrets {
    session: [u8; 32],
    pepper: [u8; 32],
    seal: [u8; 32],
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

impl Secrets {
    /// Takes the root secret from the configuration, or from a file in the data folder that is made when absent.
    pub fn load(config: &Config) -> Result<Self> {
        let root = if config.auth.secret.is_empty() {
            from_file(&config.server.data_dir.join(FILE))?
        } else {
            config.auth.secret.expose().to_owned()
        };
        let derive = |purpose: &str| -> [u8; 32] {
            // The root has full entropy, so one hash with the purpose in front is a sound derivation.
            Sha256::new_with_prefix(format!("amaas/{purpose}/v1/")).chain_update(&root).finalize().into()
        };
        Ok(Self { session: derive("session"), pepper: derive("pepper"), seal: derive("seal") })
    }

    /// Signs access tokens.
    pub fn session(&self) -> &[u8] {
        &self.session
    }

    /// Peppers password hashes.
    pub fn pepper(&self) -> &[u8] {
        &self.pepper
    }

    /// Encrypts what the database may hold and its readers may not (AES-256-GCM, a random nonce in front, base 64);
    /// it can be opened only together with the same `place`, so that it can't be moved elsewhere.
    pub fn seal(&self, place: &str, text: &str) -> Result<String> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.seal).map_err(Error::internal)?;
        let mut sealed = text.as_bytes().to_vec();
        let nonce = key.seal_in_place_append_tag(Aad::from(place), &mut sealed).map_err(Error::internal)?;
        Ok(BASE64.encode([nonce.as_ref().as_slice(), &sealed].concat()))
    }

    /// Decrypts what [`Secrets::seal`] encrypted for this place.
    pub fn open(&self, place: &str, sealed: &str) -> Result<String> {
        let unreadable = || Error::internal("sealed text can't be opened: another secret, or it was changed");
        let mut bytes = BASE64.decode(sealed).map_err(|_| unreadable())?;
        let (nonce, text) = bytes.split_at_mut_checked(NONCE_LEN).ok_or_else(unreadable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| unreadable())?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.seal).map_err(Error::internal)?;
        let text = key.open_in_place(nonce, Aad::from(place), text).map_err(|_| unreadable())?;
        String::from_utf8(text.to_vec()).map_err(|_| unreadable())
    }
}

fn from_file(path: &std::path::Path) -> Result<String> {
    match std::fs::read_to_string(path) {
        Ok(root) if root.trim().len() >= 32 => Ok(root.trim().to_owned()),
        Ok(_) => Err(Error::internal("the secret file is too short; restore it from a backup")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let root = digest::random_base62();
            files::write_private(path, root.as_bytes()).map_err(Error::internal)?;
            Ok(root)
        }
        Err(error) => Err(Error::internal(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_text_opens_in_its_place_only_and_unchanged_only() {
        let secrets = Secrets { session: [1; 32], pepper: [2; 32], seal: [3; 32] };
        let sealed = secrets.seal("here", "a secret").unwrap();
        assert!(!sealed.contains("secret"));
        assert_ne!(sealed, secrets.seal("here", "a secret").unwrap());
        assert_eq!(secrets.open("here", &sealed).unwrap(), "a secret");
        assert!(secrets.open("there", &sealed).is_err());
        assert!(secrets.open("here", &sealed[4..]).is_err());
        assert!(secrets.open("here", "").is_err());
        assert!(Secrets { seal: [4; 32], ..secrets }.open("here", &sealed).is_err());
    }
}

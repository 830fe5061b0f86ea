//! Keys derived from the root secret, which lives outside the database.

use crate::{
    config::Config,
    error::{Error, Result},
    infra::digest,
};
use sha2::{Digest, Sha256};
use std::{fmt, io::Write as _};

/// One key a purpose, so that a leak of one does not open the others.
pub struct Secrets {
    session: [u8; 32],
    pepper: [u8; 32],
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
            from_file(&config.server.data_dir.join("secret.key"))?
        } else {
            config.auth.secret.expose().to_owned()
        };
        let derive = |purpose: &str| -> [u8; 32] {
            // The root has full entropy, so one hash with the purpose in front is a sound derivation.
            Sha256::new_with_prefix(format!("amaas/{purpose}/v1/")).chain_update(&root).finalize().into()
        };
        Ok(Self { session: derive("session"), pepper: derive("pepper") })
    }

    /// Signs access tokens.
    pub fn session(&self) -> &[u8] {
        &self.session
    }

    /// Peppers password hashes.
    pub fn pepper(&self) -> &[u8] {
        &self.pepper
    }
}

fn from_file(path: &std::path::Path) -> Result<String> {
    match std::fs::read_to_string(path) {
        Ok(root) if root.trim().len() >= 32 => Ok(root.trim().to_owned()),
        Ok(_) => Err(Error::internal("the secret file is too short; restore it from a backup")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let root = digest::random_base62();
            write_private(path, &root).map_err(Error::internal)?;
            Ok(root)
        }
        Err(error) => Err(Error::internal(error)),
    }
}

fn write_private(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

//! The file of keys that is kept apart from the backups: what opens them, and what was shredded since.
//!
//! It holds what lies in the data folder beside the database: the secret, the root keys (unless the configuration holds
//! them) and the shares. One such file is enough for all backups, and only the newest may be kept: an old one still
//! holds the shares of tenants that were deleted since.

use crate::{
    context::Context,
    error::{Error, Result},
    infra::{
        files,
        vault::{All, FILE, Key, Shares, parse_ring},
    },
    secrets,
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde::{Deserialize, Serialize};
use std::{
    io,
    path::{Path, PathBuf},
};
use zeroize::{Zeroize, Zeroizing};

const FORMAT: &str = "amaas keys";
const VERSION: u32 = 1;

/// The keys of an installation.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    format: String,
    version: u32,
    secret: Option<String>,
    root_keys: Option<String>,
    shares: Vec<Share>,
    shredded: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Share {
    tenant: String,
    id: String,
    share: String,
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        self.secret.zeroize();
        self.root_keys.zeroize();
        self.shares.iter_mut().for_each(|share| share.share.zeroize());
    }
}

impl KeyFile {
    /// Reads them where they lie.
    pub async fn collect(ctx: &Context) -> Result<Self> {
        let All { shares, shredded } = ctx.vault.shares().all().await?;
        let share = |((tenant, id), share): (&(String, String), &Key)| Share {
            tenant: tenant.clone(),
            id: id.clone(),
            share: BASE64.encode(share.as_slice()),
        };
        let text_of = |path: Option<PathBuf>| path.map(std::fs::read_to_string).transpose();
        let secret =
            ctx.config.auth.secret.is_empty().then(|| ctx.config.server.data_dir.join(secrets::FILE));
        Ok(Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            secret: text_of(secret).map_err(Error::internal)?,
            root_keys: text_of(ctx.vault.roots().file().map(Path::to_owned)).map_err(Error::internal)?,
            shares: shares.iter().map(share).collect(),
            shredded: shredded.into_iter().collect(),
        })
    }

    /// Writes the file; only an older file of keys is ever replaced.
    pub fn write(&self, path: &Path) -> Result<()> {
        let refused = |why: &dyn std::fmt::Display| Error::internal(format!("{}: {why}", path.display()));
        let text = Zeroizing::new(serde_json::to_string_pretty(self)? + "\n");
        if path.exists() {
            Self::read(path)?;
            return files::replace_private(path, text.as_bytes()).map_err(|error| refused(&error));
        }
        files::write_private(path, text.as_bytes()).map_err(|error| refused(&error))
    }

    /// Reads a file of keys.
    pub fn read(path: &Path) -> Result<Self> {
        let refused = |why: &dyn std::fmt::Display| Error::internal(format!("{}: {why}", path.display()));
        let text = Zeroizing::new(std::fs::read_to_string(path).map_err(|error| refused(&error))?);
        // The parser's own words may quote a key.
        let file: Self = serde_json::from_str(&text).map_err(|_| refused(&"this is no file of keys"))?;
        let is_ours = file.format == FORMAT && file.version == VERSION;
        if is_ours { Ok(file) } else { Err(refused(&"this file of keys is of another version")) }
    }

    /// The first of these root keys that is not in it.
    pub fn lacks(&self, ids: &[String]) -> Option<String> {
        let ring = self.root_keys.as_deref().and_then(parse_ring).unwrap_or_default();
        ids.iter().find(|id| !ring.iter().any(|root| root.id == **id)).cloned()
    }

    /// Puts secret and root keys into an empty data folder, and the shares into their empty store.
    pub async fn place(&self, data_dir: &Path, root_file: &Path, shares: &Shares) -> Result<()> {
        let write = |path: &Path, text: &Option<String>| -> io::Result<()> {
            text.as_ref().map_or(Ok(()), |text| files::write_private(path, text.as_bytes()))
        };
        write(&data_dir.join(secrets::FILE), &self.secret).map_err(Error::internal)?;
        // A root key that the configuration names elsewhere is where it is.
        if root_file == data_dir.join(FILE) {
            write(root_file, &self.root_keys).map_err(Error::internal)?;
        }
        self.place_shares(shares).await.map(drop)
    }

    /// Puts back the shares that are missing, but none of a tenant that was deleted; how many it were.
    pub async fn place_shares(&self, shares: &Shares) -> Result<usize> {
        shares.restore(&self.all()?).await
    }

    fn all(&self) -> Result<All> {
        let mut all = All { shredded: self.shredded.iter().cloned().collect(), ..All::default() };
        for share in &self.shares {
            let bytes = Zeroizing::new(BASE64.decode(&share.share).map_err(|_| damaged(share))?);
            let mut key = Key::default();
            if bytes.len() != key.len() || [&share.tenant, &share.id].iter().any(|part| !is_plain(part)) {
                return Err(damaged(share));
            }
            key.copy_from_slice(&bytes);
            all.shares.insert((share.tenant.clone(), share.id.clone()), key);
        }
        Ok(all)
    }
}

fn is_plain(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn damaged(share: &Share) -> Error {
    Error::internal(format!("the share of {:?} in the file of keys is damaged", share.tenant))
}

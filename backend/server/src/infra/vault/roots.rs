//! The root keys: they wrap the keys of tenants, and live outside the database.
//!
//! Several may be known at a time, each by its id (the beginning of its SHA-256): the first wraps, the others open what
//! was wrapped before. They come from a file, a key a line, or from the configuration. The file is read again whenever a
//! key is to be wrapped or an unknown id is met, so that a server that runs learns of a new root key by itself.

use super::wrap::Key;
use crate::{
    config::Config,
    error::{Error, Result},
    infra::{digest, files},
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};
use zeroize::Zeroizing;

/// The file of a local installation, in its data folder.
pub const FILE: &str = "root.key";

/// A root key.
pub struct RootKey {
    /// By which rows name it.
    pub id: String,
    /// The key itself.
    pub key: Key,
}

impl RootKey {
    /// From its bytes.
    pub fn new(key: Key) -> Self {
        let mut id = digest::sha256_hex(&[b"amaas root key id\0".as_slice(), key.as_slice()].concat());
        id.truncate(16);
        Self { id, key }
    }

    /// A fresh one.
    pub fn random() -> Self {
        Self::new(super::wrap::random_key())
    }

    /// From 32 bytes in base 64.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(BASE64.decode(text.trim()).ok()?);
        let mut key = Key::default();
        (bytes.len() == key.len()).then(|| key.copy_from_slice(&bytes))?;
        Some(Self::new(key))
    }

    /// 32 bytes in base 64, as it stands in a file.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(BASE64.encode(self.key.as_slice()))
    }
}

/// The known root keys, the one that wraps first; never empty.
pub type Ring = Vec<Arc<RootKey>>;

/// Reads keys, one a line (or between commas); none when one of them is no key.
pub fn parse_ring(text: &str) -> Option<Ring> {
    let lines = text.split(['\n', ',']).map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| RootKey::parse(line).map(Arc::new)).collect()
}

/// Where they come from, and what was last read there.
pub struct Roots {
    file: Option<PathBuf>,
    ring: RwLock<Arc<Ring>>,
}

impl Roots {
    /// Takes the root keys from the configuration, or from the file that it names, or from the data folder, where a first
    /// one is made when nothing was wrapped yet.
    pub fn open(config: &Config, is_first_start: bool) -> Result<Self> {
        let settings = &config.vault;
        if !settings.root_key.is_empty() {
            let text = format!("{}\n{}", settings.root_key.expose(), settings.other_root_keys.expose());
            let ring = parse_ring(&text).ok_or_else(|| Error::internal("vault.root_key is no key"))?;
            return Ok(Self { file: None, ring: RwLock::new(Arc::new(ring)) });
        }
        let file = Self::file_of(config);
        let is_ours = settings.root_key_file.as_os_str().is_empty();
        if is_ours && is_first_start && !file.exists() {
            let text = Zeroizing::new(format!("{}\n", *RootKey::random().to_text()));
            match files::write_private(&file, text.as_bytes()) {
                // Another process of this installation was quicker.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                written => written.map_err(Error::internal)?,
            }
        }
        let ring = RwLock::new(Arc::new(read(&file)?));
        Ok(Self { file: Some(file), ring })
    }

    /// The file that the configuration stands for, when it holds no key itself.
    pub fn file_of(config: &Config) -> PathBuf {
        match config.vault.root_key_file.as_os_str() {
            unset if unset.is_empty() => config.server.data_dir.join(FILE),
            _ => config.vault.root_key_file.clone(),
        }
    }

    /// The file; none when the keys stand in the configuration.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Every known key.
    pub fn ring(&self) -> Arc<Ring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The key that wraps now.
    pub fn current(&self) -> Result<Arc<RootKey>> {
        self.read_again()?;
        self.ring().first().cloned().ok_or_else(|| Error::internal("there is no root key"))
    }

    /// The key of this id.
    pub fn find(&self, id: &str) -> Result<Arc<RootKey>> {
        let known = |ring: &Ring| ring.iter().find(|root| root.id == id).cloned();
        if let Some(root) = known(&self.ring()) {
            return Ok(root);
        }
        self.read_again()?;
        known(&self.ring()).ok_or_else(|| Error::internal(unknown(id, &self.ring())))
    }

    /// Writes the file anew: these keys, the first of which wraps from now on.
    pub fn replace(&self, ring: &[Arc<RootKey>]) -> Result<()> {
        let Some(file) = &self.file else {
            return Err(Error::internal("the root keys stand in the configuration: change them there"));
        };
        let mut text = Zeroizing::new(String::new());
        for root in ring {
            text.push_str(&root.to_text());
            text.push('\n');
        }
        files::replace_private(file, text.as_bytes()).map_err(Error::internal)?;
        self.read_again()
    }

    fn read_again(&self) -> Result<()> {
        if let Some(file) = &self.file {
            let ring = read(file)?;
            *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
        }
        Ok(())
    }
}

fn unknown(id: &str, ring: &Ring) -> String {
    let known = ring.iter().map(|root| root.id.as_str()).collect::<Vec<_>>().join(", ");
    format!(
        "the keys of tenants are wrapped by the root key {id}, and only {known} is known here: this is the wrong root key. \
         Give back the right one (vault.root_key, vault.root_key_file or {FILE} in the data folder)"
    )
}

fn read(file: &Path) -> Result<Ring> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let place = file.display();
            return Err(Error::internal(format!(
                "the root key is missing: {place} is not there. Without it nothing that is stored can be read; \
                 bring it back from where it is kept"
            )));
        }
        Err(error) => {
            return Err(Error::internal(format!("the root key {} can't be read: {error}", file.display())));
        }
    };
    parse_ring(&text).filter(|ring| !ring.is_empty()).ok_or_else(|| {
        let place = file.display();
        Error::internal(format!("{place} holds no root key: expected 32 bytes in base 64, a key a line"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_from_its_text_and_junk_is_refused() {
        let root = RootKey::random();
        let again = RootKey::parse(&root.to_text()).unwrap();
        assert!(again.id == root.id && again.key == root.key);
        assert_ne!(root.id, RootKey::random().id);
        for junk in ["", "abc", "AAAA", &"A".repeat(60)] {
            assert!(RootKey::parse(junk).is_none(), "{junk:?}");
        }
        assert_eq!(parse_ring(&format!("{}\n\n{}\n", *root.to_text(), *again.to_text())).unwrap().len(), 2);
    }
}

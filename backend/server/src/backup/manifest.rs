//! What a backup holds, with the size and SHA-256 of each file.

use super::{DATABASE, MANIFEST, OBJECTS, at};
use crate::{
    error::Result,
    infra::{digest, files},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

const FORMAT: &str = "amaas backup";
const VERSION: u32 = 1;

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The key of an object, or the name of the database.
    pub key: String,
    /// Bytes.
    pub size_bytes: u64,
    /// In hexadecimal.
    pub sha256: String,
}

/// The list of all files of a backup.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: String,
    version: u32,
    /// The program that wrote it.
    pub program: String,
    /// RFC 3339.
    pub made_at: String,
    /// The root keys that the keys of tenants are wrapped by.
    pub root_keys: Vec<String>,
    /// The database.
    pub database: Entry,
    /// The objects, by key.
    pub objects: Vec<Entry>,
    /// Objects that rows name and that the storage had lost before the backup began.
    pub missing: Vec<String>,
}

impl Manifest {
    /// A manifest of this version.
    pub fn new(
        made_at: String,
        root_keys: Vec<String>,
        database: Entry,
        objects: Vec<Entry>,
        missing: Vec<String>,
    ) -> Self {
        let (format, program) = (FORMAT.to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        Self { format, version: VERSION, program, made_at, root_keys, database, objects, missing }
    }

    /// Writes it, which makes the folder a backup.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(MANIFEST);
        let text = serde_json::to_string_pretty(self)? + "\n";
        files::write_private(&path, text.as_bytes()).map_err(|error| at(&path, error))
    }

    /// Reads it.
    pub fn read(folder: &Path) -> Result<Self> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read_to_string(&path).map_err(|error| {
            at(
                &path,
                format_args!("{error}. A folder without a manifest is no whole backup: it was cut short"),
            )
        })?;
        let manifest: Self =
            serde_json::from_str(&text).map_err(|error| at(&path, format_args!("it is damaged: {error}")))?;
        if manifest.format != FORMAT || manifest.version != VERSION {
            return Err(at(&path, format_args!("expected version {VERSION} of an {FORMAT}")));
        }
        match manifest.objects.iter().find(|object| !is_key(&object.key)) {
            None if manifest.database.key == DATABASE => Ok(manifest),
            None => Err(at(&path, "it names another database")),
            Some(object) => Err(at(&path, format_args!("{:?} is no key of an object", object.key))),
        }
    }

    /// Holds every file against its size and SHA-256; every fault at once.
    pub fn verify(&self, folder: &Path) -> Result<()> {
        let files = self.objects.iter().map(|entry| (path_of(folder, &entry.key), entry));
        let mut faults = Vec::new();
        for (path, entry) in std::iter::once((folder.join(DATABASE), &self.database)).chain(files) {
            match measure(&path, &entry.key) {
                Ok(found) if found == *entry => {}
                Ok(_) => faults.push(format!("{}: not as its manifest says", path.display())),
                Err(error) => faults.push(format!("{}: {error}", path.display())),
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(at(folder, format_args!("damaged:\n{}", faults.join("\n"))))
        }
    }
}

/// Where an object lies in a backup.
pub fn path_of(folder: &Path, key: &str) -> PathBuf {
    folder.join(OBJECTS).join(key)
}

/// Whether a key is one of ours, and leads nowhere else.
pub fn is_key(key: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    key.split('/').all(|part| !matches!(part, "" | "." | "..") && part.bytes().all(is_plain))
}

/// The size and SHA-256 of a file.
pub fn measure(path: &Path, key: &str) -> std::io::Result<Entry> {
    let mut file = File::open(path)?;
    let (mut digest, mut size_bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => {
                digest.update(&buffer[..read]);
                size_bytes += read as u64;
            }
        }
    }
    Ok(Entry { key: key.to_owned(), size_bytes, sha256: digest::hex(&digest.finalize()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_leads_nowhere_else() {
        assert!(is_key("tenants/tenant_01/datasets/dataset_01/data.csv"));
        for key in ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/./b", "a\\b", "a/b/", "ä"] {
            assert!(!is_key(key), "{key:?}");
        }
    }
}

//! Puts a backup into an empty data folder.

use super::{
    DATABASE, at,
    manifest::{Entry, Manifest, path_of},
};
use crate::{
    check::{self, Report},
    config::Config,
    context::Context,
    error::{Error, Result},
    infra::{
        clock::Clock,
        files,
        storage::Storage,
        store::{SHARES, Store},
        vault::{FILE, Roots, Shares},
    },
    keys::KeyFile,
    secrets, tenants,
};
use bytes::Bytes;
use std::{
    fs, io,
    io::Read as _,
    path::{Path, PathBuf},
};

/// What a restore came to.
#[derive(Debug)]
pub struct Restored {
    /// Objects that were put in place.
    pub objects: usize,
    /// Tenants that were deleted after the backup was made, and are deleted again.
    pub deleted_again: Vec<String>,
    /// What the check of the laws found.
    pub report: Report,
}

/// Verifies a backup, puts it into an empty data folder together with its keys, deletes again what was deleted since it
/// was made, and checks the laws. Without `keys` those must lie in the data folder already.
pub async fn restore(config: Config, from: &Path, keys: Option<&Path>) -> Result<Restored> {
    if config.is_postgres() || !config.database.url.is_empty() {
        return Err(Error::internal(
            "a backup is restored to SQLite in the data folder; for PostgreSQL see docs/operations.md",
        ));
    }
    let manifest = Manifest::read(from)?;
    let keys = keys.map(KeyFile::read).transpose()?;
    let data_dir = config.server.data_dir.clone();
    require_empty(&data_dir, keys.is_some())?;
    require_keys(&config, &manifest, keys.as_ref())?;
    manifest.verify(from)?;
    files::create_private_folder(&data_dir).map_err(|error| at(&data_dir, error))?;
    let storage = Storage::open(&config)?;
    if !storage.list("").await?.is_empty() {
        return Err(Error::internal(
            "the storage of objects is not empty; a backup is restored into an empty one",
        ));
    }
    if let Some(keys) = &keys {
        let root_file =
            if config.vault.root_key.is_empty() { Roots::file_of(&config) } else { PathBuf::new() };
        keys.place(&data_dir, &root_file, &Shares::new(Store::open_shares(&config)?)).await?;
    }
    for object in &manifest.objects {
        place_object(&storage, from, object).await?;
    }
    place_database(from, &data_dir)?;
    let context = Context::open(config, Clock::default()).await?;
    context.db.migrate().await?;
    context.vault.verify().await?;
    let deleted_again = tenants::delete_again(&context).await?;
    let report = check::everything(&context).await?;
    context.db.close().await;
    Ok(Restored { objects: manifest.objects.len(), deleted_again, report })
}

/// Nothing may be there, but for the keys where no file of them is given.
fn require_empty(data_dir: &Path, has_keys: bool) -> Result<()> {
    let entries = match fs::read_dir(data_dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(at(data_dir, error)),
    };
    for entry in entries {
        let name = entry.map_err(|error| at(data_dir, error))?.file_name();
        let is_key = [FILE, secrets::FILE, SHARES].iter().any(|key| name == *key);
        if has_keys || !is_key {
            let why =
                format!("not empty, {} is there; a backup is restored into an empty folder", name.display());
            return Err(at(data_dir, why));
        }
    }
    Ok(())
}

/// Whether the keys that open the backup are at hand, before anything is put in place.
fn require_keys(config: &Config, manifest: &Manifest, keys: Option<&KeyFile>) -> Result<()> {
    let own_roots = !config.vault.root_key.is_empty() || !config.vault.root_key_file.as_os_str().is_empty();
    if let Some(id) = keys.filter(|_| !own_roots).and_then(|keys| keys.lacks(&manifest.root_keys)) {
        let why = format!("the backup is sealed under the root key {id}, which is not in this file of keys");
        return Err(Error::internal(why));
    }
    if manifest.root_keys.is_empty() || (keys.is_some() && !own_roots) {
        return Ok(());
    }
    let has_secret = keys.is_some() || !config.auth.secret.is_empty();
    if !has_secret && !config.server.data_dir.join(secrets::FILE).exists() {
        return Err(Error::internal(
            "the keys of the backup are missing, without which nobody could sign in and nothing could be read: name \
             their file by --keys",
        ));
    }
    let roots = Roots::open(config, false)?;
    manifest.root_keys.iter().try_for_each(|id| roots.find(id).map(drop))
}

async fn place_object(storage: &Storage, from: &Path, object: &Entry) -> Result<()> {
    let path = path_of(from, &object.key);
    let mut file = fs::File::open(&path).map_err(|error| at(&path, error))?;
    let mut writer = storage.write(&object.key).await?;
    loop {
        let mut piece = Vec::with_capacity(1 << 20);
        let read = file.by_ref().take(1 << 20).read_to_end(&mut piece).map_err(|error| at(&path, error))?;
        if read == 0 {
            return writer.finish().await;
        }
        writer.write(Bytes::from(piece)).await?;
    }
}

/// The database comes last and at once: a restore that was cut short left none.
fn place_database(from: &Path, data_dir: &Path) -> Result<()> {
    let (staged, place) = (data_dir.join("amaas.sqlite.restoring"), data_dir.join(DATABASE));
    let placed = fs::File::open(from.join(DATABASE)).and_then(|mut source| {
        let mut target = files::new_private(&staged)?;
        io::copy(&mut source, &mut target)?;
        target.sync_all()?;
        fs::rename(&staged, &place)?;
        files::sync_folder(&place)
    });
    placed.map_err(|error| at(&place, error))
}

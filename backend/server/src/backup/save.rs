//! Writes a backup.

use super::{
    DATABASE, OBJECTS, at,
    manifest::{Entry, Manifest, is_key, measure, path_of},
};
use crate::{
    check::{self, Named},
    context::Context,
    error::{Error, Result},
    infra::{db, digest, files},
};
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Write as _},
    path::Path,
};

/// How often the database is copied anew because objects went while others were copied.
const ROUNDS: usize = 5;

/// Copies database and objects into an empty folder, while the installation serves.
pub async fn save(ctx: &Context, folder: &Path) -> Result<Manifest> {
    if ctx.config.is_postgres() {
        return Err(Error::internal(
            "the database is PostgreSQL: dump it by pg_dump and copy the objects by the means of their storage, in this \
             order; `amaas keys export` writes the keys. See docs/operations.md",
        ));
    }
    begin(folder)?;
    let mut objects = BTreeMap::new();
    let mut lost = BTreeSet::new();
    for _ in 0..ROUNDS {
        let named = copy_database(ctx, folder).await?;
        copy_objects(ctx, folder, &named, &mut objects).await?;
        let missing: BTreeSet<_> =
            named.required.iter().filter(|key| !objects.contains_key(*key)).cloned().collect();
        // What the rows of two moments name and nobody has is not being deleted: it was lost before.
        let is_settled = missing.is_subset(&lost);
        if is_settled {
            return finish(ctx, folder, &named, objects, missing).await;
        }
        lost = missing;
    }
    Err(at(folder, "objects were deleted faster than they could be copied; try again when it is quieter"))
}

/// A new folder, or an empty one: nothing is ever overwritten.
fn begin(folder: &Path) -> Result<()> {
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => {}
            Some(_) => return Err(at(folder, "not empty; a backup is written into a new folder")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(at(folder, error)),
    }
    files::create_private_folder(&folder.join(OBJECTS)).map_err(|error| at(folder, error))
}

/// Copies the database as of one moment; what its rows name.
async fn copy_database(ctx: &Context, folder: &Path) -> Result<Named> {
    let path = folder.join(DATABASE);
    if path.exists() {
        fs::remove_file(&path).map_err(|error| at(&path, error))?;
    }
    ctx.db.copy_sqlite_to(&path).await?;
    let copy = db::open_sqlite_copy(&path).await?;
    let named = check::named(&copy).await;
    copy.close().await?;
    named
}

/// Copies the objects that rows name and that were not copied yet.
async fn copy_objects(
    ctx: &Context,
    folder: &Path,
    named: &Named,
    copied: &mut BTreeMap<String, Entry>,
) -> Result<()> {
    for object in ctx.storage.list("").await? {
        if !named.knows(&object.key) || copied.contains_key(&object.key) {
            continue;
        }
        if !is_key(&object.key) {
            return Err(Error::internal(format!("{:?} is no key of ours", object.key)));
        }
        if let Some(entry) = copy(ctx, folder, &object.key).await? {
            copied.insert(object.key, entry);
        }
    }
    Ok(())
}

/// Copies an object as it is stored; none when it went meanwhile.
async fn copy(ctx: &Context, folder: &Path, key: &str) -> Result<Option<Entry>> {
    let stored = ctx.storage.as_stored();
    let mut pieces = match stored.stream(key).await {
        Ok(pieces) => pieces,
        Err(_) if stored.size(key).await?.is_none() => return Ok(None),
        Err(error) => return Err(error),
    };
    let path = path_of(folder, key);
    let parent = path.parent().unwrap_or(folder);
    files::create_private_folder(parent).map_err(|error| at(&path, error))?;
    let mut file = files::new_private(&path).map_err(|error| at(&path, error))?;
    let (mut digest, mut size_bytes) = (Sha256::new(), 0);
    while let Some(piece) = pieces.try_next().await? {
        digest.update(&piece);
        size_bytes += piece.len() as u64;
        file.write_all(&piece).map_err(|error| at(&path, error))?;
    }
    file.sync_all().and_then(|()| files::sync_folder(&path)).map_err(|error| at(&path, error))?;
    Ok(Some(Entry { key: key.to_owned(), size_bytes, sha256: digest::hex(&digest.finalize()) }))
}

/// Takes away what the last copy of the database no longer names, and writes the manifest.
async fn finish(
    ctx: &Context,
    folder: &Path,
    named: &Named,
    mut objects: BTreeMap<String, Entry>,
    missing: BTreeSet<String>,
) -> Result<Manifest> {
    for key in objects.keys().filter(|key| !named.knows(key)) {
        let path = path_of(folder, key);
        fs::remove_file(&path).map_err(|error| at(&path, error))?;
    }
    objects.retain(|key, _| named.knows(key));
    let database = folder.join(DATABASE);
    let entry = fs::File::open(&database)
        .and_then(|file| file.sync_all())
        .and_then(|()| files::sync_folder(&database))
        .and_then(|()| measure(&database, DATABASE));
    let entry = entry.map_err(|error| at(&database, error))?;
    let root_keys = ctx.vault.root_keys().await?.into_iter().map(|(root, _)| root).collect();
    let made_at = ctx.clock.now().to_string();
    let (objects, missing) = (objects.into_values().collect(), missing.into_iter().collect());
    let manifest = Manifest::new(made_at, root_keys, entry, objects, missing);
    manifest.write(folder)?;
    Ok(manifest)
}

//! A folder or S3, behind one handle; bytes are taken as they are. What seals them is `storage.rs`.
//!
//! Invariants: an object appears whole or not at all, and once it appeared it survives a power cut; nothing outside
//! the folder is touched, even where a link in it leads there; what a killed process left half written is found and
//! removed by [`Store::remove_leftovers`] (on S3 by the bucket's rule for incomplete uploads).

use super::files::create_private_folder;
use crate::{
    config::Config,
    error::{Error, Result},
};
use bytes::Bytes;
use contract::Timestamp;
use futures_util::{TryStreamExt, stream::BoxStream};
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, GetRange, GetResult, ObjectMeta, ObjectStore, ObjectStoreExt,
    PutPayload, RetryConfig, WriteMultipart,
    aws::{AmazonS3, AmazonS3Builder},
    local::LocalFileSystem,
    path::Path,
};
use std::{
    fs, io,
    path::{Path as FilePath, PathBuf},
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

/// Below this part of the keys on S3 lie the shares of the vault, which are no objects of tenants; beside a folder of
/// objects they have a folder of their own.
pub const SHARES: &str = "keys";

/// Where bytes are kept.
#[derive(Clone, Debug)]
pub struct Store {
    store: Arc<dyn ObjectStore>,
    prefix: String,
    /// The folder with its links resolved; none on S3.
    folder: Option<Arc<FilePath>>,
}

/// An object as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The key, by which the other functions know it.
    pub key: String,
    /// Its size as it is stored.
    pub size_bytes: u64,
    /// When it was written.
    pub written_at: Timestamp,
}

impl Store {
    /// Opens the objects.
    pub fn open(config: &Config) -> Result<Self> {
        Self::open_at(config, "objects", "")
    }

    /// Opens the vault's shares.
    pub fn open_shares(config: &Config) -> Result<Self> {
        Self::open_at(config, SHARES, SHARES)
    }

    fn open_at(config: &Config, folder: &str, below: &str) -> Result<Self> {
        match config.storage.url.strip_prefix("s3://") {
            None => Self::open_folder(&config.server.data_dir.join(folder)),
            Some(place) => {
                let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
                let store = s3(config, bucket)?;
                let parts = [prefix.trim_matches('/'), below].into_iter().filter(|part| !part.is_empty());
                let prefix = parts.collect::<Vec<_>>().join("/");
                Ok(Self { store: Arc::new(store), prefix, folder: None })
            }
        }
    }

    fn open_folder(folder: &FilePath) -> Result<Self> {
        create_private_folder(folder).map_err(Error::internal)?;
        let folder = folder.canonicalize().map_err(Error::internal)?;
        let store = LocalFileSystem::new_with_prefix(&folder)?.with_automatic_cleanup(true).with_fsync(true);
        Ok(Self { store: Arc::new(store), prefix: String::new(), folder: Some(folder.into()) })
    }

    fn path(&self, key: &str) -> Path {
        if self.prefix.is_empty() { Path::from(key) } else { Path::from(format!("{}/{key}", self.prefix)) }
    }

    /// The place of a key, refused when a link in the folder leads out of it.
    async fn place(&self, key: &str) -> Result<Path> {
        let path = self.path(key);
        let Some(folder) = &self.folder else { return Ok(path) };
        let file = folder.join(path.as_ref());
        for existing in file.ancestors().take_while(|place| place.starts_with(folder)) {
            match tokio::fs::canonicalize(existing).await {
                Ok(resolved) if resolved.starts_with(folder) => return Ok(path),
                Ok(_) => return Err(Error::internal("a link leads out of the storage folder")),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(Error::unavailable(error)),
            }
        }
        Err(Error::unavailable("the storage folder is gone"))
    }

    /// Stores an object whole.
    pub async fn put(&self, key: &str, payload: PutPayload) -> Result<()> {
        self.store.put(&self.place(key).await?, payload).await?;
        Ok(())
    }

    /// Begins an object that comes in pieces; it appears when it is finished.
    pub async fn write(&self, key: &str) -> Result<WriteMultipart> {
        Ok(WriteMultipart::new(self.store.put_multipart(&self.place(key).await?).await?))
    }

    /// Reads an object, with its size.
    pub async fn get(&self, key: &str) -> Result<GetResult> {
        Ok(self.store.get(&self.place(key).await?).await?)
    }

    /// Reads the first bytes of an object, at most `limit`, with its size.
    pub async fn head(&self, key: &str, limit: u64) -> Result<GetResult> {
        let options = GetOptions { range: Some(GetRange::Bounded(0..limit)), ..GetOptions::default() };
        Ok(self.store.get_opts(&self.place(key).await?, options).await?)
    }

    /// Reads a small object whole, if it is there.
    pub async fn find(&self, key: &str) -> Result<Option<Bytes>> {
        match self.store.get(&self.place(key).await?).await {
            Ok(found) => Ok(Some(found.bytes().await?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Deletes an object; one that is absent counts as deleted.
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self.store.delete(&self.place(key).await?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The size of an object; none when it is absent.
    pub async fn size(&self, key: &str) -> Result<Option<u64>> {
        match self.store.head(&self.place(key).await?).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Every object below a folder of keys, in no order; half-written ones are not among them.
    pub async fn list(&self, folder: &str) -> Result<Vec<Listed>> {
        self.listed(self.store.list(Some(&self.path(folder)))).await
    }

    /// The objects below a folder of keys that come after a key in the order of keys.
    pub async fn list_after(&self, folder: &str, key: &str) -> Result<Vec<Listed>> {
        let (below, after) = (self.path(folder), self.path(key));
        self.listed(self.store.list_with_offset(Some(&below), &after)).await
    }

    async fn listed(
        &self,
        found: BoxStream<'static, object_store::Result<ObjectMeta>>,
    ) -> Result<Vec<Listed>> {
        let skip = if self.prefix.is_empty() { 0 } else { self.prefix.len() + 1 };
        let listed = found.map_ok(|meta| Listed {
            key: meta.location.as_ref().get(skip..).unwrap_or_default().to_owned(),
            size_bytes: meta.size,
            written_at: Timestamp::from_millis(meta.last_modified.timestamp_millis()),
        });
        Ok(listed.try_collect().await?)
    }

    /// Removes what was left half written and not touched since `before`; how many files it were.
    pub async fn remove_leftovers(&self, before: Timestamp) -> Result<usize> {
        let Some(folder) = self.folder.clone() else { return Ok(0) };
        let removed = tokio::task::spawn_blocking(move || remove_staged(&folder, before)).await;
        removed.map_err(Error::internal)?.map_err(Error::unavailable)
    }
}

fn s3(config: &Config, bucket: &str) -> Result<AmazonS3> {
    let settings = &config.storage;
    // A whole answer may take as long as a slow reader needs; a silent server may not.
    let client = ClientOptions::new()
        .with_timeout_disabled()
        .with_connect_timeout(Duration::from_secs(2))
        .with_read_timeout(Duration::from_secs(10));
    let retry = RetryConfig {
        backoff: BackoffConfig { max_backoff: Duration::from_secs(1), ..BackoffConfig::default() },
        max_retries: 4,
        retry_timeout: Duration::from_secs(8),
    };
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(&settings.region)
        .with_access_key_id(&settings.access_key_id)
        .with_secret_access_key(settings.secret_access_key.expose())
        .with_retry(retry);
    let mut options = client;
    if !settings.endpoint.is_empty() {
        builder = builder.with_endpoint(&settings.endpoint);
        options = options.with_allow_http(settings.endpoint.starts_with("http://"));
    }
    Ok(builder.with_client_options(options).build()?)
}

/// The folder store writes to `name#1` and renames; after a kill that file stays.
fn remove_staged(folder: &FilePath, before: Timestamp) -> io::Result<usize> {
    let mut removed = 0;
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            // The entry itself, not what a link leads to.
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() && is_staged(&entry.path()) && is_older(&entry, before) {
                fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

fn is_staged(file: &FilePath) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let number = name.rsplit_once('#').map_or("", |(_, number)| number);
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_older(entry: &fs::DirEntry, before: Timestamp) -> bool {
    let written = entry.metadata().and_then(|meta| meta.modified()).ok();
    let since = written.and_then(|written| written.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| i64::try_from(since.as_millis()).ok()).is_some_and(|at| at < before.millis())
}

//! Files of the tenants: a folder or S3, behind one handle. Keys are made by the server, never by a client.

use crate::{
    config::Config,
    error::{Error, Result},
};
use bytes::Bytes;
use futures_util::stream::BoxStream;
use object_store::{
    ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart, aws::AmazonS3Builder, local::LocalFileSystem,
    path::Path,
};
use std::sync::Arc;

/// Where files are kept.
#[derive(Clone, Debug)]
pub struct Storage {
    store: Arc<dyn ObjectStore>,
    prefix: String,
}

impl Storage {
    /// Opens the folder, or S3.
    pub fn open(config: &Config) -> Result<Self> {
        let Some(place) = config.storage.url.strip_prefix("s3://") else {
            let folder = config.server.data_dir.join("objects");
            std::fs::create_dir_all(&folder).map_err(Error::internal)?;
            let store = LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true);
            return Ok(Self { store: Arc::new(store), prefix: String::new() });
        };
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let settings = &config.storage;
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_region(&settings.region)
            .with_access_key_id(&settings.access_key_id)
            .with_secret_access_key(settings.secret_access_key.expose());
        if !settings.endpoint.is_empty() {
            builder = builder
                .with_endpoint(&settings.endpoint)
                .with_allow_http(settings.endpoint.starts_with("http://"));
        }
        Ok(Self { store: Arc::new(builder.build()?), prefix: prefix.trim_matches('/').to_owned() })
    }

    fn path(&self, key: &str) -> Path {
        if self.prefix.is_empty() { Path::from(key) } else { Path::from(format!("{}/{key}", self.prefix)) }
    }

    /// Stores a small object whole.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<()> {
        self.store.put(&self.path(key), PutPayload::from_bytes(bytes)).await?;
        Ok(())
    }

    /// Begins an object that comes in pieces; it appears when it is finished.
    pub async fn write(&self, key: &str) -> Result<Writer> {
        let upload = self.store.put_multipart(&self.path(key)).await?;
        Ok(Writer(WriteMultipart::new(upload)))
    }

    /// Reads an object whole.
    pub async fn get(&self, key: &str) -> Result<Bytes> {
        Ok(self.store.get(&self.path(key)).await?.bytes().await?)
    }

    /// Reads an object in pieces.
    pub async fn stream(&self, key: &str) -> Result<BoxStream<'static, object_store::Result<Bytes>>> {
        Ok(self.store.get(&self.path(key)).await?.into_stream())
    }

    /// Deletes an object; one that is absent counts as deleted.
    pub async fn delete(&self, key: &str) -> Result<()> {
        match self.store.delete(&self.path(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The size of an object; none when it is absent.
    pub async fn size(&self, key: &str) -> Result<Option<u64>> {
        match self.store.head(&self.path(key)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Answers when the storage does.
    pub async fn ping(&self) -> Result<()> {
        self.size("ping").await.map(|_| ())
    }
}

/// An object that is being written.
#[derive(Debug)]
pub struct Writer(WriteMultipart);

impl Writer {
    /// Adds a piece; waits while too many pieces are under way.
    pub async fn write(&mut self, piece: Bytes) -> Result<()> {
        self.0.wait_for_capacity(4).await?;
        self.0.put(piece);
        Ok(())
    }

    /// Makes the object appear.
    pub async fn finish(self) -> Result<()> {
        self.0.finish().await?;
        Ok(())
    }

    /// Throws away what was written.
    pub async fn abort(self) {
        if let Err(error) = self.0.abort().await {
            tracing::warn!(%error, "an unfinished object was left for the janitor");
        }
    }
}

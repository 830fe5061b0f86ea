//! Files of the tenants: a folder or S3, behind one handle. Keys are made by the server, never by a client.
//!
//! Invariants: what is of a tenant (its id is the first or second part of the key) is stored sealed by the tenant's
//! key, and opened before any of it is handed out; and those of `store.rs`.

pub use super::store::Listed;

use super::{
    store::Store,
    vault::{self, Broken, HEADER, Opener, Sealer, Vault},
};
use crate::{
    config::Config,
    error::{Error, Result},
};
use bytes::{Bytes, BytesMut};
use contract::{TenantId, Timestamp};
use futures_util::{StreamExt, TryStreamExt, stream, stream::BoxStream};
use object_store::{PutPayload, WriteMultipart};
use std::time::Duration;

/// How long somebody who is refused waits until what was begun is taken back.
pub const MOMENT: Duration = Duration::from_secs(2);
/// Pieces of an object under way at once.
const PIECES_UNDER_WAY: usize = 4;

/// An object in pieces.
pub type Pieces = BoxStream<'static, Result<Bytes>>;

/// Where files are kept.
#[derive(Clone, Debug)]
pub struct Storage {
    store: Store,
    /// By which objects of tenants are sealed; none where bytes are taken as they are.
    vault: Option<Vault>,
}

impl Storage {
    /// Opens the folder, or S3; bytes are taken as they are.
    pub fn open(config: &Config) -> Result<Self> {
        Ok(Self { store: Store::open(config)?, vault: None })
    }

    /// The same storage, where objects of tenants are sealed.
    pub fn sealed_by(self, vault: Vault) -> Self {
        Self { vault: Some(vault), ..self }
    }

    /// The same storage, where bytes are taken as they are stored: for backups, which copy without a key.
    pub fn as_stored(&self) -> Self {
        Self { store: self.store.clone(), vault: None }
    }

    async fn sealer(&self, key: &str) -> Result<Option<Sealer>> {
        match self.vault_of(key) {
            Some((vault, tenant)) => Ok(Some(vault.sealer(tenant, key).await?)),
            None => Ok(None),
        }
    }

    async fn opener(&self, key: &str, object: &[u8], stored: u64) -> Result<Option<Opener>> {
        match self.vault_of(key) {
            Some((vault, tenant)) => vault.opener(tenant, key, object, stored).await,
            None => Ok(None),
        }
    }

    fn vault_of(&self, key: &str) -> Option<(&Vault, TenantId)> {
        self.vault.as_ref().zip(tenant_of(key))
    }

    /// Stores a small object whole.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<()> {
        let payload = match self.sealer(key).await? {
            None => PutPayload::from_bytes(bytes),
            Some(mut sealer) => {
                let first = sealer.push(&bytes).map_err(unsealed)?;
                PutPayload::from_iter([first, sealer.finish().map_err(unsealed)?])
            }
        };
        self.store.put(key, payload).await
    }

    /// Begins an object that comes in pieces; it appears when it is finished.
    pub async fn write(&self, key: &str) -> Result<Writer> {
        let sealer = self.sealer(key).await?;
        Ok(Writer { upload: self.store.write(key).await?, sealer })
    }

    /// Reads an object whole.
    pub async fn get(&self, key: &str) -> Result<Bytes> {
        let object = self.store.get(key).await?.bytes().await?;
        match self.opener(key, &object, object.len() as u64).await? {
            None => Ok(object),
            Some(opener) => opener.open_whole(object).map_err(|Broken| vault::damaged(key)),
        }
    }

    /// Reads the first bytes of an object, at most `limit`.
    pub async fn head(&self, key: &str, limit: u64) -> Result<Bytes> {
        let limit = limit.max(1);
        let found = self.store.head(key, vault::stored_bytes_for(limit)).await?;
        let stored = found.meta.size;
        let mut object = found.bytes().await?;
        if let Some(mut opener) = self.opener(key, &object, stored).await? {
            object = opener.push(&object[HEADER..]).map_err(|Broken| vault::damaged(key))?;
        }
        object.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(object)
    }

    /// Reads an object in pieces. What was changed ends the stream with an error before it is handed out.
    pub async fn stream(&self, key: &str) -> Result<Pieces> {
        let found = self.store.get(key).await?;
        let stored = found.meta.size;
        let mut pieces = found.into_stream().map_err(Error::from).boxed();
        if self.vault_of(key).is_none() {
            return Ok(pieces);
        }
        let mut head = BytesMut::new();
        while head.len() < HEADER {
            let Some(piece) = pieces.try_next().await? else { break };
            head.extend_from_slice(&piece);
        }
        let head = head.freeze();
        let Some(opener) = self.opener(key, &head, stored).await? else {
            return Ok(stream::once(async { Ok(head) }).chain(pieces).boxed());
        };
        let first = head.slice(HEADER..);
        let sealed = stream::once(async { Ok(first) }).chain(pieces).boxed();
        let opening = Opening { opener, sealed, key: key.to_owned() };
        Ok(stream::try_unfold(opening, Opening::next).boxed())
    }

    /// Deletes an object; one that is absent counts as deleted.
    pub async fn delete(&self, key: &str) -> Result<()> {
        self.store.delete(key).await
    }

    /// The size of an object's content; none when it is absent.
    pub async fn size(&self, key: &str) -> Result<Option<u64>> {
        let Some(stored) = self.store.size(key).await? else { return Ok(None) };
        if stored == 0 || self.vault_of(key).is_none() {
            return Ok(Some(stored));
        }
        let head = self.store.head(key, HEADER as u64).await?.bytes().await?;
        if !vault::is_sealed(&head) {
            return Ok(Some(stored));
        }
        vault::content_bytes(stored).map(Some).ok_or_else(|| vault::damaged(key))
    }

    /// Every object below a folder of keys, in no order; half-written ones are not among them.
    pub async fn list(&self, folder: &str) -> Result<Vec<Listed>> {
        Ok(Self::without_shares(self.store.list(folder).await?))
    }

    /// The objects below a folder of keys that come after a key in the order of keys.
    pub async fn list_after(&self, folder: &str, key: &str) -> Result<Vec<Listed>> {
        Ok(Self::without_shares(self.store.list_after(folder, key).await?))
    }

    fn without_shares(mut listed: Vec<Listed>) -> Vec<Listed> {
        listed.retain(|listed| listed.key.split('/').next() != Some(super::store::SHARES));
        listed
    }

    /// Removes what was left half written and not touched since `before`; how many files it were.
    pub async fn remove_leftovers(&self, before: Timestamp) -> Result<usize> {
        self.store.remove_leftovers(before).await
    }

    /// Answers when the storage does.
    pub async fn ping(&self) -> Result<()> {
        self.store.size("ping").await.map(|_| ())
    }
}

/// Whose an object is, by its key.
fn tenant_of(key: &str) -> Option<TenantId> {
    key.split('/').take(2).find_map(|part| part.parse().ok())
}

fn unsealed(_: Broken) -> Error {
    Error::internal("an object can't be sealed")
}

/// A sealed object that is being opened piece by piece.
struct Opening {
    opener: Opener,
    sealed: Pieces,
    key: String,
}

impl Opening {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>> {
        while let Some(piece) = self.sealed.try_next().await? {
            let content = self.opener.push(&piece).map_err(|Broken| vault::damaged(&self.key))?;
            if !content.is_empty() {
                return Ok(Some((content, self)));
            }
        }
        self.opener.finish().map(|()| None).map_err(|Broken| vault::damaged(&self.key))
    }
}

/// An object that is being written.
pub struct Writer {
    upload: WriteMultipart,
    sealer: Option<Sealer>,
}

impl Writer {
    /// Adds a piece; waits while too many pieces are under way.
    pub async fn write(&mut self, piece: Bytes) -> Result<()> {
        let piece = match &mut self.sealer {
            None => piece,
            Some(sealer) => sealer.push(&piece).map_err(unsealed)?,
        };
        self.upload.wait_for_capacity(PIECES_UNDER_WAY).await?;
        self.upload.put(piece);
        Ok(())
    }

    /// Makes the object appear.
    pub async fn finish(mut self) -> Result<()> {
        if let Some(sealer) = self.sealer {
            self.upload.put(sealer.finish().map_err(unsealed)?);
        }
        self.upload.finish().await?;
        Ok(())
    }

    /// Throws away what was written, as far as that takes a moment.
    pub async fn abort(self) {
        match tokio::time::timeout(MOMENT, self.upload.abort()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "an unfinished object was left for the janitor"),
            Err(_) => tracing::warn!("an unfinished object was left for the janitor: the storage is silent"),
        }
    }
}

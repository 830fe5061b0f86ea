//! The shares: for each key of a tenant 32 random bytes that stand in no database. Without its share a wrapped key can't
//! be opened, root key or not; so deleting the share shreds the key in every backup of the database as well.
//!
//! Beside a folder of objects they lie in `keys/` of the data folder, on S3 below `keys/` of the prefix.

use super::wrap::{Key, random_key};
use crate::{
    error::{Error, Result},
    infra::store::Store,
};
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};
use zeroize::Zeroizing;

/// Stands in the place of the shares of a tenant that was deleted.
const GRAVE: &str = "shredded";

/// The store.
#[derive(Clone, Debug)]
pub struct Shares(Store);

/// Every share, as a file beside a backup keeps them.
#[derive(Default)]
pub struct All {
    /// By tenant and id of the share.
    pub shares: BTreeMap<(String, String), Key>,
    /// Tenants that were deleted.
    pub shredded: BTreeSet<String>,
}

impl Shares {
    /// On this store, which holds nothing else.
    pub fn new(store: Store) -> Self {
        Self(store)
    }

    /// Makes a share of this id.
    pub async fn create(&self, tenant: &str, id: &str) -> Result<Key> {
        let share = random_key();
        self.put(tenant, id, &share).await?;
        Ok(share)
    }

    /// Keeps a share.
    pub async fn put(&self, tenant: &str, id: &str, share: &Key) -> Result<()> {
        self.0.put(&format!("{tenant}/{id}"), Bytes::copy_from_slice(share.as_slice()).into()).await
    }

    /// The share of this id, if it is there.
    pub async fn get(&self, tenant: &str, id: &str) -> Result<Option<Key>> {
        let Some(bytes) = self.0.find(&format!("{tenant}/{id}")).await? else { return Ok(None) };
        let bytes = Zeroizing::new(bytes.to_vec());
        let mut share = Key::default();
        if bytes.len() != share.len() {
            return Err(Error::internal(format!("the key share of {tenant} is damaged")));
        }
        share.copy_from_slice(&bytes);
        Ok(Some(share))
    }

    /// Deletes one share.
    pub async fn delete(&self, tenant: &str, id: &str) -> Result<()> {
        self.0.delete(&format!("{tenant}/{id}")).await
    }

    /// Deletes every share of a tenant, for ever, and says so in their place.
    pub async fn shred(&self, tenant: &str) -> Result<()> {
        self.0.put(&format!("{tenant}/{GRAVE}"), Bytes::from_static(b"1").into()).await?;
        for listed in self.0.list(tenant).await? {
            if !listed.key.ends_with(GRAVE) {
                self.0.delete(&listed.key).await?;
            }
        }
        Ok(())
    }

    /// Whether a tenant was deleted.
    pub async fn is_shredded(&self, tenant: &str) -> Result<bool> {
        Ok(self.0.size(&format!("{tenant}/{GRAVE}")).await?.is_some())
    }

    /// Reads all of them.
    pub async fn all(&self) -> Result<All> {
        let mut all = All::default();
        for listed in self.0.list("").await? {
            let Some((tenant, id)) = listed.key.split_once('/') else { continue };
            if id == GRAVE {
                all.shredded.insert(tenant.to_owned());
            } else if let Some(share) = self.get(tenant, id).await? {
                all.shares.insert((tenant.to_owned(), id.to_owned()), share);
            }
        }
        // A share whose tenant is being deleted right now is on its way out.
        let All { shares, shredded } = &mut all;
        shares.retain(|(tenant, _), _| !shredded.contains(tenant));
        Ok(all)
    }

    /// Puts back what is missing, but nothing of a tenant that either side knows as deleted; how many it were.
    pub async fn restore(&self, all: &All) -> Result<usize> {
        for tenant in &all.shredded {
            self.shred(tenant).await?;
        }
        let mut restored = 0;
        for ((tenant, id), share) in &all.shares {
            if self.get(tenant, id).await?.is_none() && !self.is_shredded(tenant).await? {
                self.put(tenant, id, share).await?;
                restored += 1;
            }
        }
        Ok(restored)
    }
}

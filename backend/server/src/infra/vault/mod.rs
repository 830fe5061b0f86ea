//! The vault: keys at rest. Each object has a data key of its own, wrapped by its tenant's key, which is wrapped by a
//! root key and a share together (`docs/adr/0014-sealed-at-rest.md`).
//!
//! Invariants: root keys and shares never stand in the database; a plain key is wiped when it is dropped and is never
//! printed; a tenant whose key was shredded has none for ever after; an object that was born after its tenant's key
//! is read only when it is sealed.

mod entity;
mod object;
mod repository;
mod roots;
mod shares;
mod wrap;

pub use object::{HEADER, Opener, Sealer, content_bytes, is_sealed, stored_bytes_for};
pub use roots::{FILE, Ring, RootKey, Roots, parse_ring};
pub use shares::{All, Shares};
pub use wrap::{Broken, Key};

use crate::{
    error::{Error, Result},
    infra::{
        cache::Shelf,
        changes,
        clock::Clock,
        db::{Db, Tx},
        stored, tenancy, wall,
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use contract::{Code, DatasetId, TenantId};
use entity::Model;
use std::{fmt, sync::Arc};

/// Tenants whose keys are kept in memory.
const MOST_TENANTS: usize = 1000;
/// For how long: a worker hears of no change, and may not use a shredded key for long.
const KEPT_MILLIS: i64 = 300_000;

/// The keys of one tenant, plain.
pub struct TenantKeys {
    /// By version, oldest first; never empty.
    versions: Vec<(u32, Key)>,
    /// What has an id younger than this was sealed when it was stored.
    born: String,
    loaded_at: i64,
}

impl TenantKeys {
    fn newest(&self) -> Option<(u32, &Key)> {
        self.versions.last().map(|(version, key)| (*version, key))
    }

    fn of_version(&self, version: u32) -> Option<&Key> {
        self.versions.iter().find(|(known, _)| *known == version).map(|(_, key)| key)
    }
}

/// Where the plain keys of a tenant are.
fn place_of(tenant: TenantId) -> TenantId {
    tenancy::key(tenant)
}

struct Inner {
    roots: Roots,
    shares: Shares,
    db: Db,
    clock: Clock,
    known: Shelf<TenantId, Arc<TenantKeys>>,
}

/// Keys at rest. Cloning is cheap.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// Opens it; the first start of a local installation makes its root key.
    pub async fn open(config: &crate::config::Config, shares: Shares, db: Db, clock: Clock) -> Result<Self> {
        // Only a file of our own is ever made, and only SQLite goes without a key that somebody gave.
        let is_first_start = !config.is_postgres() && repository::is_unused(db.reader()).await?;
        let roots = Roots::open(config, is_first_start)?;
        Ok(Self(Arc::new(Inner { roots, shares, db, clock, known: Shelf::new(MOST_TENANTS) })))
    }

    /// The root keys.
    pub fn roots(&self) -> &Roots {
        &self.0.roots
    }

    /// The shares.
    pub fn shares(&self) -> &Shares {
        &self.0.shares
    }

    /// Refuses to go on with a root key that does not open what is there.
    pub async fn verify(&self) -> Result<()> {
        for (root, _) in self.root_keys().await? {
            self.0.roots.find(&root)?;
        }
        Ok(())
    }

    /// How many keys of tenants each root key wraps.
    pub async fn root_keys(&self) -> Result<Vec<(String, i64)>> {
        let count = repository::root_keys(self.0.db.reader());
        wall::across_every_tenant("a root key wraps the keys of all tenants", count).await
    }

    /// Forgets the plain keys of a tenant that is gone, or all of them when everything is to be forgotten.
    pub fn forget(&self, topic: Option<&str>) {
        let gone = topic.and_then(changes::gone);
        if topic.is_none() || gone.is_some() {
            self.0.known.forget(|tenant, _| gone.is_none_or(|gone| *tenant == gone));
        }
    }

    /// Makes the first key of a tenant in this transaction; one that it has stays.
    pub async fn create(&self, tx: &Tx, tenant: TenantId) -> Result<()> {
        let inner = &self.0;
        let share_id = format!("{:032x}", rand::random::<u128>());
        let tenant_id = tenant.to_string();
        let share = inner.shares.create(&tenant_id, &share_id).await?;
        let root = inner.roots.current()?;
        let mut row = Model {
            tenant_id,
            version: 1,
            wrapped_key: String::new(),
            root_key_id: root.id.clone(),
            share_id,
            created_at: inner.clock.now().millis(),
            shredded_at: None,
        };
        row.wrapped_key = wrapped(&root, &share, &row, &wrap::random_key())?;
        let (tenant_id, share_id) = (row.tenant_id.clone(), row.share_id.clone());
        if !repository::insert(&**tx, row).await? {
            inner.shares.delete(&tenant_id, &share_id).await?;
        }
        // Whoever puts another root key in the place of this one either waits for this row, or is seen here.
        if inner.roots.current()?.id != root.id {
            return Err(Error::unavailable("the root key was changed meanwhile"));
        }
        Ok(())
    }

    /// Overwrites the keys of a tenant in this transaction. Once it is committed, [`Vault::shred_shares`] has to follow.
    pub async fn shred(&self, tx: &Tx, tenant: TenantId) -> Result<()> {
        repository::shred(&**tx, &tenant.to_string(), self.0.clock.now()).await
    }

    /// Deletes the shares of a tenant that was deleted: from now on no backup of the database opens what it stored.
    pub async fn shred_shares(&self, tenant: TenantId) -> Result<()> {
        self.0.known.forget(|known, _| *known == place_of(tenant));
        self.0.shares.shred(&tenant.to_string()).await
    }

    /// The plain keys of a tenant; none when it never had one.
    pub async fn keys(&self, tenant: TenantId) -> Result<Option<Arc<TenantKeys>>> {
        let inner = &self.0;
        let now = inner.clock.now().millis();
        if let Some(known) =
            inner.known.get(&place_of(tenant)).filter(|known| now - known.loaded_at < KEPT_MILLIS)
        {
            return Ok(Some(known));
        }
        let ticket = inner.known.ticket();
        let id = tenant.to_string();
        // Whoever asks for an object: its key is looked up as its tenant, and no other's.
        let rows = wall::as_tenant(&id, repository::of_tenant(inner.db.reader(), &id)).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let born = DatasetId::from_bits(u128::from(first.created_at.unsigned_abs()) << 80).to_string();
        let born = born.rsplit('_').next().unwrap_or_default().to_owned();
        let mut versions = Vec::with_capacity(rows.len());
        for row in rows.iter().filter(|row| row.shredded_at.is_none()) {
            let version = u32::try_from(row.version).map_err(Error::internal)?;
            versions.push((version, self.plain(row).await?));
        }
        if versions.is_empty() {
            return Err(shredded(&first.tenant_id));
        }
        let keys = Arc::new(TenantKeys { versions, born, loaded_at: now });
        inner.known.put(ticket, place_of(tenant), Arc::clone(&keys));
        Ok(Some(keys))
    }

    async fn plain(&self, row: &Model) -> Result<Key> {
        let inner = &self.0;
        let root = inner.roots.find(&row.root_key_id)?;
        let Some(share) = inner.shares.get(&row.tenant_id, &row.share_id).await? else {
            return Err(match inner.shares.is_shredded(&row.tenant_id).await? {
                true => shredded(&row.tenant_id),
                false => unreadable(format!(
                    "the key share of {} is missing; bring it back from the file of keys",
                    row.tenant_id
                )),
            });
        };
        let by = wrap::join(&root.key, share.as_slice(), b"amaas tenant key").map_err(|_| changed(row))?;
        let wrapped = BASE64.decode(&row.wrapped_key).map_err(|_| changed(row))?;
        wrap::unwrap(&by, place(row).as_bytes(), &wrapped).map_err(|_| changed(row))
    }

    /// Wraps up to `limit` keys anew that another root key than this wraps, in this transaction: whose they were, and
    /// by which root key they were wrapped before.
    pub async fn rewrap(&self, tx: &Tx, root: &RootKey, limit: u64) -> Result<Vec<(TenantId, String)>> {
        repository::lock(&**tx).await?;
        let mut tenants = Vec::new();
        for row in repository::wrapped_by_others(&**tx, &root.id, limit).await? {
            let share = self.0.shares.get(&row.tenant_id, &row.share_id).await?;
            let tenant = stored::id(&row.tenant_id)?;
            let Some(share) = share else {
                return Err(Error::internal(format!("the key share of {tenant} is missing")));
            };
            let anew = wrapped(root, &share, &row, &self.plain(&row).await?)?;
            repository::rewrap(&**tx, &row, &anew, &root.id).await?;
            tenants.push((tenant, row.root_key_id));
        }
        Ok(tenants)
    }

    /// Begins to seal an object; the key of an old tenant is made now.
    pub async fn sealer(&self, tenant: TenantId, key: &str) -> Result<Sealer> {
        let keys = match self.keys(tenant).await? {
            Some(keys) => keys,
            None => {
                let made = async {
                    let tx = self.0.db.begin().await?;
                    self.create(&tx, tenant).await?;
                    tx.commit().await
                };
                wall::as_tenant(&tenant.to_string(), made).await?;
                self.keys(tenant).await?.ok_or_else(|| Error::internal("a tenant without a key"))?
            }
        };
        let newest = keys.newest().ok_or_else(|| shredded(key))?;
        Sealer::new(newest, tenant, key).map_err(|Broken| Error::internal("an object can't be sealed"))
    }

    /// Begins to open an object of this size (as stored) by its first bytes; none when it is stored plain and may be.
    pub async fn opener(
        &self,
        tenant: TenantId,
        key: &str,
        head: &[u8],
        stored: u64,
    ) -> Result<Option<Opener>> {
        let keys = self.keys(tenant).await?;
        if !is_sealed(head) {
            let is_old = keys.is_none_or(|keys| suffix_of(key) < keys.born.as_str());
            return if is_old { Ok(None) } else { Err(damaged(key)) };
        }
        let keys = keys.ok_or_else(|| unreadable(format!("{key} is sealed and its tenant has no key")))?;
        let by = object::key_version(head).ok().and_then(|version| keys.of_version(version));
        let opener = by.ok_or(Broken).and_then(|by| Opener::new(by, head, tenant, key, stored));
        opener.map(Some).map_err(|Broken| damaged(key))
    }
}

/// The part of an object's key that tells when it was born: that of the last id in it, which sorts by age.
fn suffix_of(key: &str) -> &str {
    let suffixes = key.rsplit('/').filter_map(|part| part.rsplit_once('_'));
    let mut ids = suffixes.map(|(_, suffix)| suffix).filter(|suffix| suffix.len() == 26);
    // What has no id is of nobody knows when.
    ids.next().unwrap_or("~")
}

/// What binds a wrapped key to its row.
fn place(row: &Model) -> String {
    format!("amaas tenant key\0{}\0{}\0{}", row.tenant_id, row.version, row.share_id)
}

fn wrapped(root: &RootKey, share: &Key, row: &Model, key: &Key) -> Result<String> {
    let by = wrap::join(&root.key, share.as_slice(), b"amaas tenant key");
    let wrapped = by.and_then(|by| wrap::wrap(&by, place(row).as_bytes(), key));
    wrapped.map(|wrapped| BASE64.encode(wrapped)).map_err(|Broken| Error::internal("a key can't be wrapped"))
}

/// What is stored can't be read, and trying again does not help.
fn unreadable(private: String) -> Error {
    let detail = "What is stored can't be opened, so nothing of it was used. The operator of this installation can tell \
        why by the request id, and may have it in a backup.";
    Error::new(Code::Internal, detail).with_private(private)
}

/// An object is not what was stored under its key.
pub fn damaged(key: &str) -> Error {
    unreadable(format!("{key} does not open: it was changed, cut, moved or sealed by another key"))
}

fn changed(row: &Model) -> Error {
    unreadable(format!("{row:?} does not open: its row or its share was changed"))
}

fn shredded(tenant: &str) -> Error {
    unreadable(format!(
        "the key of {tenant} was shredded when it was deleted: nobody can read what it stored"
    ))
}

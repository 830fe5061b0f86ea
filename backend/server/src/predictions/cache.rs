//! Endpoints that are ready to answer: found without a query, loaded once however many wait, forgotten when they
//! change, bounded by the memory that they take.

use super::served::Served;
use crate::{
    context::Context,
    endpoints,
    error::Result,
    infra::{changes, tenancy},
    models,
    policy::Scope,
};
use contract::TenantId;
use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, PoisonError, RwLock, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// The most memory that scorers may take together.
const MOST_BYTES: usize = 256 << 20;
/// Loads that may wait for each other although they are of different endpoints: one in so many.
const TURNS: usize = 16;

type ByName = HashMap<Box<str>, Arc<Served>, foldhash::fast::RandomState>;

/// Endpoints with their scorers.
#[derive(Debug, Default)]
pub struct Cache {
    inner: RwLock<Inner>,
    turns: [tokio::sync::Mutex<()>; TURNS],
    hasher: RandomState,
    calls: AtomicU64,
}

#[derive(Debug, Default)]
struct Inner {
    tenants: HashMap<TenantId, ByName, foldhash::fast::RandomState>,
    /// Counts what was forgotten: a load that began before is not kept.
    generation: u64,
    size_bytes: usize,
}

impl Cache {
    /// Forgets what a topic names, or everything.
    pub fn forget(&self, topic: Option<&str>) {
        let Some(topic) = topic else {
            let mut inner = self.write();
            *inner = Inner { generation: inner.generation + 1, ..Inner::default() };
            return;
        };
        if let Some((tenant, name)) = endpoints::of_topic(topic) {
            let mut inner = self.write();
            inner.generation += 1;
            inner.remove(tenant, name);
        }
        if let Some(tenant) = changes::gone(topic) {
            let mut inner = self.write();
            inner.generation += 1;
            let names: Vec<_> =
                inner.tenants.get(&tenant).into_iter().flat_map(ByName::keys).cloned().collect();
            names.iter().for_each(|name| inner.remove(tenant, name));
        }
    }

    /// The endpoint, if it is ready.
    pub(super) fn get(&self, tenant: TenantId, name: &str) -> Option<Arc<Served>> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let served = inner.tenants.get(&place_of(tenant))?.get(name)?;
        served.used_at.store(self.calls.fetch_add(1, Relaxed), Relaxed);
        Some(Arc::clone(served))
    }

    /// The endpoint, loaded when it is not ready; not found when there is none of this name.
    pub(super) async fn get_or_load(&self, ctx: &Context, scope: &Scope, name: &str) -> Result<Arc<Served>> {
        let tenant = scope.tenant_id();
        if let Some(served) = self.get(tenant, name) {
            return Ok(served);
        }
        let place = usize::try_from(self.hasher.hash_one((tenant, name)) % TURNS as u64).unwrap_or_default();
        let _turn = self.turns[place].lock().await;
        if let Some(served) = self.get(tenant, name) {
            return Ok(served);
        }
        let before = self.inner.read().unwrap_or_else(PoisonError::into_inner).generation;
        let target = endpoints::target(ctx, scope, name).await?;
        let model = models::require(ctx, scope, target.model_id).await?;
        let artefact = models::load_artefact(ctx, &model).await?;
        let served = ctx.cpu.run(move || Served::new(&target.name, &model, &artefact)).await??;
        let served = Arc::new(served);
        self.put(before, tenant, name, &served);
        Ok(served)
    }

    fn put(&self, before: u64, tenant: TenantId, name: &str, served: &Arc<Served>) {
        let mut inner = self.write();
        if inner.generation != before || served.size_bytes > MOST_BYTES {
            return;
        }
        served.used_at.store(self.calls.fetch_add(1, Relaxed), Relaxed);
        inner.remove(tenant, name);
        inner.size_bytes += served.size_bytes;
        inner.tenants.entry(place_of(tenant)).or_default().insert(name.into(), Arc::clone(served));
        while inner.size_bytes > MOST_BYTES {
            let Some((tenant, name)) = inner.oldest() else { return };
            inner.remove(tenant, &name);
        }
    }

    // A panic elsewhere leaves the sums whole: nothing in between can.
    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the endpoints of a tenant are.
fn place_of(tenant: TenantId) -> TenantId {
    tenancy::key(tenant)
}

impl Inner {
    fn remove(&mut self, tenant: TenantId, name: &str) {
        let Some(names) = self.tenants.get_mut(&place_of(tenant)) else { return };
        if let Some(served) = names.remove(name) {
            self.size_bytes -= served.size_bytes;
        }
        if names.is_empty() {
            self.tenants.remove(&place_of(tenant));
        }
    }

    fn oldest(&self) -> Option<(TenantId, Box<str>)> {
        let all = self
            .tenants
            .iter()
            .flat_map(|(tenant, names)| names.iter().map(move |(name, one)| (tenant, name, one)));
        let oldest = all.min_by_key(|(_, _, served)| served.used_at.load(Relaxed))?;
        Some((*oldest.0, oldest.1.clone()))
    }
}

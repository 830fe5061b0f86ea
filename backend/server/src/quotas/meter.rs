//! What this process remembers of tenants and callers: plans, buckets, and the counts that are not written yet.

use super::{
    bucket::Bucket,
    tally::{Line, Month},
};
use crate::{
    config::Plan,
    context::Context,
    error::{Error, Result},
    infra::{changes, overload::Gates, tenancy},
    policy::{Caller, Scope},
};
use contract::{ApiKeyId, Code, TenantId, UserId};
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

type Map<K, V> = RwLock<HashMap<K, Arc<V>, foldhash::fast::RandomState>>;

const TOPIC: &str = "tenant:";

/// What is told when a tenant's plan changes, or whether it is suspended.
pub fn topic(id: TenantId) -> String {
    format!("{TOPIC}{id}")
}

/// Callers beyond this are looked over for idle ones when counts are written.
const MANY_CALLERS: usize = 50_000;

/// Token buckets and counters of this process.
#[derive(Debug)]
pub struct Meter {
    started: Instant,
    /// Counts the news of tenants: what was read before the last of them may be old.
    generation: AtomicU64,
    tenants: Map<TenantId, TenantUse>,
    callers: Map<(TenantId, Who), CallerUse>,
    /// Every line that may hold counts which are not written yet.
    lines: Mutex<Vec<Arc<Line>>>,
    /// Held while counts are written: one writer at a time.
    pub(super) flushing: tokio::sync::Mutex<()>,
}

/// Whose bucket it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Who {
    Key(ApiKeyId),
    Person(UserId),
    System,
}

/// Who pays for a call, and the rate that is their own.
pub(super) struct Payer {
    pub tenant_id: TenantId,
    pub who: Who,
    pub rate: Option<u32>,
}

/// What the database says of a tenant.
pub(super) struct Standing {
    pub plan_name: String,
    pub plan: Plan,
    pub suspended: bool,
}

/// A tenant's plan, bucket and month.
#[derive(Debug)]
pub(super) struct TenantUse {
    pub id: TenantId,
    pub plan_name: String,
    pub plan: Plan,
    pub bucket: Bucket,
    suspended: bool,
    /// Shared with the tenant's uses before and after a change of plan.
    pub month: Arc<Mutex<Arc<Month>>>,
    /// Calls under way; shared likewise.
    pub gates: Arc<Gates>,
    /// Plan or suspension may have changed.
    stale: AtomicBool,
}

/// A caller's bucket and lines.
#[derive(Debug)]
pub(super) struct CallerUse {
    pub tenant: Arc<TenantUse>,
    pub bucket: Bucket,
    /// The rate that the bucket was made for.
    rate: Option<u32>,
    /// The key's id, or `session`.
    pub group: String,
    lines: RwLock<DayLines>,
}

#[derive(Debug, Default)]
struct DayLines {
    day: i64,
    by_endpoint: HashMap<Box<str>, Arc<Line>, foldhash::fast::RandomState>,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            generation: AtomicU64::new(0),
            tenants: Map::default(),
            callers: Map::default(),
            lines: Mutex::default(),
            flushing: tokio::sync::Mutex::default(),
        }
    }
}

impl Meter {
    /// Forgets what a topic names, or everything: plan and suspension of the tenant are read again.
    pub fn forget(&self, topic: Option<&str>) {
        let changed = |topic: &str| topic.strip_prefix(TOPIC)?.parse::<TenantId>().ok();
        let named = topic.map(|topic| changed(topic).or_else(|| changes::gone(topic)));
        if named == Some(None) {
            return;
        }
        // Before the lock: who keeps a tenant either sees this, or is seen by what follows.
        self.generation.fetch_add(1, Ordering::SeqCst);
        let tenants = self.tenants.read().unwrap_or_else(PoisonError::into_inner);
        match named.flatten() {
            None => tenants.values().for_each(|tenant| tenant.forget()),
            Some(id) => tenants.get(&place_of(id)).into_iter().for_each(|tenant| tenant.forget()),
        }
    }

    /// To be taken before a tenant is read.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Nanoseconds on a clock that never goes back, unless a test moves it.
    pub(super) fn now(&self, ctx: &Context) -> u64 {
        let offset = u64::try_from(ctx.clock.offset_millis()).unwrap_or_default() * 1_000_000;
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX / 2) + offset
    }

    pub(super) fn tenant(&self, id: TenantId) -> Option<Arc<TenantUse>> {
        read(&self.tenants, &place_of(id)).filter(|tenant| !tenant.is_stale())
    }

    /// What was known of the tenant before, even when the plan is stale.
    pub(super) fn last_known(&self, id: TenantId) -> Option<Arc<TenantUse>> {
        read(&self.tenants, &place_of(id))
    }

    /// Keeps a tenant that was loaded; when another call was faster, its copy is the one that counts. What was read
    /// before the last news serves this call alone.
    pub(super) fn keep_tenant(&self, before: u64, tenant: TenantUse) -> Arc<TenantUse> {
        let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
        if self.generation() != before {
            tenant.forget();
        }
        match tenants.get(&place_of(tenant.id)) {
            Some(known) if !known.is_stale() => Arc::clone(known),
            _ => {
                let tenant = Arc::new(tenant);
                tenants.insert(place_of(tenant.id), Arc::clone(&tenant));
                tenant
            }
        }
    }

    /// A caller, if known and as its key and plan say now.
    pub(super) fn caller(&self, payer: &Payer) -> Option<Arc<CallerUse>> {
        let known = read(&self.callers, &caller_of(payer))?;
        (known.rate == payer.rate && !known.tenant.is_stale()).then_some(known)
    }

    pub(super) fn keep_caller(&self, payer: &Payer, tenant: Arc<TenantUse>) -> Arc<CallerUse> {
        let rate = payer.rate;
        let mut callers = self.callers.write().unwrap_or_else(PoisonError::into_inner);
        let slot = caller_of(payer);
        if let Some(known) = callers.get(&slot)
            && known.rate == rate
            && Arc::ptr_eq(&known.tenant, &tenant)
        {
            return Arc::clone(known);
        }
        let plan = &tenant.plan;
        let bucket = match rate {
            Some(rate) => Bucket::new(rate, rate),
            None => Bucket::new(plan.key_requests_per_second, plan.key_requests_burst),
        };
        let group = match payer.who {
            Who::Key(id) => id.to_string(),
            Who::Person(_) | Who::System => "session".to_owned(),
        };
        let caller = Arc::new(CallerUse { tenant, bucket, rate, group, lines: RwLock::default() });
        callers.insert(slot, Arc::clone(&caller));
        caller
    }

    pub(super) fn keep_line(&self, line: Arc<Line>) {
        self.lines().push(line);
    }

    /// Every line with counts; lines that nobody can add to any more are dropped when they are empty.
    pub(super) fn lines_with_counts(&self) -> Vec<Arc<Line>> {
        let mut lines = self.lines();
        // Asked before the counts: what only this list holds, nobody adds to.
        lines.retain(|line| Arc::strong_count(line) > 1 || !line.is_empty());
        lines.iter().filter(|line| !line.is_empty()).cloned().collect()
    }

    /// Drops callers whose bucket is full, when there are many.
    pub(super) fn drop_idle_callers(&self, now: u64) {
        let mut callers = self.callers.write().unwrap_or_else(PoisonError::into_inner);
        if callers.len() > MANY_CALLERS {
            callers.retain(|_, caller| caller.bucket.used(now) > 0);
        }
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Arc<Line>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a tenant's plan and bucket are.
fn place_of(tenant: TenantId) -> TenantId {
    tenancy::key(tenant)
}

/// Where a caller's bucket and lines are.
fn caller_of(payer: &Payer) -> (TenantId, Who) {
    (tenancy::key(payer.tenant_id), payer.who)
}

impl Payer {
    /// Who calls by a scope.
    pub fn of(scope: &Scope) -> Self {
        let rate = scope.key().and_then(|key| key.rate_per_second);
        let who = match (scope.key(), scope.user_id()) {
            (Some(key), _) => Who::Key(key.id),
            (None, Some(user)) => Who::Person(user),
            (None, None) => Who::System,
        };
        Self { tenant_id: scope.tenant_id(), who, rate }
    }

    /// Who calls and was allowed nothing yet.
    pub fn of_caller(caller: &Caller) -> Self {
        let tenant_id = caller.tenant_id();
        match caller {
            Caller::Member { identity, .. } => {
                Self { tenant_id, who: Who::Person(identity.user_id), rate: None }
            }
            Caller::Key(key) => Self { tenant_id, who: Who::Key(key.id), rate: key.rate_per_second },
        }
    }
}

impl TenantUse {
    pub(super) fn new(
        id: TenantId,
        standing: Standing,
        month: Arc<Mutex<Arc<Month>>>,
        gates: Arc<Gates>,
    ) -> Self {
        let Standing { plan_name, plan, suspended } = standing;
        let bucket = Bucket::new(plan.requests_per_second, plan.requests_burst);
        Self { id, plan_name, plan, bucket, suspended, month, gates, stale: AtomicBool::new(false) }
    }

    /// Refuses whatever a suspended tenant asks for.
    pub(super) fn require_active(&self) -> Result<()> {
        if !self.suspended {
            return Ok(());
        }
        let detail = "The operator of this installation has suspended the tenant. Nothing was deleted; ask the operator.";
        Err(Error::new(Code::TenantSuspended, detail))
    }

    fn forget(&self) {
        self.stale.store(true, Ordering::Release);
    }

    fn is_stale(&self) -> bool {
        self.stale.load(Ordering::Acquire)
    }

    /// The month of a day; the first call of a new month begins it.
    pub(super) fn month_of(&self, day: i64) -> Arc<Month> {
        let mut month = self.month.lock().unwrap_or_else(PoisonError::into_inner);
        let number = Month::number_of(day);
        if month.number < number {
            *month = Arc::new(Month::new(number, 0));
        }
        Arc::clone(&month)
    }
}

impl CallerUse {
    /// Where this caller's calls of an endpoint are counted on a day (days since 1970, UTC).
    pub(super) fn line(&self, meter: &Meter, day: i64, endpoint: &str) -> Arc<Line> {
        {
            let lines = self.lines.read().unwrap_or_else(PoisonError::into_inner);
            if lines.day == day
                && let Some(line) = lines.by_endpoint.get(endpoint)
            {
                return Arc::clone(line);
            }
        }
        let mut lines = self.lines.write().unwrap_or_else(PoisonError::into_inner);
        if lines.day != day {
            *lines = DayLines { day, ..DayLines::default() };
        }
        let make = || {
            let month = self.tenant.month_of(day);
            let line = Arc::new(Line::new(self.tenant.id, day, self.group.clone(), endpoint, month));
            meter.keep_line(Arc::clone(&line));
            line
        };
        Arc::clone(lines.by_endpoint.entry(endpoint.into()).or_insert_with(make))
    }
}

fn read<K: Eq + Hash, V>(map: &Map<K, V>, key: &K) -> Option<Arc<V>> {
    map.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn read(meter: &Meter, before: u64, suspended: bool) -> Arc<TenantUse> {
        let config = Config::load(None, &[]).unwrap();
        let (plan, gates) = (config.plans["standard"].clone(), Arc::new(Gates::of_tenant(&config.limits)));
        let standing = Standing { plan_name: "standard".to_owned(), plan, suspended };
        let month = Arc::new(Mutex::new(Arc::new(Month::new(0, 0))));
        meter.keep_tenant(before, TenantUse::new(TenantId::from_bits(1), standing, month, gates))
    }

    #[test]
    fn what_was_read_before_the_news_is_read_again() {
        let (meter, id) = (Meter::default(), TenantId::from_bits(1));
        let before = meter.generation();
        meter.forget(Some(&topic(id)));
        read(&meter, before, false).require_active().unwrap();
        assert!(meter.tenant(id).is_none(), "it may be from before the tenant was suspended");
        read(&meter, meter.generation(), true).require_active().unwrap_err();
        meter.forget(Some("session:x"));
        assert!(meter.tenant(id).is_some(), "other news change nothing");
        meter.forget(None);
        assert!(meter.tenant(id).is_none());
    }
}

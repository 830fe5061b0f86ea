//! Keys that were seen, by the SHA-256 of their secret.

use crate::{
    error::{Error, Result},
    infra::{
        cache::{Shelf, Ticket},
        changes,
    },
    policy::KeyGrant,
};
use contract::{ApiKeyId, Code, TenantId, Timestamp};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};

/// The SHA-256 of a secret.
pub type Digest = [u8; 32];

const CAPACITY: usize = 100_000;
const TOPIC: &str = "api_key:";
const MINUTE_MILLIS: i64 = 60_000;

/// What is told when a key changes.
pub fn topic(id: ApiKeyId) -> String {
    format!("{TOPIC}{id}")
}

/// A key as one of its secrets finds it.
#[derive(Debug)]
pub struct Known {
    grant: Arc<KeyGrant>,
    revoked: bool,
    expires_at: Option<Timestamp>,
    /// For the secret before the last rotation: until when it works.
    overlap_until: Option<Timestamp>,
    used_at: AtomicI64,
    noted_at: AtomicI64,
}

/// When a key was used.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// The key's tenant.
    pub tenant_id: TenantId,
    /// The key.
    pub id: ApiKeyId,
    /// When, to the minute.
    pub at: Timestamp,
}

impl Known {
    /// A key as the database holds it.
    pub fn new(
        grant: KeyGrant,
        revoked_at: Option<Timestamp>,
        expires_at: Option<Timestamp>,
        overlap_until: Option<Timestamp>,
    ) -> Self {
        let (used_at, noted_at) = (AtomicI64::new(0), AtomicI64::new(0));
        let revoked = revoked_at.is_some();
        Self { grant: Arc::new(grant), revoked, expires_at, overlap_until, used_at, noted_at }
    }

    /// What the key may do, if it may do anything at this moment; remembers the use.
    pub fn check(&self, now: Timestamp) -> Result<Arc<KeyGrant>> {
        if self.revoked {
            return Err(Error::new(Code::KeyRevoked, "This API key was revoked. Ask for a new one."));
        }
        if self.overlap_until.is_some_and(|until| until <= now) {
            let detail = "This secret was replaced by a rotation of its key. Use the new one.";
            return Err(Error::new(Code::KeyRevoked, detail));
        }
        if let Some(end) = self.expires_at.filter(|end| *end <= now) {
            let detail =
                format!("This API key ended at {end}. Make a new one, or give this one a later end.");
            return Err(Error::new(Code::KeyExpired, detail));
        }
        // Once a minute: the line of memory stays shared between cores for the rest of it.
        if now.millis() - self.used_at.load(Relaxed) >= MINUTE_MILLIS {
            self.used_at.store(now.millis(), Relaxed);
        }
        Ok(Arc::clone(&self.grant))
    }

    /// Whose key it is, whatever became of it.
    pub fn grant(&self) -> &Arc<KeyGrant> {
        &self.grant
    }

    /// The last use, if it was not taken before.
    fn take_use(&self) -> Option<Use> {
        let at = self.used_at.load(Relaxed);
        let before = self.noted_at.swap(at, Relaxed);
        let at = Timestamp::from_millis(at);
        (before != at.millis()).then_some(Use { tenant_id: self.grant.tenant_id, id: self.grant.id, at })
    }
}

/// Keys that were seen, and uses that are not written down yet.
#[derive(Debug)]
pub struct Cache {
    keys: Shelf<Digest, Arc<Known>>,
    /// Uses of keys that were forgotten since.
    loose: Mutex<Vec<Use>>,
}

impl Default for Cache {
    fn default() -> Self {
        Self { keys: Shelf::new(CAPACITY), loose: Mutex::default() }
    }
}

impl Cache {
    /// Forgets what a topic names, or everything.
    pub fn forget(&self, topic: Option<&str>) {
        let id = topic.and_then(|topic| topic.strip_prefix(TOPIC)?.parse::<ApiKeyId>().ok());
        let tenant = topic.and_then(changes::gone);
        if topic.is_some() && id.is_none() && tenant.is_none() {
            return;
        }
        self.keys.forget(|_, known| {
            let is_stale =
                topic.is_none() || Some(known.grant.id) == id || Some(known.grant.tenant_id) == tenant;
            if is_stale && let Some(last) = known.take_use() {
                self.loose.lock().unwrap_or_else(PoisonError::into_inner).push(last);
            }
            is_stale
        });
    }

    /// The key of a secret, if it was seen.
    pub fn get(&self, digest: &Digest) -> Option<Arc<Known>> {
        self.keys.get(digest)
    }

    /// To be taken before a key is loaded.
    pub fn ticket(&self) -> Ticket {
        self.keys.ticket()
    }

    /// Keeps a key that was loaded.
    pub fn put(&self, ticket: Ticket, digest: Digest, known: Arc<Known>) {
        self.keys.put(ticket, digest, known);
    }

    /// The last use of each key that was used since this was asked before.
    pub fn take_used(&self) -> Vec<Use> {
        let loose = std::mem::take(&mut *self.loose.lock().unwrap_or_else(PoisonError::into_inner));
        let known = self.keys.values();
        let mut last: HashMap<ApiKeyId, Use> = HashMap::new();
        for used in loose.into_iter().chain(known.iter().filter_map(|known| known.take_use())) {
            let entry = last.entry(used.id).or_insert(used);
            entry.at = entry.at.max(used.at);
        }
        last.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_431_600_000);

    fn known(expires_at: Option<Timestamp>, overlap_until: Option<Timestamp>) -> Known {
        let grant = KeyGrant {
            id: ApiKeyId::from_bits(1),
            tenant_id: TenantId::from_bits(2),
            name: "key".to_owned(),
            scopes: Vec::new(),
            endpoints: None,
            rate_per_second: None,
        };
        Known::new(grant, None, expires_at, overlap_until)
    }

    fn code(known: &Known, now: Timestamp) -> Option<Code> {
        known.check(now).err().map(|error| error.code())
    }

    #[test]
    fn a_key_ends_at_its_expiry_and_an_old_secret_with_its_overlap() {
        let expiring = known(Some(NOW), None);
        assert_eq!(code(&expiring, NOW.plus_seconds(-1)), None);
        assert_eq!(code(&expiring, NOW), Some(Code::KeyExpired));
        let replaced = known(None, Some(NOW));
        assert_eq!(code(&replaced, NOW.plus_seconds(-1)), None);
        assert_eq!(code(&replaced, NOW), Some(Code::KeyRevoked));
    }

    #[test]
    fn a_use_is_written_down_at_most_once_a_minute() {
        let cache = Cache::default();
        let key = Arc::new(known(None, None));
        cache.put(cache.ticket(), [0; 32], Arc::clone(&key));
        assert!(cache.take_used().is_empty(), "a key that was only loaded was not used");
        for second in 0..59 {
            key.check(NOW.plus_seconds(second)).unwrap();
            assert_eq!(cache.take_used().len(), usize::from(second == 0));
        }
        key.check(NOW.plus_seconds(60)).unwrap();
        assert_eq!(cache.take_used()[0].at, NOW.plus_seconds(60));
    }

    #[test]
    fn a_use_outlives_the_cached_key() {
        let cache = Cache::default();
        let key = Arc::new(known(None, None));
        cache.put(cache.ticket(), [0; 32], Arc::clone(&key));
        key.check(NOW).unwrap();
        cache.forget(Some(&topic(ApiKeyId::from_bits(1))));
        assert!(cache.get(&[0; 32]).is_none());
        assert_eq!(cache.take_used().len(), 1);
    }
}

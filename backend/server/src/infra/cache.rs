//! A map that features keep between requests: it forgets at once, and never keeps what was loaded before a change.

use std::{
    borrow::Borrow,
    collections::HashMap,
    fmt,
    hash::Hash,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

/// A bounded map from `K` to cheap clones of `V`.
///
/// To fill it: take a [`Ticket`], load, then [`Shelf::put`]. When something was forgotten in between, what was
/// loaded may be from before the change, so it is not kept.
pub struct Shelf<K, V> {
    inner: RwLock<Inner<K, V>>,
    capacity: usize,
}

struct Inner<K, V> {
    entries: HashMap<K, V>,
    generation: u64,
}

/// The moment before a load.
#[derive(Clone, Copy, Debug)]
pub struct Ticket(u64);

impl<K, V> fmt::Debug for Shelf<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shelf of {}", self.capacity)
    }
}

impl<K: Eq + Hash, V: Clone> Shelf<K, V> {
    /// An empty map; when `capacity` entries are in it, it starts anew.
    pub fn new(capacity: usize) -> Self {
        Self { inner: RwLock::new(Inner { entries: HashMap::new(), generation: 0 }), capacity }
    }

    /// The value of a key, if it is known.
    pub fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.read().entries.get(key).cloned()
    }

    /// To be taken before a load.
    pub fn ticket(&self) -> Ticket {
        Ticket(self.read().generation)
    }

    /// Keeps what was loaded, unless something was forgotten since the ticket was taken.
    pub fn put(&self, ticket: Ticket, key: K, value: V) {
        let mut inner = self.write();
        if inner.generation != ticket.0 {
            return;
        }
        if inner.entries.len() >= self.capacity {
            inner.entries.clear();
        }
        inner.entries.insert(key, value);
    }

    /// Forgets every entry that `is_stale` picks, and whatever is being loaded.
    pub fn forget(&self, is_stale: impl Fn(&K, &V) -> bool) {
        let mut inner = self.write();
        inner.generation += 1;
        inner.entries.retain(|key, value| !is_stale(key, value));
    }

    /// Every value.
    pub fn values(&self) -> Vec<V> {
        self.read().entries.values().cloned().collect()
    }

    // A panic elsewhere leaves the map whole: every change to it is one call.
    fn read(&self) -> RwLockReadGuard<'_, Inner<K, V>> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner<K, V>> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_loaded_before_a_change_is_not_kept() {
        let shelf = Shelf::new(8);
        let ticket = shelf.ticket();
        shelf.forget(|key: &&str, _| *key == "other");
        shelf.put(ticket, "role", 1);
        assert_eq!(shelf.get("role"), None);
        shelf.put(shelf.ticket(), "role", 2);
        assert_eq!(shelf.get("role"), Some(2));
    }

    #[test]
    fn it_never_grows_past_its_capacity() {
        let shelf = Shelf::new(2);
        for key in 0..5 {
            shelf.put(shelf.ticket(), key, ());
        }
        assert!(shelf.values().len() <= 2);
    }
}

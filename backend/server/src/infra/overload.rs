//! How many calls are under way at a time, over all and of each tenant; what is more waits a moment or is refused.
//!
//! Invariants: a place is given back when its [`Place`] is dropped, however the call ends; who waits holds no body, no
//! connection of the database and no thread; entering a gate that is not full is one atomic operation.

use crate::{
    config::Limits,
    error::{Error, Result},
};
use contract::Code;
use std::{
    ops::Deref,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// Calls of one kind: each kind has places of its own, so that none can use up those of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Whether the process lives: never refused.
    Health,
    /// Calls without a credential, which hash passwords.
    Anonymous,
    /// Calls that are answered in a moment.
    Calls,
    /// Files that come in.
    Uploads,
    /// Files and events that go out.
    Streams,
}

/// The gates of all lanes: of the whole process, or of one tenant.
#[derive(Debug)]
pub struct Gates {
    anonymous: Arc<Gate>,
    calls: Arc<Gate>,
    uploads: Arc<Gate>,
    streams: Arc<Gate>,
}

impl Gates {
    /// The gates of the process.
    pub fn of_all(limits: &Limits) -> Self {
        let gate = |lane, places, waiting| Arc::new(Gate::new(lane, Whose::All, places, waiting, limits));
        Self {
            anonymous: gate("anonymous", limits.anonymous_requests, limits.waiting_requests),
            calls: gate("calls", limits.concurrent_requests, limits.waiting_requests),
            uploads: gate("uploads", limits.uploads, 0),
            streams: gate("streams", limits.streams, 0),
        }
    }

    /// The gates of a tenant. Who waits here has a place among all, so that few may.
    pub fn of_tenant(limits: &Limits) -> Self {
        let gate = |lane, places, waiting| Arc::new(Gate::new(lane, Whose::Tenant, places, waiting, limits));
        Self {
            anonymous: gate("anonymous", limits.anonymous_requests, 0),
            calls: gate("calls", limits.tenant_concurrent_requests, limits.tenant_waiting_requests),
            uploads: gate("uploads", limits.tenant_uploads, 0),
            streams: gate("streams", limits.tenant_streams, 0),
        }
    }

    /// The gate of [`Lane::Calls`].
    pub fn calls(&self) -> &Gate {
        &self.calls
    }

    /// The gate of a lane; health has none.
    pub const fn of(&self, lane: Lane) -> Option<&Arc<Gate>> {
        match lane {
            Lane::Health => None,
            Lane::Anonymous => Some(&self.anonymous),
            Lane::Calls => Some(&self.calls),
            Lane::Uploads => Some(&self.uploads),
            Lane::Streams => Some(&self.streams),
        }
    }

    /// Takes a place in a lane, or says when to try again.
    pub async fn enter(&self, lane: Lane) -> Result<Option<Place<Arc<Gate>>>> {
        match self.of(lane) {
            Some(gate) => Gate::enter(Arc::clone(gate)).await.map(Some),
            None => Ok(None),
        }
    }

    /// Writes the state of this moment into the metrics.
    pub fn measure(&self) {
        for gate in [&self.anonymous, &self.calls, &self.uploads, &self.streams] {
            metrics::gauge!("amaas_requests_in_flight", "lane" => gate.lane).set(gate.in_flight() as f64);
            metrics::gauge!("amaas_requests_waiting", "lane" => gate.lane).set(gate.waiting() as f64);
        }
    }
}

/// Whose places a gate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    All,
    Tenant,
}

/// Lets in so many at a time; so many more wait, for so long at most.
#[derive(Debug)]
pub struct Gate {
    lane: &'static str,
    whose: Whose,
    places: usize,
    most_waiting: usize,
    patience: Duration,
    in_flight: AtomicUsize,
    waiting: AtomicUsize,
    freed: Notify,
}

impl Gate {
    fn new(lane: &'static str, whose: Whose, places: usize, most_waiting: usize, limits: &Limits) -> Self {
        Self {
            lane,
            whose,
            places,
            most_waiting,
            patience: Duration::from_millis(limits.wait_milliseconds),
            in_flight: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            freed: Notify::new(),
        }
    }

    /// Calls that have a place.
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(SeqCst)
    }

    /// Calls that wait for one.
    pub fn waiting(&self) -> usize {
        self.waiting.load(SeqCst)
    }

    /// Takes a place, after others that wait; refuses when too many do, or when it takes too long.
    pub async fn enter<G: Deref<Target = Self>>(gate: G) -> Result<Place<G>> {
        if gate.waiting() == 0 && gate.take() {
            return Ok(Place(gate));
        }
        let entered = gate.wait().await;
        // Made of the gate at once: nothing can end this call between the taking and its keeping.
        entered.map(|()| Place(gate))
    }

    fn take(&self) -> bool {
        self.in_flight.fetch_update(SeqCst, SeqCst, |used| (used < self.places).then_some(used + 1)).is_ok()
    }

    async fn wait(&self) -> Result<()> {
        let Some(_waiting) = Waiting::begin(self) else { return Err(self.refuse("full")) };
        let entered = async {
            loop {
                let mut freed = pin!(self.freed.notified());
                // Before the look: a place that is freed after it is told.
                freed.as_mut().enable();
                if self.take() {
                    return;
                }
                freed.await;
            }
        };
        tokio::time::timeout(self.patience, entered).await.map_err(|_| self.refuse("late"))
    }

    fn refuse(&self, reason: &'static str) -> Error {
        let (whose, detail) = match self.whose {
            Whose::All => {
                ("all", "The server has as many calls under way as it takes. Try again in a moment.")
            }
            Whose::Tenant => (
                "tenant",
                "The tenant has as many calls under way as it may have at a time. Try again when one has ended.",
            ),
        };
        metrics::counter!("amaas_requests_shed_total", "lane" => self.lane, "whose" => whose, "reason" => reason)
            .increment(1);
        Error::new(Code::Overloaded, detail).retry_after(1)
    }
}

/// One who waits, until dropped.
struct Waiting<'a>(&'a Gate);

impl<'a> Waiting<'a> {
    fn begin(gate: &'a Gate) -> Option<Self> {
        let more = |waiting| (waiting < gate.most_waiting).then_some(waiting + 1);
        gate.waiting.fetch_update(SeqCst, SeqCst, more).ok().map(|_| Self(gate))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, SeqCst);
    }
}

/// A place of a gate, until dropped.
#[derive(Debug)]
pub struct Place<G: Deref<Target = Gate>>(G);

impl<G: Deref<Target = Gate>> Drop for Place<G> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, SeqCst);
        if self.0.waiting() > 0 {
            self.0.freed.notify_one();
        }
    }
}

/// The places of one call: among all, and among its tenant's once that is known.
#[derive(Debug, Default)]
pub struct Places(Vec<Place<Arc<Gate>>>);

impl Places {
    /// Takes one more.
    pub async fn enter(&mut self, gates: &Gates, lane: Lane) -> Result<()> {
        self.0.extend(gates.enter(lane).await?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use futures_util::FutureExt;

    fn gate(places: usize, waiting: usize, wait_milliseconds: u64) -> Gate {
        let limits = Config::load(None, &[]).unwrap().limits;
        Gate::new("calls", Whose::All, places, waiting, &Limits { wait_milliseconds, ..limits })
    }

    #[tokio::test]
    async fn over_the_limit_some_wait_and_the_others_are_refused_at_once() {
        let gate = gate(1, 1, 3_600_000);
        let first = Gate::enter(&gate).await.unwrap();
        let mut second = pin!(Gate::enter(&gate));
        assert!(second.as_mut().now_or_never().is_none(), "it waits");
        assert_eq!((gate.in_flight(), gate.waiting()), (1, 1));
        let refused = Gate::enter(&gate).now_or_never().expect("nobody else waits").unwrap_err();
        assert_eq!(refused.code(), Code::Overloaded);
        drop(first);
        let second = second.await.unwrap();
        assert_eq!((gate.in_flight(), gate.waiting()), (1, 0));
        drop(second);
        assert_eq!(gate.in_flight(), 0);
    }

    #[tokio::test]
    async fn nobody_waits_for_ever_and_who_gives_up_leaves_nothing() {
        let gate = gate(1, 8, 1);
        let held = Gate::enter(&gate).await.unwrap();
        assert_eq!(Gate::enter(&gate).await.unwrap_err().code(), Code::Overloaded);
        assert!(pin!(Gate::enter(&gate)).now_or_never().is_none());
        assert_eq!((gate.in_flight(), gate.waiting()), (1, 0));
        drop(held);
        assert!(Gate::enter(&gate).now_or_never().is_some_and(|entered| entered.is_ok()));
    }

    #[test]
    fn threads_never_have_more_places_than_there_are_and_all_get_in() {
        let gate = gate(2, 64, 3_600_000);
        let most = AtomicUsize::new(0);
        std::thread::scope(|threads| {
            for _ in 0..8 {
                threads.spawn(|| {
                    let runtime =
                        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
                    for _ in 0..500 {
                        let place = runtime.block_on(Gate::enter(&gate)).unwrap();
                        most.fetch_max(gate.in_flight(), SeqCst);
                        std::thread::yield_now();
                        drop(place);
                    }
                });
            }
        });
        assert_eq!((most.load(SeqCst), gate.in_flight(), gate.waiting()), (2, 0, 0));
    }
}

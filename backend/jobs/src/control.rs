//! How a running job hears that it should end. The wire works across threads and runtimes: the heart
//! speaks into it from its own.

use tokio::sync::watch;

/// Why a running job should end; a graver reason replaces a lesser one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// The worker stops: hand the job back ([`crate::Outcome::Interrupted`]) or finish quickly.
    Shutdown,
    /// Someone asked for its end: stop, keep what is worth keeping, and say [`crate::Outcome::Cancelled`].
    Cancel,
    /// Another worker may have the job by now: stop at once, nothing can be committed.
    LeaseLost,
}

/// What a handler watches while it runs.
#[derive(Debug, Clone)]
pub struct Control {
    stop: watch::Receiver<Option<Stop>>,
}

impl Control {
    /// Whether and why to end, as of now.
    pub fn requested(&self) -> Option<Stop> {
        *self.stop.borrow()
    }

    /// Waits until there is a reason to end.
    pub async fn stopped(&self) -> Stop {
        self.beyond(None).await
    }

    /// Waits for a reason graver than this one.
    pub(crate) async fn beyond(&self, known: Option<Stop>) -> Stop {
        let mut stop = self.stop.clone();
        let graver = stop.wait_for(|stop| *stop > known).await.ok().and_then(|stop| *stop);
        match graver {
            Some(stop) => stop,
            // The worker is gone, and with it everyone who could ask.
            None => std::future::pending().await,
        }
    }
}

/// The worker's end of the wire.
#[derive(Debug)]
pub(crate) struct Signal {
    stop: watch::Sender<Option<Stop>>,
}

impl Signal {
    pub(crate) fn new() -> (Self, Control) {
        let (sender, receiver) = watch::channel(None);
        (Self { stop: sender }, Control { stop: receiver })
    }

    pub(crate) fn send(&self, stop: Stop) {
        self.stop.send_if_modified(|known| {
            let graver = Some(stop) > *known;
            if graver {
                *known = Some(stop);
            }
            graver
        });
    }
}

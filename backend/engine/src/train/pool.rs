//! Work on several threads while the caller's thread listens.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How often the listener is woken when nothing happens.
const TICK: Duration = Duration::from_millis(40);

/// What the listener hears.
pub enum Heard<E, R> {
    /// A job begins.
    Began {
        /// The job's place.
        job: usize,
    },
    /// Something on the way.
    Event(E),
    /// A job's result.
    Done {
        /// The job's place.
        job: usize,
        /// What it came to.
        result: R,
    },
    /// Nothing for a moment.
    Tick,
}

/// What is done with a job, and hears of events on the way.
pub type Work<'a, J, E, R> = dyn Fn(&J, &dyn Fn(E)) -> R + Sync + 'a;

/// Runs `work` on every job with at most `threads` at once, in the order of the jobs, and hands all that happens to
/// `listen` on this thread. Ends when every job has.
pub fn run<J, E, R>(jobs: &[J], threads: usize, work: &Work<'_, J, E, R>, listen: &mut dyn FnMut(Heard<E, R>))
where
    J: Sync,
    E: Send,
    R: Send,
{
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 0..threads.clamp(1, jobs.len().max(1)) {
            let (sender, next): (Sender<Heard<E, R>>, &AtomicUsize) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let job = next.fetch_add(1, Ordering::Relaxed);
                    let Some(wanted) = jobs.get(job) else { return };
                    let _ = sender.send(Heard::Began { job });
                    // The listener is there until every sender is gone.
                    let tell = |event| {
                        let _ = sender.send(Heard::Event(event));
                    };
                    let result = work(wanted, &tell);
                    let _ = sender.send(Heard::Done { job, result });
                }
            });
        }
        drop(sender);
        loop {
            match receiver.recv_timeout(TICK) {
                Ok(heard) => listen(heard),
                Err(RecvTimeoutError::Timeout) => listen(Heard::Tick),
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::{Heard, run};

    #[test]
    fn every_job_is_done_once_on_any_number_of_threads() {
        let jobs: Vec<u64> = (0..50).collect();
        for threads in [0, 1, 2, 7] {
            let mut results = vec![0; jobs.len()];
            let mut events = 0;
            let work = |job: &u64, tell: &dyn Fn(u64)| {
                tell(*job);
                job * job
            };
            run(&jobs, threads, &work, &mut |heard| match heard {
                Heard::Done { job, result } => results[job] = result,
                Heard::Event(_) => events += 1,
                Heard::Began { .. } | Heard::Tick => {}
            });
            assert_eq!(results, jobs.iter().map(|job| job * job).collect::<Vec<_>>());
            assert_eq!(events, 50);
        }
    }
}
